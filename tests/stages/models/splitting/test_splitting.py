"""A graph's parts do what the whole does, however it was exported."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from kokoro_shaped import tiny_model
from onnx import TensorProto, helper, numpy_helper

from utterd.stages.models.splitting import Split, SplitError, split, splitting
from utterd.stages.models.splitting.extraction import complete
from utterd.stages.models.splitting.folding import fold
from utterd.stages.models.splitting.generator import read_generator
from utterd.stages.models.splitting.inputs import find_inputs
from utterd.stages.models.splitting.landmarks import find_landmarks
from utterd.stages.models.splitting.patch import rename
from utterd.stages.models.vocoder.emit import emit_whole

CURVES = ("asr", "f0", "energy")


def decibels(right: np.ndarray, other: np.ndarray) -> float:
    return 10 * np.log10(np.sum(right**2) / max(np.sum((right - other) ** 2), 1e-20))


def said(parts: Split, run, feeds: dict) -> dict[str, np.ndarray]:
    """What the text part gives, and with that the decoder, and with that the vocoder."""
    given = feeds | run(parts.text, feeds)
    given |= run(parts.decoder, given)
    return given | run(emit_whole(parts.vocoder, native=False), given)


@pytest.fixture(scope="module")
def inner(whole, tmp_path_factory):
    """The whole graph, with the tensors between its parts among its outputs, and what these are called in it."""
    graph = fold(whole, tmp_path_factory.mktemp("folded"))
    inputs = find_inputs(graph.model, whole.name)
    generator = read_generator(graph, inputs.style)
    found = find_landmarks(graph, inputs, generator)
    names = {
        "asr": found.asr, "f0": found.f0, "energy": found.energy, "durations": found.durations,
        "features": generator.features, "harmonics": generator.harmonics,
    }  # fmt: skip
    model = complete(graph)
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names.values())
    return model, names


@pytest.mark.parametrize("tokens", [3, 20, 76])
def test_all_parts_together_say_what_the_whole_says(whole, parts, run, feeds, tokens):
    text = feeds(tokens, speed=1.2)
    waveform = next(value for value in run(whole, text).values() if value.dtype == np.float32)
    assert decibels(waveform, said(parts, run, text)["waveform"]) >= 100


@pytest.mark.parametrize("tokens", [3, 41])
def test_each_part_gives_what_is_at_its_place_in_the_whole(inner, parts, run, feeds, tokens):
    model, names = inner
    seen = run(model, feeds(tokens))
    right = {part: seen[name] for part, name in names.items()}
    text = run(parts.text, feeds(tokens))
    np.testing.assert_array_equal(text["durations"], right["durations"].ravel())
    for name in CURVES:
        np.testing.assert_allclose(text[name], right[name], atol=1e-4, rtol=1e-5)
    made = run(parts.decoder, feeds(tokens) | {name: right[name] for name in CURVES})
    np.testing.assert_allclose(made["features"], right["features"], atol=1e-4)
    magnitude, phase = np.split(made["harmonics"], 2, axis=1)
    right_magnitude, right_phase = np.split(right["harmonics"], 2, axis=1)
    np.testing.assert_allclose(magnitude, right_magnitude, atol=1e-5)
    # A phase of pi is one of -pi, and what is silent has any.
    np.testing.assert_allclose(magnitude * np.exp(1j * phase), right_magnitude * np.exp(1j * right_phase), atol=1e-5)


def test_parts_take_and_give_what_is_agreed(parts):
    def faces(values):
        return {
            each.name: (
                each.type.tensor_type.elem_type,
                [dim.dim_param or dim.dim_value for dim in each.type.tensor_type.shape.dim],
            )
            for each in values
        }

    real, whole_number, size = TensorProto.FLOAT, TensorProto.INT64, sum(parts.channels)
    curves = {
        "asr": (real, [1, 16, "frames"]),
        "f0": (real, [1, 1, "half_frames"]),
        "energy": (real, [1, 1, "half_frames"]),
    }
    style = {"style": (real, [1, 256])}
    assert faces(parts.text.graph.input) == style | {
        "tokens": (whole_number, [1, "tokens"]),
        "speed": (real, [1]),
    }
    assert faces(parts.text.graph.output) == curves | {"durations": (whole_number, ["tokens"])}
    assert faces(parts.decoder.graph.input) == curves | style
    assert faces(parts.decoder.graph.output) == {
        "features": (real, [1, 16, "half_frames"]),
        "harmonics": (real, [1, 22, "spectra"]),
        "gains": (real, [size]),
        "offsets": (real, [size]),
    }


def test_parts_are_valid_graphs_of_onnx_alone_without_loops(parts):
    for model in (parts.text, parts.decoder):
        onnx.checker.check_model(model, full_check=True)
        assert {node.domain for node in model.graph.node} == {""}
        assert not {node.op_type for node in model.graph.node} & {"Loop", "If", "SequenceAt", "ScatterND", "TopK"}
        names = [node.name for node in model.graph.node]
        assert len(set(names)) == len(names)


def test_the_vocoder_is_that_of_the_model(parts):
    vocoder = parts.vocoder
    assert [stage.upsampling.stride for stage in vocoder.stages] == [10, 6]
    assert [stage.reflect for stage in vocoder.stages] == [False, True]
    assert [[len(block) for block in stage.blocks] for stage in vocoder.stages] == [[3, 3, 3], [3, 3, 3]]
    kernels = [sorted(block[0].first.weight.shape[-1] for block in stage.blocks) for stage in vocoder.stages]
    assert kernels == [[3, 7, 11], [3, 7, 11]]
    assert [step.first.dilation for step in vocoder.stages[0].blocks[0]] == [1, 3, 5]
    assert (vocoder.hop, vocoder.trim, vocoder.epsilon) == (5, 10, pytest.approx(1e-5))
    assert (vocoder.post_slope, vocoder.stages[0].slope) == (pytest.approx(0.01), pytest.approx(0.1))
    assert parts.channels == (8,) * 24 + (4,) * 24


def test_noise_stays_in_the_decoder(parts):
    random = [node.op_type for node in parts.decoder.graph.node if node.op_type.startswith("Random")]
    assert random == ["RandomNormalLike"]


def test_the_file_is_not_changed_and_nothing_is_left_behind(tmp_path):
    source = tmp_path / "model.onnx"
    source.write_bytes(tiny_model().read_bytes())
    work = tmp_path / "work"
    work.mkdir()
    told: list[str] = []
    split(source, told.append, work_folder=work)
    assert source.read_bytes() == tiny_model().read_bytes()
    assert list(work.iterdir()) == []
    assert len(told) >= 4


def test_a_folder_that_cannot_be_worked_in_is_named(tmp_path):
    with pytest.raises(SplitError, match=r"cannot work in .*nowhere"):
        split(tiny_model(), work_folder=tmp_path / "nowhere")


class TestOtherExports:
    """The same model as it could have been written: made of the release's file."""

    @staticmethod
    def changed(tmp_path: Path, change) -> Path:
        model = onnx.load(tiny_model())
        change(model)
        path = tmp_path / "changed.onnx"
        onnx.save(model, path)
        return path

    def assert_equal(self, path: Path, parts_11: Split, run, text: dict) -> None:
        mine, right = (said(parts, run, text) for parts in (split(path), parts_11))
        np.testing.assert_array_equal(mine["durations"], right["durations"])
        assert decibels(right["waveform"], mine["waveform"]) >= 100

    def test_names_do_not_matter(self, tmp_path, parts_11, run, feeds):
        def scramble(model: onnx.ModelProto) -> None:
            graph = model.graph
            outputs = [name for node in graph.node for name in node.output]
            tensors = [*outputs, *(each.name for each in [*graph.input, *graph.initializer])]
            # Some are those that parts get, on other tensors.
            fresh = ["asr", "f0", "style", "speed", "tokens", "gains", "harmonics", "durations", "features"]
            names = dict(zip(tensors, [*fresh, *(f"t{place}" for place in range(len(tensors)))], strict=False))
            for place, node in enumerate(graph.node):
                rename(node, names)
                node.name = f"n{place}"
            for each in [*graph.input, *graph.output, *graph.initializer]:
                each.name = names[each.name]
            del graph.value_info[:]

        self.assert_equal(self.changed(tmp_path, scramble), parts_11, run, feeds(20))

    def test_names_of_parts_may_be_on_any_tensor(self, tmp_path, parts_11, run, feeds):
        """As they would be in the middle of a graph: in the decoder, and on weights."""

        def scramble(model: onnx.ModelProto) -> None:
            clashing = [
                "gains",
                "offsets",
                "harmonics",
                "features",
                "alignment.ends",
                "source.noise",
                "held.rows",
                "asr",
            ]
            convolutions = [node for node in model.graph.node if node.op_type == "Conv" and "decode" in node.name]
            weights = [node.input[1] for node in model.graph.node if node.op_type == "LSTM"]
            tensors = [node.output[0] for node in convolutions][: len(clashing)] + weights[:2]
            names = dict(zip(tensors, [*clashing, "gains.weight", "phase.half"], strict=True))
            for node in model.graph.node:
                rename(node, names)
            for each in [*model.graph.initializer, *model.graph.value_info]:
                each.name = names.get(each.name, each.name)

        self.assert_equal(self.changed(tmp_path, scramble), parts_11, run, feeds(20))

    def test_durations_may_be_of_32_bits(self, tmp_path, parts_11, run, feeds):
        def narrow(model: onnx.ModelProto) -> None:
            rounded = next(node.output[0] for node in model.graph.node if node.op_type == "Round")
            for _ in ("Clip", "Cast"):
                (user,) = (node for node in model.graph.node if rounded in node.input)
                rounded = user.output[0]
            assert user.op_type == "Cast"
            user.attribute[0].i = TensorProto.INT32
            for node in model.graph.node:
                rename_inputs(node, {rounded: "durations.wide"})
            place = list(model.graph.node).index(user) + 1
            wide = helper.make_node("Cast", [rounded], ["durations.wide"], to=TensorProto.INT64)
            model.graph.node.insert(place, wide)
            for output in model.graph.output:
                output.name = "durations.wide" if output.name == rounded else output.name

        self.assert_equal(self.changed(tmp_path, narrow), parts_11, run, feeds(20))

    def test_an_integer_speed_becomes_a_real_one(self, tmp_path, parts_11, run, feeds):
        def cast_speed(model: onnx.ModelProto) -> None:
            speed = next(each for each in model.graph.input if each.name == "speed")
            speed.type.tensor_type.elem_type = TensorProto.INT32
            for node in model.graph.node:
                rename_inputs(node, {"speed": "speed.real"})
            cast = helper.make_node("Cast", ["speed"], ["speed.real"], to=TensorProto.FLOAT)
            model.graph.node.insert(0, cast)

        path = self.changed(tmp_path, cast_speed)
        self.assert_equal(path, parts_11, run, feeds(20, speed=1.0))
        self.assert_equal(path, parts_11, run, feeds(20, speed=0.6))

    def test_tokens_may_be_of_32_bits_and_the_batch_open(self, tmp_path, parts_11, run, feeds):
        def narrow(model: onnx.ModelProto) -> None:
            for each in model.graph.input:
                each.type.tensor_type.shape.dim[0].dim_param = "batch"
            tokens = next(each for each in model.graph.input if each.name == "input_ids")
            tokens.type.tensor_type.elem_type = TensorProto.INT32
            for node in model.graph.node:
                rename_inputs(node, {"input_ids": "ids.wide"})
            cast = helper.make_node("Cast", ["input_ids"], ["ids.wide"], to=TensorProto.INT64)
            model.graph.node.insert(0, cast)

        self.assert_equal(self.changed(tmp_path, narrow), parts_11, run, feeds(20))

    @pytest.mark.parametrize("real_faces", [True, False], ids=["float32 faces", "float16 faces"])
    def test_float16_is_taken_apart_into_float32(self, tmp_path, parts_11, run, feeds, real_faces):
        half = pytest.importorskip("onnxruntime.transformers.float16")
        model = half.convert_float_to_float16(onnx.load(tiny_model()), keep_io_types=real_faces)
        path = tmp_path / "half.onnx"
        onnx.save(model, path)
        parts = split(path)
        for part in (parts.text, parts.decoder):
            assert TensorProto.FLOAT16 not in {tensor.data_type for tensor in part.graph.initializer}
        mine, right = (said(each, run, feeds(20)) for each in (parts, parts_11))
        assert np.max(np.abs(mine["durations"] - right["durations"])) <= 1
        np.testing.assert_allclose(mine["gains"], right["gains"], atol=5e-3)

    def test_a_normalisation_with_weights_of_its_own_is_folded_in(self, tmp_path, run, feeds):
        def weigh(model: onnx.ModelProto) -> None:
            random = np.random.default_rng(5)
            used = {
                name for node in model.graph.node if node.op_type == "InstanceNormalization" for name in node.input[1:]
            }
            sources = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Identity"}
            used |= {sources[name] for name in used if name in sources}
            for tensor in model.graph.initializer:
                if tensor.name in used:
                    value = 1 + random.normal(0, 0.2, tensor.dims).astype(np.float32)
                    tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))

        path = self.changed(tmp_path, weigh)
        waveform = run(path, feeds(20))["waveform"]
        assert decibels(waveform, said(split(path), run, feeds(20))["waveform"]) >= 100


