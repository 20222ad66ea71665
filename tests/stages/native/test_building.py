"""Compiling, keeping and finding the library of native operators."""

import hashlib
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rig.native import has_compiler

from utterd.stages.native import build, compiler, library
from utterd.stages.native.build import build_library, library_name
from utterd.stages.native.compiler import NativeUnavailable, compile_library
from utterd.stages.native.library import find_library, library_folder

needs_compiler = pytest.mark.skipif(not has_compiler(), reason="no C compiler")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("UTTERD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """Compilers named here are all that there are: `bare("name", "#!/bin/sh…")`."""

    def put(*scripts: str) -> None:
        names = []
        for number, script in enumerate(scripts):
            path = tmp_path / f"compiler{number}"
            path.write_text(script)
            path.chmod(0o755)
            names.append(str(path))
        monkeypatch.setattr(compiler, "COMPILERS", tuple(names) or ("no-such-compiler",))

    return put


def refusal(call, *arguments, **more) -> str:
    with pytest.raises(NativeUnavailable) as failure:
        call(*arguments, **more)
    sentence = str(failure.value)
    assert "\n" not in sentence
    return sentence


@needs_compiler
class TestBuilding:
    def test_it_is_found_once_it_is_built(self, home):
        assert find_library() is None
        path = build_library(library_folder())
        assert path.parent == home / "cache" / "native"
        assert path.name.startswith(f"{library_name()}.")
        assert find_library() == path
        assert os.listdir(path.parent) == [path.name]

    def test_it_is_built_once(self, tmp_path, bare):
        path = build_library(tmp_path)
        bare()
        assert build_library(tmp_path) == path

    def test_two_at_once_leave_one_whole_library(self, tmp_path):
        with ThreadPoolExecutor() as pool:
            paths = list(pool.map(build_library, [tmp_path] * 2))
        assert paths[0] == paths[1]
        assert os.listdir(tmp_path) == [paths[0].name]

    def test_one_that_does_not_load_is_built_anew(self, tmp_path):
        text = b"not a library"
        path = tmp_path / f"{library_name()}.{hashlib.sha256(text).hexdigest()[:16]}.so"
        path.write_bytes(text)
        assert build_library(tmp_path).stat().st_size > 1000

    def test_what_a_compiler_made_wrong_is_not_kept(self, tmp_path, bare):
        bare('#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\necho nothing > "$2"')
        assert "do not load" in refusal(build_library, tmp_path / "cache")
        assert os.listdir(tmp_path / "cache") == []

    def test_strict_compilers_have_nothing_to_say(self, tmp_path):
        strict = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Wvla", "-Werror"]
        units = [str(path) for path in compiler.sources() if path.suffix == ".c"]
        command = ["cc", *compiler.FLAGS, *strict, *compiler.LIBRARY_FLAGS, "-o", str(tmp_path / "it.so"), *units]
        subprocess.run([*command, "-lm"], check=True)

    def test_one_for_any_processor_computes_the_same_kind_of_library(self, tmp_path, monkeypatch):
        monkeypatch.setattr(library, "__file__", str(tmp_path / "library.py"))
        monkeypatch.setenv("UTTERD_HOME", str(tmp_path / "home"))
        path = compile_library(tmp_path, library.PACKAGED, portable=True)
        assert find_library() == path

    def test_flags_that_a_compiler_does_not_know_are_left_out(self, tmp_path, bare):
        bare(
            '#!/bin/sh\nfor flag; do case "$flag" in -m*) echo "error: unknown $flag" >&2; exit 1;; esac; done\ncc "$@"'
        )
        assert build_library(tmp_path).exists()


def cut(path: Path) -> None:
    replace(path, path.read_bytes()[: path.stat().st_size // 2])


def change_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    replace(path, data)


def replace(path: Path, data: bytes) -> None:
    """In another file of the name: what is in this process already stays whole."""
    path.unlink()
    path.write_bytes(data)


@needs_compiler
@pytest.mark.parametrize("damage", [cut, change_a_bit])
class TestDamage:
    def test_a_damaged_library_is_none_and_the_log_says_what_to_do(self, home, caplog, damage):
        path = build_library(library_folder())
        damage(path)
        assert find_library() is None
        (line,) = [record.message for record in caplog.records]
        assert f"{path} is damaged; `utterd models prepare`" in line

    def test_it_is_built_anew_without_being_loaded(self, tmp_path, damage):
        path = build_library(tmp_path)
        whole = path.read_bytes()
        damage(path)
        path = build_library(tmp_path)
        assert path.read_bytes() == whole
        assert os.listdir(tmp_path) == [path.name]

    def test_what_the_package_brings_takes_its_place(self, home, tmp_path, monkeypatch, caplog, damage):
        monkeypatch.setattr(library, "__file__", str(tmp_path / "library.py"))
        packaged = compile_library(tmp_path, library.PACKAGED, portable=True)
        damage(build_library(library_folder()))
        assert find_library() == packaged
        library.discard_damaged()
        caplog.clear()
        assert find_library() == packaged
        assert caplog.records == []


class TestNames:
    def test_other_sources_make_another_library(self, tmp_path, monkeypatch):
        before = library_name()
        changed = tmp_path / "operator.c"
        changed.write_text("int changed;")
        monkeypatch.setattr(build, "sources", lambda: [changed])
        assert library_name() != before

    @pytest.mark.parametrize("what", ["onnxruntime_version", "cpu_name"])
    def test_another_machine_or_release_has_another_library(self, monkeypatch, what):
        before = library_name()
        monkeypatch.setattr(build, what, lambda: "another")
        assert library_name() != before


class TestFailing:
    def test_no_compiler(self, tmp_path, bare):
        bare()
        assert "no C compiler is installed" in refusal(build_library, tmp_path)

    def test_a_compiler_that_fails(self, tmp_path, bare):
        bare("#!/bin/sh\necho 'operator.c:1: warning: hm' >&2; echo 'operator.c:2: error: no' >&2; exit 1\n")
        sentence = refusal(build_library, tmp_path / "cache")
        assert sentence.endswith("cannot compile the native operators: operator.c:2: error: no")
        assert os.listdir(tmp_path / "cache") == []

    def test_a_compiler_that_says_nothing(self, tmp_path, bare):
        bare("#!/bin/sh\nexit 7\n")
        assert "exit code 7" in refusal(build_library, tmp_path)

    def test_a_compiler_that_hangs(self, tmp_path, bare, monkeypatch):
        bare("#!/bin/sh\nexec sleep 60\n")
        monkeypatch.setattr(compiler, "COMPILE_TIMEOUT_S", 0.05)
        assert "still compiling" in refusal(build_library, tmp_path)

    def test_nowhere_to_write(self, tmp_path, bare):
        bare("#!/bin/sh\nexit 0\n")
        (tmp_path / "file").write_text("")
        assert str(tmp_path / "file") in refusal(build_library, tmp_path / "file" / "cache")
