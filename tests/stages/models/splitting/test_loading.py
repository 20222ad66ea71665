"""Files that cannot be taken apart: each is refused in one sentence that names it and says what to do."""

import os
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from kokoro_shaped import tiny_model
from onnx import TensorProto, helper, numpy_helper

from utterd.config.bundles import find_bundle
from utterd.stages.models.splitting import SplitError, folding, split
from utterd.stages.models.splitting.inputs import find_inputs

KOKORO_FACE = (
    helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"]),
    helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
    helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
)


@pytest.fixture
def complaint(capfd):
    """Of `split` about a file: a sentence that names it, and nothing is printed."""

    def make(path: Path) -> str:
        with pytest.raises(SplitError) as failure:
            split(path)
        sentence = str(failure.value)
        assert "\n" not in sentence
        assert path.name in sentence
        assert capfd.readouterr() == ("", "")
        return sentence

    return make


def saved(model: onnx.ModelProto, folder: Path) -> Path:
    path = folder / "model.onnx"
    onnx.save(model, path)
    return path


def small_model(nodes, inputs=KOKORO_FACE, opset: int = 17) -> onnx.ModelProto:
    output = helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "small", list(inputs), [output])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def test_a_file_that_is_not_there(complaint, tmp_path):
    assert "there is no file" in complaint(tmp_path / "model.onnx")


def test_a_folder(complaint, tmp_path):
    assert "is not a file" in complaint(tmp_path)


def test_a_name_that_no_file_can_have(complaint, tmp_path):
    assert "cannot be read" in complaint(tmp_path / f"{'x' * 300}.onnx")
    assert "cannot be read" in complaint(tmp_path / "a\0b.onnx")


def test_what_never_ends_is_not_read(complaint, tmp_path):
    os.mkfifo(tmp_path / "model.onnx")
    assert "is not a file" in complaint(tmp_path / "model.onnx")


def test_what_is_larger_than_any_kokoro_is_not_read(complaint, tmp_path):
    path = tmp_path / "model.onnx"
    path.touch()
    os.truncate(path, 5 << 30)
    assert "has 5120 MiB, and no Kokoro model has more than 1024" in complaint(path)


@pytest.mark.parametrize("kept", [0, 1, 1000, 0.5, 0.999], ids=str)
def test_a_truncated_file(complaint, tmp_path, kept):
    whole = tiny_model().read_bytes()
    path = tmp_path / "model.onnx"
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    assert "download it again" in complaint(path)


