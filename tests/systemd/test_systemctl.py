"""systemctl where there is no systemd to talk to, and where it refuses."""

import os
import shutil
from pathlib import Path

import pytest

from utterd.config.service import NoServiceManager, ServiceTrouble
from utterd.systemd import systemctl
from utterd.systemd.systemctl import Systemctl


def with_program(folder: Path, text: str) -> Systemctl:
    """A systemctl that says this."""
    program = folder / "systemctl"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return Systemctl({"PATH": f"{folder}:/usr/bin:/bin"})


def real_environ(**changes: str) -> dict[str, str]:
    if shutil.which("systemctl") is None:
        pytest.skip("systemctl is not installed; run tests/rig/install.sh")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DBUS_"))}
    return {**kept, **changes}


class TestNobodyToTalkTo:
    def test_a_system_without_systemctl_is_told_what_to_do_instead(self) -> None:
        with pytest.raises(NoServiceManager, match="no systemd to run services; add `utterd run`"):
            Systemctl({"PATH": "/nowhere"}).check()

    def test_a_shell_without_a_session_is_told_apart(self) -> None:
        with pytest.raises(NoServiceManager, match=r"no XDG_RUNTIME_DIR: log in as yourself, not by su or sudo"):
            Systemctl(real_environ()).check()

    def test_a_container_without_systemd_is_told_apart(self, tmp_path: Path) -> None:
        with pytest.raises(NoServiceManager, match=r"^no systemd runs for this user, as in many containers.*\("):
            Systemctl(real_environ(XDG_RUNTIME_DIR=str(tmp_path))).check()


class TestRefusals:
    def test_the_last_line_of_what_it_says_is_passed_on(self, tmp_path: Path) -> None:
        control = with_program(tmp_path, "echo 'Warning: something' >&2; echo 'Failed to start: no.' >&2; exit 1")
        with pytest.raises(ServiceTrouble, match=r"^systemctl start failed: Failed to start: no\.$"):
            control.do("start", "utterd.service")

    def test_silence_is_told_as_such(self, tmp_path: Path) -> None:
        with pytest.raises(ServiceTrouble, match=r"^systemctl stop failed: it gave no reason$"):
            with_program(tmp_path, "exit 1").do("stop")

    def test_what_need_not_succeed_may_fail(self, tmp_path: Path) -> None:
        with_program(tmp_path, "exit 1").try_to("reset-failed", "utterd.service")

    def test_one_that_never_comes_back_is_not_waited_for_forever(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(systemctl, "PATIENCE_S", 0.05)
        with pytest.raises(ServiceTrouble, match="systemctl start did not come back"):
            with_program(tmp_path, "exec sleep 60").do("start")

    def test_a_program_that_cannot_be_run_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "systemctl").write_text("")
        with pytest.raises(ServiceTrouble, match=r"^cannot run systemctl: Permission denied$"):
            Systemctl({"PATH": str(tmp_path)}).do("start")


def test_properties_are_read_with_what_equals_signs_they_have(tmp_path: Path) -> None:
    control = with_program(tmp_path, "echo Id=utterd.service; echo ExecStart={ path=/x }; echo Empty=")
    assert control.show("utterd.service", "Id") == {
        "Id": "utterd.service",
        "ExecStart": "{ path=/x }",
        "Empty": "",
    }


def test_it_is_asked_in_english_whatever_the_user_speaks(tmp_path: Path) -> None:
    assert with_program(tmp_path, 'echo "Words=$LC_ALL $*"').show("x", "Words")["Words"].startswith("C --user")