def rename_inputs(node: onnx.NodeProto, names: dict[str, str]) -> None:
    node.input[:] = [names.get(name, name) for name in node.input]


def test_parts_that_would_speak_otherwise_are_not_given_out(monkeypatch):
    """As if something had been read wrongly: an alpha, for instance."""
    from utterd.stages.models.splitting import snakes

    right = snakes._scaled
    monkeypatch.setattr(snakes, "_scaled", lambda graph, tensor: (lambda x, a: (x, a * 0 + 1))(*right(graph, tensor)))
    with pytest.raises(SplitError, match="give other sound than the whole"):
        split(tiny_model())


def test_parts_that_would_speak_long_texts_otherwise_are_not_given_out(tmp_path):
    """A matrix for the alignment that is doubled for more than 30 tokens: the parts have none."""
    model = onnx.load(tiny_model())
    constants = {"limit": np.array(30), "place": np.array(1), "one": np.ones((), np.float32)}
    model.graph.initializer.extend(numpy_helper.from_array(value, f"long.{name}") for name, value in constants.items())
    graph = fold(tiny_model(), tmp_path)
    inputs = find_inputs(graph.model, "tiny")
    products = find_landmarks(graph, inputs, read_generator(graph, inputs.style)).alignments
    makers = [node for node in model.graph.node if node.output[0] in products]
    (matrix,) = {node.input[1] for node in makers}
    steps = [
        ("Shape", ["input_ids"], "shape", {}),
        ("Gather", ["long.shape", "long.place"], "count", {}),
        ("Greater", ["long.count", "long.limit"], "is_long", {}),
        ("Cast", ["long.is_long"], "more", {"to": TensorProto.FLOAT}),
        ("Add", ["long.one", "long.more"], "factor", {}),
        ("Mul", [matrix, "long.factor"], "matrix", {}),
    ]
    for op_type, taken, given, attributes in steps:
        model.graph.node.append(helper.make_node(op_type, taken, [f"long.{given}"], **attributes))
    for node in makers:
        node.input[1] = "long.matrix"
    onnx.save(model, tmp_path / "long.onnx")
    with pytest.raises(SplitError, match=r"parts made of long\.onnx give other sound than the whole"):
        split(tmp_path / "long.onnx")


