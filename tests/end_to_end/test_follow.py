"""Words followed on a terminal while the real daemon speaks them."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from rig.terminal import TerminalProgram
from running_daemon import RunningDaemon
from waiting import wait_until

from utterd.client.cli.follow_terminal import GIVE_BACK

UTTERD = Path(sys.executable).with_name("utterd")

Follow = Callable[..., TerminalProgram]


@pytest.fixture(scope="module")
def daemon() -> Iterator[RunningDaemon]:
    with RunningDaemon("--device", "null") as daemon:
        daemon.wait_ready()
        yield daemon


@pytest.fixture
def follow(daemon: RunningDaemon) -> Iterator[Follow]:
    with ExitStack() as stack:
        yield lambda text, *options, **size: stack.enter_context(
            TerminalProgram(
                *(UTTERD, "speak", "--follow", *options, "--", text), environ={**os.environ, **daemon.environ}, **size
            )
        )
        with daemon.client() as client:
            client.stop(all=True)


def highlights(program: TerminalProgram) -> list[str]:
    """All that was ever highlighted, in order, while the program ran."""
    seen = list[str]()

    def is_over() -> bool:
        word = program.highlighted().strip()
        if word and word not in seen[-1:]:
            seen.append(word)
        return program.process.poll() is not None

    wait_until(is_over, what="the end of the speech")
    return seen


def test_each_word_is_highlighted_in_its_turn(follow: Follow) -> None:
    text = "Every single word here becomes bright, one after another, until all are read."
    program = follow(text)
    seen = highlights(program)
    assert program.wait() == 0
    assert program.sent.endswith(GIVE_BACK.encode())
    words = [word.strip(",.") for word in text.split()]
    assert [word for word in seen if word.strip(",.") in words] == seen
    assert len(seen) >= len(words) - 2, "one that lasts for less than a look may be missed"
    assert [word.strip(",.") for word in seen] == [word for word in words if word in {s.strip(",.") for s in seen}]


def test_a_long_text_scrolls_with_its_words(follow: Follow) -> None:
    text = " ".join(f"Number {n} is told." for n in range(1, 9))
    program = follow(text, "-s", "3", width=20, height=4)
    seen = highlights(program)
    assert program.wait() == 0
    assert {"1", "4", "8"} <= {word.strip(".") for word in seen}


def test_what_others_do_to_it_is_shown(daemon: RunningDaemon, follow: Follow) -> None:
    program = follow("First one sentence. " + "Then a second sentence that is quite long, and goes on for a while.")
    wait_until(lambda: program.highlighted() == "second", what="the second sentence")
    with daemon.client() as client:
        client.pause()
        program.wait_for("paused")
        client.seek(0)
        client.resume()
        program.wait_for("speaking")
        wait_until(lambda: program.highlighted() == "First", what="the first word once more")
        client.stop()
    assert program.wait() == 130
    program.wait_for("utterd: the utterance was cancelled: stopped")


def test_keys_steer_it(follow: Follow) -> None:
    program = follow("One short sentence. And another sentence with several words. A third one is here.")
    wait_until(lambda: program.highlighted() == "One", what="the first word")
    program.press(b"\x1b[C")
    wait_until(lambda: program.highlighted() == "And", what="the second sentence")
    program.press(b" ")
    program.wait_for("paused")
    program.press(b"+")
    program.wait_for("speed")
    program.press(b" ")
    program.wait_for("speaking")
    program.press(b"q")
    assert program.wait() == 130


def test_a_resize_in_the_middle_keeps_the_word_in_view(follow: Follow) -> None:
    program = follow("Some words to begin with. " * 3 + "Finally the target is said.", "-s", "2")
    for width, height in ((25, 5), (70, 15), (12, 4)):
        before = program.highlighted()
        program.resize(width, height)
        wait_until(lambda before=before: program.highlighted() not in ("", before), what="the next word")
    assert program.wait() == 0


def test_one_that_waits_says_so_and_does_not_pause_another(daemon: RunningDaemon, follow: Follow) -> None:
    with daemon.client() as client:
        first = client.speak("This one is being spoken first, and it takes its time to come to an end.")
        program = follow("Second.")
        program.wait_for("waiting")
        program.press(b" ")
        program.press(b"\x1b[C")
        first.wait(60)
    wait_until(lambda: program.highlighted() == "Second", what="its own word")
    assert program.wait() == 0


def test_wide_combining_and_dangerous_characters_are_followed(follow: Follow) -> None:
    program = follow("The word cafe\u0301, and 日本語, come here.\tThen \x1b[31m a tab.", width=30, height=8)
    wait_until(lambda: program.highlighted() == "café", what="the word with a combining accent")
    assert program.shows("and 日本語,")
    assert b"\x1b[31m" not in program.sent
    assert program.wait() == 0
