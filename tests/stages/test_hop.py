"""A counting writer and a checking reader, in two real processes: order, loss and repetition are caught by one idea."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
import zmq
from rig import counting
from rig.counting import FRAMES_PER_CHUNK, GENERATION, chunk_of_count
from rig.hops import HANG_GUARD_MS, SLOTS, hop_specs, short_folder

from utterd.stages.hop import HopReader, HopSpec, HopWriter, SlotCorrupt
from utterd.stages.memory import attach_shared_memory
from utterd.stages.output.playback import Playback
from utterd.stages.reports import GapFound


@pytest.fixture
def context():
    with zmq.Context() as context:  # warns of sockets left open
        yield context


@pytest.fixture
def spec():
    with short_folder() as folder, hop_specs(folder, "audio.live") as (spec,):
        yield spec


def start_writer(spec: HopSpec, fault: str, count: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, counting.__file__, json.dumps(dataclasses.asdict(spec)), fault, str(count)],
        pass_fds=[spec.descriptor],
    )


def play(spec: HopSpec, context: zmq.Context, fault: str, count: int) -> tuple[np.ndarray, list[int]]:
    """The frames that came out of the playback, and the units it had to ask for again."""
    playback = Playback(generation=GENERATION)
    heard: list[np.ndarray] = []
    asked: list[int] = []
    ended = False
    reader = HopReader(spec, context)
    process = start_writer(spec, fault, count)
    try:
        while not ended:
            has_news = reader.socket.poll(100)
            assert has_news or process.poll() is None or playback.waits_for_missing, "nothing comes any more"
            for arrival in reader.receive():
                playback.add(arrival.read(), arrival.release)
            if not has_news and playback.waits_for_missing:
                for gap in playback.give_up_waiting():
                    assert isinstance(gap, GapFound)
                    asked.append(gap.sequence)
                    for sequence in range(gap.sequence, min(gap.sequence + SLOTS, count)):
                        playback.add(chunk_of_count(sequence, generation=GENERATION, count=count), lambda: None)
            while block := playback.next_block(10_000):
                heard.append(block.samples)
                ended = ended or block.ends_utterance
        for arrival in reader.receive():
            arrival.release()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        reader.close()
    return np.concatenate(heard), asked


@pytest.mark.parametrize("fault", ["none", "duplicate", "reorder", "stale"])
def test_every_frame_arrives_once_and_in_order(spec, context, fault):
    count = 200
    heard, asked = play(spec, context, fault, count)
    inner = slice(FRAMES_PER_CHUNK, -FRAMES_PER_CHUNK)  # the first and last are faded
    assert np.array_equal(heard[inner], np.arange(count * FRAMES_PER_CHUNK, dtype=np.float32)[inner])
    assert asked == []


def test_a_dropped_chunk_is_asked_for_and_nothing_else_is_lost(spec, context):
    count = 20
    heard, asked = play(spec, context, "drop", count)
    inner = slice(FRAMES_PER_CHUNK, -FRAMES_PER_CHUNK)
    assert np.array_equal(heard[inner], np.arange(count * FRAMES_PER_CHUNK, dtype=np.float32)[inner])
    assert asked[0] == 6


def test_a_full_ring_says_no_until_the_reader_gives_room(spec, context):
    reader, writer = HopReader(spec, context), HopWriter(spec, context)
    for n in range(SLOTS):
        assert writer.try_send(chunk_of_count(n))
    assert not writer.try_send(chunk_of_count(SLOTS))
    assert reader.socket.poll(HANG_GUARD_MS)
    reader.receive()[0].release()
    assert writer.socket.poll(HANG_GUARD_MS)
    assert writer.collect_credit() == 1
    assert writer.try_send(chunk_of_count(SLOTS))
    reader.close(), writer.close()


def test_a_new_reader_is_told_of_everything_the_old_one_had_not_released(spec, context):
    writer = HopWriter(spec, context)
    # A context of its own stands for a process of its own: when it is gone, so is the connection. A socket alone is
    # closed in the background, and bells rung meanwhile would go to the old reader.
    with zmq.Context() as doomed:
        reader = HopReader(spec, doomed)
        for n in range(3):
            writer.try_send(chunk_of_count(n))
        assert reader.socket.poll(HANG_GUARD_MS)
        first = reader.receive()[0]
        first.release()
        assert writer.socket.poll(HANG_GUARD_MS)
        writer.collect_credit()
        reader.close()

    successor = HopReader(dataclasses.replace(spec, epoch=2), context)
    writer.begin_epoch(2)
    sequences: list[int] = []
    while len(sequences) < 2:
        assert successor.socket.poll(HANG_GUARD_MS)
        sequences += [arrival.read().header.sequence for arrival in successor.receive()]
    assert sequences == [1, 2]
    successor.close(), writer.close()


def test_a_reader_leaves_the_bells_of_a_dead_writer_unread(spec, context):
    reader, old = HopReader(spec, context), HopWriter(spec, context)
    old.try_send(chunk_of_count(0))
    assert reader.socket.poll(HANG_GUARD_MS)
    (void,) = reader.receive()
    new = HopWriter(dataclasses.replace(spec, epoch=2), context)
    old.close()
    new.try_send(chunk_of_count(1))
    assert reader.socket.poll(HANG_GUARD_MS)
    (arrival,) = reader.receive()
    assert void.is_void
    assert not arrival.is_void
    assert arrival.read().header.sequence == 1
    reader.close(), new.close()


def test_credits_of_an_older_epoch_give_no_room(spec, context):
    reader, writer = HopReader(spec, context), HopWriter(spec, context)
    writer.try_send(chunk_of_count(0))
    assert reader.socket.poll(HANG_GUARD_MS)
    (arrival,) = reader.receive()
    writer.begin_epoch(2)
    arrival.release()
    assert writer.socket.poll(HANG_GUARD_MS)
    assert writer.collect_credit() == 0
    assert writer.in_flight == 1
    reader.close(), writer.close()


def test_releasing_what_a_dead_writer_announced_says_nothing_to_the_new_one(spec, context):
    reader = HopReader(spec, context)
    with zmq.Context() as doomed:
        old = HopWriter(spec, doomed)
        old.try_send(chunk_of_count(0))
        assert reader.socket.poll(HANG_GUARD_MS)
        (void,) = reader.receive()
        old.close()
    new = HopWriter(dataclasses.replace(spec, epoch=2), context)
    new.try_send(chunk_of_count(1))
    assert reader.socket.poll(HANG_GUARD_MS)
    (arrival,) = reader.receive()
    void.release()
    assert new.in_flight == 1
    arrival.release()
    while new.in_flight:
        assert new.socket.poll(HANG_GUARD_MS)
        assert new.collect_credit() == 1, "one of one"
    reader.close(), new.close()


def test_an_epoch_never_goes_back(spec, context):
    writer = HopWriter(spec, context)
    writer.begin_epoch(3)
    writer.begin_epoch(2)
    assert repr(writer).startswith("<HopWriter audio.live epoch=3 ")
    writer.close()


def test_a_slot_that_was_damaged_on_its_way_is_not_read(spec, context):
    reader, writer = HopReader(spec, context), HopWriter(spec, context)
    writer.try_send(chunk_of_count(0))
    attach_shared_memory(spec.descriptor, spec.size_bytes)[100] ^= 1
    assert reader.socket.poll(HANG_GUARD_MS)
    (arrival,) = reader.receive()
    with pytest.raises(SlotCorrupt, match="checksum of chunk 0 is wrong"):
        arrival.read()
    arrival.release()
    reader.close(), writer.close()
