"""The property list, against what launchd.plist(5) says of every key."""

import os
import plistlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rig.launchd_keys import faults

from utterd.config.service import ServiceSpec
from utterd.launchd.activation import SOCKET_NAME
from utterd.launchd.agent import LABEL, agent_file, agent_plist, read_agent, socket_of

SPEC = ServiceSpec(
    command=("/opt/venv/bin/python", "-P", "-m", "utterd.daemon", "--log-to-file"),
    environment={"UTTERD_HOME": "/Users/ann/u & <me>"},
    socket=Path("/Users/ann/u & <me>/run/utterd.sock"),
    log_file=Path("/Users/ann/u & <me>/log/utterd.log"),
)

FILE = f"{LABEL}.plist"


def with_changes(**changes: Any) -> dict[str, Any]:
    return agent_plist(SPEC) | changes


def with_socket(**changes: Any) -> dict[str, Any]:
    socket = agent_plist(SPEC)["Sockets"][SOCKET_NAME]
    return with_changes(Sockets={SOCKET_NAME: socket | changes})


class TestWhatIsGenerated:
    def test_has_no_fault(self) -> None:
        assert faults(agent_plist(SPEC), FILE) == []

    def test_comes_back_from_a_file_as_it_was(self, tmp_path: Path) -> None:
        path = tmp_path / FILE
        path.write_bytes(plistlib.dumps(agent_plist(SPEC)))
        assert read_agent(path) == agent_plist(SPEC)
        assert socket_of(agent_plist(SPEC)) == SPEC.socket

    def test_is_read_by_another_reader_of_property_lists(self, tmp_path: Path) -> None:
        tool = shutil.which("plistutil")
        if tool is None:
            pytest.skip("plistutil is not installed; run tests/rig/install.sh")
        written, converted = tmp_path / FILE, tmp_path / "binary"
        written.write_bytes(plistlib.dumps(agent_plist(SPEC)))
        subprocess.run([tool, "-i", written, "-o", converted, "-f", "bin"], check=True, timeout=60)
        assert converted.read_bytes().startswith(b"bplist00")  # plistutil ends with 0 where it fails, too
        assert plistlib.loads(converted.read_bytes()) == agent_plist(SPEC)

    def test_starts_again_what_fails_and_leaves_alone_what_ends_well(self) -> None:
        assert agent_plist(SPEC)["KeepAlive"] == {"SuccessfulExit": False}

    def test_lets_nobody_else_at_the_socket(self) -> None:
        assert agent_plist(SPEC)["Sockets"][SOCKET_NAME]["SockPathMode"] == 384
        assert b"<integer>384</integer>" in plistlib.dumps(agent_plist(SPEC))

    def test_leaves_no_memory_on_disk(self) -> None:
        assert agent_plist(SPEC)["HardResourceLimits"] == {"Core": 0}

    def test_lies_where_launchd_looks_and_is_named_by_its_label(self) -> None:
        assert agent_file(Path("/Users/ann")) == Path("/Users/ann/Library/LaunchAgents/utterd.daemon.plist")


@pytest.mark.parametrize(
    ("agent", "fault"),
    [
        (with_changes(KeepAlve=True), "KeepAlve: no such key"),
        (with_changes(ThrottleInterval="2"), "ThrottleInterval: '2' is no integer"),
        (with_changes(ExitTimeOut=True), "ExitTimeOut: True is no integer"),
        (with_changes(ExitTimeOut=0), "ExitTimeOut: 0 waits for ever"),
        (with_changes(RunAtLoad="true"), "RunAtLoad: 'true' is no boolean"),
        (with_changes(ProgramArguments="python -m utterd"), "is no array of strings"),
        (with_changes(ProgramArguments=["python", "-m", "utterd.daemon"]), "'python' is not absolute"),
        (with_changes(ProgramArguments=["/bin/python", 3]), "is no array of strings"),
        (with_changes(ProgramArguments=[]), "there are none"),
        (with_changes(StandardErrorPath="~/Library/Logs/x.log"), "is not expanded by anybody"),
        (with_changes(EnvironmentVariables={"UTTERD_LOG": 3}), "is no dictionary of strings"),
        (with_changes(ProcessType="Adaptive"), "'Adaptive' is none of Interactive"),
        (with_changes(LimitLoadToSessionType="Background"), "'Background' is none of Aqua"),
        (with_changes(EnableTransactions=True), "kills a process that holds no transaction"),
        (with_changes(KeepAlive={"SuccessfulExit": "false"}), "KeepAlive.SuccessfulExit: 'false' is no boolean"),
        (with_changes(KeepAlive={"NetworkState": True}), "is no longer implemented"),
        (with_changes(KeepAlive="yes"), "is no boolean or dictionary"),
        (with_changes(HardResourceLimits={"core": 0}), "HardResourceLimits.core: no such key"),
        (with_changes(Umask="77"), "read as decimal without a leading 0"),
        (with_changes(Umask=63.0), "is no integer or string"),
        (with_changes(Label="utterd"), "'utterd' is not the name of utterd.daemon.plist"),
        (with_changes(Sockets=[]), "Sockets: [] is no dictionary"),
        (with_socket(SockPathMode=0o666), "SockPathMode: 438 is 666, which lets others in"),
        (with_socket(SockPathMode="0600"), "SockPathMode: '0600' is no integer"),
        (with_socket(SockPathMod=384), "SockPathMod: no such key"),
        (with_socket(SockType="tcp"), "'tcp' is none of dgram, seqpacket, stream"),
        (with_socket(SockPathName="run/utterd.sock"), "'run/utterd.sock' is not absolute"),
        (with_socket(SockPathName="/" + "x" * 110), "longer than 103 bytes"),
        ([], "it is no dictionary"),
    ],
)
def test_the_checker_sees_a_planted_mistake(agent: Any, fault: str) -> None:
    assert any(fault in found for found in faults(agent, FILE)), faults(agent, FILE)


class TestReading:
    @pytest.mark.parametrize("content", [b"", b"<plist", b"bplist00\0\0", plistlib.dumps(["an", "array"])])
    def test_what_is_damaged_is_none(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / FILE
        path.write_bytes(content)
        assert read_agent(path) is None

    def test_what_is_not_there_is_none(self, tmp_path: Path) -> None:
        assert read_agent(tmp_path / FILE) is None

    def test_an_agent_without_a_socket_has_none(self) -> None:
        assert socket_of({}) is None
        assert socket_of({"Sockets": ["Listener"]}) is None


def test_the_daemons_path_has_the_usual_folders() -> None:
    folders = agent_plist(SPEC)["EnvironmentVariables"]["PATH"].split(os.pathsep)
    assert {"/usr/bin", "/bin", "/opt/homebrew/bin"} <= set(folders)
