import os
import sys
from pathlib import Path

import pytest

from utterd.client.cli import COMMANDS, hotkeys
from utterd.client.hotkeys.bindings import Action
from utterd.client.hotkeys.commands import find_program, installed_command


def test_each_action_is_a_command_that_there_is() -> None:
    for action in Action:
        program, name, *arguments = installed_command(action)
        assert program == str(find_program())
        assert name in COMMANDS
        module = __import__(f"utterd.client.cli.{name}", fromlist=["make_parser"])
        module.make_parser().parse(arguments)
    assert hotkeys


def test_the_program_is_that_of_this_installation() -> None:
    assert find_program().is_absolute()
    assert os.access(find_program(), os.X_OK)


def test_a_name_on_the_path_that_leads_to_it_goes_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "utterd"
    link.symlink_to(Path(sys.executable).with_name("utterd"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program() == link


def test_another_program_of_the_name_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "utterd").write_text("#!/bin/sh\n")
    (tmp_path / "utterd").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program() == Path(sys.executable).with_name("utterd")
