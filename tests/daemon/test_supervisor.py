"""Histories: what happened at which second, and what is to be done about it. No process, no clock."""

import pytest
from rig.daemon_fakes import default_settings

from utterd.daemon.supervisor import Kill, Problem, StageState, Start, Supervisor

SETTINGS = default_settings(
    supervision_hang_s=5.0
).supervision  # hang 5 s, start 60 s, stable 5 s, g2p 20 s at one thing, 6 failures
PROBLEM = Problem(code="model_unusable", message="the model is damaged")


class History:
    """A Supervisor of g2p alone, and the process it believes in."""

    def __init__(self) -> None:
        self.supervisor = Supervisor(("g2p",), SETTINGS)
        self.record = self.supervisor.records["g2p"]
        self.pid = 100

    def take(self, event: str, at_s: float) -> None:
        match event.split():
            case ["poll"]:
                self.supervisor.poll(at_s)
            case ["start"]:
                self.pid += 1
                self.supervisor.started("g2p", self.pid, at_s)
            case ["ready"]:
                self.supervisor.ready("g2p", self.pid, at_s, asked="nothing", granted="nothing")
            case ["beat", *busy]:
                self.supervisor.heard("g2p", self.pid, float(busy[0]) if busy else 0.0, at_s)
            case ["problem"]:
                self.supervisor.unusable("g2p", self.pid, PROBLEM)
            case ["exit"]:
                self.supervisor.exited("g2p", at_s)
            case ["revive"]:
                self.supervisor.revive(at_s)
            case _:
                raise AssertionError(event)

    def do(self, at_s: float) -> str:
        """The one action wanted now, as a word; empty if there is none."""
        actions = self.supervisor.poll(at_s)
        assert len(actions) <= 1
        match actions:
            case [Start(stage="g2p", is_restart=is_restart)]:
                return "restart" if is_restart else "start"
            case [Kill(stage="g2p", reason=reason)]:
                return f"kill: {reason}"
        return ""


def history(*events: tuple[float, str]) -> History:
    taken = History()
    for at_s, event in events:
        taken.take(event, at_s)
    return taken


LIVING = [(0, "start"), (1, "ready")]


@pytest.mark.parametrize(
    ("events", "at_s", "action", "state"),
    [
        ([], 0, "start", "backing_off"),
        ([(0, "start")], 59, "", "starting"),
        ([(0, "start"), (50, "beat")], 61, "kill: not ready after 60 s", "hung"),
        (LIVING, 5.9, "", "ready"),
        (LIVING, 6.1, "kill: silent for 5.1 s", "hung"),
        ([*LIVING, (4, "beat")], 8.9, "", "ready"),
        ([*LIVING, (4, "beat 19.9")], 4, "", "ready"),
        ([*LIVING, (4, "beat 20.1")], 4, "kill: stuck", "hung"),
        ([*LIVING, (4, "beat 20.1"), (4.5, "beat")], 5, "", "ready"),
        ([(0, "start"), (4, "beat 30")], 4, "", "starting"),  # loading a model takes its time
        ([*LIVING, (10, "poll")], 20, "", "hung"),  # killed once, and its end is awaited
        ([*LIVING, (10, "poll"), (10.1, "beat")], 20, "", "hung"),
        ([*LIVING, (2, "exit")], 2, "restart", "backing_off"),
        ([*LIVING, (2, "exit"), (2, "start")], 2, "", "starting"),
        ([*LIVING, (10, "poll"), (10.1, "exit")], 10.1, "restart", "backing_off"),
    ],
)
def test_a_history_ends_in_this_action_and_state(
    events: list[tuple[float, str]], at_s: float, action: str, state: str
) -> None:
    taken = history(*events)
    assert taken.do(at_s) == action
    assert taken.record.state == state


def waits_after_crashes(lives: int, *, life_s: float, events: tuple[str, ...] = ()) -> list[float]:
    """Seconds between an exit and the start that follows; `events` come at each start. inf where none follows."""
    taken, now_s, waits = History(), 0.0, []
    for _ in range(lives):
        taken.take("start", now_s)
        for event in events:
            taken.take(event, now_s)
        now_s += life_s
        taken.take("exit", now_s)
        start_s = taken.supervisor.next_start_s
        waits.append(float("inf") if start_s is None else round(start_s - now_s, 3))
        now_s = start_s if start_s is not None else now_s
    return waits


def test_a_stage_that_crashes_is_restarted_at_once_then_ever_later_then_given_up() -> None:
    assert waits_after_crashes(6, life_s=0.5) == [0, 0.1, 0.2, 0.4, 0.8, float("inf")]


def test_a_stable_life_starts_the_count_afresh() -> None:
    assert waits_after_crashes(20, life_s=6, events=("ready",)) == [0] * 20


def test_a_long_time_spent_in_starting_is_no_stable_life() -> None:
    assert waits_after_crashes(6, life_s=61)[-1] == float("inf")


