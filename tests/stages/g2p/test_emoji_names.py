import subprocess
import sys

import pytest

from utterd.stages.g2p.emoji_names import name_emoji, name_shortcode, split_emoji
from utterd.stages.g2p.languages import LANGUAGES
from utterd.stages.g2p.normalize import normalize


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("emoji", ["😀", "👍🏽", "👩‍💻", "🇫🇷", "❤️", "1️⃣"])
def test_an_emoji_has_a_name_in_every_language(emoji: str, language: str) -> None:
    assert name_emoji(emoji, language)


@pytest.mark.parametrize("sequence", ["👨‍👩‍👧", "👩🏾‍💻", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇫🇷", "❤️", "1️⃣", "🔥🔥🔥"])
def test_one_span_covers_the_whole_sequence(sequence: str) -> None:
    spans = normalize(f"({sequence})", "en-us")
    assert [(span.char_start, span.char_end) for span in spans if span.kind == "expanded"] == [(1, len(sequence) + 1)]


def test_shapes_that_only_adorn_have_no_name() -> None:
    assert [name_emoji(shape, "en-us") for shape in "■◆○"] == ["", "", ""]


def test_a_text_is_split_into_emoji_and_characters() -> None:
    assert split_emoji("a👍🏽b") == ["a", "👍🏽", "b"]


def test_short_codes_are_known_by_their_common_names() -> None:
    assert name_shortcode(":+1:", "en-us") == "thumbs up"
    assert name_shortcode(":no_such_thing:", "en-us") == ""


def test_the_library_is_not_loaded_before_an_emoji_is_met() -> None:
    program = (
        "import sys; from utterd.stages.g2p.normalize import normalize; normalize('Plain words, 5 km.', 'en-us');"
        "assert 'emoji' not in sys.modules; normalize('😀', 'en-us'); assert 'emoji' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
