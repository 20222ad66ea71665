"""Which model is spoken with: by the daemon that runs, and by the settings. No daemon is started, or woken, for it."""

from pathlib import Path

from utterd.client.cli.service_rival import find_daemon
from utterd.client.connection import Client
from utterd.client.errors import UtterdError
from utterd.client.models.listing import Marks
from utterd.config.bundles import BundleError, find_bundle
from utterd.config.paths import Paths
from utterd.config.settings import SettingsError, load_settings

STATUS_TIMEOUT_S = 5.0


def find_marks(paths: Paths) -> Marks:
    """Folders of models; None where nothing is known."""
    return Marks(used=_folder(_used_model(paths)), default=_folder(_default_model(paths)))


def _used_model(paths: Paths) -> str:
    """Empty if no daemon runs. One that does not answer is taken to have what the settings name."""
    if find_daemon(paths) is None:  # whose socket a service may hold, and start it for whoever connects
        return ""
    try:
        with Client(paths.socket, reply_timeout_s=STATUS_TIMEOUT_S) as client:
            return str(client.status().get("model") or "")
    except UtterdError:
        return _default_model(paths)


def _default_model(paths: Paths) -> str:
    try:
        return load_settings(paths.config_file).speech.model
    except SettingsError:
        return ""


def _folder(model: str) -> Path | None:
    try:
        return find_bundle(model).folder if model else None
    except BundleError:
        return None
