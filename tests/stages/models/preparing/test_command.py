"""`utterd models prepare`, on the tiny model: what is there afterwards, and what is said when it cannot be."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from kokoro_shaped import tiny_model, tiny_voices
from onnx import TensorProto, helper
from rig.kokoro_bundle import save_kokoro_bundle
from rig.onnx_graphs import save_kokoro

from utterd.client.cli.models_prepare import VARIANTS as OFFERED
from utterd.config.bundles import load_bundle, verify_files
from utterd.stages.inference.kokoro_statistics import VoiceTable
from utterd.stages.models.lock import locked
from utterd.stages.models.parts import is_stale, read_parts
from utterd.stages.models.preparing import command, preparation
from utterd.stages.models.preparing.command import main
from utterd.stages.models.preparing.kept import sha256_of
from utterd.stages.models.preparing.recipes import NATIVE_VARIANTS, RECIPES, VARIANTS
from utterd.stages.models.quantising.running import Running
from utterd.stages.models.splitting import split
from utterd.stages.native.library import NativeUnavailable

PREPARED = "prepared"


def made_anew(prepared: Path, before: dict[str, int]) -> set[str]:
    """Names of graphs and tables that were not there, or are another file now."""
    there = [path for kind in ("*.onnx", "*.npz") for path in (prepared / PREPARED).glob(kind)]
    return {path.name for path in there if before.get(path.name) != path.stat().st_ino}


def inodes(prepared: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (prepared / PREPARED).iterdir()}


@pytest.mark.slow
def test_every_variant_is_made_and_loads_as_it_is(bundle, capsys):
    wanted = [name for name in VARIANTS if command.find_library() or name not in NATIVE_VARIANTS]
    assert main([str(bundle), "--variants", ",".join(wanted), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(report["variants"]) == wanted
    parts = read_parts(bundle / PREPARED)
    assert is_stale(parts) is None
    assert parts.model_sha256 == sha256_of(bundle / "model.onnx")
    for name, sha256 in parts.files.items():
        assert sha256_of(bundle / PREPARED / name) == sha256
    split_again = split(tiny_model())
    assert parts.channels == split_again.channels
    assert parts.epsilon == pytest.approx(split_again.vocoder.epsilon)
    feeds = feeds_of(parts, bundle)
    for name in wanted:
        variant = parts.variants[name]
        for file in (variant.text, variant.decoder, variant.vocoder, variant.whole):
            if file is not None:
                running = Running(
                    bundle / PREPARED / file,
                    library=command.find_library() if variant.native else None,
                    optimise=variant.portable,
                )
                assert all(np.isfinite(values).all() for values in running(feeds).values()), (name, file)
    assert [name for name in wanted if parts.variants[name].portable] == ["fp16"]


def feeds_of(parts, bundle: Path):
    """Of all graphs at once."""
    variant = parts.variants["fp32"]
    style = tiny_voices()["af_heart"][5]
    feeds = {"tokens": np.array([[0, 50, 83, 54, 4, 0]]), "style": style, "speed": np.ones(1, np.float32)}
    feeds |= Running(bundle / PREPARED / variant.text, optimise=False)(feeds)
    feeds |= Running(bundle / PREPARED / variant.decoder, optimise=False)(feeds)
    ones = np.ones(parts.size, np.float32)
    return feeds | {"scale": ones, "shift": ones * 0, "context": np.zeros(2, np.int64)}


def test_what_people_are_told_is_what_there_is(bundle, capsys):
    assert main([str(bundle), "--variants", "int8", "--voices", "am_liam"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("tiny is prepared: ")
    assert said[1].split()[0] == "int8"
    assert said[-1].startswith("  utterd models tune tiny ")
    parts = read_parts(bundle / PREPARED)
    with np.load(bundle / PREPARED / parts.statistics) as tables:
        assert set(tables.files) == {"am_liam.tokens", "am_liam.mean", "am_liam.variance"}
        table = VoiceTable(**{kind: tables[f"am_liam.{kind}"] for kind in ("tokens", "mean", "variance")})
        assert table.is_sound(parts.size)


def test_a_second_run_makes_nothing(prepared):
    before = inodes(prepared)
    assert main([str(prepared), "--variants", "fp32", "--voices", "af_heart"]) == 0
    assert made_anew(prepared, before) == set()


def test_another_variant_adds_its_graphs_and_no_more(prepared):
    before = inodes(prepared)
    assert main([str(prepared), "--variants", "fp32,int4", "--voices", "af_heart"]) == 0
    assert [name.rsplit(".", 2)[0] for name in made_anew(prepared, before)] == ["text.int4"]


def test_variants_that_are_not_asked_for_go(prepared):
    assert main([str(prepared), "--variants", "int4", "--voices", "af_heart"]) == 0
    graphs = {path.name.rsplit(".", 2)[0] for path in (prepared / PREPARED).glob("*.onnx")}
    assert graphs == {"text.int4", "decoder.fp32", "vocoder.fp32", "whole.fp32"}
    assert list(read_parts(prepared / PREPARED).variants) == ["int4"]


def test_a_voice_more_is_measured_beside_those_that_were(prepared):
    before = inodes(prepared)
    assert main([str(prepared), "--variants", "fp32", "--voices", "am_liam"]) == 0
    anew = {name.split(".")[0] for name in made_anew(prepared, before)}
    assert anew == {"voice", "statistics"}
    with np.load(prepared / PREPARED / read_parts(prepared / PREPARED).statistics) as tables:
        assert {name.rpartition(".")[0] for name in tables.files} == {"af_heart", "am_liam"}


def test_a_damaged_graph_is_made_again(prepared):
    parts = read_parts(prepared / PREPARED)
    victim = prepared / PREPARED / parts.variants["fp32"].vocoder
    victim.write_bytes(victim.read_bytes()[:1000])
    assert main([str(prepared), "--variants", "fp32", "--voices", "af_heart"]) == 0
    after = read_parts(prepared / PREPARED).files
    assert sha256_of(victim) == after[victim.name]
    assert victim.stat().st_size > 1000
    assert {name for name, sha256 in after.items() if parts.files[name] != sha256} <= {victim.name}


def test_another_release_of_onnx_runtime_means_that_graphs_are_made_anew(prepared, monkeypatch):
    before = read_parts(prepared / PREPARED)
    monkeypatch.setattr(preparation, "onnxruntime_version", lambda: "9.9.9")
    assert main([str(prepared), "--variants", "fp32", "--voices", "af_heart"]) == 0
    after = read_parts(prepared / PREPARED)
    assert after.onnxruntime == "9.9.9"
    assert set(after.files) & set(before.files) == {before.statistics}
    assert not any((prepared / PREPARED / name).exists() for name in set(before.files) - {before.statistics})


def test_without_a_compiler_the_usual_variants_are_the_plain_ones(bundle, monkeypatch, capsys):
    _no_native(monkeypatch)
    assert main([str(bundle), "--voices", "af_heart"]) == 0
    assert "without native operators: there is no C compiler" in capsys.readouterr().err
    assert set(read_parts(bundle / PREPARED).variants) == {"fp32", "int8", "int8-sound", "hybrid"}


def test_a_native_variant_that_was_asked_for_is_refused(bundle, monkeypatch, complaint):
    _no_native(monkeypatch)
    assert main([str(bundle), "--variants", "int8,int8-native"]) == 5
    assert complaint() == "int8-native cannot be had: there is no C compiler"


def _no_native(monkeypatch):
    def refuse(folder):
        raise NativeUnavailable("there is no C compiler")

    monkeypatch.setattr(command, "find_library", lambda: None)
    monkeypatch.setattr(command, "build_library", refuse)


def test_where_something_else_can_compute_it_gets_a_variant(monkeypatch):
    _no_native(monkeypatch)
    monkeypatch.setattr(
        command.onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"]
    )
    assert "fp16" in command._variants(None, Silent())[0]
    monkeypatch.setattr(
        command.onnxruntime, "get_available_providers", lambda: ["AzureExecutionProvider", "CPUExecutionProvider"]
    )
    assert "fp16" not in command._variants(None, Silent())[0]


class Silent:
    def say(self, line: str) -> None:
        pass


def test_what_the_command_line_offers_is_what_can_be_made():
    assert list(OFFERED) == list(VARIANTS)
    assert {graph for variant in VARIANTS.values() for graph in variant.graphs()} == set(RECIPES)


def test_release_1_0_is_prepared_too(tmp_path):
    bundle = save_kokoro_bundle(tmp_path / "old", release="1.0")
    assert main([str(bundle), "--variants", "int8", "--voices", "af_heart"]) == 0
    assert "int8" in read_parts(bundle / PREPARED).variants


def test_a_graph_that_takes_whole_speeds_alone_is_prepared_for_any(tmp_path):
    """As one export declares it (FIELD.md 5.2)."""
    model = onnx.load(tiny_model())
    speed = next(each for each in model.graph.input if each.name == "speed")
    speed.type.tensor_type.elem_type = TensorProto.INT32
    for node in model.graph.node:
        node.input[:] = ["speed.float" if name == "speed" else name for name in node.input]
    model.graph.node.insert(0, helper.make_node("Cast", ["speed"], ["speed.float"], to=TensorProto.FLOAT))
    bundle = save_kokoro_bundle(tmp_path / "whole", model=model.SerializeToString())
    assert main([str(bundle), "--variants", "fp32", "--voices", "af_heart"]) == 0
    text = Running(bundle / PREPARED / read_parts(bundle / PREPARED).variants["fp32"].text, optimise=False)
    feeds = {"tokens": np.array([[0, 50, 83, 54, 4, 0]]), "style": tiny_voices()["af_heart"][4]}
    slow, fast = (text(feeds | {"speed": np.float32([speed])})["durations"].sum() for speed in (0.7, 1.4))
    assert slow > fast


def test_two_at_once_are_refused(prepared, complaint):
    with locked(prepared / PREPARED):
        assert main([str(prepared)]) == 4
    assert complaint() == f"{prepared} is being prepared or tuned already; wait for that to end"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--voices", "af_hart"], "tiny has no voice 'af_hart'; it has af_heart, am_liam"),
        (["--languages", "fr-fr"], "tiny has no voice of the language 'fr-fr'; it has en-us"),
        (["--prune"], "--prune needs --voices or --languages: which are to stay?"),
        (["--discard"], "--discard says what becomes of voices that --prune takes away; say both"),
        (["--variants", "int9"], "argument --variants: has 'int9', which is none of fp32,"),
        (["--voices", ","], "argument --voices: must be names, with commas between them"),
        (["--voices-file", "v.npz"], "an .onnx file and --voices-file go together"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused_before_anything_is_done(bundle, complaint, arguments, said):
    assert main([str(bundle), *arguments]) == 2
    assert said in complaint()
    assert not list((bundle / PREPARED).glob("*.onnx"))


def test_a_model_that_is_not_there_is_refused(tmp_path, complaint):
    assert main([str(tmp_path / "nothing")]) == 2
    assert "nothing" in complaint()


def test_a_model_of_another_family_needs_no_preparing(complaint):
    assert main(["starter"]) == 2
    assert complaint() == "starter is as fast as it gets: only models of the family kokoro are prepared"


def test_a_model_whose_file_was_cut_short_is_refused(bundle, complaint):
    path = bundle / "model.onnx"
    path.write_bytes(path.read_bytes()[:-1000])
    assert main([str(bundle)]) == 2
    assert "model.onnx is damaged (its sha256 is not the bundle's)" in complaint()


@pytest.mark.parametrize(
    "content",
    [tiny_model().read_bytes()[:5000], b"<html>not found</html>", b""],
    ids=["cut", "a web page", "empty"],
)
def test_a_file_that_is_no_graph_is_refused_in_a_sentence(tmp_path, complaint, content):
    bundle = save_kokoro_bundle(tmp_path / "broken", model=content)
    assert main([str(bundle)]) == 2
    assert f"{bundle / 'model.onnx'} cannot be prepared: " in complaint()


def test_another_models_graph_is_refused_in_a_sentence(tmp_path, complaint):
    save_kokoro(tmp_path / "face.onnx")
    bundle = save_kokoro_bundle(tmp_path / "other", model=(tmp_path / "face.onnx").read_bytes())
    assert main([str(bundle)]) == 2
    assert f"{bundle / 'model.onnx'} cannot be prepared: " in complaint()


@pytest.mark.parametrize(
    "table",
    [np.zeros((510, 1, 128), np.float32), np.zeros((510, 256), np.float32), np.full((510, 1, 256), np.nan)],
    ids=["half a style", "two axes", "no numbers"],
)
def test_voices_of_another_shape_are_refused(tmp_path, complaint, table):
    bundle = save_kokoro_bundle(tmp_path / "odd", voices={"af_heart": tiny_voices()["af_heart"], "af_odd": table})
    assert main([str(bundle)]) == 2
    said = complaint()
    assert said.startswith(f"{bundle / 'voices.npz'} will not do: ")
    assert "af_odd" in said


def test_a_full_disk_is_said_beforehand(bundle, complaint, monkeypatch):
    usage = shutil.disk_usage(bundle)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    assert main([str(bundle)]) == 5
    assert "preparing takes up to " in (said := complaint())
    assert said.endswith(f"{bundle / PREPARED} has 1.0 MB free; make room, or ask for fewer --variants")


def test_a_file_and_its_voices_are_installed_and_prepared(tmp_path, capsys):
    graph = tmp_path / "my kokoro.onnx"
    shutil.copy(tiny_model(), graph)
    np.savez(tmp_path / "voices.npz", **tiny_voices())
    wish = [str(graph), "--voices-file", str(tmp_path / "voices.npz"), "--variants", "fp32", "--voices", "af_heart"]
    assert main([*wish, "--json"]) == 0
    folder = tmp_path / "home" / "models" / "my-kokoro"
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["folder"] == str(folder / PREPARED)
    verify_files(load_bundle(folder))
    assert graph.exists()
    assert main(wish) == 0, "the same again is the same model"


def test_a_file_that_is_no_graph_is_not_installed(tmp_path, complaint):
    graph = tmp_path / "half.onnx"
    graph.write_bytes(tiny_model().read_bytes()[:100_000])
    np.savez(tmp_path / "voices.npz", **tiny_voices())
    assert main([str(graph), "--voices-file", str(tmp_path / "voices.npz")]) == 2
    assert "half.onnx is not a whole ONNX file" in complaint()
    assert not (tmp_path / "home" / "models" / "half").exists()


def test_a_file_does_not_take_another_models_place(tmp_path, complaint):
    graph = tmp_path / "mine.onnx"
    shutil.copy(tiny_model(), graph)
    np.savez(tmp_path / "voices.npz", **tiny_voices())
    save_kokoro_bundle(tmp_path / "home" / "models" / "mine", release="1.0")
    assert main([str(graph), "--voices-file", str(tmp_path / "voices.npz")]) == 2
    assert complaint() == "there is another model 'mine' already; give this one another name with --name"
