import shutil
import subprocess
from pathlib import Path

import pytest

from utterd.client.hotkeys.compositors.desktop_entry import desktop_entry, exec_line


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (["/usr/bin/utterd", "selection", "--toggle"], "/usr/bin/utterd selection --toggle"),
        (["/home/a b/utterd"], '"/home/a b/utterd"'),
        (["/100%/utterd"], "/100%%/utterd"),
        (["sh", "-c", 'echo "$HOME" `id`'], 'sh -c "echo \\"\\$HOME\\" \\`id\\`"'),
        (["", "a\\b"], '"" "a\\\\b"'),
    ],
)
def test_arguments_are_quoted_as_the_specification_has_it(command: list[str], line: str) -> None:
    assert exec_line(command) == line


def test_values_are_escaped_as_strings_on_top() -> None:
    entry = desktop_entry(Name="two\nlines", Exec=exec_line(["a\\b"]), X_KDE_Shortcuts="Ctrl+S")
    assert entry == ('[Desktop Entry]\nType=Application\nName=two\\nlines\nExec="a\\\\\\\\b"\nX-KDE-Shortcuts=Ctrl+S\n')


def test_the_validator_of_freedesktop_has_nothing_to_say(tmp_path: Path) -> None:
    if shutil.which("desktop-file-validate") is None:
        pytest.skip("not installed: desktop-file-validate; run tests/rig/install.sh")
    file = tmp_path / "org.utterd.Test.desktop"
    command = exec_line(["/home/a b/utterd", "100%", 'x"y', "$HOME"])
    file.write_text(desktop_entry(Name="utterd", Exec=command, NoDisplay="true", X_KDE_Shortcuts="Ctrl+S"))
    done = subprocess.run(["desktop-file-validate", str(file)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
