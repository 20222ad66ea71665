"""Files of voices, as they are found in the world."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from rig.fetching import VOICE_NAMES, VOICES

from utterd.client.models.errors import UnknownModel
from utterd.client.models.voice_files import RAW_BYTES, find_raw, read_names, to_npz
from utterd.stages.inference.voices import Voices


def table(value: float = 0.5) -> np.ndarray:
    return np.full((510, 1, 256), value, "<f4")


def raw(path: Path, value: float = 0.5) -> Path:
    path.write_bytes(table(value).tobytes())
    return path


def complaint(path: Path) -> str:
    with pytest.raises(UnknownModel) as failure:
        find_raw(path) or read_names(path)
    assert "\n" not in str(failure.value)
    return str(failure.value)


def test_an_npz_is_one_whatever_it_is_called(tmp_path):
    path = tmp_path / "voices-v1.0.bin"
    path.write_bytes(VOICES)
    assert find_raw(path) == {}
    assert read_names(path) == VOICE_NAMES


def test_a_raw_voice_has_the_name_of_its_file(tmp_path):
    path = raw(tmp_path / "af_bella.bin")
    assert find_raw(path) == {"af_bella": path}


def test_a_folder_of_raw_voices_is_all_of_them(tmp_path):
    for name in ("bm_lewis.bin", "af_bella.bin"):
        raw(tmp_path / name)
    (tmp_path / "README.md").touch()
    assert list(find_raw(tmp_path)) == ["af_bella", "bm_lewis"]


def test_raw_voices_become_an_npz_that_inference_reads(tmp_path):
    voices = {"af_bella": raw(tmp_path / "a.bin", 0.25), "bm_lewis": raw(tmp_path / "b.bin", -1)}
    path = tmp_path / "voices.npz"
    path.write_bytes(to_npz(voices))
    with np.load(path) as archive:
        assert {name: archive[name].shape for name in archive.files} == dict.fromkeys(voices, (510, 1, 256))
        assert archive["af_bella"].dtype == np.float32
        assert (archive["bm_lewis"] == -1).all()
    assert Voices(path).style("af_bella", 7).tolist() == [[0.25] * 256]
    assert read_names(path) == ("af_bella", "bm_lewis")


def test_the_same_voices_are_the_same_file(tmp_path):
    voices = {"af_bella": raw(tmp_path / "a.bin")}
    assert to_npz(voices) == to_npz(voices)


@pytest.mark.parametrize("kind", ["<f2", "<f4", "<f8"])
@pytest.mark.parametrize("rows", [1, 510, 511])
def test_tables_of_other_floats_and_lengths_are_voices_too(tmp_path, kind, rows):
    path = tmp_path / "v.npz"
    np.savez(path, af_x=np.zeros((rows, 1, 256), kind))
    assert read_names(path) == ("af_x",)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((510, 256), "f4"),
        np.zeros((510, 1, 128), "f4"),
        np.zeros((0, 1, 256), "f4"),
        np.zeros((510, 1, 256), "i4"),
        np.zeros((510, 1, 256), ">f4"),
        np.float32(1),
    ],
)
def test_a_table_of_another_shape_is_named_with_it(tmp_path, wrong):
    path = tmp_path / "v.npz"
    np.savez(path, af_good=table(), af_wrong=wrong)
    sentence = complaint(path)
    assert "'af_wrong' is no voice: it has shape" in sentence
    assert str(np.shape(wrong)) in sentence


def zipped(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no file of voices: an NPZ file is wanted"),
        (b"\x08\x08\x12", "is no file of voices"),
        (VOICES[: len(VOICES) // 2], "is no file of voices"),
        (zipped(), "has no voices in it"),
        (zipped(readme=b"x"), "has no voices in it"),
        (zipped(**{"archive/data.pkl": b"x"}), "is a file of PyTorch's"),
        (zipped(**{"a.npy": b"x"}), "is no file of voices"),
        (zipped(**{"a.npy": b"\x93NUMPY\x01\x00\x04\x00[[[["}), "is no file of voices"),
        (zipped(**{"a.npy": b"\x93NUMPY\x01\x00\x02\x00{}"}), "is no file of voices"),
        (zipped(**{"a.npy": b"\x93NUMPY\x01\x00\x01\x005"}), "is no file of voices"),
    ],
)
def test_what_is_no_file_of_voices_is_told(tmp_path, content, said):
    path = tmp_path / "v.npz"
    path.write_bytes(content)
    assert said in complaint(path)


@pytest.mark.parametrize("name", ["../up", "a*b", "a+b", "", "_x", "a b"])
def test_a_name_that_no_voice_can_have_is_refused(tmp_path, name):
    path = tmp_path / "v.npz"
    good = np.lib.format.header_data_from_array_1_0(table())
    member = io.BytesIO()
    np.lib.format.write_array_header_1_0(member, good)
    path.write_bytes(zipped(**{f"{name}.npy": member.getvalue()}))
    assert "is no name for a voice" in complaint(path)


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (0, "is no raw voice: it has 0 bytes, and not 522,240"),
        (RAW_BYTES - 4, "is no raw voice: it has 522,236 bytes"),
        (3 * RAW_BYTES, "has 3 voices, and not their names; an NPZ file is wanted, or a raw file for each"),
    ],
)
def test_a_raw_file_of_another_length_is_told_for_what_it_may_be(tmp_path, size_bytes, said):
    path = tmp_path / "af_x.bin"
    path.write_bytes(bytes(size_bytes))
    assert said in complaint(path)


def test_what_is_not_there_is_told(tmp_path):
    assert complaint(tmp_path / "none.npz") == f"there is no file {tmp_path / 'none.npz'}"
    assert complaint(tmp_path / "none.bin") == f"cannot read {tmp_path / 'none.bin'}: No such file or directory"
    assert "has no voices: neither an NPZ file nor a folder of NAME.bin" in complaint(tmp_path)
