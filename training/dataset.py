"""The takes that a student learns from: made by teachers in parallel, kept in shards, so that nothing is made twice."""

import hashlib
import json
import multiprocessing
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.progress import Progress

from training import contours, lines, loudness, phrases
from training.corpus.sentences import sentences
from training.fingerprint import syntax_of
from training.lines import read_line
from training.recipe import Recipe
from training.teachers.catalogue import identify, open_teacher
from training.teachers.teacher import Take, Teacher, TeacherRefused, TeacherUnavailable

_SHARD_LINES = 250


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A take, packed for memory, and whose it is."""

    tokens: npt.NDArray[np.int64]
    durations: npt.NDArray[np.int64]
    parameters: npt.NDArray[np.float16]
    speaker: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """Of one recipe: what is learned from, and what is held back (every fiftieth) to see how it goes."""

    training: list[Example]
    validation: list[Example]
    origin: str = ""
    """A hash: other lines, teachers or edits give another."""


@dataclass(frozen=True, slots=True)
class _Job:
    speaker: str
    texts: tuple[str, ...]
    path: Path
    louder_lu: float


def make_dataset(recipe: Recipe, folder: Path, progress: Progress) -> Dataset:
    """From `folder` as far as it is there, made and kept there otherwise.

    Raises:
        TeacherUnavailable: there is no such teacher here, or it lacks a speaker of the recipe.
    """
    jobs = list(_jobs(recipe, folder / "takes"))
    missing = [job for job in jobs if not job.path.exists()]
    task = progress.add_task("takes", total=len(jobs), completed=len(jobs) - len(missing))
    if missing:
        check_teacher(recipe, folder)  # flite builds its library, once for all workers
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # or numpy's idle threads double the time of each worker
        workers = min(recipe.threads, len(missing))
        with multiprocessing.get_context("spawn").Pool(workers, _open_teacher, (recipe.teacher, folder)) as pool:
            for _ in pool.imap_unordered(_make_shard, missing):
                progress.advance(task)
    return _load(recipe, jobs)


def check_teacher(recipe: Recipe, folder: Path) -> None:
    """Raises TeacherUnavailable, as `make_dataset`."""
    speakers = open_teacher(recipe.teacher, folder).speakers
    if missing := [speaker for speaker in recipe.speakers if speaker not in speakers]:
        known = ", ".join(speakers)
        raise TeacherUnavailable(f"the teacher {recipe.teacher} has no speaker {missing[0]!r}; it has {known}")


def _jobs(recipe: Recipe, folder: Path) -> Iterator[_Job]:
    folder.mkdir(parents=True, exist_ok=True)
    corpus = sentences(recipe.corpus_lines, recipe.seed)
    teacher = identify(recipe.teacher)
    for speaker in recipe.speakers:
        chosen = random.Random(f"{recipe.seed} {speaker}").sample(corpus, recipe.lines_per_speaker)
        for first in range(0, len(chosen), _SHARD_LINES):
            texts = tuple(chosen[first : first + _SHARD_LINES])
            louder_lu = recipe.louder_lu.get(speaker, 0.0)
            yield _Job(speaker, texts, folder / f"{speaker}-{_fingerprint(texts, louder_lu, teacher)}.npz", louder_lu)


def _fingerprint(texts: tuple[str, ...], louder_lu: float, teacher: list[str]) -> str:
    """Of the lines, of the code that makes takes of them, of the teacher: a change of any makes other shards."""
    return hashlib.sha256(json.dumps([texts, louder_lu, _code(), *teacher]).encode()).hexdigest()[:16]


@cache
def _code() -> list[str]:
    return syntax_of((contours, lines, loudness, phrases))


_teacher: Teacher


def _open_teacher(name: str, folder: Path) -> None:
    global _teacher
    _teacher = open_teacher(name, folder)


def _make_shard(job: _Job) -> None:
    takes = [take for text in job.texts if (take := _take(job, text)) is not None]
    partial = job.path.with_suffix(".partial.npz")
    np.savez(
        partial,
        counts=[(len(take.tokens), len(take.parameters)) for take in takes],
        tokens=np.concatenate([take.tokens for take in takes]),
        durations=np.concatenate([take.durations for take in takes]),
        parameters=np.concatenate([take.parameters.astype(np.float16) for take in takes]),
    )
    partial.replace(job.path)


def _take(job: _Job, text: str) -> Take | None:
    line = read_line(text)
    try:
        return contours.edit(_teacher.say(job.speaker, line), line, louder_lu=job.louder_lu)
    except TeacherRefused:
        return None


def _load(recipe: Recipe, jobs: list[_Job]) -> Dataset:
    names = "\n".join(job.path.name for job in jobs)
    dataset = Dataset([], [], hashlib.sha256(names.encode()).hexdigest())
    for job in jobs:
        speaker = recipe.speakers.index(job.speaker)
        with np.load(job.path) as shard:
            counts = np.cumsum(shard["counts"], axis=0)[:-1]
            tokens, durations = (np.split(shard[name], counts[:, 0]) for name in ("tokens", "durations"))
            parameters = np.split(shard["parameters"], counts[:, 1])
        for place, parts in enumerate(zip(tokens, durations, parameters, strict=True)):
            (dataset.validation if place % 50 == 7 else dataset.training).append(Example(*parts, speaker))
    return dataset


def describe(dataset: Dataset) -> str:
    """For people: how much it is."""
    minutes = sum(len(example.parameters) for example in dataset.training) / 200 / 60
    return f"{len(dataset.training)} takes, {minutes:.0f} minutes"


__all__ = ["Dataset", "Example", "check_teacher", "describe", "make_dataset"]
