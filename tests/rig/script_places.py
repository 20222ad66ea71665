"""What holds of every Script, whatever it was made of."""

from itertools import pairwise

from utterd.daemon.script import Script


def check_places(script: Script, source: str, *, written: list[str] | None = None) -> None:
    """Every character has its own place in the source, and everything lies within the text, in order.

    Args:
        written: how the source writes each character, where that is not the character itself.
    """
    text, offsets = script.text, script.offsets
    places = [offsets.to_source(at, at + 1) for at in range(len(text))]
    assert [source[start:end] for start, end in places] == (list(text) if written is None else written)
    assert all(end <= start for (_, end), (start, _) in pairwise(places))
    assert [offsets.to_script(start) for start, _ in places] == list(range(len(text)))
    assert "".join(text[run.start : run.end] for run in script.runs) == text
    assert all(one.end == other.start for one, other in pairwise(script.runs))
    ends = [0, *(at for one in script.instructions for at in (one.char_start, one.char_end)), len(text)]
    assert ends == sorted(ends)
    assert all(one.char_start < one.char_end for one in script.instructions)
    assert [one.place for one in script.breaks] == sorted({one.place for one in script.breaks})
    assert all(0 <= one.place <= len(text) for one in script.breaks)
