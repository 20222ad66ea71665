"""`utterd models`, as it is typed: against a page of releases on this machine."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from fake_daemon import STATUS, FakeDaemon
from rig.fetching import FILES, GRAPH, VOICES, sha256
from rig.release_page import ETAG, Answer, ReleasePage, damaged, redirect, status
from rig.terminal import TerminalProgram
from waiting import HANG_GUARD_S, wait_until

from utterd.client.cli import main, models_usage
from utterd.client.cli.models import ACTIONS
from utterd.client.cli.service_rival import FoundDaemon
from utterd.client.models import download
from utterd.client.models.sizes import readable_size
from utterd.client.models.store import Store
from utterd.config.bundles import find_bundle, verify_files

SIZE = readable_size(len(GRAPH) + len(VOICES))

PROGRAM = "import sys; from utterd.client.cli import main; sys.exit(main())"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "FIRST_WAIT_S", 0.0)


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence behind what may have been told of progress."""
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("utterd: ")]
    assert said
    return said[-1].removeprefix("utterd: ")


# get


def test_a_model_is_fetched(home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "get", "tiny"]) == 0
    verify_files(find_bundle("tiny"))
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == f"tiny is installed: 3 voices, {SIZE}"
    assert "utterd run --model tiny " in out
    assert err.splitlines()[0] == "model.onnx: 0% of 300 kB"
    assert err.splitlines()[-1] == f"voices.npz: 100% of {readable_size(len(VOICES))}"
    assert main(["models", "get", "tiny"]) == 0
    assert capsys.readouterr().out.startswith("tiny was installed already: ")


def test_json_tells_of_the_way_and_of_the_end(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str]
) -> None:
    release_page.orders = [status(500)]
    assert main(["models", "get", "tiny", "--precision", "int8", "--json"]) == 0
    out, err = capsys.readouterr()
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events[:2]] == ["waiting", "progress"]
    assert events[-1] == {
        "event": "installed",
        "name": "tiny-int8",
        "folder": str(home / "models" / "tiny-int8"),
        "voices": 3,
        "size_bytes": len(FILES["new/tiny.int8.onnx"]) + len(VOICES),
        "was_there": False,
    }
    assert err == ""


def test_a_mirror_of_the_command_counts_before_the_settings(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "config" / "config.toml").write_text('[models]\nmirror = "http://127.0.0.1:9/none"\n')
    with ReleasePage(dict(FILES)) as mirror:
        assert main(["models", "get", "tiny", "--mirror", mirror.address]) == 0
        assert len(mirror.seen) == 2
        (home / "config" / "config.toml").write_text(f'[models]\nmirror = "{mirror.address}"\n')
        assert main(["models", "get", "tiny-int8"]) == 0
        assert mirror.seen[-1].path == "/new/tiny.int8.onnx"
    assert release_page.seen == []


