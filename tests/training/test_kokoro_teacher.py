"""A Kokoro model teaches: every frame of its sound is analysed and belongs to a token."""

from pathlib import Path

import numpy as np
import pytest
from rig.onnx_graphs import HUM_SAMPLES_PER_TOKEN, save_humming_kokoro, save_voices, write_bundle

from training import contours, dataset
from training.dataset import make_dataset
from training.lines import Line, read_line
from training.parameters import COLUMNS, LOG_F0, SAMPLE_RATE_HZ, VOICING
from training.recipe import TINY, Recipe
from training.teachers.catalogue import identify, open_teacher
from training.teachers.kokoro import KokoroTeacher
from training.teachers.teacher import LEAD_FRAMES, TAIL_FRAMES, TeacherRefused, TeacherUnavailable
from utterd.config.bundles import load_bundle
from utterd.stages.g2p.phonemizer import Word
from utterd.stages.g2p.symbols import SYMBOL_IDS, token_ids
from utterd.stages.work import ChunkFailed

HISSED = token_ids("sfθʃʧhptk")
HUMMED = sorted(set(SYMBOL_IDS.values()) - set(HISSED) - set(range(17)))
TOKEN_FRAMES = HUM_SAMPLES_PER_TOKEN // 120
TEXT = "He saw the moon, and then she was alone."


def make_bundle(folder: Path, **graph: bool) -> Path:
    folder.mkdir()
    save_humming_kokoro(folder / "model.onnx", hummed=HUMMED, hissed=HISSED, **graph)
    save_voices(folder / "voices.npz", af_one=0.25, am_two=0.1)
    write_bundle(folder)
    description = folder / "bundle.toml"
    description.write_text(description.read_text().replace("[files]", 'am_two = { language = "en-us" }\n[files]'))
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("kokoro") / "bundle")


@pytest.fixture(scope="module")
def teacher(bundle: Path) -> KokoroTeacher:
    return KokoroTeacher(load_bundle(bundle))


def line_of(phonemes: str) -> Line:
    return Line(text="x", spoken="x", words=(Word(phonemes=phonemes, char_start=0, char_end=1, space_after=False),))


@pytest.mark.parametrize("speaker", ["af_one", "am_two"])
def test_every_frame_belongs_to_a_token(teacher: KokoroTeacher, speaker: str) -> None:
    line = read_line(TEXT)
    take = teacher.say(speaker, line)
    assert speaker in teacher.speakers
    assert tuple(take.tokens) == line.tokens
    assert take.durations.sum() == len(take.parameters)
    assert take.parameters.shape[1] == COLUMNS
    assert np.isfinite(take.parameters).all()
    assert (take.durations[1:-2] == TOKEN_FRAMES).all()
    assert take.durations[[0, -2, -1]].tolist() == [LEAD_FRAMES, 0, TAIL_FRAMES]


