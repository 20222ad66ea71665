"""An engine in its process, as it is measured: ours, with the tiny model."""

import json
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from kokoro_shaped import tiny_model, tiny_voices

from bench.kokoro_shaped.bundle import write_bundle
from bench.peers.material import SHERPA_FILES, NotThere, sherpa_folder, stock_bundle, variant_bundle
from bench.peers.measure import Measured, Repeats, measure_memory, measure_speed
from bench.peers.peak import measure_peaks
from bench.peers.process import EngineFailed, EngineProcess
from bench.peers.prompts import CLAUSE, FIVE, MEMORY, OPENINGS, SENTENCE, WORDS, Prompt, opening
from bench.peers.spec import BEGUN, STREAM, EngineSpec
from bench.phonemes import PHONEMES

UNITS = PHONEMES[:2]
LONG = Prompt(name=FIVE, text="", phonemes=" ".join(UNITS), units=UNITS)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "model.onnx").write_bytes(tiny_model().read_bytes())
    np.savez(folder / "voices.npz", **tiny_voices())
    write_bundle(folder)
    return folder


@pytest.fixture
def spec(bundle, tmp_path):
    folder = stock_bundle(bundle, tmp_path / "stock")
    return EngineSpec(library="utterd", variant="stock", threads=1, folder=str(folder), cores=())


def test_it_says_how_it_was_loaded_and_how_it_spoke(spec):
    with EngineProcess(spec) as process:
        assert process.loaded.what.startswith("KokoroSynthesizer")
        assert process.loaded.load_s > 0
        assert process.loaded.rss_mb > 20
        spoken = process.speak(LONG)
    assert 0 < spoken.first_s < spoken.total_s
    assert spoken.first_audio_s == pytest.approx(0.2)
    assert spoken.audio_s > 8


def test_only_the_first_sound_can_be_asked_for(spec):
    with EngineProcess(spec) as process:
        assert process.speak(LONG, only_first=True).audio_s == pytest.approx(0.2)
        assert process.speak(LONG).audio_s > 8, "and it goes on speaking"


def test_a_bare_session_speaks_as_well(bundle):
    spec = EngineSpec(library="onnxruntime", variant="", threads=1, folder=str(bundle), cores=())
    with EngineProcess(spec) as process:
        assert process.speak(LONG).audio_s > 8


def test_an_engine_that_cannot_be_loaded_says_why(tmp_path):
    spec = EngineSpec(library="utterd", variant="stock", threads=1, folder=str(tmp_path), cores=())
    with pytest.raises(EngineFailed, match=r"no bundle\.toml"):
        EngineProcess(spec)


def test_an_engine_that_fails_says_why(spec):
    with EngineProcess(spec) as process, pytest.raises(EngineFailed, match="510"):
        process.speak(Prompt(name="long", text="", phonemes="", units=("ə" * 511,)))


def test_what_is_loaded_is_what_was_asked_for(bundle):
    spec = EngineSpec(library="utterd", variant="int8", threads=1, folder=str(bundle), cores=())
    with pytest.raises(EngineFailed, match="int8 was asked for, but KokoroSynthesizer was loaded"):
        EngineProcess(spec)


def test_all_is_measured_in_turns(spec):
    prompts = {name: Prompt(**{**vars_of(LONG), "name": name}) for name in (CLAUSE, SENTENCE, FIVE, WORDS, MEMORY)}
    prompts |= {opening(number): LONG for number in range(5)}
    found = [Measured(spec=spec), Measured(spec=EngineSpec(**{**spec.as_json(), "folder": "/nowhere"}))]
    repeats = Repeats(clause=2, sentence=1, five=1, begun=3, words=1, load=2)
    measure_memory(found, prompts, repeats, lambda step: None)
    measure_speed(found, prompts, repeats, lambda step: None)
    working, broken = found
    assert working.problem is None
    assert {kind: len(runs) for kind, runs in working.spoken.items()} == {
        (CLAUSE, STREAM): 3,  # one beside the long text
        (SENTENCE, STREAM): 1,
        (FIVE, STREAM): 1,
        (FIVE, BEGUN): 3,
        (WORDS, BEGUN): 1,
        (OPENINGS, BEGUN): 5,
    }
    assert len(working.loads) == 3
    assert working.after_memory is not None
    assert "/nowhere" in (broken.problem or "")
    assert not broken.spoken