def test_a_proxy_of_the_settings_is_gone_through(
    home: Path, release_page: ReleasePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UTTERD_MODELS__PROXY", release_page.address)
    assert main(["models", "get", "tiny", "--mirror", "http://example.invalid"]) == 5
    assert {seen.path for seen in release_page.seen} == {"http://example.invalid/new/tiny.onnx"}


def test_files_of_this_machine_need_no_network(
    home: Path,
    release_page: ReleasePage,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    (tmp_path / "own.onnx").write_bytes(GRAPH)
    (tmp_path / "voices.npz").write_bytes(VOICES)
    command = ["models", "get", "mine", "--file", str(tmp_path / "own.onnx"), "--voices", str(tmp_path / "voices.npz")]
    assert main(command) == 0
    verify_files(find_bundle("mine"))
    assert release_page.seen == []
    assert "utterd: " not in capsys.readouterr().err


def test_files_that_nobody_has_checked_are_taken_if_that_is_said(
    home: Path, release_page: ReleasePage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.onnx").write_bytes(GRAPH + b"1")
    command = ["models", "get", "tiny", "--file", str(tmp_path / "own.onnx")]
    assert main(command) == 2
    begins = f"its sha256 begins with {sha256(GRAPH + b'1')[:8]}, that one's with {sha256(GRAPH)[:8]}"
    problem = f"{tmp_path / 'own.onnx'} is not the catalogue's tiny.onnx ({begins})"
    assert complaint(capsys) == f"{problem}; to take it all the same, add --unverified"
    assert not (home / "models" / "tiny").exists()
    assert main([*command, "--unverified"]) == 0
    assert f"utterd: {problem}; it is taken as it is\n" in capsys.readouterr().err
    verify_files(find_bundle("tiny"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["whisper"], "the catalogue has no model 'whisper'"),
        (["tiny", "--precision", "fp16"], "the catalogue has tiny in fp32, int8, not in fp16"),
        (["tiny", "--precision", "q4"], "invalid choice: 'q4'"),
        (["tiny", "--mirror", "intranet"], "the mirror 'intranet' is no address"),
        (["tiny", "--file", "/none"], "cannot read /none: No such file or directory"),
        (["tiny", "--voices", "/none"], "there is no file /none"),
        (["starter"], "'starter' comes with utterd"),
        (["../x"], "'../x' is no name for a model"),
        ([], "the following arguments are required: NAME"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["models", "get", *arguments]) == 2
    assert said in complaint(capsys)
    assert not (home / "models" / "tiny").exists()


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (status(404), "has no such file (404 Not Found)"),
        (status(403), "does not hand the file out (403 Forbidden)"),
        (status(200, b"<html>", Content_Type="text/html"), "a web page in place of the file"),
        (redirect("/new/tiny.onnx"), "sends us in a circle"),
        (damaged, "is damaged, or is another file"),
    ],
)
def test_what_cannot_be_fetched_is_one_sentence_and_exit_5(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str], order: Any, said: str
) -> None:
    release_page.orders = [order] * 20
    assert main(["models", "get", "tiny"]) == 5
    assert said in complaint(capsys)
    with pytest.raises(Exception, match="no model 'tiny'"):
        find_bundle("tiny")


def test_a_wrong_catalogue_of_ones_own_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "config").mkdir()
    (home / "config" / "models.toml").write_text("[models.x]\ntitle = 5\n")
    for command in (["models", "get", "kokoro"], ["models", "list"]):
        assert main(command) == 2
        assert "models.x has no 'family'" in complaint(capsys)


def test_a_second_get_is_refused(home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str]) -> None:
    with Store(home / "models").lock("tiny"):
        assert main(["models", "get", "tiny"]) == 4
        assert complaint(capsys).startswith("another `utterd models` is at work on tiny")


KEPT = 131_072
"""Bytes that have been written when so many more have been sent."""


def stops_in_the_middle(answer: Answer, page: ReleasePage) -> None:
    answer.head(200, Content_Length=len(answer.content), ETag=ETAG)
    answer.body(answer.content[:200_000])
    page.is_over.wait(HANG_GUARD_S)


def wait_for_the_middle(home: Path) -> Path:
    part = home / "models" / "tiny" / "model.onnx.part"
    wait_until(lambda: part.exists() and part.stat().st_size >= KEPT, what="half of the file")
    return part


def test_ctrl_c_keeps_what_came_and_exits_130(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str]
) -> None:
    release_page.orders = [lambda answer: stops_in_the_middle(answer, release_page)]
    command = [sys.executable, "-c", PROGRAM, "models", "get", "tiny"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        part = wait_for_the_middle(home)
        assert main(["models", "get", "tiny"]) == 4
        assert main(["models", "remove", "tiny"]) == 4
        assert complaint(capsys).startswith("another `utterd models` is at work on tiny")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=HANG_GUARD_S)
        assert process.returncode == 130
    assert said.splitlines()[-1] == "utterd: interrupted; what came is kept, and the same command goes on with it"
    kept = part.read_bytes()
    assert GRAPH.startswith(kept)
    assert main(["models", "get", "tiny"]) == 0
    assert release_page.seen[1].range_start == len(kept)
    assert release_page.seen[1].headers["if-range"] == ETAG


def test_a_disk_that_takes_no_more_is_told_and_what_fits_is_kept(home: Path, release_page: ReleasePage) -> None:
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({KEPT}, {KEPT})); {PROGRAM}"
    command = [sys.executable, "-c", limited, "models", "get", "tiny"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_GUARD_S)
    assert done.returncode == 5
    part = home / "models" / "tiny" / "model.onnx.part"
    assert done.stderr.splitlines()[-1] == f"utterd: cannot write {part}: File too large"
    assert part.read_bytes() == GRAPH[:KEPT]
    assert main(["models", "get", "tiny"]) == 0
    assert release_page.seen[1].range_start == KEPT


