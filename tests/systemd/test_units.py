"""The unit files, by systemd's own judgement."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from utterd.config.service import ServiceSpec
from utterd.systemd.units import SERVICE, SOCKET, service_unit, socket_of, socket_unit

ODD = 'a "b" $HOME %h \\n é; #'

ODD_PROGRAM = "a $HOME %h é; #"
"""Quotes and backslashes in the name of a program are refused by systemd itself."""

OF_NO_USE_TO_A_USERS_SERVICE = {
    "User=/DynamicUser=", "SupplementaryGroups=", "RemoveIPC=", "AmbientCapabilities=",  # whose user is given
    "ProtectClock=", "ProtectKernelLogs=", "ProtectKernelModules=", "ProtectHostname=",  # would drop capabilities
    "PrivateMounts=", "PrivateUsers=", "PrivateTmp=", "ProtectSystem=", "ProtectHome=", "ProtectProc=", "ProcSubset=",
    "ProtectControlGroups=", "ProtectKernelTunables=", "PrivateDevices=", "PrivateNetwork=",  # would take namespaces
    "RootDirectory=/RootImage=", "IPAddressDeny=", "DeviceAllow=",  # only the system's own manager can
}  # fmt: skip

LEFT_OPEN = {
    "RestrictRealtime=": "sound is played in real time",
    "RestrictAddressFamilies=~AF_UNIX": "clients, stages and sound servers are met there",
    "SystemCallFilter=~@resources": "real time again",
    "SystemCallFilter=~@privileged": "of these, what every service may call; without capabilities that is little",
}


@pytest.fixture
def spec(tmp_path: Path) -> ServiceSpec:
    program = tmp_path / ODD_PROGRAM / "python"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return ServiceSpec(
        command=(str(program), "-P", "-m", "utterd.daemon", "100%", "$HOME", ODD, ""),
        environment={"UTTERD_HOME": f"/tmp/{ODD}"},
        socket=Path(f"/tmp/{ODD}/run/utterd.sock"),
        log_file=Path(f"/tmp/{ODD}/log/utterd.log"),
    )


def verify(folder: Path, service: str, socket: str) -> "subprocess.CompletedProcess[str]":
    """What systemd says of two units; a bad value is said, and yet ends with 0."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed; run tests/rig/install.sh")
    (folder / SERVICE).write_text(service)
    (folder / SOCKET).write_text(socket)
    return subprocess.run(
        ["systemd-analyze", "--user", "verify", folder / SERVICE, folder / SOCKET],
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder), "SYSTEMD_LOG_LEVEL": "warning"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_systemd_finds_nothing_to_say(spec: ServiceSpec, tmp_path: Path) -> None:
    told = verify(tmp_path, service_unit(spec), socket_unit(spec))
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Type=notify", "Type=notfy"),
        ("RestartSec=1", "RestartSecs=1"),
        ("WatchdogSec=30", "WatchdogSec=soon"),
        ("SystemCallFilter=@system-service", "SystemCallFilter=@system-services"),
        ("RestrictAddressFamilies=AF_UNIX", "RestrictAddressFamilies=AF_UNIQUE"),
        ("Requires=utterd.socket", "Requires=utterd.sockets"),
        ("[Install]", "[Instal]"),
        ('python" "-P"', 'pythons" "-P"'),
    ],
)
def test_a_planted_mistake_is_seen(spec: ServiceSpec, tmp_path: Path, right: str, wrong: str) -> None:
    unit = service_unit(spec)
    assert right in unit
    assert verify(tmp_path, unit.replace(right, wrong), socket_unit(spec)).stderr


@pytest.mark.parametrize(
    ("right", "wrong"), [("SocketMode=0600", "SocketMode=private"), ("ListenStream=/", "ListenStream=")]
)
def test_a_planted_mistake_in_the_socket_is_seen(spec: ServiceSpec, tmp_path: Path, right: str, wrong: str) -> None:
    unit = socket_unit(spec)
    assert right in unit
    assert verify(tmp_path, service_unit(spec), unit.replace(right, wrong)).stderr


def test_every_gap_in_the_hardening_has_its_reason(spec: ServiceSpec, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed; run tests/rig/install.sh")
    (tmp_path / SERVICE).write_text(service_unit(spec))
    command = ["systemd-analyze", "security", "--offline=true", "--json=short", str(tmp_path / SERVICE)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if "--json" in told.stderr or "--offline" in told.stderr:
        pytest.skip(f"this systemd is too old: {told.stderr.strip()}")
    open_names = {
        entry["name"]
        for entry in json.loads(told.stdout)
        if not entry["set"] and not entry["name"].startswith("CapabilityBoundingSet")
    }
    assert open_names - OF_NO_USE_TO_A_USERS_SERVICE == open_names & LEFT_OPEN.keys()
    assert {"NoNewPrivileges=", "MemoryDenyWriteExecute=", "RestrictNamespaces=~user"}.isdisjoint(open_names)


def test_it_comes_again_only_if_it_failed_for_no_fault_of_the_settings(spec: ServiceSpec) -> None:
    lines = service_unit(spec).splitlines()
    assert "Restart=on-failure" in lines
    assert "RestartPreventExitStatus=2" in lines


def test_the_socket_is_for_its_user_alone_and_goes_with_the_service(spec: ServiceSpec) -> None:
    assert {"SocketMode=0600", "DirectoryMode=0700", "RemoveOnStop=yes"} <= set(socket_unit(spec).splitlines())


def test_the_place_of_the_socket_can_be_read_back(spec: ServiceSpec) -> None:
    assert socket_of(socket_unit(spec)) == spec.socket
    assert socket_of("[Socket]\nListenStream=5000\n") is None


def test_without_variables_the_unit_is_as_good(spec: ServiceSpec, tmp_path: Path) -> None:
    unit = service_unit(replace(spec, environment={}))
    assert "Environment=" not in unit
    assert verify(tmp_path, unit, socket_unit(spec)).stderr == ""


def test_a_line_break_in_a_value_does_not_end_its_line(spec: ServiceSpec) -> None:
    unit = service_unit(replace(spec, environment={"UTTERD_HOME": "/tmp/a\nExecStartPre=/bin/evil"}))
    assert "\nExecStartPre" not in unit