@pytest.mark.parametrize("content", [b"<!doctype html><title>404</title>", b"version https://git-lfs", b"\0" * 4096])
def test_a_file_of_something_else(complaint, tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    assert "download it again" in complaint(path)


def test_a_file_whose_end_is_missing_but_decodes(complaint, tmp_path):
    """A message may end after any of its fields."""
    model = onnx.load(tiny_model())
    del model.graph.node[100:]
    assert "download it again" in complaint(saved(model, tmp_path))
    model = onnx.load(tiny_model())
    del model.opset_import[:]
    assert "download it again" in complaint(saved(model, tmp_path))


DAMAGED_TENSORS = {
    "fewer numbers than its shape says": lambda tensor: tensor.dims.append(2),
    "more numbers than its shape says": lambda tensor: tensor.dims.__setitem__(0, 0),
    "more numbers than there are": lambda tensor: tensor.dims.extend([2**62, 2**62]),
    "a size below 0": lambda tensor: tensor.dims.extend([-1, -1]),
    "no type": lambda tensor: setattr(tensor, "data_type", 0),
    "a type that there is not": lambda tensor: setattr(tensor, "data_type", 99),
    "a type of another size": lambda tensor: setattr(tensor, "data_type", TensorProto.FLOAT16),
    "a type without bytes": lambda tensor: setattr(tensor, "data_type", TensorProto.STRING),
}


@pytest.mark.parametrize("damage", DAMAGED_TENSORS)
def test_a_weight_that_is_not_whole(complaint, tmp_path, damage):
    model = onnx.load(tiny_model())
    DAMAGED_TENSORS[damage](next(each for each in model.graph.initializer if len(each.dims) > 1))
    assert "download it again" in complaint(saved(model, tmp_path))


def test_a_weight_within_a_node_that_is_not_whole(complaint, tmp_path):
    model = onnx.load(tiny_model())
    constant = helper.make_node("Constant", [], ["more"], value=numpy_helper.from_array(np.zeros(3, np.float16)))
    constant.attribute[0].t.dims[0] = 4
    model.graph.node.append(constant)
    assert "download it again" in complaint(saved(model, tmp_path))


def test_a_name_that_is_given_twice(complaint, tmp_path):
    model = onnx.load(tiny_model())
    model.graph.node[200].output[0] = model.graph.node[100].output[0]
    assert "download it again" in complaint(saved(model, tmp_path))


def test_nodes_that_need_each_other(complaint, tmp_path):
    model = onnx.load(tiny_model())
    exponential = next(node for node in model.graph.node if node.op_type == "Exp")
    product = next(node for node in model.graph.node if exponential.output[0] in node.input)
    exponential.input[0] = product.output[0]
    assert "download it again" in complaint(saved(model, tmp_path))


class TestWeightsOutside:
    """In a file beside the model."""

    @pytest.fixture
    def outside(self, tmp_path) -> Path:
        path = tmp_path / "model.onnx"
        model = onnx.load(tiny_model())
        onnx.save(model, path, save_as_external_data=True, location="model.onnx_data", size_threshold=100)
        return path

    def test_they_are_read(self, outside, parts_11):
        assert split(outside).decoder == parts_11.decoder

    def test_float16_ones_are_read(self, outside, tmp_path):
        half = pytest.importorskip("onnxruntime.transformers.float16")
        model = half.convert_float_to_float16(onnx.load(outside), keep_io_types=True)
        onnx.save(model, outside, save_as_external_data=True, location="half_data", size_threshold=100)
        assert split(outside).channels

    def test_they_are_missing(self, complaint, outside):
        (outside.parent / "model.onnx_data").unlink()
        assert "in another file, 'model.onnx_data', which is not there; download that too" in complaint(outside)

    def test_they_are_cut_short(self, complaint, outside):
        os.truncate(outside.parent / "model.onnx_data", 1000)
        assert "in 'model.onnx_data' are damaged, or not its own" in complaint(outside)

    def test_they_are_no_file(self, complaint, outside):
        (outside.parent / "model.onnx_data").unlink()
        (outside.parent / "model.onnx_data").mkdir()
        assert "in 'model.onnx_data' are damaged, or not its own" in complaint(outside)

    def test_they_are_more_than_any_kokoro_has(self, complaint, outside):
        """Every one of a few hundred is the whole of a large file."""
        os.truncate(outside.parent / "model.onnx_data", 256 << 20)
        model = onnx.load(outside, load_external_data=False)
        for tensor in model.graph.initializer:
            kept = [entry for entry in tensor.external_data if entry.key == "location"]
            del tensor.external_data[:]
            tensor.external_data.extend(kept)
        outside.write_bytes(model.SerializeToString())
        assert "no Kokoro model has more than 1024" in complaint(outside)

    @pytest.mark.parametrize("place", ["../../secret", "/etc/passwd"])
    def test_they_are_in_another_folder(self, complaint, outside, place):
        (outside.parent.parent.parent / "secret").write_bytes(b"0" * 1_000_000)
        model = onnx.load(outside, load_external_data=False)
        for tensor in model.graph.initializer:
            for entry in tensor.external_data:
                entry.value = place if entry.key == "location" else entry.value
        outside.write_bytes(model.SerializeToString())
        assert "are damaged, or not its own" in complaint(outside)


def test_another_model(complaint):
    for name in ("acoustic.onnx", "vocoder.onnx"):
        assert "is not a Kokoro model" in complaint(find_bundle("starter").file(name))


def test_inputs_that_are_missing_are_told_by_those_that_are_there(complaint, tmp_path):
    model = small_model([helper.make_node("Exp", ["style"], ["waveform"])], inputs=KOKORO_FACE[:2])
    sentence = complaint(saved(model, tmp_path))
    assert "it should have inputs for tokens" in sentence
    assert "input_ids [1, 'tokens'], style [1, 256]" in sentence


def test_kokoros_face_before_something_else(complaint, tmp_path):
    model = small_model([helper.make_node("Exp", ["style"], ["waveform"])])
    assert "is not a Kokoro model" in complaint(saved(model, tmp_path))


@pytest.mark.parametrize(
    ("op_type", "words"),
    [
        ("Exp", "the inverse Fourier transform"),
        ("Pow", "the mean of residual blocks"),
        ("Round", "the rounding of durations"),
        ("Tanh", None),
    ],
)
def test_what_is_built_otherwise_is_told(complaint, tmp_path, op_type, words):
    """Another operator of one kind, everywhere: what is then not found is named."""
    model = onnx.load(tiny_model())
    for node in model.graph.node:
        if node.op_type == op_type:
            node.CopyFrom(helper.make_node("Neg", node.input[:1], node.output))
    path = saved(model, tmp_path)
    if words is None:  # nothing that the parts hang on
        split(path)
    else:
        assert f"{words}" in complaint(path)
        assert "was not found; use the file of a release" in complaint(path)


@pytest.mark.parametrize("opset", [9, 12, 99])
def test_operators_of_another_version(complaint, tmp_path, opset):
    model = onnx.load(tiny_model())
    model.opset_import[0].version = opset
    assert f"ONNX operators of version {opset}" in complaint(saved(model, tmp_path))


def test_a_quantised_file(complaint, tmp_path):
    quantisation = pytest.importorskip("onnxruntime.quantization")
    path = tmp_path / "model.int8.onnx"
    quantisation.quantize_dynamic(tiny_model(), path, op_types_to_quantize=["MatMul", "Conv"])
    sentence = complaint(path)
    assert "is quantised already" in sentence
    assert "use the model's fp32 or fp16 file" in sentence


def test_a_quantised_file_of_float16(complaint, tmp_path):
    """As those called q8f16: what is not quantised is float16."""
    quantisation = pytest.importorskip("onnxruntime.quantization")
    half = pytest.importorskip("onnxruntime.transformers.float16")
    quantisation.quantize_dynamic(tiny_model(), tmp_path / "int8.onnx", op_types_to_quantize=["MatMul", "Conv"])
    model = half.convert_float_to_float16(onnx.load(tmp_path / "int8.onnx"), disable_shape_infer=True)
    sentence = complaint(saved(model, tmp_path))
    assert "is quantised already" in sentence


def test_a_file_of_four_bits(complaint, tmp_path):
    model = onnx.load(tiny_model())
    node = next(each for each in model.graph.node if each.op_type == "MatMul")
    node.op_type, node.domain = "MatMulNBits", "com.microsoft"
    packed = TensorProto(name="packed", data_type=TensorProto.UINT4, dims=[64, 64], raw_data=bytes(2048))
    model.graph.initializer.append(packed)
    assert "is quantised already" in complaint(saved(model, tmp_path))


def test_more_operators_than_any_kokoro_has(complaint, tmp_path):
    model = onnx.load(tiny_model())
    nodes = [helper.make_node("Identity", ["speed"], [f"speed.{place}"]) for place in range(20_000)]
    model.graph.node.extend(nodes)
    assert "operators, and none of those has more than 20000" in complaint(saved(model, tmp_path))


def test_what_onnx_runtime_does_not_take(complaint, tmp_path):
    model = onnx.load(tiny_model())
    node = next(each for each in model.graph.node if each.op_type == "Transpose")
    node.attribute[0].ints[:] = [7, 8, 9]
    sentence = complaint(saved(model, tmp_path))
    assert "does not take model.onnx" in sentence
    assert sentence.endswith("download it again, or use the file of a release")


def test_a_file_that_a_runtime_has_optimised(complaint, tmp_path):
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "model.onnx")
    options.log_severity_level = 4
    onnxruntime.InferenceSession(str(tiny_model()), options, providers=["CPUExecutionProvider"])
    assert "use the file as it was released" in complaint(tmp_path / "model.onnx")


