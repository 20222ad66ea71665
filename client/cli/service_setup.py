"""`utterd service install` and `uninstall`: the service, and what goes with it."""

import contextlib
import shutil
from importlib import import_module
from pathlib import Path

from utterd.client.cli.exits import Exit
from utterd.client.cli.service_rival import find_daemon
from utterd.client.cli.service_steps import bring_up, installed_version, refuse_sudo, the_manager
from utterd.client.service import describe_service
from utterd.config.paths import Paths, are_in_plain_home, find_paths, make_private


def install(*, speech_dispatcher: bool, hotkeys: bool) -> int:
    refuse_sudo()
    manager, paths = the_manager(), find_paths()
    spec = describe_service(paths)
    manager.check(spec)
    make_private(paths.run)
    make_private(paths.log)
    version = bring_up(manager, paths, lambda: manager.install(spec))
    if version != installed_version():  # an upgrade under a daemon that runs
        version = bring_up(manager, paths, manager.restart)
    files = ", ".join(map(str, manager.status().files))
    print(f"utterd {version} runs as a service of your session and starts at login ({files})")
    if speech_dispatcher:
        from utterd.client.bridges.speech_dispatcher.setup import install as install_module

        _tell(install_module())
    if hotkeys:
        _hotkeys("install")
    return Exit.OK


def uninstall(*, speech_dispatcher: bool, hotkeys: bool) -> int:
    refuse_sudo()
    manager, paths = the_manager(), find_paths()
    if hotkeys:
        _hotkeys("uninstall")
    if speech_dispatcher:
        from utterd.client.bridges.speech_dispatcher.setup import uninstall as uninstall_module

        _tell(uninstall_module())
    removed = manager.uninstall()
    if not removed:
        print("utterd was not installed as a service")
        return Exit.OK
    if find_daemon(paths) is None:
        removed += _sweep(paths)
    print("utterd is no longer a service; removed:", *removed, sep="\n  ")
    return Exit.OK


def _sweep(paths: Paths) -> list[Path]:
    """Remove what a daemon leaves that no longer runs: run folder and log, and the folders around if they are empty."""
    run = [] if are_in_plain_home() else [paths.run]
    removed = [path for path in (*run, *paths.log.glob(f"{paths.log_file.name}*")) if path.exists()]
    for path in removed:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for folder in (paths.log, paths.state, paths.cache):
        with contextlib.suppress(OSError):  # it is not empty, or not there
            folder.rmdir()
    return removed


def _hotkeys(action: str) -> None:
    command = import_module("utterd.client.cli.hotkeys")
    command.run(command.make_parser().parse([action]))


def _tell(done: list[str]) -> None:
    for line in done:
        print(line)