def test_a_process_that_cannot_even_be_started_is_given_up_after_a_long_life_too() -> None:
    taken = history((0, "start"), (1, "ready"), *((1000 + n, "exit") for n in range(6)))
    assert taken.record.state is StageState.GIVEN_UP


def test_a_stage_that_knows_its_problem_is_in_no_hurry() -> None:
    assert waits_after_crashes(6, life_s=0.5, events=("problem",)) == [2, 4, 8, 16, 30, float("inf")]


def test_the_wait_is_kept() -> None:
    taken = history((0, "start"), (0, "exit"), (0, "start"), (0, "exit"))
    assert taken.supervisor.next_start_s == 0.1
    assert taken.do(0.09) == ""
    assert taken.do(0.1) == "restart"


def given_up() -> History:
    taken = History()
    for now_s in range(6):
        taken.take("start", now_s)
        taken.take("exit", now_s)
    return taken


def test_a_stage_given_up_says_why_and_is_left_alone() -> None:
    taken = given_up()
    assert taken.record.state is StageState.GIVEN_UP
    assert taken.record.problem == Problem(
        code="stage_crashed", message="the g2p stage died 6 times in a row; see the log, then speak again"
    )
    assert taken.supervisor.next_start_s is None
    assert taken.do(1e6) == ""


def test_a_stage_given_up_is_revived_when_somebody_wants_to_speak() -> None:
    taken = given_up()
    taken.take("revive", 100)
    assert taken.do(100) == "restart"
    taken.take("start", 100)
    taken.take("exit", 101)
    assert taken.do(101) == "restart"  # and has all its chances again


def test_a_stage_that_waits_is_started_at_once_when_somebody_wants_to_speak() -> None:
    taken = history((0, "start"), (0, "problem"), (0, "exit"))
    assert taken.supervisor.next_start_s == 2
    taken.take("revive", 0.5)
    assert taken.do(0.5) == "restart"


def test_a_revival_leaves_what_lives_alone() -> None:
    taken = history(*LIVING, (2, "revive"))
    assert taken.do(2) == ""
    assert taken.record.state is StageState.READY


def test_a_daemon_that_was_held_up_blames_nobody() -> None:
    taken = history(*LIVING)
    taken.supervisor.excuse(100)
    assert taken.do(102) == ""
    assert taken.do(107) == "kill: silent for 6.0 s"


def test_a_start_is_not_late_because_the_daemon_was() -> None:
    taken = history((0, "start"))
    taken.supervisor.excuse(100)
    assert taken.do(159) == ""
    assert taken.do(161) == "kill: not ready after 60 s"


def test_a_problem_is_kept_until_the_stage_is_ready() -> None:
    taken = history((0, "start"), (0, "problem"), (1, "exit"), (3, "start"))
    assert taken.record.problem == PROBLEM
    taken.take("ready", 4)
    assert taken.record.problem is None


def test_restarts_are_counted_and_the_first_start_is_none() -> None:
    taken = history((0, "start"))
    assert taken.record.restarts == 0
    for now_s in (1, 2):
        taken.take("exit", now_s)
        taken.take("start", now_s)
    assert taken.record.restarts == 2


@pytest.mark.parametrize("event", ["ready", "beat", "problem"])
def test_news_of_a_process_that_is_gone_changes_nothing(event: str) -> None:
    taken = history(*LIVING, (2, "exit"))
    gone = taken.pid
    taken.take("start", 3)
    taken.pid = gone
    taken.take(event, 50)
    assert taken.record.state is StageState.STARTING
    assert taken.record.problem is None
    assert taken.record.heard_at_s == 3


def test_the_next_start_is_the_earliest_of_all_stages() -> None:
    supervisor = Supervisor(("g2p", "output"), SETTINGS)
    for stage in ("g2p", "output"):
        supervisor.started(stage, 1, 0)
    supervisor.unusable("g2p", 1, PROBLEM)
    supervisor.exited("g2p", 10)
    assert supervisor.next_start_s == 12
    supervisor.exited("output", 11)
    assert supervisor.next_start_s == 11
    assert [action.stage for action in supervisor.poll(12)] == ["g2p", "output"]


def test_each_stage_has_its_own_limit() -> None:
    supervisor = Supervisor(("g2p", "inference", "output"), SETTINGS)
    for pid, stage in enumerate(supervisor.records):
        supervisor.started(stage, pid, 0)
        supervisor.ready(stage, pid, 0)
        supervisor.heard(stage, pid, 10, 1)
    assert supervisor.poll(1) == [Kill(stage="output", reason="stuck")]


def test_what_the_daemon_did_not_hear_while_it_was_held_up_is_nobodys_fault():
    supervisor = Supervisor(("g2p",), default_settings().supervision)
    supervisor.poll(0.0)
    supervisor.started("g2p", 1, 0.0)
    supervisor.ready("g2p", 1, 0.0)
    supervisor.excuse(60.0)
    assert supervisor.poll(60.0) == []
    assert supervisor.poll(60.0 + default_settings().supervision.hang_s + 0.1) != []