def test_a_generator_of_which_a_stage_is_another_one_is_not_read_in_part(tmp_path):
    """Parts of it would speak as the whole does, but not in windows: their frames were of another length."""
    graph = fold(tiny_model(), tmp_path)
    means = [
        node
        for node in graph.nodes
        if node.op_type == "Div" and graph.scalar(node.input[1]) == 3 and graph.made_by(node.input[0], "Add")
    ]
    assert len(means) == 2
    model = complete(graph)
    model.graph.initializer.append(numpy_helper.from_array(np.array(4, np.float32), "four"))
    next(node for node in model.graph.node if node.output == means[0].output).input[1] = "four"
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(SplitError, match="300 samples of each frame"):
        split(tmp_path / "other.onnx")


@pytest.mark.parametrize("error", [ValueError("shapes"), KeyError("x"), TypeError(), RecursionError(), MemoryError()])
def test_what_nobody_foresaw_is_told_in_a_sentence_too(monkeypatch, caplog, error):
    def fails(*arguments):
        raise error

    monkeypatch.setattr(splitting, "find_landmarks", fails)
    with pytest.raises(SplitError) as failure:
        split(tiny_model())
    assert f"is not built as Kokoro's graph is: {type(error).__name__} while it was read" in str(failure.value)
    assert "test_splitting.py" in caplog.text


def test_what_cannot_be_run_is_told_with_the_name_of_the_file(tmp_path, monkeypatch):
    """A duration of years for every token."""
    model = onnx.load(tiny_model())
    rounding = next(node for node in model.graph.node if node.op_type == "Round")
    division = next(node for node in model.graph.node if rounding.input[0] in node.output)
    model.graph.initializer.append(numpy_helper.from_array(np.array(1e7, np.float32), "years"))
    model.graph.node.append(helper.make_node("Mul", [division.input[0], "years"], ["long"]))
    division.input[0] = "long"
    onnx.save(model, tmp_path / "years.onnx")
    with pytest.raises(SplitError, match=r"years\.onnx cannot be taken apart: .* MiB of memory .*download it again"):
        split(tmp_path / "years.onnx")
