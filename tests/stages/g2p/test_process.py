"""What can be seen only in a fresh process: what is imported, what is never asked for, and the stage as a program."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from utterd.stages.chunks import PhonemeChunk
from utterd.stages.g2p.stand_ins import standing_in
from utterd.stages.pipe import read_chunks

HEAVY = ["addict", "joblib", "misaki", "numpy", "phonemizer", "pydantic", "regex", "spacy", "torch"]


def run(code: str, *, path: Path | None = None) -> str:
    """The last line that `code` prints, run by a fresh Python."""
    prelude = f"import sys; sys.path.insert(0, {str(path)!r})\n" if path else ""
    done = subprocess.run(
        [sys.executable, "-c", prelude + textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def run_stage(*arguments: str, text: bytes) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "utterd.stages.g2p", *arguments]
    return subprocess.run(command, input=text, capture_output=True, timeout=60, check=False)


def test_what_the_daemon_imports_is_light() -> None:
    code = f"""
        import json, sys
        import utterd.config.ipa, utterd.stages.g2p.languages, utterd.stages.g2p.segment
        print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
    """
    assert json.loads(run(code)) == []


def test_an_english_stage_leaves_out_what_is_heavy() -> None:
    code = """
        import json, sys
        from utterd.stages.g2p.stage import G2p
        G2p.open("en-us")
        print(json.dumps([n for n in ("joblib", "numpy", "pydantic", "spacy", "torch") if n in sys.modules]))
    """
    assert json.loads(run(code)) == []


def test_nothing_is_ever_downloaded(tmp_path: Path) -> None:
    (tmp_path / "spacy.py").write_text(
        textwrap.dedent("""
            class cli:
                def download(name):
                    raise AssertionError("spacy.cli.download was called")

            class util:
                def is_package(name):
                    return False
        """)
    )
    code = """
        import os, socket, subprocess

        def refuse(*args, **kwargs):
            raise AssertionError("something was to be fetched or started")

        socket.socket = socket.create_connection = socket.getaddrinfo = refuse
        subprocess.Popen = os.system = os.posix_spawn = refuse
        from utterd.stages.g2p.stage import Phonemizers

        print(*(word.phonemes for word in Phonemizers()("en-us").phonemize("Hello xyzzy")))
    """
    assert run(code, path=tmp_path) == "həlˈO zˈIzi"


def test_spacy_is_used_where_it_is_installed_with_its_model(tmp_path: Path) -> None:
    (tmp_path / "en_core_web_sm.py").write_text("")
    (tmp_path / "spacy.py").write_text(
        textwrap.dedent("""
            class Token:
                def __init__(self, text, idx, tag):
                    self.text, self.idx, self.tag_, self.whitespace_ = text, idx, tag, " "

            def load(name, enable):
                assert (name, enable) == ("en_core_web_sm", ["tok2vec", "tagger"])
                return lambda text: [Token("record", 0, "VB" if text.startswith("record") else "NN")]
        """)
    )
    code = """
        from utterd.stages.g2p.english import EnglishPhonemizer
        from utterd.stages.g2p.espeak_voices import EspeakVoices
        print(EnglishPhonemizer(EspeakVoices(), british=False).phonemize("record")[0].phonemes)
    """
    assert run(code, path=tmp_path) == "ɹəkˈɔɹd"


def test_a_stand_in_is_gone_afterwards_and_never_hides_the_real_module() -> None:
    with standing_in("utterd_no_such_module", "json"):
        assert "utterd_no_such_module" in sys.modules
        assert sys.modules["json"] is json
    assert "utterd_no_such_module" not in sys.modules
    assert sys.modules["json"] is json


def test_the_stage_as_a_program_writes_chunks(tmp_path: Path) -> None:
    done = run_stage("--language", "en-GB", "--voice", "v", "--speed", "1.5", text=b"Hello there.\n\nAnd 5 more.")
    assert done.returncode == 0, done.stderr
    stream = tmp_path / "chunks"
    stream.write_bytes(done.stdout)
    with stream.open("rb") as file:
        chunks = list(read_chunks(file, PhonemeChunk))
    assert [(c.header.sequence, c.header.is_last, c.pause) for c in chunks] == [
        (0, False, "paragraph"),
        (1, True, "sentence"),
    ]
    assert {(c.speaking.language, c.speaking.voice, c.speaking.speed) for c in chunks} == {("en-gb", "v", 1.5)}


def test_the_stage_as_a_program_shows_phonemes_to_people() -> None:
    done = run_stage("--show", text="Hello ܀ world.".encode())
    assert done.stdout.decode().splitlines() == ["həlˈO wˈɜɹld.", "    not spoken: '܀' (symbol without a spoken form)"]


@pytest.mark.parametrize(
    ("arguments", "text", "complaint"),
    [
        (["--language", "xx"], b"hi", "g2p: no language 'xx'"),
        (["--show"], b"\xff\xfe", "g2p: standard input is not UTF-8"),
    ],
)
def test_wrong_input_is_one_line_and_status_2(arguments: list[str], text: bytes, complaint: str) -> None:
    done = run_stage(*arguments, text=text)
    assert done.returncode == 2
    assert done.stderr.decode().startswith(complaint)
    assert done.stderr.decode().count("\n") == 1
