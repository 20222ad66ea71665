"""Inference as a function: phonemes in, windows of sound out."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from rig.clock import FakeClock
from rig.phonemes import phoneme_chunk
from waiting import wait_until

from utterd.stages.chunks import SAMPLE_RATE_HZ, AudioChunk
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.stage import QUIET_TOKENS, Inference
from utterd.stages.inference.synthesizer import FIRST_WINDOW_FRAMES, SynthesisRequest, ToneSynthesizer
from utterd.stages.inference.unit import PAUSE_FRAMES, TAIL_FRAMES
from utterd.stages.reports import Report, UnitSynthesized
from utterd.stages.work import ChunkFailed, ChunkInterrupted

SOUND = tuple(range(50, 110))
"""60 tokens: three seconds."""
TOKEN = ToneSynthesizer.FRAMES_PER_TOKEN
SILENT = (4, 16)
"""A full stop and a space."""


@pytest.fixture
def stage() -> Inference:
    return Inference(ToneSynthesizer())


def process(stage: Inference, chunk, reports: list[Report] | None = None) -> list[AudioChunk]:
    return list(stage.process(chunk, (reports if reports is not None else []).append))


def samples_of(chunks: list[AudioChunk], kind: type = np.float32) -> np.ndarray:
    return np.concatenate([np.frombuffer(chunk.pcm, kind) for chunk in chunks])


def check_windows(chunks: list[AudioChunk], first_frame: int = 0, width: int = 4) -> None:
    """They join, and the last one alone ends the unit."""
    for chunk in chunks:
        assert chunk.first_frame == first_frame
        first_frame += len(chunk.pcm) // width
    assert [chunk.ends_unit for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


PIECES = {
    "one": (SOUND,),
    "several": (SOUND, SOUND[:3], SOUND[:20]),
    "with punctuation": ((*SOUND[:5], *SILENT), (*SOUND[:5], 4)),
    "short": ((50,),),
    "quiet": (SILENT,),
    "none": (),
}


@pytest.mark.parametrize("pause", ["none", "sentence"])
@pytest.mark.parametrize("pieces", PIECES)
def test_windows_join_and_the_last_one_ends_the_unit(stage, pieces, pause):
    chunks = process(stage, phoneme_chunk(*PIECES[pieces], pause=pause))
    check_windows(chunks)
    assert max(len(chunk.pcm) for chunk in chunks) <= 4 * SAMPLE_RATE_HZ


@pytest.mark.parametrize("pieces", PIECES)
@pytest.mark.parametrize("first_frame", [1, 119, 4800, 71_999, 72_000, 80_000, 10**6])
def test_a_unit_can_be_taken_up_at_any_frame(stage, pieces, first_frame):
    chunk = phoneme_chunk(*PIECES[pieces], pause="sentence")
    whole = samples_of(process(stage, chunk))
    rest = process(stage, phoneme_chunk(*PIECES[pieces], pause="sentence", first_frame=first_frame))
    check_windows(rest, first_frame)
    assert np.array_equal(samples_of(rest), whole[first_frame:])


def test_the_first_window_is_short(stage):
    assert len(process(stage, phoneme_chunk(SOUND))[0].pcm) == 4 * FIRST_WINDOW_FRAMES


def test_the_pause_behind_a_unit_is_that_of_its_punctuation(stage):
    lengths = {
        pause: len(samples_of(process(stage, phoneme_chunk((*SOUND, *SILENT), pause=pause))))
        for pause in ("none", "clause", "sentence", "paragraph")
    }
    assert lengths == {pause: 60 * TOKEN + max(TAIL_FRAMES, frames) for pause, frames in PAUSE_FRAMES.items()}


def test_there_is_no_pause_between_the_pieces_of_a_unit(stage):
    two = samples_of(process(stage, phoneme_chunk(SOUND[:10], SOUND[:10], pause="sentence")))
    assert len(two) == 20 * TOKEN + TAIL_FRAMES + PAUSE_FRAMES["sentence"]


def test_a_unit_without_a_sound_is_one_empty_window(stage):
    (chunk,) = process(stage, phoneme_chunk(is_last=True))
    assert (chunk.pcm, chunk.ends_unit, chunk.header.is_last) == (b"", True, True)


def test_the_quiet_tokens_are_those_of_the_table():
    marks = ';:,.!?—…"()“” '
    assert len(QUIET_TOKENS) == len(set(marks))


# The two lanes


def test_live_sound_leaves_as_the_model_made_it_with_its_gain_beside_it(stage):
    chunks = process(stage, phoneme_chunk(SOUND, gain=0.5))
    assert {chunk.gain for chunk in chunks} == {0.5}
    assert np.abs(samples_of(chunks)).max() == pytest.approx(0.3, abs=0.01)


def test_rendered_sound_leaves_finished_as_int16(stage):
    live = samples_of(process(stage, phoneme_chunk(SOUND)))
    chunks = process(stage, phoneme_chunk(SOUND, lane="render", gain=0.5))
    check_windows(chunks, width=2)
    rendered = samples_of(chunks, np.int16)
    assert np.abs(rendered - live * 0.5 * 32_767).max() <= 2
    assert not rendered[live == 0].any(), "silence stays silence"


# Failures


class BrokenSynthesizer(ToneSynthesizer):
    """Its second window is not a number."""

    def synthesize(self, request: SynthesisRequest, abort: Abort):
        return BrokenSpeech(super().synthesize(request, abort))


class BrokenSpeech:
    def __init__(self, speech) -> None:
        self._speech = speech
        self.token_frames, self.total_frames = speech.token_frames, speech.total_frames

    def windows(self, start: int, end: int) -> Iterator[np.ndarray]:
        for number, samples in enumerate(self._speech.windows(start, end)):
            yield np.where(np.arange(len(samples)) == 7, np.nan, samples) if number == 1 else samples


def test_samples_that_are_no_numbers_fail_the_unit_and_are_never_played():
    windows = Inference(BrokenSynthesizer()).process(phoneme_chunk(SOUND), [].append)
    assert np.isfinite(np.frombuffer(next(windows).pcm, np.float32)).all()
    with pytest.raises(ChunkFailed, match="not numbers") as failure:
        next(windows)
    assert failure.value.code == "synthesis_failed"


# Interruptions


def test_an_interrupt_ends_the_unit_and_it_is_taken_up_behind_the_last_window(stage):
    chunk = phoneme_chunk(SOUND)
    windows = stage.process(chunk, [].append)
    made = [next(windows), next(windows)]
    stage.interrupt()
    with pytest.raises(ChunkInterrupted):
        next(windows)
    made += process(stage, stage.resume(chunk, made[-1]))
    check_windows(made)
    assert np.array_equal(samples_of(made), samples_of(process(stage, chunk)))


def test_rendered_windows_are_counted_in_their_own_width(stage):
    chunk = phoneme_chunk(SOUND, lane="render")
    windows = stage.process(chunk, [].append)
    next(windows)
    assert stage.resume(chunk, next(windows)).first_frame == 3 * FIRST_WINDOW_FRAMES


def test_a_unit_of_which_nothing_was_made_begins_anew(stage):
    chunk = phoneme_chunk(SOUND, first_frame=5)
    assert stage.resume(chunk, None) is chunk


def test_an_interrupt_before_the_first_window_is_obeyed(stage):
    windows = stage.process(phoneme_chunk(SOUND), [].append)
    stage.interrupt()
    with pytest.raises(ChunkInterrupted):
        next(windows)


def test_an_interrupt_without_work_in_hand_is_nothing(stage):
    stage.interrupt()
    check_windows(process(stage, phoneme_chunk(SOUND)))


def test_an_interrupt_hits_the_lane_that_is_at_work_even_if_the_other_was_meanwhile(stage):
    rendering = stage.process(phoneme_chunk(SOUND, lane="render"), [].append)
    next(rendering)
    process(stage, phoneme_chunk(SOUND))
    next(rendering)
    stage.interrupt()
    with pytest.raises(ChunkInterrupted):
        next(rendering)


class SlowSynthesizer(ToneSynthesizer):
    """Waits for the abort, as a large model would be waited for."""

    def __init__(self) -> None:
        self.is_at_work = threading.Event()

    def synthesize(self, request: SynthesisRequest, abort: Abort):
        self.is_at_work.set()
        wait_until(lambda: abort.is_set, what="the abort")
        return super().synthesize(request, abort)


def test_an_interrupt_from_another_thread_reaches_the_model():
    synthesizer = SlowSynthesizer()
    stage = Inference(synthesizer)
    thread = threading.Thread(target=lambda: synthesizer.is_at_work.wait(20) and stage.interrupt())
    thread.start()
    with pytest.raises(ChunkInterrupted):
        next(stage.process(phoneme_chunk(SOUND), [].append))
    thread.join()


# What is told


def test_a_unit_that_is_made_is_reported_with_its_cost(stage):
    reports: list[Report] = []
    chunk = phoneme_chunk(SOUND, lane="render", utterance=7, sequence=3)
    frames = len(samples_of(process(stage, chunk, reports), np.int16))
    (report,) = reports
    assert isinstance(report, UnitSynthesized)
    assert (report.lane, report.utterance_id, report.sequence) == ("render", 7, 3)
    assert report.audio_ms == frames / 24
    assert 0 < report.compute_ms < 5000


def test_a_unit_that_is_not_made_to_its_end_is_not_reported(stage):
    reports: list[Report] = []
    next(stage.process(phoneme_chunk(SOUND), reports.append))
    assert reports == []


def test_time_spent_waiting_for_room_is_not_the_models(stage, monkeypatch):
    clock = FakeClock()
    monkeypatch.setattr("utterd.stages.inference.stage.time", SimpleNamespace(monotonic_ns=clock.clock_ns))
    reports: list[Report] = []
    for _ in stage.process(phoneme_chunk(SOUND), reports.append):
        clock.advance_s(1)
    assert reports[0].compute_ms == 0


def test_the_trace_tells_when_the_first_window_was_there(stage):
    chunk = phoneme_chunk(SOUND)
    chunk.trace["received"] = 1
    first = process(stage, chunk)[0]
    assert first.trace["received"] == 1
    assert first.trace["inference_start"] <= first.trace["inference_first_window"]
