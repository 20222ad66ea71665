from pathlib import Path

import numpy as np
import pytest
from rig.onnx_graphs import save_voices

from utterd.stages.inference.onnx_session import ModelUnusable
from utterd.stages.inference.voices import BLENDS_KEPT, VOICES_KEPT, Voices
from utterd.stages.work import ChunkFailed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_voices(tmp_path / "voices.npz", af_one=0.25, am_two=0.5)
    return tmp_path / "voices.npz"


def save(path: Path, **tables) -> Voices:
    with path.open("wb") as file:
        np.savez(file, **tables)
    return Voices(path)


def test_voices_are_known_by_name(path):
    assert Voices(path).names == {"af_one", "am_two"}


@pytest.mark.parametrize(("tokens", "row"), [(1, 1), (12, 12), (509, 509), (510, 509), (2000, 509)])
def test_the_row_is_that_of_the_number_of_tokens_or_the_last(path, tokens, row):
    style = Voices(path).style("af_one", tokens)
    assert style.shape == (1, 256)
    assert style.dtype == np.float32
    assert style[0, 0] == pytest.approx(0.25 + row / 1000)


def test_a_voice_with_one_row_serves_every_length(path):
    voices = save(path, same=np.full((510, 1, 256), 0.5, np.float32), single=np.full((1, 1, 256), 0.25, np.float32))
    assert voices.style("same", 100)[0, 0] == 0.5
    assert voices.style("same", 1) is not None
    assert voices.style("single", 400)[0, 0] == 0.25


def test_an_unknown_voice_fails_the_chunk(path):
    with pytest.raises(ChunkFailed, match="the loaded model has no voice 'bella'") as failure:
        Voices(path).style("bella", 3)
    assert failure.value.code == "unknown_voice"


@pytest.mark.parametrize(
    "table",
    [
        np.zeros((510, 256), np.float32),
        np.zeros((510, 1, 128), np.float32),
        np.zeros((0, 1, 256), np.float32),
        np.full((510, 1, 256), np.nan, np.float32),
        np.array(["no", "numbers"]),
        np.array([None]),
    ],
    ids=["flat", "narrow", "empty", "nan", "strings", "objects"],
)
def test_a_damaged_table_fails_the_chunk_with_a_sentence(path, table):
    voices = save(path, broken=table)
    with pytest.raises(ChunkFailed, match="the style table of voice 'broken' is damaged") as failure:
        voices.style("broken", 3)
    assert failure.value.code == "model_unusable"


def test_a_table_that_is_gone_since_fails_the_chunk(path):
    voices = Voices(path)
    save_voices(path, am_two=0.5)
    with pytest.raises(ChunkFailed, match="the style table of voice 'af_one' is damaged"):
        voices.style("af_one", 3)


def test_one_wrong_bit_in_the_directory_since_fails_the_chunk(path):
    voices = Voices(path)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] ^= 1  # "encrypted", of the first voice
    path.write_bytes(data)
    with pytest.raises(ChunkFailed, match="the style table of voice 'af_one' is damaged"):
        voices.style("af_one", 3)


def test_a_table_that_has_changed_since_fails_the_chunk(path):
    voices = Voices(path)
    data = bytearray(path.read_bytes())
    data[500:600] = b"\1" * 100
    path.write_bytes(data)
    with pytest.raises(ChunkFailed, match="damaged"):
        voices.style("af_one", 3)


# Blends


@pytest.fixture
def voices(path) -> Voices:
    """`one` is 1 everywhere, `two` is 2; `rows` differs from row to row."""
    rows = np.broadcast_to(np.arange(510, dtype=np.float32)[:, None, None], (510, 1, 256))
    return save(path, one=np.full((510, 1, 256), 1, np.float32), two=np.full((1, 1, 256), 2, np.float32), rows=rows)


def test_a_blend_is_a_weighted_sum(voices):
    style = voices.blended({"one": 0.6, "two": 0.4}, 12)
    assert (style.shape, style.dtype) == ((1, 256), np.float32)
    assert style == pytest.approx(np.full((1, 256), 1.4), abs=1e-6)
    assert voices.blended({"two": 1.5, "one": -0.5}, 12) == pytest.approx(np.full((1, 256), 2.5), abs=1e-6)


