"""A model that nobody wants for long is let go of, and is there again for whoever asks next."""

import gc
import weakref

import numpy as np
import pytest
from rig.clock import FakeClock
from rig.phonemes import phoneme_chunk

from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.inference.stage import Inference
from utterd.stages.inference.synthesizer import SynthesisRequest, ToneSynthesizer
from utterd.stages.inference.unloading import TRIM_AFTER_S, UnloadingSynthesizer
from utterd.stages.work import ChunkFailed, ChunkInterrupted

AFTER_S = 900.0
REQUEST = SynthesisRequest(tokens=(50, 51, 52), voice="tone", speed=1.0)


class Model(ToneSynthesizer):
    is_large = True


class Scene:
    """A synthesizer on a clock that only a test moves."""

    def __init__(self, *, after_s: float = AFTER_S) -> None:
        self.clock = FakeClock()
        self.loads = 0
        self.trims = 0
        self.trouble: Exception | None = None
        first = Model()
        self.first = weakref.ref(first)
        self.synthesizer = UnloadingSynthesizer(
            first, self.load, after_s=after_s, clock=lambda: self.clock.clock_ns() / 1e9, trim=self.trim
        )

    def load(self) -> Model:
        self.loads += 1
        if self.trouble is not None:
            raise self.trouble
        return Model()

    def trim(self) -> None:
        self.trims += 1

    def speak(self) -> np.ndarray:
        speech = self.synthesizer.synthesize(REQUEST, Abort())
        return np.concatenate(list(speech.windows(0, speech.total_frames)))

    def rest_out(self, limit_s: float) -> list[float]:
        """Rest as a worker does, for so long at most; the waits."""
        waits: list[float] = []
        while (wait_s := self.synthesizer.rest()) is not None and sum(waits) + wait_s <= limit_s:
            waits.append(wait_s)
            self.clock.advance_s(wait_s)
        return waits


def test_a_model_that_rests_for_so_long_is_let_go_of():
    scene = Scene()
    scene.speak()
    assert scene.rest_out(AFTER_S - 1) == [TRIM_AFTER_S]
    assert scene.synthesizer.is_loaded
    scene.rest_out(AFTER_S)
    assert not scene.synthesizer.is_loaded
    gc.collect()
    assert scene.first() is None, "nobody holds it any more"


def test_a_model_that_never_spoke_is_let_go_of_too():
    scene = Scene()
    assert scene.rest_out(AFTER_S) == [AFTER_S]
    assert not scene.synthesizer.is_loaded


def test_without_a_model_there_is_nothing_to_wake_up_for():
    scene = Scene()
    scene.rest_out(AFTER_S)
    assert scene.synthesizer.rest() is None


def test_speech_in_time_begins_the_rest_anew():
    scene = Scene()
    scene.clock.advance_s(AFTER_S - 1)
    scene.speak()
    scene.clock.advance_s(AFTER_S - 1)
    assert scene.synthesizer.rest() is not None
    assert scene.synthesizer.is_loaded
    assert scene.loads == 0


def test_the_next_request_has_it_again_and_is_not_lost():
    scene = Scene()
    before = scene.speak()
    scene.rest_out(AFTER_S)
    assert np.array_equal(scene.speak(), before)
    assert scene.loads == 1
    scene.speak()
    assert scene.loads == 1
    scene.rest_out(AFTER_S)
    assert not scene.synthesizer.is_loaded


def test_a_unit_in_the_making_is_finished_by_the_model_that_began_it():
    """As when it is paused for longer than the model may rest."""
    scene = Scene()
    chunk = phoneme_chunk(range(50, 110))
    whole = list(Inference(ToneSynthesizer()).process(chunk, lambda report: None))
    windows = Inference(scene.synthesizer).process(chunk, lambda report: None)
    made = [next(windows)]
    scene.rest_out(2 * AFTER_S)
    assert not scene.synthesizer.is_loaded
    made += windows
    assert [each.pcm for each in made] == [each.pcm for each in whole]
    assert scene.loads == 0


def test_a_model_that_is_gone_fails_its_unit_with_the_sentence_and_is_tried_again():
    scene = Scene()
    scene.rest_out(AFTER_S)
    scene.trouble = ModelUnusable("text.onnx is damaged; reinstall the model")
    with pytest.raises(ChunkFailed, match=r"text\.onnx is damaged; reinstall") as failure:
        scene.speak()
    assert failure.value.code == "model_unusable"
    scene.trouble = None
    assert len(scene.speak())


def test_a_request_that_was_interrupted_while_the_model_came_back_keeps_it(monkeypatch):
    scene = Scene()
    scene.rest_out(AFTER_S)

    def interrupted(*arguments):
        raise ChunkInterrupted

    monkeypatch.setattr(Model, "synthesize", interrupted)
    with pytest.raises(ChunkInterrupted):
        scene.speak()
    scene.clock.advance_s(AFTER_S - 1)
    scene.synthesizer.rest()
    assert scene.synthesizer.is_loaded


def test_a_model_may_be_meant_to_stay():
    scene = Scene(after_s=0)
    scene.speak()
    assert scene.rest_out(10**9) == [TRIM_AFTER_S]
    assert scene.synthesizer.is_loaded


def test_freed_memory_goes_back_once_after_speech_and_not_between_two_pieces():
    scene = Scene()
    scene.speak()
    scene.synthesizer.rest()
    scene.clock.advance_s(TRIM_AFTER_S / 2)
    scene.speak()
    scene.clock.advance_s(TRIM_AFTER_S / 2)
    scene.synthesizer.rest()
    assert scene.trims == 0
    scene.rest_out(AFTER_S / 2)
    assert scene.trims == 1


def test_it_sounds_as_the_model_alone():
    scene = Scene()
    assert scene.synthesizer.lead_frames == Model.lead_frames
    assert scene.synthesizer.is_large
    speech = Model().synthesize(REQUEST, Abort())
    assert np.array_equal(scene.speak(), np.concatenate(list(speech.windows(0, speech.total_frames))))