def test_on_a_terminal_a_bar_is_drawn_and_taken_away(home: Path, release_page: ReleasePage) -> None:
    go_on = threading.Event()

    def waits(answer: Answer) -> None:
        answer.head(200, Content_Length=len(answer.content))
        answer.body(answer.content[:200_000])
        go_on.wait(HANG_GUARD_S)
        answer.body(answer.content[200_000:])

    release_page.orders = [waits]
    environ = {name: value for name, value in os.environ.items() if name != "TERM"}
    with TerminalProgram(
        sys.executable, "-c", PROGRAM, "models", "get", "tiny", environ=environ, width=100
    ) as terminal:
        terminal.wait_for("model.onnx  [")
        assert terminal.shows("of 300 kB")
        go_on.set()
        assert terminal.wait() == 0
        assert not terminal.shows("model.onnx  [")
        assert terminal.shows("tiny is installed: 3 voices")


# list


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    assert main(["models", "list", "--json"]) == 0
    return {model["name"]: model for model in json.loads(capsys.readouterr().out)}


def test_the_list_has_what_is_here_and_what_can_be_had(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["models", "get", "tiny"])
    capsys.readouterr()
    assert main(["models", "list"]) == 0
    lines = {line[3:].split()[0]: line.split() for line in capsys.readouterr().out.splitlines()}
    assert lines["starter"][:3] == ["*", "starter", "shipped"]
    assert lines["tiny"][:4] == ["tiny", "installed", *SIZE.split()]
    assert lines["tiny-int8"][1] == "available"
    assert lines["kokoro"][:5] == ["kokoro", "available", "354", "MB", "-"]
    models = listed(capsys)
    assert models["tiny"]["folder"] == str(home / "models" / "tiny")
    assert (models["tiny"]["state"], models["tiny"]["voices"]) == ("installed", 3)
    assert models["kokoro"]["size_bytes"] == 325_505_369 + 28_214_398
    assert models["kokoro"]["licence"] == "Apache-2.0"
    assert models["starter"]["is_default"]


def test_the_list_shows_what_was_prepared_and_tuned(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["models", "get", "tiny"])
    made_of = {"format": 2, "model_sha256": sha256(GRAPH), "onnxruntime": version("onnxruntime"), "cpu": "here"}
    prepared = home / "models" / "tiny" / "prepared"
    prepared.mkdir()
    (prepared / "parts.json").write_text(json.dumps(made_of | {"variants": {"fp32": {}, "int8": {}}}))
    measured = {"explanation": ["int8.", "First sound of a clause: 30 ms."]}
    tuned = made_of | {"variant": "int8", "threads": 1, "measured": measured}
    (prepared / "tuned.json").write_text(json.dumps(tuned))
    capsys.readouterr()
    assert main(["models", "list"]) == 0
    told = capsys.readouterr().out
    assert "fp32, int8  int8, 1 thread  Apache-2.0" in told
    assert "tiny: First sound of a clause: 30 ms." in told.splitlines()
    model = listed(capsys)["tiny"]
    assert (model["prepared"]["variants"], model["tuned"]["variant"]) == (["fp32", "int8"], "int8")
    three = {"fp32": {}, "int8": {}, "hybrid": {}}
    (prepared / "parts.json").write_text(json.dumps(made_of | {"variants": three}))
    main(["models", "list"])
    assert "3 variants  int8, 1 thread" in capsys.readouterr().out
    (prepared / "parts.json").write_text(json.dumps(made_of | {"variants": {"fp32": {}}, "onnxruntime": "1.0"}))
    main(["models", "list"])
    assert "tiny: its prepared parts are of ONNX Runtime 1.0, not" in capsys.readouterr().out


def test_an_interrupted_download_is_listed_with_how_to_go_on(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str]
) -> None:
    release_page.files.pop("old/voices.bin")
    main(["models", "get", "tiny"])
    capsys.readouterr()
    main(["models", "list"])
    assert "tiny: incomplete: `utterd models get tiny` goes on with it" in capsys.readouterr().out.splitlines()