@pytest.mark.slow
def test_the_whole_measurement_runs(bundle, tmp_path):
    command = [sys.executable, "-m", "bench.peers", "--quick", "--engines", "stock", "onnxruntime"]
    run = subprocess.run(
        [*command, "--model", str(bundle), "--output", str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "stock, 1 thread" in run.stdout
    results = json.loads((tmp_path / "results.json").read_text("utf-8"))
    stock, bare = sorted(results["engines"], key=lambda engine: engine["engine"], reverse=True)
    assert set(stock["first_s"]) == {CLAUSE, SENTENCE, FIVE, OPENINGS, WORDS}
    assert stock["rtf"][FIVE] > 0
    assert bare["spoken_mb"] > bare["mapped_mb"] > 5
    assert results["not_measured"] == {}
    assert (tmp_path / "results.png").exists()


def vars_of(prompt: Prompt) -> dict[str, object]:
    return {name: getattr(prompt, name) for name in Prompt.__slots__}


def test_sherpa_onnx_gets_the_same_graph_and_its_metadata(bundle, tmp_path):
    folder = sherpa_folder(bundle, tmp_path / "sherpa", {"clock": "klˈɑk"})
    model = onnxruntime.InferenceSession(str(folder / SHERPA_FILES["model"]), providers=["CPUExecutionProvider"])
    metadata = model.get_modelmeta().custom_metadata_map
    assert metadata["model_type"] == "kokoro"
    assert "kokoro_config" in metadata, "what was there stays"
    assert onnx.load(folder / "model.onnx").graph == onnx.load(bundle / "model.onnx").graph
    assert np.fromfile(folder / "voices.bin", np.float32).size == 510 * 256
    assert (folder / "lexicon.txt").read_text("utf-8") == "clock k l ˈ ɑ k\n"
    assert "ə 83" in (folder / "tokens.txt").read_text("utf-8").splitlines()


def test_a_variant_that_was_not_prepared_is_not_there(bundle, tmp_path):
    with pytest.raises(NotThere, match="utterd models prepare"):
        variant_bundle(bundle, tmp_path / "int8", "int8")


def test_a_bundle_of_one_variant_knows_no_other(bundle, tmp_path):
    model = stock_bundle(bundle, tmp_path / "model")
    write_manifest(model)
    folder = variant_bundle(model, tmp_path / "int8", "int8")
    manifest = json.loads((folder / "prepared" / "parts.json").read_text("utf-8"))
    assert set(manifest["variants"]) == {"int8"}
    assert (folder / "prepared" / "int8.onnx").read_bytes() == b"graph"
    with pytest.raises(NotThere, match="made no fp16 here"):
        variant_bundle(model, tmp_path / "fp16", "fp16")


def write_manifest(model) -> None:
    from utterd.stages.models.parts import Parts, Variant, write_parts

    (model / "prepared").mkdir()
    variants = {}
    for name in ("fp32", "int8"):
        (model / "prepared" / f"{name}.onnx").write_bytes(b"graph")
        file = f"{name}.onnx"
        variants[name] = Variant(text=file, decoder=file, vocoder=file, whole=None, native=False)
    parts = Parts(
        model_sha256="0" * 64,
        onnxruntime="1.32.0",
        cpu="none",
        frame_samples=300,
        harmonic_frames=60,
        context_frames=8,
        epsilon=1e-5,
        channels=(4,),
        variants=variants,
        statistics=None,
        files={f"{name}.onnx": "0" * 64 for name in variants},
    )
    write_parts(model / "prepared", parts)


def test_the_machine_multiplies_integers_and_floats():
    peaks = measure_peaks(1, [], for_s=0.05)
    assert set(peaks) == {"fp32", "int8"}
    assert all(peak > 1 for peak in peaks.values())
