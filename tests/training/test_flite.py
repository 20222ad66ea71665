"""The teacher flite says what it is told to, and every frame of it belongs to a token."""

from pathlib import Path

import numpy as np
import pytest

from training.lines import Line, read_line
from training.parameters import CEPSTRUM, COLUMNS, LOG_F0, STRENGTHS, VOICING, cosines
from training.teachers.flite import FliteTeacher
from training.teachers.flite_library import FliteLibrary
from training.teachers.flite_phones import write_script
from training.teachers.teacher import LEAD_FRAMES, TAIL_FRAMES, Take, TeacherRefused, TeacherUnavailable
from utterd.stages.g2p.phonemizer import Word

PLAIN = "The teacher's house is old, and her garden was empty."
HARD = 'No, no no: he said "go" (42 ways) — then…stopped; in the U.S.A. really?'


@pytest.fixture(scope="module")
def build_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flite")
    try:
        FliteTeacher(folder)
    except TeacherUnavailable as why:
        pytest.skip(str(why))
    return folder


@pytest.fixture(scope="module")
def teacher(build_folder: Path) -> FliteTeacher:
    return FliteTeacher(build_folder)


def line_of(phonemes: str, text: str = "word") -> Line:
    word = Word(phonemes=phonemes, char_start=0, char_end=len(text), space_after=False)
    return Line(text=text, spoken=text, words=(word,))


def f0_hz(take: Take) -> float:
    voiced = take.parameters[:, VOICING] > 0
    return float(np.exp(take.parameters[voiced, LOG_F0]).mean())


def phones_of(phonemes: str) -> str:
    return " ".join(phone for word in write_script(line_of(phonemes)).words for phone in word.phones)


@pytest.mark.parametrize("spelling", ["misaki", "espeak"])
@pytest.mark.parametrize("text", [PLAIN, HARD, "No.", "very very very good", "I. I. I!"])
def test_flite_says_the_phones_it_was_given(build_folder: Path, text: str, spelling: str) -> None:
    script = write_script(read_line(text, spelling=spelling))  # type: ignore[arg-type]
    reading = FliteLibrary(build_folder).read("slt", script.words, wants_wave=False)
    said = [name for name in reading.segments if name != "pau"]
    assert said == [phone.name for phone in script.phones]
    assert reading.durations.sum() == len(reading.parameters) == len(reading.strengths)


@pytest.mark.parametrize("speaker", FliteTeacher.speakers)
def test_every_frame_belongs_to_a_token(teacher: FliteTeacher, speaker: str) -> None:
    line = read_line(HARD)
    take = teacher.say(speaker, line)
    assert tuple(take.tokens) == line.tokens
    assert take.durations.min() >= 0
    assert take.durations.sum() == len(take.parameters)
    assert 0 < take.durations[0] <= LEAD_FRAMES
    assert 0 < take.durations[-1] <= TAIL_FRAMES
    sounding = [index + 1 for index, symbol in enumerate(line.phonemes) if symbol.isalpha() and symbol not in "ˈˌː"]
    assert take.durations[sounding].min() > 0


def test_parameters_are_in_their_ranges(teacher: FliteTeacher) -> None:
    take = teacher.say("slt", read_line(PLAIN))
    assert take.parameters.dtype == np.float32
    assert take.parameters.shape[1] == COLUMNS
    assert np.isfinite(take.parameters).all()
    assert set(take.parameters[:, VOICING]) == {0, 1}
    assert take.parameters[:, STRENGTHS].min() >= 0
    assert take.parameters[:, STRENGTHS].max() <= 1
    assert 50 < np.exp(take.parameters[:, LOG_F0].min()) < np.exp(take.parameters[:, LOG_F0].max()) < 400


@pytest.mark.parametrize("mark", [",", ";", ":", ".", "!", "?", " —", "…"])
def test_flite_pauses_at_a_mark(teacher: FliteTeacher, mark: str) -> None:
    line = read_line(f"We went to the old house{mark} then slept.")
    start = line.phonemes.index("s", line.phonemes.index("W")) + 1  # behind the last phone of "house"
    take = teacher.say("slt", line)
    assert take.durations[1 + start : 1 + line.phonemes.index("ð", start)].sum() > 10


def test_a_mark_inside_a_word_is_no_pause(teacher: FliteTeacher) -> None:
    take = teacher.say("slt", line_of("jˈu.ˈɛs.ˈA", "U.S.A"))
    assert take.durations[[4, 8]].tolist() == [0, 0]


