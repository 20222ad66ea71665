from typing import Any

import pytest

from utterd.client.cli.scheduling_advice import RAISE_THE_LIMIT, advice

OWN = "SCHED_RR priority 4: Operation not permitted"


def output(*refused: str, granted: str = "SCHED_OTHER nice 0, slice 1000 us") -> dict[str, Any]:
    scheduling = {"asked": "SCHED_RR priority 4", "granted": granted, "refused": list(refused)}
    return {"name": "output", "pid": 4711, "scheduling": scheduling}


def on_debian(program: str) -> str | None:
    return "/usr/bin/apt-get" if program == "apt-get" else None


def on_fedora(program: str) -> str | None:
    return "/usr/bin/dnf" if program == "dnf" else None


def nowhere(program: str) -> None:
    return None


class TestRealTime:
    """On Linux."""

    @pytest.mark.parametrize(
        ("reason", "what", "command"),
        [
            (
                "ServiceUnknown: The name org.freedesktop.RealtimeKit1 was not provided by any .service files",
                "rtkit, which gives it to users, is not installed",
                "sudo apt-get install rtkit && utterd service restart",
            ),
            (
                "Failed: No such file or directory",
                "rtkit finds no polkit to ask who may have it",
                "sudo apt-get install polkitd && utterd service restart",
            ),
            ("AccessDenied: Operation not permitted", "you are not logged in at this machine", RAISE_THE_LIMIT),
            ("No such file or directory", "there is no system bus", RAISE_THE_LIMIT),
            ("no system bus: KeyError('x')", "there is no system bus", RAISE_THE_LIMIT),
            ("no answer within 1 s", "rtkit does not answer", "sudo systemctl restart rtkit-daemon"),
            ("LimitsExceeded: Device or resource busy", "rtkit refuses (LimitsExceeded: ", "journalctl --unit rtkit"),
            (
                "the Python package jeepney is not installed",
                "needs the Python package jeepney",
                " -m pip install jeepney",
            ),
        ],
    )
    def test_each_reason_of_rtkit_has_a_command_that_mends_it(self, reason: str, what: str, command: str) -> None:
        found = advice([output(OWN, f"SCHED_RR priority 4 from rtkit: {reason}")], platform="linux", find=on_debian)
        assert found[0][0].startswith("sound has no real-time priority, and may stutter on a busy machine: ")
        assert what in found[0][0]
        assert command in found[0][1]
        assert [way for _, way in found].count(RAISE_THE_LIMIT) == 1

    def test_the_package_is_installed_as_the_system_does_it(self) -> None:
        absent = output(OWN, "SCHED_RR priority 4 from rtkit: ServiceUnknown: no such name")
        assert advice([absent], platform="linux", find=on_fedora)[0][1].startswith("sudo dnf install rtkit")
        assert advice([absent], platform="linux", find=nowhere)[0][1].startswith("install rtkit")

    def test_who_has_it_hears_nothing_whatever_was_refused_before(self) -> None:
        assert advice([output(OWN, granted="SCHED_RR priority 4")], platform="linux") == []

    def test_a_stage_that_says_nothing_of_rtkit_is_started_again(self) -> None:
        assert advice([output()], platform="linux")[0][1] == "utterd service restart"

    def test_the_other_stages_need_none(self) -> None:
        plain = {"asked": "nothing", "granted": "SCHED_OTHER nice 0", "refused": []}
        stages = [{"name": name, "scheduling": plain} for name in ("g2p", "inference")]
        assert advice(stages, platform="linux") == []


def test_a_stage_kept_from_the_performance_cores_is_named_with_its_process() -> None:
    confined = output("performance cores: this process is confined to others", granted="SCHED_RR priority 4, cores 4,5")
    ((what, command),) = advice([confined], platform="linux")
    assert what.startswith("output may not run on this machine's performance cores")
    assert command == "taskset --all-tasks --cpu-list --pid 4711"


class TestMacOs:
    def test_the_ceiling_of_what_launchd_starts_is_no_fault(self) -> None:
        granted = "QoS user-interactive; the kernel caps what launchd starts at user-initiated"
        assert advice([output(granted=granted)], platform="darwin") == []

    def test_a_class_that_is_refused_is_told(self) -> None:
        refused = output("QoS user-interactive: Operation not permitted", granted="QoS unspecified")
        ((what, command),) = advice([refused], platform="darwin")
        assert "output was refused its quality-of-service class" in what
        assert command == "utterd service restart"


@pytest.mark.parametrize(
    "stage",
    [
        {},
        {"name": "output", "scheduling": None},
        {"name": "output", "scheduling": {"asked": None, "granted": None}},
        {"name": "output", "scheduling": {"asked": None, "granted": None, "refused": []}},
    ],
)
@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_stage_that_is_not_ready_has_nothing_to_say(stage: dict[str, Any], platform: str) -> None:
    assert advice([stage], platform=platform) == []


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_daemon_of_an_older_version_that_keeps_its_refusals_to_itself_is_borne(platform: str) -> None:
    stage = {"name": "output", "scheduling": {"asked": "SCHED_RR priority 10", "granted": "SCHED_RR priority 10"}}
    assert advice([stage], platform=platform) == []
