"""`utterd doctor`: each check finds what is wrong, and says what mends it."""

import hashlib
import json
from pathlib import Path

import pytest
from fake_daemon import FakeDaemon

from utterd.client.cli import main
from utterd.client.cli.checks import desktop, examine, installation
from utterd.client.cli.checks.daemon import ask_daemon, check_run_folder, check_status
from utterd.client.cli.checks.desktop import check_desktop, check_hotkeys, check_scheduling, check_service
from utterd.client.cli.checks.finding import Finding, Verdict
from utterd.client.cli.checks.installation import (
    check_libpulse,
    check_model,
    check_packages,
    check_portaudio,
    check_python,
    check_settings,
    required_distributions,
)
from utterd.config.paths import find_paths
from utterd.config.service import NoServiceManager, ServiceState, ServiceStatus, ServiceTrouble


@pytest.mark.parametrize(
    ("version", "verdict"),
    [((3, 10), Verdict.BROKEN), ((3, 11), Verdict.OK), ((3, 12), Verdict.OK), ((3, 13), Verdict.BROKEN)],
)
def test_only_some_pythons_will_do(version: tuple[int, int], verdict: Verdict) -> None:
    assert check_python(version).verdict is verdict


def test_missing_packages_are_named_with_the_command_that_brings_them() -> None:
    assert check_packages(["msgpack", "pyzmq"]).verdict is Verdict.OK
    finding = check_packages(["msgpack", "left-pad"])
    assert (finding.verdict, finding.detail) == (Verdict.BROKEN, "missing: left-pad")
    assert finding.mend.endswith("-m pip install left-pad")


def test_what_is_needed_is_what_the_package_says() -> None:
    assert {"msgpack", "pyzmq", "onnxruntime"} <= set(required_distributions())


def test_portaudio_is_the_systems_on_linux() -> None:
    assert check_portaudio(lambda name: f"lib{name}.so.2", "linux") == Finding(
        name="PortAudio", verdict=Verdict.OK, detail="libportaudio.so.2"
    )
    missing = check_portaudio(lambda name: None, "linux")
    assert missing.verdict is Verdict.BROKEN
    assert "apt-get install libportaudio2" in missing.mend


def test_without_portaudio_a_sound_server_will_do() -> None:
    found = {"pulse": "libpulse.so.0"}
    assert check_portaudio(found.get, "linux").verdict is Verdict.NOTE
    assert check_libpulse(found.get).verdict is Verdict.OK
    assert "libpulse0" in check_libpulse({}.get).mend


def test_portaudio_comes_with_sounddevice_on_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "find_spec", lambda name: name == "_sounddevice_data" or None)
    assert check_portaudio(lambda name: None, "darwin").verdict is Verdict.OK


class TestTheModel:
    @pytest.fixture
    def bundle(self, tmp_path: Path) -> Path:
        (tmp_path / "voice.onnx").write_bytes(b"weights")
        digest = hashlib.sha256(b"weights").hexdigest()
        (tmp_path / "bundle.toml").write_text(
            'name = "test"\nfamily = "starter"\nsample_rate_hz = 24000\nlanguages = ["en-us"]\n'
            'default_voice = "v"\nlicence = "none"\n[voices]\nv = { language = "en-us" }\n'
            f'[files]\n"voice.onnx" = "{digest}"\n'
        )
        return tmp_path

    def test_a_whole_one_is_fine(self, bundle: Path) -> None:
        assert check_model(str(bundle)).verdict is Verdict.OK

    def test_a_damaged_or_missing_file_is_named(self, bundle: Path) -> None:
        (bundle / "voice.onnx").write_bytes(b"wights")
        assert "voice.onnx" in check_model(str(bundle)).detail
        (bundle / "voice.onnx").unlink()
        assert check_model(str(bundle)).verdict is Verdict.BROKEN

    @pytest.mark.parametrize("description", ["", "not = [toml", 'name = "test"'])
    def test_a_broken_description_is_found(self, bundle: Path, description: str) -> None:
        (bundle / "bundle.toml").write_text(description)
        assert check_model(str(bundle)).verdict is Verdict.BROKEN

    def test_one_that_is_not_there_is_found_with_what_to_do(self) -> None:
        finding = check_model("stater")
        assert (finding.verdict, finding.mend) == (
            Verdict.BROKEN,
            "set speech.model to a model that is there, or take the line out",
        )
        assert "did you mean 'starter'" in finding.detail

    def test_the_shipped_one_is_whole(self) -> None:
        assert check_model("starter").verdict is Verdict.OK


