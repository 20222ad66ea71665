"""What the nodes of our graphs are called: a convolution's node and output share a name, its input is `NAME.input`."""

from collections.abc import Iterator
from typing import Final

from utterd.stages.models.vocoder.description import Convolution, Stage, Vocoder
from utterd.stages.models.vocoder.weights import polyphase

POST: Final = "post"
"""The convolution to log magnitudes and phases; what follows it begins with `post.`."""


def upsampling_name(stage: int) -> str:
    return f"stage{stage}.upsampling"


def noise_convolution_name(stage: int) -> str:
    return f"noise_convolution.{stage}"


def block_names(stage: int, of: Stage) -> list[str]:
    """The noise block first, as in `Vocoder.norms`."""
    return [f"stage{stage}.noise", *(f"stage{stage}.block{block}" for block in range(len(of.blocks)))]


def step_name(block: str, step: int) -> str:
    return f"{block}.step{step}"


def first_name(step: str) -> str:
    return f"{step}.first"


def second_name(step: str) -> str:
    return f"{step}.second"


def quantisable_convolutions(vocoder: Vocoder) -> Iterator[tuple[str, Convolution]]:
    """Those that int8 is good enough for, nearly all of the arithmetic; weights are not yet folded."""
    for index, stage in enumerate(vocoder.stages):
        yield upsampling_name(index), polyphase(stage.upsampling)
        for path, block in zip(block_names(index, stage), (stage.noise_block, *stage.blocks), strict=True):
            for position, step in enumerate(block):
                name = step_name(path, position)
                yield first_name(name), step.first
                yield second_name(name), step.second


def float_names(vocoder: Vocoder) -> list[str]:
    """Nodes of type Conv that must stay in float32: what reads the harmonics, what writes the spectrum."""
    noise = [noise_convolution_name(index) for index in range(len(vocoder.stages))]
    return [*noise, POST, f"{POST}.waveform.inverse_transform"]
