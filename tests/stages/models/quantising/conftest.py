"""The tiny model's parts, and small graphs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from kokoro_shaped import tiny_model, tiny_voices
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from utterd.stages.models.quantising.feeds import decoder_feeds, text_feeds
from utterd.stages.models.quantising.running import Arrays, Running
from utterd.stages.models.quantising.sentences import sentences
from utterd.stages.models.splitting import Split, split


@pytest.fixture(scope="session")
def tiny_split() -> Split:
    return split(tiny_model())


@pytest.fixture(scope="session")
def some_text_feeds() -> list[Arrays]:
    """Of eight sentences, in two voices."""
    voices = list(tiny_voices().values())
    return [
        text_feeds(sentence.tokens, voices[index % 2][len(sentence.tokens)])
        for index, sentence in enumerate(sentences()[:32:4])
    ]


@pytest.fixture(scope="session")
def some_decoder_feeds(tiny_split: Split, some_text_feeds: list[Arrays]) -> list[Arrays]:
    text = Running(tiny_split.text)
    return [decoder_feeds(text, feeds) for feeds in some_text_feeds]


@pytest.fixture(scope="session")
def graph_of():
    """A model of these nodes, from inputs `x` and others (name → shape) to outputs, with constants."""

    def make(
        nodes: Sequence[NodeProto],
        inputs: Mapping[str, Sequence[int | str]],
        outputs: Sequence[str],
        constants: Mapping[str, Any],
        opset: int = 17,
    ) -> ModelProto:
        tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
        given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
        made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(list(nodes), "small", given, made, tensors)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)

    return make


@pytest.fixture(scope="session")
def snr_db():
    """Of what was expected to the difference of what was found."""

    def snr(expected: np.ndarray, found: np.ndarray) -> float:
        difference = np.linalg.norm(found.astype(np.float64) - expected)
        return float(20 * np.log10(np.linalg.norm(expected) / max(difference, 1e-12)))

    return snr