def test_the_same_line_is_said_the_same_way(teacher: FliteTeacher) -> None:
    first = teacher.say("awb", read_line(PLAIN), wants_wave=True)
    teacher.say("rms", read_line(HARD), wants_wave=True)
    second = teacher.say("awb", read_line(PLAIN), wants_wave=True)
    assert first.wave is not None
    assert second.wave is not None
    assert np.array_equal(first.parameters, second.parameters)
    assert np.array_equal(first.durations, second.durations)
    assert np.array_equal(first.wave, second.wave)


def test_the_wave_is_80_samples_a_frame(teacher: FliteTeacher) -> None:
    silent = teacher.say("rms", read_line(PLAIN))
    take = teacher.say("rms", read_line(PLAIN), wants_wave=True)
    assert silent.wave is None
    assert take.wave is not None
    assert take.wave_rate_hz == 16_000
    assert len(take.wave) == 80 * len(take.parameters)
    assert np.array_equal(take.parameters, silent.parameters)
    assert 0.1 < np.abs(take.wave).max() <= 1


def test_the_wave_has_the_energy_that_the_cepstra_tell(teacher: FliteTeacher) -> None:
    """With flite's gain of 1.5: so the frames are in step and the postfilter keeps the energy."""
    take = teacher.say("rms", read_line(PLAIN), wants_wave=True)
    assert take.wave is not None
    spectrum = np.exp(take.parameters[:, CEPSTRUM] @ cosines(np.linspace(0, 8000, 257)).T) * 1.5 / 32768
    told_db = 10 * np.log10((spectrum**2).mean(axis=1))
    heard_db = 10 * np.log10((take.wave.reshape(-1, 80) ** 2).mean(axis=1) + 1e-10)
    loud = told_db > -60
    assert np.corrcoef(told_db[loud], heard_db[loud])[0, 1] > 0.95
    assert abs(np.median(told_db[loud] - heard_db[loud])) < 3


def test_slt_speaks_higher_than_rms(teacher: FliteTeacher) -> None:
    line = read_line(PLAIN)
    assert f0_hz(teacher.say("slt", line)) > 1.3 * f0_hz(teacher.say("rms", line))


@pytest.mark.parametrize(
    ("phonemes", "phones"),
    [
        ("tˈiʧəɹ", "t iy1 ch er0"),
        ("tˈiːʧɚ", "t iy1 ch er0"),
        ("wˈɜɹld", "w er1 l d"),
        ("əɹˈWnd", "ax0 r aw1 n d"),
        ("ɡˈæləɹi", "g ae1 l ax0 r iy0"),
        ("fˈɔɹTi tˈu", "f ao1 r t iy0 t uw1"),
    ],
)
def test_phonemes_in_flites_phones(phonemes: str, phones: str) -> None:
    assert phones_of(phonemes) == phones


def test_a_phone_of_two_symbols_is_halved(teacher: FliteTeacher) -> None:
    take = teacher.say("slt", line_of("tˈiʧəɹ", "teacher"))
    schwa, rhotic = take.durations[5:7]
    assert rhotic - schwa in (0, 1)
    assert schwa > 0


def test_flite_is_told_the_strongest_mark_behind_each_word() -> None:
    words = write_script(read_line('He said: "Really?" (yes) — go.')).words
    assert [(word.name, word.mark) for word in words] == [
        ("he", ""),
        ("said", ":"),
        ("really", "?"),
        ("yes", ","),
        ("go", "."),
    ]


@pytest.mark.parametrize("phonemes", ["wɜʁd", "w¿d", "…", ""])
def test_what_flite_cannot_say_is_refused(teacher: FliteTeacher, phonemes: str) -> None:
    with pytest.raises(TeacherRefused):
        teacher.say("slt", line_of(phonemes))


def test_without_compiler_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TeacherUnavailable, match="install the package"):
        FliteTeacher(tmp_path / "build")


def test_the_library_is_compiled_once(build_folder: Path) -> None:
    compiled = (build_folder / "flite.so").stat().st_mtime_ns
    FliteTeacher(build_folder)
    assert (build_folder / "flite.so").stat().st_mtime_ns == compiled
    assert [path.name for path in build_folder.iterdir()] == ["flite.so"]