@pytest.fixture
def used(home: Path, release_page: ReleasePage, daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> FakeDaemon:
    """A daemon that runs, and speaks with `tiny`."""
    assert main(["models", "get", "tiny"]) == 0
    found = FoundDaemon(pid=4711, is_services=False, was_started_by_client=True)
    monkeypatch.setattr(models_usage, "find_daemon", lambda paths: found)
    daemon.status = STATUS | {"model": "tiny"}
    return daemon


def test_the_model_of_a_daemon_that_runs_is_marked(used: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    main(["models", "list"])
    marked = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("*")]
    assert marked == ["tiny"]
    models = listed(capsys)
    assert [name for name, model in models.items() if model["is_in_use"]] == ["tiny"]
    assert [name for name, model in models.items() if model["is_default"]] == ["starter"]


def test_no_daemon_is_woken_by_a_look(home: Path, daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    """Its socket may be held by launchd or systemd, which start one for whoever connects."""
    listed(capsys)
    assert daemon.connections == 0


# remove


def test_a_model_goes_with_what_was_made_of_it(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["models", "get", "tiny"])
    (home / "models" / "tiny" / "prepared").mkdir()
    (home / "models" / "tiny" / "prepared" / "parts.json").touch()
    capsys.readouterr()
    assert main(["models", "remove", "tiny"]) == 0
    assert capsys.readouterr().out.startswith("removed tiny (30")
    assert list((home / "models").iterdir()) == []


def test_a_download_that_is_not_whole_can_be_removed(home: Path, release_page: ReleasePage) -> None:
    release_page.files.pop("old/voices.bin")
    main(["models", "get", "tiny"])
    assert main(["models", "remove", "tiny"]) == 0
    assert list((home / "models").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tinny", "no model 'tinny' is installed; did you mean 'tiny'?"),
        ("kokoro", "no model 'kokoro' is installed; `utterd models list` shows what is"),
        ("starter", "'starter' comes with utterd"),
        ("../config", "is no name for a model"),
    ],
)
def test_what_is_not_there_cannot_be_removed(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    main(["models", "get", "tiny"])
    assert main(["models", "remove", name]) == 2
    assert said in complaint(capsys)
    assert (home / "config").is_dir()


def test_what_the_daemon_speaks_with_stays(used: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "remove", "tiny"]) == 4
    assert complaint(capsys).startswith("the daemon speaks with tiny: say --yes to remove it all the same, or choose")
    find_bundle("tiny")


def test_what_the_daemon_speaks_with_goes_if_that_is_meant(
    used: FakeDaemon, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["models", "remove", "tiny", "--yes"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("removed tiny (30")
    assert told[1] == "the daemon that runs still has it in memory; once it ends or sleeps, it needs another one"


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("YES\n", 0), ("n\n", 4), ("\n", 4), ("", 4)])
def test_whoever_is_there_is_asked(
    used: FakeDaemon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, code: int
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert main(["models", "remove", "tiny"]) == code
    assert "The daemon speaks with tiny. Remove it all the same? [y/N]" in capsys.readouterr().err


def test_a_daemon_that_does_not_answer_is_taken_to_have_what_the_settings_name(
    used: FakeDaemon, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("UTTERD_SOCKET", str(home / "run" / "none.sock"))
    monkeypatch.setenv("UTTERD_SPEECH__MODEL", "tiny")
    assert main(["models", "remove", "tiny"]) == 4


def test_settings_that_name_what_went_are_told(
    home: Path, release_page: ReleasePage, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["models", "get", "tiny"])
    (home / "config" / "config.toml").write_text('[speech]\nmodel = "tiny"\n')
    capsys.readouterr()
    assert main(["models", "remove", "tiny"]) == 0
    assert capsys.readouterr().out.endswith(f"speech.model in {home / 'config' / 'config.toml'} still names it\n")


# All of them


def test_a_store_that_cannot_be_looked_into_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    (home / "models").mkdir()
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert main(["models", "list"]) == 5
    assert complaint(capsys) == f"cannot use {home / 'models'}: Permission denied"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "no action given: say list, get,"), (["frob"], "there is no action 'frob': say list, get,")],
)
def test_wrong_usage_is_one_sentence_and_exit_2(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["models", *arguments]) == 2
    assert said in complaint(capsys)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_help_with_an_example(capsys: pytest.CaptureFixture[str], action: str) -> None:
    assert main(["models", action, "--help"]) == 0
    assert f"utterd models {action}" in capsys.readouterr().out.partition("example:")[2]


def test_nothing_is_imported_for_fetching_unless_something_is_fetched(home: Path) -> None:
    script = (
        "import sys; from utterd.client.cli import main\n"
        "main(['models', 'list', '--json']); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"requests", "urllib3", "numpy"} & set(done.stderr.split())
