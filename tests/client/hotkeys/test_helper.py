"""The helper in C, compiled here: it finds the daemon where Python does, and says the same."""

import os
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from fake_daemon import FakeDaemon

from utterd.client.hotkeys import helper
from utterd.client.hotkeys.bindings import Action
from utterd.client.hotkeys.commands import installed_command
from utterd.client.hotkeys.helper import CompilerFailed, compile_helper, find_reader, helper_commands
from utterd.client.messages import Adjust, GetStatus, Pause, Resume, Seek, Speak, Stop
from utterd.config.paths import find_paths

STOP_OURS = Stop(mine=True, client="hotkeys")


def now(text: str) -> Speak:
    return Speak(text=text, placement="now", client="hotkeys")


@pytest.fixture(scope="module")
def key(tmp_path_factory) -> Path:
    path = compile_helper(tmp_path_factory.mktemp("helper") / "utterd-key")
    if path is None:
        pytest.skip("not installed: a C compiler")
    return path


@pytest.fixture
def press(key: Path):
    def press(*arguments: str, text: str | bytes = b"", **environ: str) -> "subprocess.CompletedProcess[bytes]":
        data = text.encode() if isinstance(text, str) else text
        return subprocess.run(
            [key, *arguments], input=data, capture_output=True, timeout=60, env={**os.environ, **environ}
        )

    return press


class TestRequests:
    def test_speak_has_the_words_spoken_at_once(self, daemon, press):
        assert press("speak", "Two", "words").returncode == 0
        assert daemon.requests == [STOP_OURS, now("Two words")]

    def test_or_standard_input(self, daemon, press):
        text = "größer — 世界\n" * 20_000
        assert press("speak", text=text).returncode == 0
        assert daemon.requests == [STOP_OURS, now(text)]

    def test_speak_stops_what_keys_have_spoken_and_speaks_no_word(self, daemon, press):
        daemon.on_stop = lambda stop: [7]
        assert press("speak", "words").returncode == 0
        assert daemon.requests == [STOP_OURS]

    def test_append_goes_behind(self, daemon, press):
        assert press("append", text="words").returncode == 0
        assert daemon.requests == [Speak(text="words", client="hotkeys")]

    def test_pause_pauses_or_resumes(self, daemon, press):
        assert press("pause").returncode == 0
        daemon.done = [7]
        assert press("pause").returncode == 0
        assert daemon.requests == [Pause(), Resume(), Pause()]

    def test_stop_goes_on_until_nothing_is_left(self, daemon, press):
        left = [[7], [70_000, 8], []]
        daemon.on_stop = lambda stop: left.pop(0)
        assert press("stop").returncode == 0
        assert daemon.requests == [Stop()] * 3

    def test_back_is_a_sentence(self, daemon, press):
        assert press("back").returncode == 0
        assert daemon.requests == [Seek(by="sentence", count=-1)]

    @pytest.mark.parametrize(
        ("told", "action", "asked"),
        [(1.5, "faster", 1.6), (2, "slower", 1.9), (2.98, "faster", 3.0), (0.5, "slower", 0.5), (None, "faster", 1.1)],
    )
    def test_speed_goes_by_what_the_daemon_says(self, daemon, press, told, action, asked):
        daemon.status = {**daemon.status, "speed": told}
        assert press(action).returncode == 0
        assert daemon.requests == [GetStatus(), Adjust(speed=asked)]

    def test_a_status_of_any_values_is_read(self, daemon, press):
        values = [0, 127, 128, 70_000, 2**40, -1, -200, -70_000, -(2**40), 1.5, True, None, "x" * 40, "y" * 70_000]
        daemon.status = {"first": values, "map": {str(n): [values] for n in range(20)}, "speed": 1.2}
        assert press("faster").returncode == 0
        assert daemon.requests[-1] == Adjust(speed=1.3)


class TestTrouble:
    @pytest.mark.parametrize("action", ["speak", "append"])
    def test_nothing_given_is_said_aloud(self, daemon, press, action):
        done = press(action, text=" \n\t")
        assert (done.returncode, done.stderr) == (2, b"utterd-key: nothing is selected\n")
        assert daemon.requests[-1] == now("Nothing is selected.")

    def test_a_refusal_is_a_sentence(self, daemon, press):
        done = press("append", "refuse", "queue_full")
        assert (done.returncode, done.stderr) == (4, b"utterd-key: refused for queue_full\n")

    def test_an_answer_that_is_none_is_one(self, daemon, press):
        done = press("append", "garbage")
        assert done.returncode == 5
        assert done.stderr.startswith(b"utterd-key: the daemon's answer ")

    @pytest.mark.parametrize("arguments", [[], ["sing"], ["stop", "now"], ["pau"], [""]])
    def test_wrong_usage_is_one(self, daemon, press, arguments):
        done = press(*arguments)
        assert done.returncode == 2
        assert done.stderr.startswith(b"utterd-key: say speak [TEXT], ")
        assert daemon.connections == 0

    def test_too_much_text_is_one(self, daemon, press):
        done = press("append", text=b"words " * 3_000_000)
        assert (done.returncode, done.stderr) == (2, b"utterd-key: the text is too long\n")

    def test_no_daemon_is_one(self, home, press):
        done = press("stop")
        assert done.returncode == 3
        assert done.stderr == f"utterd-key: no daemon is listening at {home}/run/utterd.sock\n".encode()

    def test_a_file_that_is_no_socket_is_one(self, home, press):
        (home / "run").mkdir()
        (home / "run" / "utterd.sock").write_text("")
        assert press("stop").stderr.endswith(b"/utterd.sock is not a socket\n")

    @pytest.mark.skipif(os.getuid() != 0, reason="only root may give a socket away")
    def test_another_users_socket_is_told_nothing(self, daemon, press):
        os.chown(daemon.socket_path, 12345, 12345)
        done = press("speak", "secret")
        assert (done.returncode, daemon.connections) == (3, 0)
        assert b"belongs to another user" in done.stderr

    def test_too_long_a_path_is_one(self, press):
        assert press("stop", UTTERD_SOCKET="/" + "x" * 200).returncode == 2


