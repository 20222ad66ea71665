"""The steps of preparing a model, from what is kept already to a manifest that names all parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utterd.stages.models.errors import WrongInput
from utterd.stages.models.machine import cpu_name, onnxruntime_version
from utterd.stages.models.parts import Parts, Variant, write_parts
from utterd.stages.models.preparing.arrays import save_arrays
from utterd.stages.models.preparing.kept import Kept, digest
from utterd.stages.models.preparing.material import Material
from utterd.stages.models.preparing.model import Model
from utterd.stages.models.preparing.optimising import save_optimised, save_portable
from utterd.stages.models.preparing.recipes import NATIVE_VARIANTS, RECIPES, VARIANTS, fingerprint
from utterd.stages.models.preparing.space import needed_bytes, room_for, write_as_much
from utterd.stages.models.preparing.voices import VoiceTables, measure
from utterd.stages.models.progress import Progress
from utterd.stages.models.quantising.feeds import HARMONIC_FRAMES
from utterd.stages.models.quantising.weights import weight_levels
from utterd.stages.models.splitting import Split, SplitError, split

_SPLIT_STEPS = 5
"""So often `split` tells how far it is."""
FRAME_SAMPLES = 300
"""12.5 ms at 24 kHz."""
CONTEXT_FRAMES = 8
"""With 100 ms of context a window equals the whole (PERFORMANCE.md 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be there afterwards."""

    variants: tuple[str, ...]
    voices: tuple[str, ...]
    """To be measured; voices that have been stay so."""
    library: Path | None
    """Of native operators."""


class Preparation:
    """Of one model, by who has its lock."""

    def __init__(self, model: Model, wish: Wish, workspace: Path, kept: Kept, progress: Progress) -> None:
        self._model, self._wish, self._kept, self._progress = model, wish, kept, progress
        self._workspace = workspace
        self._tables = VoiceTables(model, kept)

    def run(self) -> Parts:
        """Make what is missing, and have it found by inference.

        Raises:
            PreparingError: what was made is kept, and the parts that were there before are as they were.
            OSError: the same.
        """
        graphs = self._wanted_graphs()
        missing = [name for name in graphs if not self._kept.has(self._name(name))]
        unmeasured = [voice for voice in self._wish.voices if not self._tables.has(voice)]
        is_made = not missing and not unmeasured and self._kept.has(self._facts_name)
        needed = 0 if is_made else needed_bytes(self._model.path.stat().st_size, missing)
        with room_for(needed, self._model.prepared):
            if not is_made:
                material = Material(self._model, self._split())
                self._make(missing, material)
                self._measure(unmeasured, material)
            return self._publish(graphs)

    def _wanted_graphs(self) -> list[str]:
        """In the order of their recipes."""
        wanted = {graph for variant in self._wish.variants for graph in VARIANTS[variant].graphs()}
        return [name for name in RECIPES if name in wanted]

    def _name(self, graph: str) -> str:
        """Of its file: it tells the model, the code, and the machine that the graph was made for.

        Not the voices that it was calibrated on: these stand for all, and may come and go.
        """
        made_for = (onnxruntime_version(), cpu_name(), str(weight_levels()))
        return f"{graph}.{digest(graph, self._model.sha256, fingerprint(), *made_for)}.onnx"

    def _split(self) -> Split:
        try:
            with self._progress.step("taking the model apart", _SPLIT_STEPS) as advance:
                made = split(self._model.path, lambda doing: advance(), work_folder=self._workspace)
        except SplitError as error:
            write_as_much(self._model.path.stat().st_size, self._model.prepared)  # a full disk would explain it
            raise WrongInput(f"{self._model.path} cannot be prepared: {error}") from error
        if not self._kept.has(self._facts_name):
            facts = {"channels": np.array(made.vocoder.channels), "epsilon": np.array(made.vocoder.epsilon)}
            with self._kept.making(self._facts_name) as path:
                save_arrays(path, facts)
        return made

    @property
    def _facts_name(self) -> str:
        """Of a file with what the manifest tells of the vocoder."""
        return f"facts.{digest(self._model.sha256, fingerprint())}.npz"

    def _make(self, graphs: Sequence[str], material: Material) -> None:
        for graph in graphs:
            recipe = RECIPES[graph]
            with self._progress.step(graph, 1):
                made = recipe.make(material)
                with self._kept.making(self._name(graph)) as path:
                    if recipe.portable:
                        save_portable(made, path, material.trial)
                    else:
                        save_optimised(made, path, material.trial, self._wish.library if recipe.native else None)

    def _measure(self, voices: Sequence[str], material: Material) -> None:
        if voices:
            with self._progress.step("measuring voices", len(voices)) as advance:
                for voice in voices:
                    self._tables.keep(voice, measure(voice, material))
                    advance()

    def _publish(self, graphs: Sequence[str]) -> Parts:
        """Write the manifest; what it does not name goes away behind it."""
        voices = tuple(voice for voice in self._model.voice_names if self._tables.has(voice))
        statistics = self._tables.keep_all(voices)
        with np.load(self._kept.path(self._facts_name)) as facts:
            channels, epsilon = tuple(map(int, facts["channels"])), float(facts["epsilon"])
        names = [statistics, *map(self._name, graphs)]
        parts = Parts(
            model_sha256=self._model.sha256,
            onnxruntime=onnxruntime_version(),
            cpu=cpu_name(),
            frame_samples=FRAME_SAMPLES,
            harmonic_frames=HARMONIC_FRAMES,
            context_frames=CONTEXT_FRAMES,
            epsilon=epsilon,
            channels=channels,
            variants={name: self._variant(name) for name in self._wish.variants},
            statistics=statistics,
            files={each: sha256 for name in names for each, sha256 in self._kept.files(name).items()},
        )
        write_parts(self._model.prepared, parts)
        self._kept.sweep({*names, self._facts_name, *map(self._tables.name, voices)})
        return parts

    def _variant(self, name: str) -> Variant:
        made = VARIANTS[name]
        return Variant(
            text=self._name(made.text),
            decoder=self._name(made.decoder),
            vocoder=self._name(made.vocoder),
            whole=None if made.whole is None else self._name(made.whole),
            native=name in NATIVE_VARIANTS,
            portable=all(RECIPES[graph].portable for graph in made.graphs()),
        )
