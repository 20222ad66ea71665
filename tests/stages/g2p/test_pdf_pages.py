import pytest

from utterd.stages.g2p.normalize import normalize


def dropped(text: str) -> list[tuple[str, str]]:
    spans = normalize(text, "en-us", profile="pdf")
    return [(text[s.char_start : s.char_end].strip(), s.reason) for s in spans if s.kind == "dropped"]


@pytest.mark.parametrize(
    ("text", "mark", "reason"),
    [
        ("exam-\nple", "-", "hyphen at a line's end"),
        ("end.\n12\nStart", "12", "page number"),
        ("xii\n", "xii", "page number"),
        ("- 7 -", "- 7 -", "page number"),
        ("Page 3 of 10", "Page 3 of 10", "page number"),
        ("CHAPTER ONE 12\nIt was", "CHAPTER ONE 12", "page header"),
        ("arXiv:1706.03762v5 [cs.CL] 6 Dec 2017", "arXiv:1706.03762v5 [cs.CL] 6 Dec 2017", "page header"),
    ],
)
def test_what_the_page_has_added_is_dropped_with_its_reason(text: str, mark: str, reason: str) -> None:
    assert dropped(text) == [(mark, reason)]


@pytest.mark.parametrize("text", ["1999\n", "well-\nknown", "I\nwent", "There were\n12 of them", "5 6 7\n", "A-\nB"])
def test_what_belongs_to_the_text_stays(text: str) -> None:
    assert dropped(text) == []
