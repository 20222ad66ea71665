import os
import stat
import sys
from pathlib import Path

import pytest

from utterd.client.bridges.speech_dispatcher import setup
from utterd.client.bridges.speech_dispatcher.setup import SetupFailed, install, uninstall


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A user's, on a system with a speech-dispatcher and our command."""
    home, programs, system = tmp_path / "home", tmp_path / "bin", tmp_path / "etc"
    for folder in (home, programs, system / "clients"):
        folder.mkdir(parents=True)
    for name in ("speech-dispatcher", "sd_utterd", "python"):
        (programs / name).touch(0o755)
    (system / "speechd.conf").write_text('LogLevel 3\n#AddModule "x" "sd_x"\nInclude "clients/*.conf"\n')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setattr(setup, "SYSTEM_FOLDERS", (system,))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    return home


def link(home: Path) -> Path:
    return home / ".local" / "libexec" / "speech-dispatcher-modules" / "sd_utterd"


def conf(home: Path) -> Path:
    return home / ".config" / "speech-dispatcher" / "speechd.conf"


def files(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


class TestWithoutAConfigurationOfOnesOwn:
    def test_the_module_stands_where_it_is_looked_for(self, home, tmp_path):
        install()
        assert link(home).readlink() == tmp_path / "bin" / "sd_utterd"
        assert (home / ".local" / "share").is_dir(), "the way there leads through it"

    def test_the_systems_configuration_is_taken_in_and_no_module_is_named(self, home, tmp_path):
        install()
        lines = conf(home).read_text().splitlines()
        assert lines[2:5] == [
            f'Include "{tmp_path}/etc/speechd.conf"',
            "DefaultModule utterd",
            'SymbolsPreproc "no"',
        ]
        assert "AddModule" not in conf(home).read_text()

    def test_it_is_no_default_if_that_is_not_wanted(self, home):
        install(make_default=False)
        assert link(home).is_symlink()
        assert not conf(home).exists()

    def test_a_default_is_taken_back(self, home):
        install()
        install(make_default=False)
        assert not conf(home).exists()

    def test_nothing_is_left_of_it(self, home):
        install()
        assert len(uninstall()) == 3
        assert files(home) == {}
        assert uninstall() == []

    def test_a_system_that_names_its_modules_gets_ours_named_too(self, home, tmp_path):
        (tmp_path / "etc" / "clients" / "all.conf").write_text('AddModule "x" "sd_x" "x.conf"\n')
        install(make_default=False)
        assert f'AddModule "utterd" "{link(home)}" ""' in conf(home).read_text()
        assert "DefaultModule" not in conf(home).read_text()

    def test_the_users_folders_may_be_elsewhere(self, home, monkeypatch):
        monkeypatch.setenv("XDG_DATA_HOME", str(home / "data" / "share"))
        monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "conf"))
        install()
        assert (home / "data" / "libexec" / "speech-dispatcher-modules" / "sd_utterd").is_symlink()
        assert (home / "conf" / "speech-dispatcher" / "speechd.conf").exists()


class TestWithAConfigurationOfOnesOwn:
    @pytest.mark.parametrize("text", [b"LogLevel 5\n", b"LogLevel 5", b"# \xff\r\n", b'AddModule "x" "sd_x"\n'])
    def test_it_comes_back_byte_for_byte(self, home, text):
        conf(home).parent.mkdir(parents=True)
        conf(home).write_bytes(text)
        install()
        assert conf(home).read_bytes().startswith(text)
        install()
        uninstall()
        assert files(home) == {".config/speech-dispatcher/speechd.conf": text}

    def test_one_that_names_modules_names_ours_too(self, home):
        conf(home).parent.mkdir(parents=True)
        conf(home).write_text('AddModule "x" "sd_x" "x.conf"\n')
        install()
        assert f'AddModule "utterd" "{link(home)}" ""\nDefaultModule utterd' in conf(home).read_text()

    def test_a_link_and_its_mode_stay(self, home):
        real = home / "dotfiles.conf"
        real.write_text("LogLevel 5\n")
        real.chmod(0o600)
        conf(home).parent.mkdir(parents=True)
        conf(home).symlink_to(real)
        install()
        assert conf(home).is_symlink()
        assert "DefaultModule utterd" in real.read_text()
        assert stat.S_IMODE(real.stat().st_mode) == 0o600

    def test_languages_with_other_modules_are_told(self, home):
        conf(home).parent.mkdir(parents=True)
        conf(home).write_text('LanguageDefaultModule "cs" "festival"\n')
        assert any("cs (festival)" in line for line in install())

    def test_one_that_includes_itself_does_no_harm(self, home, tmp_path):
        (tmp_path / "etc" / "speechd.conf").write_text('Include "speechd.conf"\n')
        assert install()


class TestRefused:
    def test_without_speech_dispatcher(self, home, tmp_path):
        (tmp_path / "bin" / "speech-dispatcher").unlink()
        with pytest.raises(SetupFailed, match="not installed here"):
            install()
        assert files(home) == {}

    def test_without_our_command(self, home, tmp_path):
        (tmp_path / "bin" / "sd_utterd").unlink()
        with pytest.raises(SetupFailed, match="sd_utterd is not there"):
            install()

    def test_where_no_configuration_is_found(self, home, tmp_path):
        (tmp_path / "etc" / "speechd.conf").unlink()
        with pytest.raises(SetupFailed, match="spd-conf"):
            install()

    def test_where_a_file_stands_in_the_way(self, home):
        (home / ".config").write_text("")
        with pytest.raises(SetupFailed, match=r"cannot write .*speech-dispatcher"):
            install()


def test_an_upgrade_moves_the_link(home, tmp_path):
    install()
    os.rename(tmp_path / "bin" / "sd_utterd", home / "sd_utterd")
    link(home).unlink()
    link(home).symlink_to(home / "old")
    (tmp_path / "bin" / "sd_utterd").touch(0o755)
    install()
    assert link(home).readlink() == tmp_path / "bin" / "sd_utterd"
