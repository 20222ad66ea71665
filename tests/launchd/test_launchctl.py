"""launchctl as a program: not there, slow, and what it says of jobs that are switched off."""

from pathlib import Path

import pytest
from rig.fake_launchd import FakeLaunchd

from utterd.config.service import NoServiceManager, ServiceTrouble
from utterd.launchd import launchctl
from utterd.launchd.launchctl import Answer, Launchctl


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(NoServiceManager, match="launchctl was not found"):
        Launchctl(501, program="/nowhere/launchctl").print_domain()


def test_a_program_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServiceTrouble, match=r"^cannot run launchctl: Permission denied$"):
        Launchctl(501, program=str(tmp_path)).print_domain()


def test_one_that_never_comes_back_is_not_waited_for_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "launchctl"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(launchctl, "PATIENCE_S", 0.05)
    with pytest.raises(ServiceTrouble, match="launchctl print did not come back"):
        Launchctl(501, program=str(program)).print_domain()


@pytest.mark.parametrize("word", ["disabled", "true"])
def test_new_and_old_systems_say_differently_that_a_job_is_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    fake = FakeLaunchd(tmp_path)
    for name, value in fake.environ.items():
        monkeypatch.setenv(name, value)
    fake.set(disabled=["utterd.daemon", "another"], disabled_word=word)
    control = Launchctl(501)
    assert control.is_disabled("utterd.daemon")
    assert not control.is_disabled("utterd")
    control.enable("utterd.daemon")
    assert not control.is_disabled("utterd.daemon")


def test_a_failure_without_words_is_a_sentence_still() -> None:
    assert Answer(command="bootstrap", code=9, output=" \n").sentence == (
        "launchctl bootstrap failed with code 9: it gave no reason"
    )