def test_frames_tell_of_their_own_token(teacher: KokoroTeacher) -> None:
    take = teacher.say("af_one", read_line(TEXT))
    ends = np.cumsum(take.durations)
    for token, end, frames in zip(take.tokens[1:-2], ends[1:], take.durations[1:], strict=False):
        middle = take.parameters[end - frames // 2 - 3 : end - frames // 2 + 3]
        if token in HUMMED:
            assert middle[:, VOICING].all()
            assert np.abs(1200 / np.log(2) * (middle[:, LOG_F0] - np.log(200))).max() < 20
        else:
            assert middle[:, VOICING].mean() < 0.5


def test_speakers_differ(teacher: KokoroTeacher) -> None:
    one, two = (teacher.say(speaker, read_line("Moon.")).parameters for speaker in teacher.speakers)
    assert one[:, 2].max() > two[:, 2].max() + 0.5


def test_silence_at_the_ends_belongs_to_the_pads(teacher: KokoroTeacher) -> None:
    take = teacher.say("af_one", line_of("“mˈun!”"))
    moon = [TOKEN_FRAMES] * 4
    assert take.durations.tolist() == [LEAD_FRAMES, 0, *moon, 0, 0, TAIL_FRAMES]


def test_the_wave_is_120_samples_a_frame(teacher: KokoroTeacher) -> None:
    take = teacher.say("af_one", read_line(TEXT), wants_wave=True)
    assert take.wave is not None
    assert take.wave_rate_hz == SAMPLE_RATE_HZ
    assert len(take.wave) == 120 * len(take.parameters)
    first_sound = 120 * int(take.durations[0])
    assert np.abs(take.wave[: first_sound - 1]).max() < 1e-3 < np.abs(take.wave[first_sound:][:240]).max() <= 1


def test_a_teacher_opened_anew_says_the_same(bundle: Path) -> None:
    """Though its noise differs from run to run."""
    first, second = (KokoroTeacher(load_bundle(bundle)).say("af_one", read_line(TEXT)) for _ in range(2))
    assert np.array_equal(first.parameters, second.parameters)


def test_a_take_can_be_edited(teacher: KokoroTeacher) -> None:
    line = read_line(TEXT)
    edited = contours.edit(teacher.say("af_one", line), line)
    comma = line.tokens.index(SYMBOL_IDS[","])
    assert edited.durations[comma] == contours.PAUSE_MS[","] // 5
    assert edited.durations.sum() == len(edited.parameters)


@pytest.mark.parametrize(
    ("phonemes", "why"),
    [("wɜʁd¿", "table of symbols"), ("…", "nothing to say"), ("", "nothing to say"), ("ma" * 256, "512 tokens")],
)
def test_what_kokoro_cannot_say_is_refused(teacher: KokoroTeacher, phonemes: str, why: str) -> None:
    with pytest.raises(TeacherRefused, match=why):
        teacher.say("af_one", line_of(phonemes))


def test_an_unknown_speaker_is_no_refusal(teacher: KokoroTeacher) -> None:
    """A refused line is left out of a dataset; a dataset without any line would be the answer."""
    with pytest.raises(TeacherUnavailable, match="no voice 'bela'"):
        teacher.say("bela", read_line(TEXT))


def test_durations_that_are_not_the_sounds_are_refused(teacher: KokoroTeacher, monkeypatch: pytest.MonkeyPatch) -> None:
    speak = teacher._speak

    def speak_on(speaker: str, tokens: tuple[int, ...]) -> object:
        speech = speak(speaker, tokens)
        speech._samples = np.concatenate([speech._samples, np.zeros(5000, np.float32)])
        return speech

    monkeypatch.setattr(teacher, "_speak", speak_on)
    with pytest.raises(TeacherRefused, match="by 42 frames"):
        teacher.say("af_one", read_line("Moon."))


def test_a_failing_run_is_a_refusal(teacher: KokoroTeacher, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(speaker: str, tokens: tuple[int, ...]) -> None:
        raise ChunkFailed("synthesis_failed", "the model failed")

    monkeypatch.setattr(teacher, "_speak", fail)
    with pytest.raises(TeacherRefused, match="the model failed"):
        teacher.say("af_one", read_line(TEXT))


def test_a_graph_without_durations_is_refused_by_name(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "old", has_durations=False)
    with pytest.raises(TeacherUnavailable, match="'tiny' cannot teach: its graph gives no durations"):
        open_teacher(str(folder), tmp_path)


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "damaged")
    (folder / "model.onnx").write_bytes(b"")
    with pytest.raises(TeacherUnavailable, match="damaged"):
        open_teacher(str(folder), tmp_path)


@pytest.mark.parametrize(
    ("name", "why"),
    [("nobody", "neither flite nor a kokoro bundle: no model 'nobody'"), ("tone", "its family is tone, not kokoro")],
)
def test_who_is_no_teacher_is_told_so(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(TeacherUnavailable, match=why):
        open_teacher(name, tmp_path)


def recipe_of(bundle: Path, *speakers: str) -> Recipe:
    return Recipe(
        name="hum", teacher=str(bundle), speakers=speakers, louder_lu={}, corpus_lines=8, lines_per_speaker=4, threads=1
    )


class Silent:
    """A progress bar that shows nothing."""

    def add_task(self, *_: object, **__: object) -> int:
        return 0

    def advance(self, *_: object) -> None: ...


@pytest.mark.slow
def test_a_dataset_is_made_from_a_bundle(bundle: Path, tmp_path: Path) -> None:
    made = make_dataset(recipe_of(bundle, "af_one", "am_two"), tmp_path, Silent())  # type: ignore[arg-type]
    assert sorted(example.speaker for example in made.training) == [0] * 4 + [1] * 4
    assert all(example.durations.sum() == len(example.parameters) for example in made.training)


def test_a_dataset_needs_every_speaker(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(TeacherUnavailable, match="no speaker 'bela'"):
        make_dataset(recipe_of(bundle, "af_one", "bela"), tmp_path, Silent())  # type: ignore[arg-type]


def test_shards_are_known_by_their_teacher(bundle: Path, tmp_path: Path) -> None:
    """Those of flite by the lines alone, as before there was another."""
    other = make_bundle(tmp_path / "other")
    save_voices(other / "voices.npz", af_one=0.5)
    write_bundle(other)
    assert identify(TINY.teacher) == []
    prints = {dataset._fingerprint(("Moon.",), 0.0, identify(name)) for name in ("flite", str(bundle), str(other))}
    assert len(prints) == 3
