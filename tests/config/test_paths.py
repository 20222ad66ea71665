import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from utterd.config.paths import SOCKET_PATH_LIMIT_BYTES, PathError, find_models_folder, find_paths, make_private

HOME = {"HOME": "/home/ada"}


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.fixture
def macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def test_one_folder_for_everything_if_that_is_wanted():
    paths = find_paths({"UTTERD_HOME": "/srv/u", "XDG_RUNTIME_DIR": "/run/user/1000", **HOME})
    assert (paths.run, paths.config, paths.cache) == (Path("/srv/u/run"), Path("/srv/u/config"), Path("/srv/u/cache"))
    assert (paths.state, paths.log, paths.models) == (Path("/srv/u/state"), Path("/srv/u/log"), Path("/srv/u/models"))
    assert paths.socket == Path("/srv/u/run/utterd.sock")
    assert paths.lock == Path("/srv/u/run/utterd.lock")
    assert paths.log_file == Path("/srv/u/log/utterd.log")
    assert paths.config_file == Path("/srv/u/config/config.toml")


def test_a_relative_home_is_relative_to_where_one_stands():
    assert find_paths({"UTTERD_HOME": "here"}).run == Path.cwd() / "here" / "run"


@pytest.mark.usefixtures("linux")
def test_on_linux_folders_are_where_the_desktop_keeps_such_things():
    env = {
        "XDG_RUNTIME_DIR": "/run/user/1000",
        "XDG_CONFIG_HOME": "/c",
        "XDG_CACHE_HOME": "/k",
        "XDG_STATE_HOME": "/s",
        "XDG_DATA_HOME": "/d",
        **HOME,
    }
    paths = find_paths(env)
    assert paths.socket == Path("/run/user/1000/utterd/utterd.sock")
    assert (paths.config, paths.cache) == (Path("/c/utterd"), Path("/k/utterd"))
    assert (paths.state, paths.log) == (Path("/s/utterd"), Path("/s/utterd/log"))
    assert paths.models == find_models_folder(env) == Path("/d/utterd/models")


@pytest.mark.usefixtures("linux")
def test_on_linux_without_a_desktop_the_usual_folders_are_used():
    paths = find_paths(HOME)
    assert paths.config == Path("/home/ada/.config/utterd")
    assert paths.cache == Path("/home/ada/.cache/utterd")
    assert paths.log == Path("/home/ada/.local/state/utterd/log")
    assert paths.models == Path("/home/ada/.local/share/utterd/models")


@pytest.mark.usefixtures("linux")
def test_the_run_folder_stands_directly_in_the_common_one_if_there_is_no_better():
    """A folder between, made by somebody else first, would be theirs to exchange ours in."""
    assert find_paths(HOME).run == Path(tempfile.gettempdir()) / f"utterd-{os.getuid()}"


@pytest.mark.usefixtures("linux")
def test_relative_desktop_folders_are_ignored_as_their_standard_wants():
    assert find_paths({"XDG_CONFIG_HOME": "here", **HOME}).config == Path("/home/ada/.config/utterd")


@pytest.mark.usefixtures("macos")
def test_on_macos_everything_is_in_the_library():
    paths = find_paths({"HOME": "/Users/ada", "TMPDIR": "/var/folders/x", "XDG_RUNTIME_DIR": "/run/user/1"})
    assert paths.socket == Path("/Users/ada/Library/Caches/utterd/run/utterd.sock")
    assert paths.config == Path("/Users/ada/Library/Application Support/utterd")
    assert paths.log == Path("/Users/ada/Library/Logs/utterd")
    assert paths.models == Path("/Users/ada/Library/Application Support/utterd/models")


def test_the_socket_can_be_moved_alone():
    paths = find_paths({"UTTERD_HOME": "/srv/u", "UTTERD_SOCKET": "/tmp/s"})
    assert (paths.socket, paths.run) == (Path("/tmp/s"), Path("/srv/u/run"))


def test_a_socket_path_that_no_socket_can_have_is_refused_with_advice():
    longest = "/" + "x" * (SOCKET_PATH_LIMIT_BYTES - 1)
    assert find_paths({"UTTERD_SOCKET": longest, **HOME}).socket == Path(longest)
    with pytest.raises(PathError, match="longer than 100 bytes; set UTTERD_HOME or UTTERD_SOCKET to a shorter one"):
        find_paths({"UTTERD_SOCKET": longest + "x", **HOME})


def test_models_are_found_where_no_socket_could_be():
    assert find_models_folder({"UTTERD_HOME": "/" + "x" * SOCKET_PATH_LIMIT_BYTES}).name == "models"


def test_what_counts_are_bytes():
    with pytest.raises(PathError):
        find_paths({"UTTERD_SOCKET": "/" + "ü" * 50, **HOME})


def test_nothing_is_created_by_looking(folder):
    find_paths({"UTTERD_HOME": str(folder / "u")})
    assert list(folder.iterdir()) == []


# Private folders


def test_a_private_folder_is_made_with_its_parents(folder):
    made = make_private(folder / "a" / "b")
    assert made == folder / "a" / "b"
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_folder_that_is_too_open_is_closed(folder):
    (folder / "open").mkdir()
    (folder / "open").chmod(0o755)
    make_private(folder / "open")
    assert stat.S_IMODE((folder / "open").stat().st_mode) == 0o700


def test_a_link_is_no_private_folder(folder):
    (folder / "elsewhere").mkdir()
    (folder / "link").symlink_to(folder / "elsewhere")
    with pytest.raises(PathError, match="link is not a folder"):
        make_private(folder / "link")


def test_a_file_in_the_way_is_named(folder):
    (folder / "file").touch()
    for path in (folder / "file", folder / "file" / "below"):
        with pytest.raises(PathError, match=f"cannot use the folder {path}"):
            make_private(path)


def test_the_folder_of_another_user_is_refused(folder, monkeypatch):
    (folder / "theirs").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: os.stat(folder).st_uid + 1)
    with pytest.raises(PathError, match="belongs to another user"):
        make_private(folder / "theirs")