def test_settings_that_cannot_be_read_are_found(home: Path) -> None:
    paths = find_paths()
    assert check_settings(paths)[0].verdict is Verdict.OK
    paths.config.mkdir(parents=True)
    paths.config_file.write_text("[speech]\nsped = 2")
    finding, settings = check_settings(paths)
    assert (finding.verdict, settings) == (Verdict.BROKEN, None)
    assert "sped" in finding.detail


def test_a_folder_that_others_may_enter_is_found(home: Path) -> None:
    paths = find_paths()
    assert check_run_folder(paths).verdict is Verdict.OK
    paths.run.mkdir(mode=0o700)
    assert check_run_folder(paths).verdict is Verdict.OK
    paths.run.chmod(0o755)
    finding = check_run_folder(paths)
    assert (finding.verdict, finding.mend) == (Verdict.BROKEN, f"chmod 700 {paths.run}")
    paths.run.rmdir()
    paths.run.touch()
    assert check_run_folder(paths).detail.endswith("is not a folder")


def test_a_socket_moved_elsewhere_is_only_noted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTTERD_SOCKET", "/tmp/utterd-test.sock")
    assert check_run_folder(find_paths()).verdict is Verdict.NOTE


def test_a_daemon_that_does_not_run_is_only_noted(home: Path) -> None:
    finding, status = ask_daemon(find_paths())
    assert (finding.verdict, finding.mend, status) == (Verdict.NOTE, "utterd service install", None)


def test_a_daemon_that_answers_is_fine(daemon: FakeDaemon) -> None:
    finding, status = ask_daemon(find_paths())
    assert finding.verdict is Verdict.OK
    assert status is not None
    assert status["voice"] == "af_test"


def test_something_else_at_the_socket_is_found(home: Path) -> None:
    paths = find_paths()
    paths.run.mkdir()
    paths.socket.touch()
    assert ask_daemon(paths)[0].verdict is Verdict.BROKEN


class TestWhatTheDaemonSays:
    def found(self, **status: object) -> dict[str, Finding]:
        return {finding.name: finding for finding in check_status(status, find_paths())}

    @pytest.mark.parametrize(
        ("state", "restarts", "verdict"),
        [
            ("ready", 0, Verdict.OK),
            ("ready", 2, Verdict.NOTE),
            ("hung", 0, Verdict.BROKEN),
            ("given_up", 6, Verdict.BROKEN),
        ],
    )
    def test_stages(self, home: Path, state: str, restarts: int, verdict: Verdict) -> None:
        stage = {"name": "g2p", "pid": 7, "state": state, "restarts": restarts}
        assert self.found(stages=[stage])["stage g2p"].verdict is verdict

    @pytest.mark.parametrize(
        ("device", "verdict"),
        [
            ({"name": "pulse:speakers", "state": "started"}, Verdict.OK),
            ({"name": "auto", "state": None}, Verdict.OK),
            ({"name": "pulse:speakers", "state": "lost"}, Verdict.BROKEN),
            ({"name": "null", "state": "stopped"}, Verdict.NOTE),
            ({"name": "wav:/x.wav", "state": "stopped"}, Verdict.NOTE),
        ],
    )
    def test_the_device(self, home: Path, device: dict[str, str], verdict: Verdict) -> None:
        assert self.found(device=device)["device"].verdict is verdict

    def test_torn_sound_is_counted(self, home: Path) -> None:
        assert "underruns" not in self.found(metrics={"underruns": 0})
        assert "3 times" in self.found(metrics={"underruns": 3})["underruns"].detail

    def test_scheduling_says_what_sound_has_and_how_to_be_granted_more(self) -> None:
        granted = {"asked": "SCHED_RR priority 4", "granted": "SCHED_RR priority 4", "refused": []}
        (finding,) = check_scheduling({"stages": [{"name": "output", "scheduling": granted}]})
        assert (finding.verdict, finding.detail) == (Verdict.OK, "sound has SCHED_RR priority 4")
        less = {**granted, "granted": "SCHED_OTHER nice 0", "refused": ["SCHED_RR priority 4: Operation not permitted"]}
        for finding in check_scheduling({"stages": [{"name": "output", "scheduling": less}]}):
            assert finding.verdict is Verdict.NOTE
            assert finding.mend


