"""What the README says is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from readme_tree import BEGIN, END, ROOT, tree

from utterd.client.cli import COMMANDS

README = (ROOT / "README.md").read_text("utf-8")


def test_the_tree_is_true():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    written = README.partition(BEGIN)[2].partition(END)[0]
    assert written == tree(), "run: python tests/readme_tree.py"


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:\w+/)+\w+\.\w+)`", README))))
def test_every_file_it_names_exists(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() & set(re.findall(r"utterd ([a-z]+)\b", README))))
def test_every_command_it_names_has_help_with_an_example(command):
    run = subprocess.run(
        [Path(sys.executable).with_name("utterd"), command, "--help"], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0
    assert f"utterd {command}" in run.stdout.split("xample")[-1]


def test_the_make_targets_it_names_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"make (\w+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
