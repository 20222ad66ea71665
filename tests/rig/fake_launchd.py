"""A launchd of the test's own: `launchctl` and `xattr` on a PATH, and what is in their minds."""

import json
import sys
from pathlib import Path
from typing import Any

LAUNCHCTL = Path(__file__).with_name("fake_launchctl.py")

XATTR = """\
#!/bin/sh
# xattr -p com.apple.quarantine FILE: 1 where there is no such mark
grep -qxF "$3" "{folder}/quarantined" 2>/dev/null
"""

STATE: dict[str, Any] = {
    "calls": [],
    "jobs": {},
    "disabled": [],
    "disabled_word": "disabled",
    "quarantined": [],
    "has_screen": True,
    "looks_while_ending": 2,
    "bootout_code": 0,
    "forced": {},
    "next_pid": 4000,
}


class FakeLaunchd:
    """Give its `environ` to what is to meet it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "state.json"
        self._file.write_text(json.dumps(STATE))
        self.bin = folder / "bin"
        self.bin.mkdir()
        self._program("launchctl", f'#!/bin/sh\nexec "{sys.executable}" -ISB "{LAUNCHCTL}" "$@"\n')
        self._program("xattr", XATTR.format(folder=folder))

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "FAKE_LAUNCHD": str(self.folder)}

    @property
    def state(self) -> dict[str, Any]:
        """What it knows now."""
        state: dict[str, Any] = json.loads(self._file.read_text())
        return state

    def set(self, **changes: Any) -> None:
        """`has_screen`: somebody is logged in there. `disabled`: labels. `looks_while_ending`: how often `print` still
        shows a job that was booted out. `bootout_code`: what bootout says of one that takes a while. `forced`: by
        command, the codes of its next calls, 0 for what it would be."""
        self._file.write_text(json.dumps(self.state | changes))

    def set_job(self, label: str, **changes: Any) -> None:
        """As when its process has ended: `pid=None, last_exit=1`."""
        state = self.state
        state["jobs"][label] |= changes
        self._file.write_text(json.dumps(state))

    def quarantine(self, path: Path) -> None:
        """As if it had been downloaded."""
        (self.folder / "quarantined").write_text(f"{path}\n")
        self.set(quarantined=[str(path)])

    @property
    def commands(self) -> list[str]:
        """The names of the commands given, in order, without the looks."""
        return [call[0] for call in self.state["calls"] if not call[0].startswith("print")]

    def _program(self, name: str, text: str) -> None:
        program = self.bin / name
        program.write_text(text)
        program.chmod(0o755)
