"""Is utterd at home on this desktop: service, scheduling, hotkeys, selections, screen readers? None of it has to be."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from utterd.client.cli.checks.finding import Finding, Verdict
from utterd.client.cli.scheduling_advice import advice
from utterd.client.errors import UtterdError
from utterd.client.service import describe_service, find_manager
from utterd.config.paths import Paths
from utterd.config.service import NoServiceManager, ServiceState, ServiceTrouble


def check_desktop(paths: Paths) -> Iterator[Finding]:
    yield check_service(paths)
    if sys.platform == "darwin" or has_screen(os.environ):
        yield check_hotkeys()
        yield check_selection()
    if sys.platform.startswith("linux"):
        yield check_speech_dispatcher()


def has_screen(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY"))


def check_service(paths: Paths) -> Finding:
    """Started at login, and kept running?"""
    name, install = "service", "utterd service install"
    manager = find_manager()
    if manager is None:
        return Finding(name=name, verdict=Verdict.NOTE, detail="this system has neither launchd nor systemd")
    try:
        spec = describe_service(paths)
        status = manager.status(spec)
        manager.check(spec)
    except NoServiceManager as trouble:
        return Finding(name=name, verdict=Verdict.NOTE, detail=str(trouble))
    except ServiceTrouble as trouble:
        return Finding(name=name, verdict=Verdict.BROKEN, detail=str(trouble))
    if status.state is ServiceState.ABSENT:
        detail = "not installed: the first `utterd speak` starts the daemon, half a second late"
        return Finding(name=name, verdict=Verdict.NOTE, detail=detail, mend=install)
    said = f"{status.state.value}, {status.manager}"
    if status.state is ServiceState.FAILED:
        detail = f"{said}: {status.last_end or 'it does not say why'}"
        return Finding(name=name, verdict=Verdict.BROKEN, detail=detail, mend="utterd service logs")
    if not status.is_current:
        detail = f"{said}; its description is not what this version would write"
        return Finding(name=name, verdict=Verdict.NOTE, detail=detail, mend=install)
    if not status.is_enabled:
        detail = f"{said}; it does not start at login"
        return Finding(name=name, verdict=Verdict.NOTE, detail=detail, mend=install)
    return Finding(name=name, verdict=Verdict.OK, detail=f"{said}, starts at login")


def check_scheduling(status: Mapping[str, Any]) -> Iterator[Finding]:
    """What the stages were granted, and how to be granted more."""
    stages = status.get("stages", [])
    advised = advice(stages)
    for what, mend in advised:
        yield Finding(name="scheduling", verdict=Verdict.NOTE, detail=what, mend=mend)
    if not advised:
        granted = next((stage["scheduling"]["granted"] for stage in stages if stage.get("name") == "output"), None)
        yield Finding(
            name="scheduling", verdict=Verdict.OK, detail=f"sound has {granted or 'not been asked about yet'}"
        )


def check_hotkeys() -> Finding:
    """Do keys have the selection spoken?"""
    from utterd.client.hotkeys.bindings import Action, BindingError, configured_bindings, find_keys

    name = "hotkeys"
    try:
        keys = find_keys(configured_bindings(), Action.SPEAK)
    except BindingError as error:
        return Finding(name=name, verdict=Verdict.BROKEN, detail=str(error), mend="edit [hotkeys] in config.toml")
    if keys is None:
        return Finding(
            name=name, verdict=Verdict.NOTE, detail="hotkeys.speak is empty in config.toml: no key is wanted"
        )
    if how := _how_keys_are_served():
        return Finding(name=name, verdict=Verdict.OK, detail=f"{keys} speaks what is selected: {how}")
    return Finding(
        name=name, verdict=Verdict.NOTE, detail=f"nothing makes {keys} speak yet", mend="utterd hotkeys install"
    )


def _how_keys_are_served() -> str:
    """Empty if by nothing that can be seen: what a desktop has bound by itself cannot always be."""
    from utterd.client.hotkeys import autostart, instance

    if sys.platform == "darwin":
        from utterd.client.hotkeys.bindings import Action
        from utterd.client.hotkeys.macos import launch_agent, quick_action

        if launch_agent.agent_file().exists():
            return "by an agent that starts at login"
        return "by a Services Quick Action" if quick_action.bundle_path(Action.SPEAK).exists() else ""
    if agents := instance.running_agents():
        return f"by the agent, process {agents[0]}"
    if autostart.entry_path().exists():
        return "by an agent, from the next login on"
    return ""


def check_selection() -> Finding:
    """Can the text that is selected be read? It is not read here."""
    from utterd.client.selection import SelectionUnavailable, find_source

    name = "selection"
    try:
        source = find_source()
    except SelectionUnavailable as problem:
        return Finding(name=name, verdict=Verdict.NOTE, detail=str(problem))
    if source == "macos" and not _is_permitted_on_macos():
        detail = "keys other than the Services menu's need a permission that only you can give"
        mend = "System Settings, Privacy & Security, Accessibility: switch on the program that runs utterd"
        return Finding(name=name, verdict=Verdict.NOTE, detail=detail, mend=mend)
    return Finding(name=name, verdict=Verdict.OK, detail=f"can be read, through {source}")


def _is_permitted_on_macos() -> bool:
    from utterd.client.selection.macos_accessibility import is_permitted
    from utterd.client.selection.macos_frameworks import MacFrameworks

    return is_permitted(MacFrameworks(), ask=False)


def check_speech_dispatcher() -> Finding:
    """Do screen readers find utterd?"""
    from utterd.client.bridges.speech_dispatcher.setup import is_installed

    name, mend = "speech-dispatcher", "utterd service install --speech-dispatcher"
    if shutil.which("speech-dispatcher") is None:
        detail = "not installed; Orca, spd-say and their like speak through it"
        return Finding(name=name, verdict=Verdict.NOTE, detail=detail)
    try:
        if is_installed():
            return Finding(name=name, verdict=Verdict.OK, detail="utterd is one of its modules: spd-say -o utterd")
    except UtterdError as error:
        return Finding(name=name, verdict=Verdict.BROKEN, detail=str(error), mend=mend)
    return Finding(name=name, verdict=Verdict.NOTE, detail="it does not know utterd", mend=mend)
