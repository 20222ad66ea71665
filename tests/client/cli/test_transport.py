"""The commands that steer speech, against a fake daemon."""

import json

import pytest
from fake_daemon import FakeDaemon

from utterd.client.cli import main
from utterd.client.messages import Adjust, Pause, Replay, Request, Resume, Seek, Skip, Stop

STEERING: list[tuple[str, Request, str]] = [
    ("pause", Pause(), "paused"),
    ("pause --mine --client editor", Pause(mine=True, client="editor"), "paused"),
    ("resume", Resume(), "resumed"),
    ("resume --mine --client editor", Resume(mine=True, client="editor"), "resumed"),
    ("skip", Skip(), "skipped"),
    ("back", Seek(by="sentence", count=-1), "moved"),
    ("back word", Seek(by="word", count=-1), "moved"),
    ("back paragraph -n 2", Seek(by="paragraph", count=-2), "moved"),
    ("back -n 3", Seek(by="sentence", count=-3), "moved"),
    ("back 10s", Seek(by="second", count=-10), "moved"),
    ("forward", Seek(by="sentence", count=1), "moved"),
    ("forward 10", Seek(by="second", count=10), "moved"),
    ("forward 10s -n 3", Seek(by="second", count=30), "moved"),
    ("seek 0", Seek(to=0), "moved"),
    ("seek 1200", Seek(to=1200), "moved"),
    ("replay", Replay(seconds=10.0), "replayed"),
    ("replay 2.5", Replay(seconds=2.5), "replayed"),
    ("adjust --speed 1.5", Adjust(speed=1.5), "adjusted"),
    ("adjust --volume 0 --speed 2", Adjust(speed=2.0, volume=0.0), "adjusted"),
]


@pytest.mark.parametrize(("command", "request_sent", "done"), STEERING)
def test_a_command_is_one_request_and_says_to_whom_it_was_done(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str], command: str, request_sent: Request, done: str
) -> None:
    daemon.done = [7, 8]
    assert main(command.split()) == 0
    assert daemon.requests == [request_sent]
    assert capsys.readouterr() == (f"{done} 7 8\n", "")


@pytest.mark.parametrize(("command", "request_sent", "done"), STEERING)
def test_json_has_the_same(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str], command: str, request_sent: Request, done: str
) -> None:
    daemon.done = [7]
    assert main([*command.split(), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {done: [7]}


@pytest.mark.parametrize("command", ["pause", "resume", "skip", "back", "forward", "seek 5", "replay"])
def test_on_an_idle_daemon_nothing_is_done_and_that_is_no_mistake(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main(command.split()) == 0
    assert capsys.readouterr() == ("nothing is being spoken\n", "")
    assert main([*command.split(), "--json"]) == 0
    (ids,) = json.loads(capsys.readouterr().out).values()
    assert ids == []


def test_adjusting_an_idle_daemon_counts_for_what_comes_next(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["adjust", "--speed", "1.5"]) == 0
    assert capsys.readouterr() == ("nothing is being spoken; it holds for what comes next\n", "")


def test_a_clients_own_can_be_stopped(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.on_stop = lambda stop: [7, 9]
    assert main(["stop", "--mine", "--client", "editor"]) == 0
    assert daemon.requests == [Stop(mine=True, client="editor")]
    assert capsys.readouterr().out == "stopped 7 9\n"


STEP = "word, sentence, paragraph, and whole seconds such as 10s"

WRONG: list[tuple[str, str]] = [
    ("back line", f"argument STEP: there is no step 'line'; there are {STEP}; `utterd back --help`"),
    ("forward 1.5", f"argument STEP: there is no step '1.5'; there are {STEP}; `utterd forward --help`"),
    ("forward s", f"argument STEP: there is no step 's'; there are {STEP}; `utterd forward --help`"),
    ("back 0", "argument STEP: must be from 1 to 10000 seconds, not '0'; `utterd back --help`"),
    ("back -5", "argument STEP: must be from 1 to 10000 seconds, not '-5'; `utterd back --help`"),
    ("back -n 0", "argument -n: must be a whole number from 1 to 10000, not '0'; `utterd back --help`"),
    ("forward -n -2", "argument -n: must be a whole number from 1 to 10000, not '-2'; `utterd forward --help`"),
    ("forward word -n many", "argument -n: must be a whole number from 1 to 10000, not 'many'; `utterd forward"),
    ("back word sentence", "unrecognized arguments: sentence; `utterd back --help`"),
    ("seek", "the following arguments are required: CHAR; `utterd seek --help`"),
    ("seek -1", "argument CHAR: must be a whole number from 0 to 4000000, not '-1'; `utterd seek --help`"),
    ("seek end", "argument CHAR: must be a whole number from 0 to 4000000, not 'end'; `utterd seek --help`"),
    ("replay -3", "argument SECONDS: must be a number from 0.1 to 3600, not '-3'; `utterd replay --help`"),
    ("replay 0", "argument SECONDS: must be a number from 0.1 to 3600, not '0'; `utterd replay --help`"),
    ("replay nan", "argument SECONDS: must be a number from 0.1 to 3600, not 'nan'; `utterd replay --help`"),
    ("adjust", "nothing to adjust; give --speed SPEED, --pitch SEMITONES or --volume V"),
    ("adjust --speed 9", "argument --speed: must be a number from 0.5 to 3, not '9'; `utterd adjust --help`"),
    ("adjust --volume -1", "argument --volume: must be a number from 0 to 2, not '-1'; `utterd adjust --help`"),
    ("pause --mine", "--mine does not say whose; add --client LABEL, as given to `utterd speak`"),
    ("resume --client editor", "--client goes with --mine; add it, or leave out --client"),
    ("stop --mine", "--mine does not say whose; add --client LABEL, as given to `utterd speak`"),
    ("stop --client editor", "--client goes with --mine; add it, or leave out --client"),
    ("stop --all --mine --client editor", "--all and --mine contradict each other; give one of them"),
    ("stop 7 --mine --client editor", "an ID and --mine contradict each other; give one of them"),
    ("skip 7", "unrecognized arguments: 7; `utterd skip --help`"),
]


@pytest.mark.parametrize(("command", "sentence"), WRONG)
def test_wrong_usage_is_one_line_and_two(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str], command: str, sentence: str
) -> None:
    assert main(command.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"utterd: {sentence}")
    assert captured.err.count("\n") == 1
    assert daemon.connections == 0
