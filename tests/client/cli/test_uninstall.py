"""`utterd uninstall` leaves nothing of ours, and everything of the user's."""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from utterd.client.cli import main
from utterd.client.cli.uninstall import remover


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("UTTERD_HOME", "UTTERD_SOCKET", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, folder in (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"), ("XDG_RUNTIME_DIR", "run")):
        (tmp_path / folder).mkdir(mode=0o700)
        monkeypatch.setenv(name, str(tmp_path / folder))
    return tmp_path


def files_under(folder: Path) -> set[str]:
    """Not GNOME's own: its gsettings makes a file when it is asked whether a key of ours is there."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() or path.is_socket()}
    return found - {"run/dconf/user"}


def put_everything_there(home: Path) -> None:
    assert main(["completion", "install"]) == 0
    model = ".local/share/utterd/models/kokoro"
    for folder in (".config/autostart", ".config/utterd", ".cache/utterd", ".local/state/utterd/log", model):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / ".config/autostart/utterd-hotkeys.desktop").touch()
    (home / ".config/autostart/other.desktop").touch()
    (home / ".config/utterd/config.toml").write_text("[speech]\nspeed = 1.2\n")
    (home / ".local/state/utterd/log/utterd.log").touch()
    (home / model / "model.onnx").touch()


def test_only_what_is_the_users_stays(home, capsys):
    put_everything_there(home)
    assert main(["uninstall"]) == 0
    assert files_under(home) == {".config/autostart/other.desktop", ".config/utterd/config.toml"}
    assert not (home / ".local/share/utterd").exists()
    out = capsys.readouterr().out
    assert "removed" in out
    assert out.splitlines()[-1].startswith("the package itself: ")


def test_purge_takes_settings_too(home):
    put_everything_there(home)
    assert main(["uninstall", "--purge"]) == 0
    assert files_under(home) == {".config/autostart/other.desktop"}


def test_a_daemon_that_runs_is_ended(home, monkeypatch, capsys):
    monkeypatch.setenv("UTTERD_OUTPUT__DEVICE", "null")
    script = "import sys; from utterd.client.cli import main; sys.exit(main())"
    subprocess.run([sys.executable, "-c", script, "speak", "--no-wait", "Hello."], check=True, timeout=60)
    lock = home / "run/utterd/utterd.lock"
    daemon = psutil.Process(int(lock.read_text()))
    capsys.readouterr()
    assert main(["uninstall", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert f"ended the daemon (process {daemon.pid})" in done["done"]
    assert done["left"] == []
    assert not daemon.is_running() or daemon.status() == psutil.STATUS_ZOMBIE
    assert files_under(home) == set()


def test_where_there_is_nothing_it_says_so(home, capsys):
    assert main(["uninstall"]) == 0
    assert capsys.readouterr().out.startswith("there was nothing to take away\n")


def test_folders_in_the_users_own_home_are_left_alone(home, monkeypatch, capsys):
    monkeypatch.setenv("UTTERD_HOME", str(home))
    for folder in ("cache", "models"):
        (home / folder).mkdir()
        (home / folder / "mine.txt").touch()
    assert main(["uninstall", "--purge"]) == 4
    assert files_under(home) == {"cache/mine.txt", "models/mine.txt"}
    assert "UTTERD_HOME is your home folder" in capsys.readouterr().err


def test_a_folder_that_cannot_be_removed_is_said(home, monkeypatch, capsys):
    (home / ".cache/utterd").mkdir()

    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("shutil.rmtree", refuse)
    assert main(["uninstall"]) == 5
    assert "cannot remove" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("mark", "command"),
    [
        ("pipx_metadata.json", "pipx uninstall utterd"),
        ("uv-receipt.toml", "uv tool uninstall utterd"),
        ("pyvenv.cfg", f"{sys.executable} -m pip uninstall utterd"),
    ],
)
def test_the_package_goes_the_way_it_came(tmp_path, mark, command):
    (tmp_path / mark).touch()
    assert remover(tmp_path) == command
