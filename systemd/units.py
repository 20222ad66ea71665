"""The two unit files of a user's session: the daemon, and the socket that clients find whether it runs or not."""

import re
from collections.abc import Mapping
from pathlib import Path

from utterd.config.service import ServiceSpec

SERVICE, SOCKET = "utterd.service", "utterd.socket"

BAD_SETTINGS = 2
"""The daemon's exit status for a configuration that it cannot use."""

_SERVICE_UNIT = """\
# Written by `utterd service install`; what is changed here is lost at the next one.
# Your own changes: systemctl --user edit utterd

[Unit]
Description=utterd, text to speech
Requires=utterd.socket
After=utterd.socket pipewire.service pipewire-pulse.service pulseaudio.service
# So often at most, counting those that clients caused after an idle exit.
StartLimitIntervalSec=60
StartLimitBurst=20

[Service]
Type=notify
ExecStart={command}
{environment}
Slice=session.slice
TimeoutStartSec=60
TimeoutStopSec=10
KillMode=mixed

# A daemon that ends well stays down, until it is asked for; one that fails comes again.
Restart=on-failure
RestartSec=1
# Not with settings that it cannot use: only another request tries them again.
RestartPreventExitStatus={bad_settings}
WatchdogSec=30

# What is spoken stays private: no files for others, no memory on disk.
UMask=0077
LimitCORE=0

# It reads text from anywhere, and needs little: its files, Unix sockets, threads, real time.
# No RestrictRealtime: sound is played in real time. Nothing that takes namespaces or capabilities: not every system
# lets its users have them, and then the service would not start.
NoNewPrivileges=yes
LockPersonality=yes
# An accelerator that compiles code for itself needs this off.
MemoryDenyWriteExecute=yes
# A sound server across the network needs AF_INET and AF_INET6 too.
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@keyring
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
"""

_SOCKET_UNIT = """\
# Written by `utterd service install`; what is changed here is lost at the next one.

[Unit]
Description=utterd, where its clients connect

[Socket]
ListenStream={socket}
SocketMode=0600
DirectoryMode=0700
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
"""


def service_unit(spec: ServiceSpec) -> str:
    """utterd.service."""
    return _SERVICE_UNIT.format(
        # The colon: a `$` in it is a `$`.
        command=" ".join(map(_quoted, (f":{spec.command[0]}", *spec.command[1:]))),
        environment=_environment_lines(spec.environment),
        bad_settings=BAD_SETTINGS,
    )


def socket_unit(spec: ServiceSpec) -> str:
    """utterd.socket."""
    return _SOCKET_UNIT.format(socket=str(spec.socket).replace("%", "%%"))


def socket_of(unit: str) -> Path | None:
    """Where the socket unit with this text listens."""
    found = re.search(r"^ListenStream=(/.*)$", unit, re.MULTILINE)
    return Path(found[1].replace("%%", "%")) if found else None


def _environment_lines(environment: Mapping[str, str]) -> str:
    return "\n".join(f"Environment={_quoted(f'{name}={value}')}" for name, value in environment.items())


def _quoted(word: str) -> str:
    """One word as systemd.syntax(7) reads it, with no specifier in it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("%", "%%")
    return f'"{escaped}"'
