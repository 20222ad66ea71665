"""`utterd doctor`: each check finds what is wrong, and says what mends it."""

import hashlib
import json
from pathlib import Path

import pytest
from fake_daemon import FakeDaemon

from utterd.client.cli import checks, main
from utterd.client.cli.checks import (
    Finding,
    Verdict,
    check_bundle,
    check_daemon,
    check_packages,
    check_portaudio,
    check_python,
    check_run_folder,
    required_distributions,
)
from utterd.config.paths import find_paths


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


def test_portaudio_comes_with_sounddevice_on_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "find_spec", lambda name: name == "_sounddevice_data" or None)
    assert check_portaudio(lambda name: None, "darwin").verdict is Verdict.OK


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "voice.onnx").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    (tmp_path / "bundle.toml").write_text(f'name = "test"\n[files]\n"voice.onnx" = "{digest}"\n')
    return tmp_path


def test_a_whole_bundle_is_fine(bundle: Path) -> None:
    assert check_bundle(bundle).verdict is Verdict.OK


def test_a_damaged_or_missing_file_of_a_bundle_is_named(bundle: Path) -> None:
    (bundle / "voice.onnx").write_bytes(b"wights")
    assert "voice.onnx" in check_bundle(bundle).detail
    (bundle / "voice.onnx").unlink()
    assert check_bundle(bundle).verdict is Verdict.BROKEN


@pytest.mark.parametrize("description", ["", "not = [toml", 'name = "test"'])
def test_a_broken_description_of_a_bundle_is_found(bundle: Path, description: str) -> None:
    (bundle / "bundle.toml").write_text(description)
    assert check_bundle(bundle).verdict is Verdict.BROKEN


def test_a_bundle_that_is_not_there_is_found(tmp_path: Path) -> None:
    assert check_bundle(None).verdict is Verdict.BROKEN
    assert check_bundle(tmp_path).verdict is Verdict.BROKEN


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
    finding = check_daemon(find_paths())
    assert (finding.verdict, finding.mend) == (Verdict.NOTE, "utterd run")


def test_a_daemon_that_answers_is_fine(daemon: FakeDaemon) -> None:
    assert check_daemon(find_paths()).verdict is Verdict.OK


def test_something_else_at_the_socket_is_found(home: Path) -> None:
    paths = find_paths()
    paths.run.mkdir()
    paths.socket.touch()
    assert check_daemon(paths).verdict is Verdict.BROKEN


def all_well() -> list[Finding]:
    return [
        Finding(name="one", verdict=Verdict.OK, detail="fine"),
        Finding(name="two", verdict=Verdict.NOTE, detail="so"),
    ]


def one_broken() -> list[Finding]:
    return [*all_well(), Finding(name="three", verdict=Verdict.BROKEN, detail="gone", mend="get it")]


def test_all_is_well_unless_something_is_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("utterd.client.cli.doctor.examine", all_well)
    assert main(["doctor"]) == 0
    monkeypatch.setattr("utterd.client.cli.doctor.examine", one_broken)
    capsys.readouterr()
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out == (
        "ok      one: fine\nnote    two: so\nBROKEN  three: gone\n        mend: get it\n"
    )


def test_json_has_every_finding(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("utterd.client.cli.doctor.examine", one_broken)
    assert main(["doctor", "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)
    assert findings[2] == {"name": "three", "verdict": "BROKEN", "detail": "gone", "mend": "get it"}


def test_every_check_is_made(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [finding.name for finding in checks.examine()]
    assert names == ["Python", "packages", "PortAudio", "starter voice", "socket folder", "daemon"]


def test_a_socket_path_that_is_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTTERD_HOME", "/" + "x" * 200)
    last = list(checks.examine())[-1]
    assert (last.name, last.verdict) == ("socket folder", Verdict.BROKEN)