class FakeManager:
    def __init__(self, status: ServiceStatus | ServiceTrouble) -> None:
        self.answer = status

    def check(self, spec: object) -> None:
        """Nothing stands in the way."""

    def status(self, spec: object) -> ServiceStatus:
        if isinstance(self.answer, ServiceTrouble):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("status", "verdict", "mend"),
    [
        (ServiceStatus(manager="systemd", state=ServiceState.ABSENT), Verdict.NOTE, "utterd service install"),
        (ServiceStatus(manager="systemd", state=ServiceState.RUNNING, is_enabled=True), Verdict.OK, ""),
        (ServiceStatus(manager="systemd", state=ServiceState.RUNNING), Verdict.NOTE, "utterd service install"),
        (ServiceStatus(manager="systemd", state=ServiceState.FAILED), Verdict.BROKEN, "utterd service logs"),
        (
            ServiceStatus(manager="launchd", state=ServiceState.RUNNING, is_enabled=True, is_current=False),
            Verdict.NOTE,
            "utterd service install",
        ),
        (NoServiceManager("no systemd here"), Verdict.NOTE, ""),
        (ServiceTrouble("the plist is quarantined"), Verdict.BROKEN, ""),
    ],
)
def test_the_service(
    home: Path, monkeypatch: pytest.MonkeyPatch, status: ServiceStatus | ServiceTrouble, verdict: Verdict, mend: str
) -> None:
    monkeypatch.setattr(desktop, "find_manager", lambda: FakeManager(status))
    finding = check_service(find_paths())
    assert (finding.verdict, finding.mend) == (verdict, mend)


class TestTheDesktop:
    def test_without_a_screen_nothing_is_asked_about_keys(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            monkeypatch.delenv(name, raising=False)
        assert {finding.name for finding in check_desktop(find_paths())}.isdisjoint({"hotkeys", "selection"})

    def test_keys_that_nobody_serves_are_noted(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
        finding = check_hotkeys()
        assert (finding.verdict, finding.mend) == (Verdict.NOTE, "utterd hotkeys install")
        (home / "xdg/autostart").mkdir(parents=True)
        (home / "xdg/autostart/utterd-hotkeys.desktop").touch()
        assert check_hotkeys().verdict is Verdict.OK

    def test_wrong_keys_are_found(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("UTTERD_HOTKEYS__SPEAK", "hyper+s")
        assert check_hotkeys().verdict is Verdict.BROKEN


def test_doctor_prints_verdicts_and_what_mends(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("ok      Python: ") for line in lines)
    assert "        mend: utterd service install" in lines


def test_doctor_tells_programs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {"name", "verdict", "detail", "mend"} == set(findings[0])


def test_what_is_broken_is_said_with_the_exit_code(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UTTERD_SPEECH__MODEL", "nosuch")
    assert main(["doctor"]) == 1
    assert "BROKEN  model: " in capsys.readouterr().out


def test_a_socket_path_that_is_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTTERD_HOME", "/" + "x" * 200)
    last = list(examine())[-1]
    assert (last.name, last.verdict) == ("socket folder", Verdict.BROKEN)