def test_a_blend_of_equal_voices_is_the_voice_itself(voices, path):
    assert np.array_equal(voices.blended({"rows": 1.0}, 12), voices.style("rows", 12))
    twins = save(path, this=np.full((510, 1, 256), 0.7), that=np.full((510, 1, 256), 0.7))
    assert twins.blended({"this": 0.6, "that": 0.4}, 12) == pytest.approx(twins.style("this", 12), abs=1e-6)


def test_timbre_and_prosody_are_blended_apart(voices):
    style = voices.blended({"one": 1.0}, 12, prosody={"one": 0.5, "two": 0.5})
    assert (style[0, :128] == 1).all()
    assert style[0, 128:] == pytest.approx(np.full(128, 1.5))


def test_a_blend_takes_each_voices_row_for_the_number_of_tokens(voices):
    assert voices.blended({"rows": 0.5, "two": 0.5}, 100)[0, 0] == 51
    assert voices.blended({"rows": 1.0}, 510)[0, 0] == 509


def test_blending_leaves_the_voices_as_they_are(voices):
    voices.blended({"one": 1.0}, 12, prosody={"two": 1.0})
    assert (voices.style("one", 12) == 1).all()


@pytest.mark.parametrize(
    ("weights", "code", "sentence"),
    [
        ({}, "bad_field", "a blend needs at least one voice"),
        ({"one": 0.5, "bella": 0.5}, "unknown_voice", "the loaded model has no voice 'bella'"),
        ({"one": float("nan")}, "bad_field", "the weight of voice 'one' is nan; it has to be between -10 and 10"),
        ({"one": 0.5, "two": float("inf")}, "bad_field", "the weight of voice 'two' is inf"),
        ({"one": -1e38}, "bad_field", r"the weight of voice 'one' is -1e\+38"),
    ],
)
def test_a_wrong_blend_fails_with_one_sentence(voices, weights, code, sentence):
    for blend in ((weights, None), ({"one": 1.0}, weights)):
        with pytest.raises(ChunkFailed, match=sentence) as failure:
            voices.blended(blend[0], 12, prosody=blend[1])
        assert failure.value.code == code


# Blends by the name of a voice


def test_a_voice_may_be_a_blend(voices):
    style = voices.style("one*0.6 + two*0.4", 12)
    assert (style.shape, style.dtype) == ((1, 256), np.float32)
    assert style == pytest.approx(voices.blended({"one": 0.6, "two": 0.4}, 12), abs=1e-6)
    assert voices.style("one*3+two", 12) == pytest.approx(np.full((1, 256), 1.25), abs=1e-6)
    assert voices.style("one*0+two", 12) == pytest.approx(np.full((1, 256), 2.0), abs=1e-6)


@pytest.mark.parametrize("tokens", [1, 12, 509, 510, 2000])
def test_a_blend_has_a_row_for_every_number_of_tokens_as_its_voices_have(voices, tokens):
    assert voices.style("rows+two", tokens) == pytest.approx(
        voices.blended({"rows": 0.5, "two": 0.5}, tokens), abs=1e-4
    )


def test_a_blend_of_voices_with_one_row_takes_one_row(voices):
    voices.style("one+two", 12)
    assert voices._blends["one+two"].shape == (1, 1, 256)


def test_what_is_a_voice_is_no_blend_of_others(path):
    voices = save(path, **{"a+b": np.full((1, 1, 256), 7, np.float32), "a": np.zeros((1, 1, 256), np.float32)})
    assert voices.style("a+b", 3)[0, 0] == 7


def test_a_blend_used_again_is_not_made_again(voices, path):
    first = voices.style("rows+two", 12)
    voices._tables.clear()
    path.unlink()
    assert np.array_equal(voices.style("rows+two", 12), first)


def test_few_blends_are_kept_and_those_used_last(voices):
    blends = [f"one*{weight}+two" for weight in range(1, BLENDS_KEPT + 1)]
    for blend in (*blends, blends[0], "one+two*9"):
        voices.style(blend, 12)
    assert list(voices._blends) == [*blends[2:], blends[0], "one+two*9"]


def test_a_wrong_name_is_not_kept(voices):
    with pytest.raises(ChunkFailed):
        voices.style("bella", 12)
    assert not voices._blends


