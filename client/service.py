"""The service of this machine's kind, and what it is to run for this user."""

import os
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from utterd.client.autostart import daemon_command
from utterd.config.paths import Paths
from utterd.config.service import ServiceManager, ServiceSpec

_PLACES = ("UTTERD_HOME", "UTTERD_SOCKET", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
"""Variables that decide where things are. A service's environment is not that of a shell: it is told of them."""


LOG_TO_FILE = "--log-to-file"
"""The argument of `utterd.daemon` by which a service's daemon can be told from others."""


def find_manager(platform: str = sys.platform) -> ServiceManager | None:
    """launchd on macOS, systemd on Linux; None elsewhere. Nobody is asked yet whether it is there."""
    if platform == "darwin":
        from utterd.launchd import service as launchd

        return launchd.manager()
    if platform.startswith("linux"):
        from utterd.systemd import service as systemd

        return systemd.manager()
    return None


def describe_service(paths: Paths, environ: Mapping[str, str] | None = None) -> ServiceSpec:
    """The daemon as a service at these places."""
    env = os.environ if environ is None else environ
    return ServiceSpec(
        command=tuple(daemon_command(LOG_TO_FILE)),
        environment={name: _absolute(env[name]) for name in _PLACES if env.get(name)},
        socket=paths.socket,
        log_file=paths.log_file,
        code=(Path(sys.prefix), Path(sysconfig.get_path("purelib")), Path(__file__).resolve().parent),
    )


def _absolute(place: str) -> str:
    return str(Path(place).expanduser().absolute())
