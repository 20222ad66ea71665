"""What keeps macOS from running an agent that is described rightly."""

from pathlib import Path

import pytest
from rig.fake_launchd import FakeLaunchd

from utterd.config.service import ServiceTrouble
from utterd.launchd.traps import check_code_is_readable, is_quarantined

HOME = Path("/Users/ann")


@pytest.mark.parametrize(
    "folder", ["Documents/code/.venv", "Desktop", "Downloads/utterd/client", "Library/Mobile Documents/x"]
)
def test_code_in_a_guarded_folder_is_refused_with_a_way_out(folder: str) -> None:
    with pytest.raises(ServiceTrouble, match=f"utterd is installed in {HOME / folder}.*pipx install utterd"):
        check_code_is_readable([Path("/opt/venv"), HOME / folder], HOME)


def test_code_elsewhere_is_fine() -> None:
    check_code_is_readable([HOME / ".local/pipx/venvs/utterd", HOME / "Documents2", Path("/opt/Documents")], HOME)


def test_a_downloaded_file_is_told_from_one_that_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeLaunchd(tmp_path)
    monkeypatch.setenv("PATH", fake.environ["PATH"])
    fake.quarantine(Path("/a.plist"))
    assert is_quarantined(Path("/a.plist"))
    assert not is_quarantined(Path("/b.plist"))


def test_without_the_program_that_knows_nothing_counts_as_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert not is_quarantined(Path("/a.plist"))