def test_a_disk_without_room_is_told_from_a_bad_model(complaint, tmp_path, monkeypatch):
    def fails(*arguments, **options):
        raise RuntimeError("[ONNXRuntimeError] : 1 : FAIL : something\nand more")

    monkeypatch.setattr(folding.onnxruntime, "InferenceSession", fails)
    assert "does not take" in complaint(tiny_model())
    monkeypatch.setattr(folding.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 0}))
    assert "has no room for" in complaint(tiny_model())


def test_inputs_are_told_by_type_and_shape():
    def face(style, *others):
        inputs = [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in (style, *others)]
        return small_model([helper.make_node("Exp", [style[0]], ["y"])], inputs)

    whole, real = TensorProto.INT64, TensorProto.FLOAT
    found = find_inputs(face(("b", real, [1, 256]), ("c", TensorProto.INT32, [1]), ("a", whole, [1, None])), "x")
    assert (found.tokens, found.style, found.speed, found.token_type) == ("a", "b", "c", whole)
    found = find_inputs(face(("b", real, ["batch", 256]), ("c", real, []), ("a", whole, ["batch", "n"])), "x")
    assert (found.tokens, found.style, found.speed) == ("a", "b", "c")
    for wrong in (
        [("b", real, [1, 128]), ("c", real, [1]), ("a", whole, [1, None])],
        [("b", real, [1, 256]), ("c", real, [1]), ("a", whole, [1, None]), ("d", real, [1])],
        [("b", real, [1, 256]), ("c", real, [1]), ("a", real, [1, None])],
        [("b", real, [1, 256]), ("c", TensorProto.STRING, [1]), ("a", whole, [1, None])],
        [("b", real, [1, 256]), ("c", TensorProto.UNDEFINED, [1]), ("a", whole, [1, None])],
    ):
        with pytest.raises(SplitError, match=r"x is not a Kokoro model"):
            find_inputs(face(*wrong), "x")


def test_weights_that_are_not_numbers_are_noticed(complaint, tmp_path):
    """What is damaged inside of a weight still decodes; the parts then do not speak as the whole."""
    model = onnx.load(tiny_model())
    for tensor in model.graph.initializer:
        if list(tensor.dims) == [22, 4, 7]:
            tensor.raw_data = np.full(22 * 4 * 7, np.nan, np.float32).tobytes()
    assert "give other sound" in complaint(saved(model, tmp_path))
