"""Context is cut in front of the last stage as far as it can be, and the rest of it behind."""

import numpy as np
import onnx
import pytest
from rig.native import run
from rig.small_vocoder import FRAME_SAMPLES, HARMONIC_FRAMES, small_vocoder, unit_of

from utterd.stages.models.vocoder.context import LAST_STAGE_FRAMES
from utterd.stages.models.vocoder.emit import emit_calibrating, emit_whole, emit_windowed

FRAMES = 24
VOCODER = small_vocoder()
UNIT = unit_of(VOCODER, FRAMES)


def computed(context: tuple[int, int], *, as_2d: bool = True) -> tuple[int, int, int]:
    """Frames of the first stage and of the last, and samples, that a window of FRAMES takes."""
    graph = emit_windowed(VOCODER, native=False, as_2d=as_2d)
    stages = [f"stage{index}.sum" for index in range(2)]
    graph.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in stages)
    fixed = {"scale": UNIT["gains"], "shift": UNIT["offsets"], "context": np.array(context)}
    outputs = run(graph, {name: UNIT[name] for name in ("features", "harmonics")} | fixed)
    first, last = (outputs[name].shape[-1] for name in stages)
    return first, last, len(outputs["waveform"])


@pytest.mark.parametrize("as_2d", [False, True])
@pytest.mark.parametrize("context", [(0, 0), (0, 8), (8, 0), (8, 8), (2, 1), (3, 2), (12, 11)])
def test_the_last_stage_takes_little_of_it_and_the_sound_none(context, as_2d):
    kept = FRAMES - sum(max(0, each - LAST_STAGE_FRAMES) for each in context)
    heard = FRAMES - sum(context)
    assert computed(context, as_2d=as_2d) == (10 * FRAMES, HARMONIC_FRAMES * kept + 1, FRAME_SAMPLES * heard)


def test_whole_units_have_none():
    for graph in (emit_whole(VOCODER, native=False), emit_calibrating(VOCODER)):
        assert "context" not in {each.name for each in graph.graph.input}
