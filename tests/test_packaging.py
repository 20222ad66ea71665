"""pyproject.toml names every folder of code, and what is not code goes along."""

import fnmatch
import importlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

NOT_INSTALLED = {"tests", "bench", "training"}
"""Top-level folders with Python in them that are no part of the package."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["setuptools"]["packages"]
FOLDERS: dict[str, str] = PROJECT["tool"]["setuptools"]["package-dir"]


def folder_of(package: str) -> Path:
    """Where setuptools finds a package: by the longest of its parents that is mapped."""
    rest: list[str] = []
    while package not in FOLDERS:
        package, _, last = package.rpartition(".")
        rest.insert(0, last)
    return ROOT.joinpath(FOLDERS[package], *rest)


def code_folders() -> set[Path]:
    tops = [
        path for path in ROOT.iterdir() if path.is_dir() and path.name[0].isalpha() and path.name not in NOT_INSTALLED
    ]
    found = {file.parent for top in tops for file in top.rglob("*.py")}
    return {folder for folder in found if "build" not in folder.parts and "dist" not in folder.parts}


def test_every_folder_of_code_is_a_package_of_the_list():
    assert {folder_of(package) for package in PACKAGES} == code_folders()


def test_every_room_is_mapped_to_its_folder():
    assert {f"utterd.{folder}": folder for folder in FOLDERS.values()} == FOLDERS
    assert {package.rpartition(".")[0] or package for package in PACKAGES} >= {"utterd"}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_can_be_imported_and_says_what_it_is(package):
    assert importlib.import_module(package).__doc__, "a sentence on its job"


@pytest.mark.parametrize("room", sorted(FOLDERS.values()))
def test_every_room_tells_type_checkers_that_it_is_typed(room):
    assert (ROOT / room / "py.typed").exists()


def test_what_is_no_code_goes_along():
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    for package in PACKAGES:
        for path in folder_of(package).iterdir():
            if path.is_file() and path.suffix not in (".py", ".pyc"):
                assert any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns), f"{path} would be left out"


@pytest.mark.parametrize(
    "path",
    ["bundles/starter/bundle.toml", "bundles/starter/vocoder.onnx", "config/defaults.toml", "client/PROTOCOL.md"],
)
def test_what_the_program_reads_beside_its_code_is_there(path):
    assert (ROOT / path).stat().st_size > 0


def test_the_command_is_where_it_is_said_to_be():
    module, _, name = PROJECT["project"]["scripts"]["utterd"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_the_licence_files_are_there():
    for name in PROJECT["project"]["license-files"]:
        assert (ROOT / name).stat().st_size > 0


def test_phonemizer_is_never_the_fork():
    """Both install the same import package."""
    assert not [line for line in PROJECT["project"]["dependencies"] if line.startswith("phonemizer-fork")]
