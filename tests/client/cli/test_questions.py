"""`stop`, `status`, `voices` and `queue` against a fake daemon."""

import json
import sys
import time
from typing import Any

import pytest
from fake_daemon import QUEUE, STATUS, VOICES, FakeDaemon

from utterd.client.cli import main
from utterd.client.cli.status_view import describe
from utterd.client.cli.table import cell, table
from utterd.client.messages import GetStatus, Stop


def output(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_stop_says_what_it_ended(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stop"]) == 0
    assert output(capsys) == "nothing was being spoken\n"
    assert main(["stop", "--all", "--json"]) == 0
    assert json.loads(output(capsys)) == {"stopped": []}
    assert daemon.requests == [Stop(), Stop(all=True)]


def test_stop_of_an_utterance_that_is_not_there_is_refused(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stop", "99"]) == 4
    assert capsys.readouterr().err == "utterd: there is no utterance 99\n"


def test_stop_names_all_that_it_ended(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.on_stop = lambda stop: [7, 8]
    assert main(["stop"]) == 0
    assert output(capsys) == "stopped 7 8\n"


def test_voices_mark_the_default(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices"]) == 0
    assert output(capsys) == (
        "   VOICE    LANGUAGE  DESCRIPTION\n*  af_test  en-us     a tester\n   bm_test  en-gb     another\n"
    )


def test_json_is_what_the_daemon_said(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    for command, answer in (("voices", VOICES), ("queue", QUEUE), ("status", STATUS)):
        assert main([command, "--json"]) == 0
        assert json.loads(output(capsys)) == answer


def test_the_queue_is_a_table_or_empty(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue"]) == 0
    assert output(capsys) == (
        "ID  STATE     POSITION  CHARACTERS  DESTINATION\n7   speaking  0         5           device\n"
    )
    daemon.queue = []
    assert main(["queue"]) == 0
    assert output(capsys) == "the queue is empty\n"


def test_the_queue_shows_whose_and_how_urgent_where_that_is_known(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = {"id": 8, "state": "paused", "position": 1, "characters": 9, "destination": "device"}
    daemon.queue = [{**QUEUE[0], "priority": None, "client": ""}, {**waiting, "priority": "text", "client": "editor"}]
    assert main(["queue"]) == 0
    assert output(capsys) == (
        "ID  STATE     POSITION  CHARACTERS  DESTINATION  PRIORITY  CLIENT\n"
        "7   speaking  0         5           device       -         -\n"
        "8   paused    1         9           device       text      editor\n"
    )


def test_status_shows_everything(daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 0
    assert (
        output(capsys)
        == """\
utterd 0.1.0, up 1 h 2 min
voice    af_test of starter
device   null, idle, latency 11.0 ms

STAGE  PID   STATE  RESTARTS  MEMORY    CPU    SCHEDULING
g2p    4711  ready  0         50.0 MiB  1.5 s  normal

ID  STATE     POSITION  CHARACTERS  DESTINATION
7   speaking  0         5           device

MEASURED                     P50   P95   P99   MAX   COUNT
first sound, ms              40.0  50.0  51.0  51.5  2
compute per second of sound  0.04  0.05  0.05  0.05  2
underruns 0
cache     1 hits, 2 misses, 1.0 MiB
"""
    )


ABSENT: list[dict[str, Any]] = [
    {},
    {"device": None, "queue": None, "stages": None, "metrics": None},
    {"device": {}, "stages": [{}], "metrics": {"first_audio_ms": {"count": 0, "p50": None}, "rtf": {}, "cache": {}}},
    {"uptime_s": "long", "stages": ["odd"], "queue": [{}], "metrics": {"first_audio_ms": {"count": 1}}},
]


def test_speed_pitch_and_volume_are_shown_where_they_are_not_the_voices_own() -> None:
    usual = {"voice": "v", "model": "m", "speed": 1.0, "pitch": 0.0, "volume": 1.0}
    assert "voice    v of m\n" in describe(usual)
    assert "voice    v of m, speed 1.2, pitch -2\n" in describe(usual | {"speed": 1.2, "pitch": -2.0})


@pytest.mark.parametrize("status", ABSENT)
def test_status_bears_absent_values(status: dict[str, Any]) -> None:
    text = describe(status)
    assert text.startswith("utterd -, up -\n")
    assert "None" not in text


def test_scheduling_that_was_not_granted_is_shown_and_who_explains_it() -> None:
    stage = {"name": "output", "scheduling": {"asked": "SCHED_RR priority 4", "granted": "SCHED_OTHER nice 0"}}
    text = describe({"stages": [stage]})
    assert "SCHED_OTHER nice 0 (asked SCHED_RR priority 4)" in text
    assert "`utterd doctor` says why" in text


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("SCHED_RR priority 4", "SCHED_RR priority 4, cores 0,1"),
        ("nice 2", "SCHED_OTHER nice 2"),
        ("nothing", "SCHED_OTHER nice 0"),
        ("QoS user-interactive", "QoS user-interactive; 4 performance cores of 8"),
    ],
)
def test_scheduling_that_was_granted_is_shown_alone(asked: str, granted: str) -> None:
    text = describe({"stages": [{"name": "output", "scheduling": {"asked": asked, "granted": granted}}]})
    assert granted in text
    assert "asked" not in text


@pytest.mark.parametrize(("seconds", "text"), [(5.9, "up 5 s"), (65, "up 1 min 5 s"), (7260, "up 2 h 1 min")])
def test_uptime_is_readable(seconds: float, text: str) -> None:
    assert text in describe({"uptime_s": seconds})


def test_watching_asks_again_until_ctrl_c(
    daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    assert main(["status", "--watch", "--json"]) == 0
    assert [json.loads(line) for line in output(capsys).splitlines()] == [STATUS] * 3
    assert daemon.requests == [GetStatus()] * 3
    assert pauses == [1.0] * 3


def test_watching_on_a_terminal_redraws(
    daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupt)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["status", "--watch"]) == 0
    assert output(capsys).startswith("\x1b[H\x1b[Jutterd 0.1.0")


def test_cells_cannot_write_on_the_terminal() -> None:
    assert cell("a\x1b[2J\nb") == "a [2J b"
    assert cell(None) == "-"
    assert table(("A", "B"), [("long", 1)]) == "A     B\nlong  1"