class TestWithoutADaemon:
    """The whole command starts one: here a script that tells what it was called with."""

    @pytest.fixture
    def press(self, tmp_path, monkeypatch, home):
        script = tmp_path / 'ut"terd'
        script.write_text('#!/bin/sh\n{ printf "%s\\n" "$@"; cat; } >"$UTTERD_HOME/called"\nexit 7\n')
        script.chmod(0o755)
        monkeypatch.setattr(helper, "find_program", lambda: script)
        key = compile_helper(tmp_path / "utterd-key")
        if key is None:
            pytest.skip("not installed: a C compiler")

        def press(*arguments: str, text: str = "") -> list[str]:
            done = subprocess.run([key, *arguments], input=text, text=True, timeout=60)
            assert done.returncode == 7
            return (home / "called").read_text().splitlines()

        return press

    def test_it_is_given_the_words(self, press):
        begin = ["speak", "--no-wait", "--client", "hotkeys"]
        assert press("speak", "-v", "words") == [*begin, "--now", "--", "-v", "words"]
        assert press("append", "words") == [*begin, "--", "words"]

    def test_or_reads_them(self, press):
        assert press("append", text="the words") == ["speak", "--no-wait", "--client", "hotkeys", "-", "the words"]


class TestPlaces:
    """As utterd.config.paths finds them."""

    @pytest.mark.parametrize(
        "environ",
        [
            {"UTTERD_SOCKET": "{}/a.sock", "UTTERD_HOME": "/nowhere"},
            {"UTTERD_SOCKET": "~/b.sock", "HOME": "{}"},
            {"UTTERD_HOME": "{}/home"},
            {"UTTERD_HOME": "~", "HOME": "{}"},
            {"XDG_RUNTIME_DIR": "{}", "UTTERD_HOME": "", "UTTERD_SOCKET": ""},
            {"XDG_RUNTIME_DIR": "relative", "TMPDIR": "{}"},
            {"TMPDIR": "{}"},
        ],
    )
    def test_the_daemon_is_found(self, press, monkeypatch, environ):
        with tempfile.TemporaryDirectory(dir="/tmp", prefix="u") as folder:
            for name in ("UTTERD_SOCKET", "UTTERD_HOME", "XDG_RUNTIME_DIR", "TMPDIR"):
                monkeypatch.delenv(name, raising=False)
            for name, value in environ.items():
                monkeypatch.setenv(name, value.format(folder))
            monkeypatch.setattr(tempfile, "tempdir", None)
            with FakeDaemon(find_paths().socket) as daemon:
                assert press("back").returncode == 0
                assert daemon.requests == [Seek()]


class TestCompiling:
    def test_it_is_made_in_this_users_state_folder(self, home, key):
        assert compile_helper() == home / "state" / "bin" / "utterd-key"
        assert helper.helper_path().stat().st_mode & stat.S_IXUSR
        assert helper.remove_helper()
        assert not helper.remove_helper()

    def test_without_a_compiler_there_is_none(self, home, monkeypatch):
        monkeypatch.setattr(helper, "COMPILERS", ("no-such-compiler",))
        assert compile_helper() is None

    def test_a_compiler_that_fails_is_a_sentence_and_leaves_the_old_one(self, home, monkeypatch):
        helper.helper_path().parent.mkdir(parents=True)
        helper.helper_path().write_text("old")
        monkeypatch.setattr(helper, "COMPILERS", ("false",))
        with pytest.raises(CompilerFailed, match="false cannot compile utterd-key: "):
            compile_helper()
        assert helper.helper_path().read_text() == "old"

    def test_strict_compilers_have_nothing_to_say(self, tmp_path, key):
        source = Path(helper.__file__).with_name("utterd-key.c")
        strict = ["cc", "-std=c99", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"]
        subprocess.run([*strict, "-o", str(tmp_path / "key"), str(source)], check=True)


class TestCommands:
    def test_the_helper_takes_what_a_program_prints(self):
        command = helper_commands(Path("/a b/utterd-key"), ["wl-paste", "--primary"])
        assert command(Action.SPEAK) == ["sh", "-c", "wl-paste --primary | '/a b/utterd-key' speak"]
        assert command(Action.APPEND) == ["sh", "-c", "wl-paste --primary | '/a b/utterd-key' append"]
        assert command(Action.PAUSE) == ["/a b/utterd-key", "pause"]

    def test_without_such_a_program_the_whole_command_reads_the_selection(self):
        command = helper_commands(Path("/k"), None)
        assert command(Action.SPEAK) == installed_command(Action.SPEAK)
        assert command(Action.STOP) == ["/k", "stop"]

    def test_such_a_program_is_taken_where_it_is_installed_and_fits(self, monkeypatch):
        monkeypatch.setattr(helper.shutil, "which", lambda name: f"/bin/{name}")
        assert find_reader("sway") == ("wl-paste", "--primary", "--no-newline")
        assert find_reader("gnome") == ("xclip", "-out", "-selection", "primary")
        monkeypatch.setattr(helper.shutil, "which", lambda name: None)
        assert find_reader("sway") is None
