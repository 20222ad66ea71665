"""How far a model has come, told on a terminal, in lines, and as JSON."""

import io
import json

import pytest

from utterd.client.cli.models_progress import Bar, JsonEvents, Lines
from utterd.client.cli.progress import ERASE_LINE

MEGABYTE = 1_000_000


class FakeClock:
    """Seconds, when told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_on_a_terminal_a_bar_is_drawn_over_itself_and_taken_away(clock):
    stream = io.StringIO()
    with Bar(stream, clock) as bar:
        bar.moved("model.onnx", 20 * MEGABYTE, 100 * MEGABYTE)
        clock.now_s += 2
        bar.moved("model.onnx", 50 * MEGABYTE, 100 * MEGABYTE)
        drawn = stream.getvalue().split(ERASE_LINE)
        assert drawn[1] == "model.onnx  [######                        ]  20%  20 MB of 100 MB  0 B/s"
        assert drawn[2] == "model.onnx  [###############               ]  50%  50 MB of 100 MB  15 MB/s"
    assert stream.getvalue().endswith(ERASE_LINE)


def test_a_bar_is_not_drawn_more_often_than_can_be_seen(clock):
    stream = io.StringIO()
    with Bar(stream, clock) as bar:
        for at in range(100):
            bar.moved("model.onnx", at, 100)
            clock.now_s += 0.01
        assert 5 <= stream.getvalue().count("model.onnx") <= 12


@pytest.mark.parametrize("kind", [Bar, Lines, JsonEvents])
def test_the_begin_and_the_end_of_each_file_are_always_told(clock, kind):
    stream = io.StringIO()
    with kind(stream, clock) as report:
        for file in ("a", "b"):
            for present_bytes in (0, 50, 99, 100):
                report.moved(file, present_bytes, 100)
    told = stream.getvalue()
    assert told.count("a") >= 2
    assert [told.count(percent) for percent in ("50%", "99%", "50,", "99,")] == [0, 0, 0, 0]


def test_without_a_terminal_there_are_lines_now_and_then(clock):
    stream = io.StringIO()
    with Lines(stream, clock) as lines:
        for at in range(101):
            lines.moved("model.onnx", at * MEGABYTE, 100 * MEGABYTE)
            clock.now_s += 1
    told = stream.getvalue().splitlines()
    assert told[:2] == ["model.onnx: 0% of 100 MB", "model.onnx: 5% of 100 MB"]
    assert told[-1] == "model.onnx: 100% of 100 MB"
    assert len(told) == 21


def test_json_is_one_object_a_line(clock):
    stream = io.StringIO()
    with JsonEvents(stream, clock) as events:
        events.moved("model.onnx", 0, 100)
        events.waits("model.onnx", "here ended", 0.5)
        events.warns("look\nout")
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [
        {"event": "progress", "file": "model.onnx", "present_bytes": 0, "total_bytes": 100},
        {"event": "waiting", "file": "model.onnx", "reason": "here ended", "wait_s": 0.5},
        {"event": "warning", "message": "look\nout"},
    ]


def test_troubles_are_lines_of_their_own(clock, capsys):
    with Lines(io.StringIO(), clock) as lines:
        lines.waits("model.onnx", "here broke off", 0.5)
        lines.warns("that is unknown")
    said = capsys.readouterr().err
    assert said == "utterd: here broke off; trying again in 0.5 s\nutterd: that is unknown\n"


def test_an_empty_file_is_whole(clock):
    stream = io.StringIO()
    with Lines(stream, clock) as lines:
        lines.moved("a", 0, 0)
    assert stream.getvalue() == "a: 100% of 0 B\n"