@pytest.mark.parametrize(
    ("blend", "code", "sentence"),
    [
        ("one*0.5+bella*0.5", "unknown_voice", "the loaded model has no voice 'bella'"),
        ("one*x+two", "bad_field", "the weight of voice 'one' is 'x'; it has to be a number from 0 up"),
        ("one*0", "bad_field", "every weight of the blend is 0"),
        ("+".join(["one"] * 9), "bad_field", "a blend has at most 8 voices; this one has 9"),
    ],
)
def test_a_wrong_blend_by_name_fails_the_chunk_with_one_sentence(voices, blend, code, sentence):
    with pytest.raises(ChunkFailed, match=sentence) as failure:
        voices.style(blend, 12)
    assert failure.value.code == code
    assert not voices._blends


# Files that are none


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 but no more", b"\x93NUMPY\x01\x00"])
def test_what_is_no_voices_file_is_refused_by_name(path, content):
    path.write_bytes(content)
    with pytest.raises(ModelUnusable, match=r"voices\.npz is not a voices file"):
        Voices(path)


def test_a_single_array_is_no_voices_file(path):
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ModelUnusable, match=r"voices\.npz is not a voices file"):
        Voices(path)


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(ModelUnusable, match=r"none\.npz"):
        Voices(tmp_path / "none.npz")


# Raw files


def save_raw(path: Path, *tables: np.ndarray) -> Path:
    path.write_bytes(b"".join(table.astype("<f4").tobytes() for table in tables))
    return path


def raw_table(value: float) -> np.ndarray:
    """Another number in every row."""
    return np.broadcast_to(value + np.arange(510, dtype=np.float32)[:, None], (510, 256))


def test_a_raw_voice_is_the_same_as_in_an_archive(tmp_path):
    voices = Voices(save_raw(tmp_path / "voices.bin", raw_table(0.25)), ["af_one"])
    archived = save(tmp_path / "voices.npz", af_one=raw_table(0.25)[:, None])
    for tokens in (1, 12, 509, 510):
        assert np.array_equal(voices.style("af_one", tokens), archived.style("af_one", tokens))


def test_raw_voices_are_named_in_their_order(tmp_path):
    voices = Voices(save_raw(tmp_path / "voices.bin", *map(raw_table, (1, 2, 3))), ["a", "b", "c"])
    assert [voices.style(name, 7)[0, 0] for name in "cab"] == [10, 8, 9]


def test_an_archive_is_known_by_its_content_whatever_it_is_called(tmp_path):
    save_voices(tmp_path / "voices-v1.0.bin", af_one=0.25)
    assert Voices(tmp_path / "voices-v1.0.bin").names == {"af_one"}


def test_raw_voices_need_as_many_names(tmp_path):
    path = save_raw(tmp_path / "voices.bin", raw_table(1), raw_table(2))
    with pytest.raises(ModelUnusable, match=r"voices\.bin has 2 raw voices, and the bundle names 1"):
        Voices(path, ["a"])


@pytest.mark.parametrize("size", [4, 522_236, 522_244, 510 * 128 * 4])
def test_what_has_another_size_is_no_raw_voice(tmp_path, size):
    (tmp_path / "voices.bin").write_bytes(bytes(size))
    with pytest.raises(
        ModelUnusable, match=r"voices\.bin is not a voices file: neither an NPZ nor raw voices of 522,240"
    ):
        Voices(tmp_path / "voices.bin", ["a"])


def test_a_raw_file_cut_short_since_fails_the_chunk(tmp_path):
    path = save_raw(tmp_path / "voices.bin", raw_table(1), raw_table(2))
    voices = Voices(path, ["a", "b"])
    path.write_bytes(path.read_bytes()[:-4])
    assert voices.style("a", 0)[0, 0] == 1
    with pytest.raises(ChunkFailed, match="the style table of voice 'b' is damaged"):
        voices.style("b", 0)


# Memory


def test_few_voices_are_kept_and_those_used_last(path):
    names = [f"v{number}" for number in range(VOICES_KEPT + 1)]
    voices = save(path, **{name: np.full((2, 1, 256), number) for number, name in enumerate(names)})
    for name in (*names[:-1], "v0", names[-1]):
        voices.style(name, 0)
    assert list(voices._tables) == [*names[2:-1], "v0", names[-1]]
    assert voices.style("v1", 0)[0, 0] == 1
