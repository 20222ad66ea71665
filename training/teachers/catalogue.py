"""From a recipe's `teacher` to somebody who says lines: flite, or a Kokoro model on this machine."""

import inspect
from pathlib import Path
from typing import Final

from training.teachers.teacher import Teacher, TeacherUnavailable
from utterd.config.bundles import Bundle, BundleError, find_bundle

FLITE: Final = "flite"


def open_teacher(name: str, folder: Path) -> Teacher:
    """A teacher that is ready to speak.

    Args:
        name: "flite", or a bundle of the kokoro family as `find_bundle` takes it, by name or folder.
        folder: where flite's library is built.

    Raises:
        TeacherUnavailable: with a sentence for people.
    """
    if name == FLITE:
        from training.teachers.flite import FliteTeacher

        return FliteTeacher(folder)
    from training.teachers.kokoro import KokoroTeacher

    return KokoroTeacher(_find(name))


def identify(name: str) -> list[str]:
    """What a teacher's takes depend on besides the lines: the model's files, and how its sound is analysed.

    Nothing for flite, whose takes are known by the lines alone. Raises TeacherUnavailable.
    """
    if name == FLITE:
        return []
    from training.teachers import analysis, kokoro

    files = [f"{file} {sha256}" for file, sha256 in sorted(_find(name).files.items())]
    return [*files, inspect.getsource(analysis), inspect.getsource(kokoro)]


def _find(name: str) -> Bundle:
    try:
        return find_bundle(name)
    except BundleError as error:
        raise TeacherUnavailable(f"the teacher is neither {FLITE} nor a kokoro bundle: {error}") from error
