"""What is judged, a row each: every student beside its teacher, and a bundle's voices as people will use them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from training.judge.espeak_spelling import respell_plainly
from training.judge.voice import BundleVoice, RespelledVoice, TeacherVoice, Voice
from training.lines import Line, read_line
from training.teachers.teacher import Teacher
from utterd.config.bundles import Bundle, find_bundle

TEACHER_OF: Final = {"af_slt": "slt", "am_rms": "rms", "bm_awb": "awb"}
"""Student → the speaker it learned from."""

SPEEDS: Final = (1.5, 2.0, 3.0, 0.75, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One voice under judgement."""

    voice: Voice
    is_plain: bool
    """At its own speed, with its own spelling: what is measured of its sound is the voice's own."""
    teacher: Voice | None = None
    """Whom it should sound like."""
    runtime: Bundle | None = None
    """In one row: the bundle whose speed is measured."""


def rows(bundle_name: str, teacher: Teacher | None) -> Iterator[Row]:
    """Students and teachers first, then the bundle's default voice in all its ways, then its other voices."""
    bundle = find_bundle(bundle_name)
    names = [voice.name for voice in bundle.voices]
    for student in filter(names.__contains__, TEACHER_OF):
        yield from _pair(bundle, student, teacher)
    yield from _default_voice(bundle)
    for name in names:
        if name != bundle.default_voice and name not in TEACHER_OF:
            yield Row(voice=BundleVoice(bundle.folder, name), is_plain=True)
    for voice in bundle.voices:
        if voice.language == "en-gb":
            shipped = RespelledVoice(BundleVoice(bundle.folder, voice.name), "British phonemes", _respell_in_british)
            yield Row(voice=shipped, is_plain=False)


def _pair(bundle: Bundle, student: str, teacher: Teacher | None) -> Iterator[Row]:
    speaker = TEACHER_OF[student]
    if teacher is None or speaker not in teacher.speakers:
        yield Row(voice=BundleVoice(bundle.folder, student), is_plain=True)
        return
    own_teacher = TeacherVoice(teacher, speaker)
    yield Row(voice=own_teacher, is_plain=True)
    yield Row(voice=BundleVoice(bundle.folder, student), teacher=own_teacher, is_plain=True)


def _default_voice(bundle: Bundle) -> Iterator[Row]:
    say_at = partial(BundleVoice, bundle.folder, bundle.default_voice)
    # It is a row of its own even where it is a student's too: its results are then found, not made again.
    yield Row(voice=say_at(), is_plain=True, runtime=bundle)
    for speed in SPEEDS:
        yield Row(voice=say_at(speed), is_plain=False)
    yield Row(voice=RespelledVoice(say_at(), "plain eSpeak phonemes", respell_plainly), is_plain=False)


def _respell_in_british(line: Line) -> Line:
    return read_line(line.text, british=True)


def open_teacher(build_folder: Path) -> Teacher:
    """The flite teacher. Raises TeacherUnavailable."""
    from training.teachers.flite import FliteTeacher

    return FliteTeacher(build_folder)
