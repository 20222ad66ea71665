"""Loading and unloading, against a launchctl that answers with the codes of the real one and is as asynchronous."""

import os
import plistlib
from pathlib import Path

import pytest
from rig.fake_launchd import FakeLaunchd

from utterd.config.service import NoServiceManager, ServiceTrouble, SwitchedOff
from utterd.launchd import job as job_module
from utterd.launchd.agent import EXIT_TIMEOUT_S
from utterd.launchd.job import BOOTSTRAP_PAUSES_S, END_POLL_S, END_TIMEOUT_S, Job
from utterd.launchd.launchctl import Code, Launchctl, read_job

LABEL = "utterd.test"


@pytest.fixture
def launchd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeLaunchd:
    folder = tmp_path / "launchd"
    folder.mkdir()
    fake = FakeLaunchd(folder)
    for name, value in fake.environ.items():
        monkeypatch.setenv(name, value)
    return fake


class Slept(list[float]):
    """In place of time.sleep: the pauses that were asked for."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def slept() -> Slept:
    return Slept()


@pytest.fixture
def job(launchd: FakeLaunchd, slept: Slept, tmp_path: Path) -> Job:
    plist = tmp_path / f"{LABEL}.plist"
    plist.write_bytes(plistlib.dumps({"Label": LABEL, "ProgramArguments": ["/bin/true"], "KeepAlive": True}))
    return Job(Launchctl(os.getuid()), LABEL, plist, sleep=slept)


class TestLoading:
    def test_a_job_is_loaded_and_runs(self, job: Job) -> None:
        assert job.find() is None
        job.load()
        found = job.find()
        assert found is not None
        assert (found.state, found.pid, found.last_exit) == ("running", 4001, None)

    def test_one_that_is_loaded_already_stays_as_it_is(self, job: Job, slept: Slept) -> None:
        job.load()
        job.load()
        found = job.find()
        assert found is not None
        assert found.pid == 4001
        assert slept == []

    def test_code_5_is_tried_again_for_a_while(self, job: Job, launchd: FakeLaunchd, slept: Slept) -> None:
        launchd.set(forced={"bootstrap": [5, 5, 5]})
        job.load()
        assert job.find() is not None
        assert slept == list(BOOTSTRAP_PAUSES_S[:3])
        assert launchd.commands == ["bootstrap"] * 4

    def test_code_5_for_ever_is_told_after_five_attempts(self, job: Job, launchd: FakeLaunchd, slept: Slept) -> None:
        launchd.set(forced={"bootstrap": [5] * 9})
        with pytest.raises(ServiceTrouble, match=r"code 5: Input/output error.*Console"):
            job.load()
        assert launchd.commands == ["bootstrap"] * 5
        assert slept == list(BOOTSTRAP_PAUSES_S)

    def test_a_job_that_still_ends_is_not_taken_for_a_loaded_one(
        self, job: Job, launchd: FakeLaunchd, slept: Slept
    ) -> None:
        job.load()
        launchd.set(looks_while_ending=2)
        Launchctl(os.getuid()).bootout(LABEL)
        job.load()
        found = job.find()
        assert found is not None
        assert (found.state, found.pid) == ("running", 4002)
        assert slept == list(BOOTSTRAP_PAUSES_S[:2])

    def test_a_load_that_was_under_way_counts_once_the_job_is_there(self, job: Job, launchd: FakeLaunchd) -> None:
        job.load()
        launchd.set(forced={"bootstrap": [37]})
        job.load()
        assert launchd.commands == ["bootstrap", "bootstrap"]

    def test_a_job_that_is_switched_off_is_told_as_that(self, job: Job, launchd: FakeLaunchd) -> None:
        launchd.set(disabled=[LABEL])
        with pytest.raises(SwitchedOff, match="Login Items"):
            job.load()

    def test_nobody_at_the_screen_is_told_as_that(self, job: Job, launchd: FakeLaunchd, slept: Slept) -> None:
        launchd.set(has_screen=False)
        with pytest.raises(NoServiceManager, match=r"logged in at the screen, not over ssh alone"):
            job.load()
        assert slept == []

    def test_another_code_comes_with_launchctls_own_words(self, job: Job, launchd: FakeLaunchd) -> None:
        launchd.set(forced={"bootstrap": [134]})
        with pytest.raises(ServiceTrouble, match=r"^launchctl bootstrap failed with code 134: Bootstrap failed: 134"):
            job.load()


class TestUnloading:
    @pytest.mark.parametrize("code", [0, Code.NOW_IN_PROGRESS])
    def test_the_end_is_waited_for(self, job: Job, launchd: FakeLaunchd, slept: Slept, code: int) -> None:
        job.load()
        launchd.set(looks_while_ending=3, bootout_code=int(code))
        job.unload()
        assert job.find() is None
        assert slept == [END_POLL_S] * 3
        assert launchd.commands == ["bootstrap", "bootout"]

    def test_one_that_is_ending_already_is_waited_for_too(self, job: Job, launchd: FakeLaunchd) -> None:
        job.load()
        launchd.set(looks_while_ending=2)
        Launchctl(os.getuid()).bootout(LABEL)
        job.unload()
        assert job.find() is None

    def test_one_that_is_not_loaded_is_unloaded_at_once(self, job: Job, slept: Slept) -> None:
        job.unload()
        assert slept == []

    def test_one_that_does_not_end_is_told(
        self, job: Job, launchd: FakeLaunchd, slept: Slept, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert END_TIMEOUT_S > EXIT_TIMEOUT_S  # launchd ends it by force before that
        monkeypatch.setattr(job_module, "END_TIMEOUT_S", 1.0)
        job.load()
        launchd.set(looks_while_ending=1000)
        with pytest.raises(ServiceTrouble, match=r"^launchd has not ended utterd.test within 1 s; try again$"):
            job.unload()
        assert sum(slept) == pytest.approx(1.0)

    def test_a_refusal_is_told(self, job: Job, launchd: FakeLaunchd) -> None:
        job.load()
        launchd.set(forced={"bootout": [1]})
        with pytest.raises(ServiceTrouble, match="launchctl bootout failed with code 1"):
            job.unload()


class TestKicking:
    def test_a_job_that_has_ended_is_started(self, job: Job, launchd: FakeLaunchd) -> None:
        job.load()
        launchd.set_job(LABEL, pid=None, last_exit=0)
        job.kick()
        found = job.find()
        assert found is not None
        assert found.pid == 4002

    def test_one_that_runs_is_left_alone(self, job: Job) -> None:
        job.load()
        job.kick()
        found = job.find()
        assert found is not None
        assert found.pid == 4001

    def test_one_that_runs_is_ended_first_if_it_is_to_be_a_new_one(self, job: Job) -> None:
        job.load()
        job.kick(anew=True)
        found = job.find()
        assert found is not None
        assert found.pid == 4002

    def test_one_that_is_not_loaded_is_told(self, job: Job) -> None:
        with pytest.raises(ServiceTrouble, match="launchctl kickstart failed with code 113"):
            job.kick()


class TestReadingWhatPrintSays:
    def test_a_job_that_runs(self) -> None:
        text = "gui/501/x = {\n\tstate = running\n\n\tpid = 77\n\tlast exit code = (never exited)\n}"
        job = read_job(text)
        assert (job.state, job.pid, job.last_exit) == ("running", 77, None)

    def test_a_job_that_has_failed(self) -> None:
        job = read_job("\tstate = not running\n\tlast exit code = 78: EX_CONFIG\n")
        assert (job.state, job.pid, job.last_exit) == ("not running", None, 78)

    def test_a_text_of_another_kind_says_nothing(self) -> None:
        job = read_job("{}\n")
        assert (job.state, job.pid, job.last_exit) == (None, None, None)
