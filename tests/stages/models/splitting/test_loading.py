"""Files that cannot be taken apart: each is refused in one sentence that names it and says what to do."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from kokoro_shaped import tiny_model
from onnx import TensorProto, helper

from utterd.config.bundles import find_bundle
from utterd.stages.models.splitting import SplitError, folding, split
from utterd.stages.models.splitting.loading import find_inputs

KOKORO_FACE = (
    helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"]),
    helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
    helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
)


def complaint(path: Path) -> str:
    with pytest.raises(SplitError) as failure:
        split(path)
    sentence = str(failure.value)
    assert "\n" not in sentence
    assert path.name in sentence
    return sentence


def saved(model: onnx.ModelProto, folder: Path) -> Path:
    path = folder / "model.onnx"
    onnx.save(model, path)
    return path


def small_model(nodes, inputs=KOKORO_FACE, opset: int = 17) -> onnx.ModelProto:
    output = helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "small", list(inputs), [output])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def test_a_file_that_is_not_there(tmp_path):
    assert "there is no file" in complaint(tmp_path / "model.onnx")


def test_a_folder(tmp_path):
    assert "cannot be read" in complaint(tmp_path)


@pytest.mark.parametrize("kept", [0, 1, 1000, 0.5, 0.999], ids=str)
def test_a_truncated_file(tmp_path, kept):
    whole = tiny_model().read_bytes()
    path = tmp_path / "model.onnx"
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    assert "download it again" in complaint(path)


@pytest.mark.parametrize("content", [b"<!doctype html><title>404</title>", b"version https://git-lfs", b"\0" * 4096])
def test_a_file_of_something_else(tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    assert "download it again" in complaint(path)


def test_a_file_whose_end_is_missing_but_decodes(tmp_path):
    """A message may end after any of its fields."""
    model = onnx.load(tiny_model())
    del model.graph.node[100:]
    assert "download it again" in complaint(saved(model, tmp_path))
    model = onnx.load(tiny_model())
    del model.opset_import[:]
    assert "download it again" in complaint(saved(model, tmp_path))


def test_another_model():
    for name in ("acoustic.onnx", "vocoder.onnx"):
        assert "is not a Kokoro model" in complaint(find_bundle("starter").file(name))


def test_inputs_that_are_missing_are_told_by_those_that_are_there(tmp_path):
    model = small_model([helper.make_node("Exp", ["style"], ["waveform"])], inputs=KOKORO_FACE[:2])
    sentence = complaint(saved(model, tmp_path))
    assert "it should have inputs for tokens" in sentence
    assert "input_ids [1, 'tokens'], style [1, 256]" in sentence


def test_kokoros_face_before_something_else(tmp_path):
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
def test_what_is_built_otherwise_is_told(tmp_path, op_type, words):
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
def test_operators_of_another_version(tmp_path, opset):
    model = onnx.load(tiny_model())
    model.opset_import[0].version = opset
    assert f"ONNX operators of version {opset}" in complaint(saved(model, tmp_path))


def test_a_quantised_file(tmp_path):
    quantisation = pytest.importorskip("onnxruntime.quantization")
    path = tmp_path / "model.int8.onnx"
    quantisation.quantize_dynamic(tiny_model(), path, op_types_to_quantize=["MatMul", "Conv"])
    sentence = complaint(path)
    assert "is quantised already" in sentence
    assert "use the model's fp32 or fp16 file" in sentence


def test_a_file_that_a_runtime_has_optimised(tmp_path):
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "model.onnx")
    options.log_severity_level = 4
    onnxruntime.InferenceSession(str(tiny_model()), options, providers=["CPUExecutionProvider"])
    assert "use the file as it was released" in complaint(tmp_path / "model.onnx")


def test_a_disk_without_room_is_told_from_a_bad_model(tmp_path, monkeypatch):
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
    ):
        with pytest.raises(SplitError, match=r"x is not a Kokoro model"):
            find_inputs(face(*wrong), "x")


def test_weights_that_are_not_numbers_are_noticed(tmp_path):
    """What is damaged inside of a weight still decodes; the parts then do not speak as the whole."""
    model = onnx.load(tiny_model())
    for tensor in model.graph.initializer:
        if list(tensor.dims) == [22, 4, 7]:
            tensor.raw_data = np.full(22 * 4 * 7, np.nan, np.float32).tobytes()
    assert "give other sound" in complaint(saved(model, tmp_path))
