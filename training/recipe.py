"""What `make voice` makes, in numbers: one place for everything that one would change about a voice."""

from dataclasses import dataclass, field

from training.model.acoustic import Widths


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """From nothing to a bundle. Two runs of the same recipe on one machine give the same bundle."""

    name: str
    seed: int = 1
    teacher: str = "flite"
    """Or a bundle of the kokoro family, by name or folder (`training.teachers.catalogue`)."""
    speakers: tuple[str, ...] = ("slt", "rms", "awb")
    louder_lu: dict[str, float] = field(default_factory=lambda: {"slt": -1.1, "rms": 0.2, "awb": 0.6})
    """What `estimate_lufs` is wrong by: pyloudnorm on the vocoded takes of 60 lines each, 2026-11-26."""
    corpus_lines: int = 9000
    """Distinct lines in all."""
    lines_per_speaker: int = 4500
    """Drawn from the corpus for each: what one does not say, another does."""
    widths: Widths = field(default_factory=Widths)
    steps: int = 12_000
    batch_frames: int = 4800
    """5 ms frames of speech in a step, padding included: 24 s."""
    learning_rate: float = 2e-3
    warmup_steps: int = 200
    average_decay: float = 0.999
    """Of the running average of the weights, which is what is exported."""
    aware_steps: int = 1500
    """Of quantisation-aware fine-tuning."""
    pruned_steps: int = 500
    """Of fine-tuning after pruning."""
    level_pieces: int = 5000
    """That the head for levels hears, in sound (`training.hearing`)."""
    british_share: float = 0.0
    """Of the takes that are not in eSpeak's spelling: so many are in misaki's British one. The judge mistook
    11 % of words in British phonemes with 0.12, 17 with 0; of the default voice's 3.5 and 2.2 (training/README.md)."""
    speed_exponent: float = 0.7
    """How unevenly speed shortens sounds; see `AcousticGraph.durations`."""
    threads: int = 2
    """Processes that make takes."""
    learning_threads: int = 1
    """Another number adds in another order, and gives another voice. A second one waits wherever others work."""


FULL = Recipe(name="starter")
TINY = Recipe(
    name="tiny",
    speakers=("rms",),
    corpus_lines=60,
    lines_per_speaker=60,
    widths=Widths(token=48, frame=48, token_inner=48, frame_inner=48),
    steps=300,
    batch_frames=2400,
    average_decay=0.98,
    aware_steps=30,
    pruned_steps=30,
    level_pieces=200,
    british_share=0.12,
)
"""A voice in under two minutes: for the test that the whole path works."""
RECIPES = {recipe.name: recipe for recipe in (FULL, TINY)}
