"""The same harmonic source with less to compute: as exporters write it, half of an int8 decoder's time goes there.

`istftnet.SineGen` works at 24 kHz from the beginning, though what it does before it integrates F0 is the same for all
300 samples of a frame; it makes noise for nine harmonics, which a linear layer then adds up; it turns all of them for
that layer; and the phase of its spectrum is an arc tangent put into its quadrant by choices, which processors guess
wrong half of the time.

Every change gives the same numbers to the bit, but for the noise, which is equal in distribution. Less would not do:
phases grow to 1e5 rad, of which float32 keeps two decimals, so that a sum rounded otherwise is another sound (3 dB);
and where a spectrum's imaginary part is about 0, its last bit decides between half a turn and minus half a turn (40
dB). Which sums are rounded alike is for ONNX Runtime to say, by its kernels and by what it fuses: each change is tried
with it as users run it, and one that differs is left out.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from typing import Final

from utterd.stages.models.splitting.errors import CannotRun, NotFound
from utterd.stages.models.splitting.extraction import extract, replace
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.patch import Patch
from utterd.stages.models.splitting.probing import Feeds, are_same, run_all, same_results
from utterd.stages.models.splitting.resizing import hold_by_copying, interpolate_by_channel
from utterd.stages.models.splitting.source_increments import increments_of_frames
from utterd.stages.models.splitting.source_phase import phase_without_choices
from utterd.stages.models.splitting.source_tone import harmonics_in_rows, one_noise

_log = logging.getLogger(__name__)

Change = Callable[[Graph, Sequence[Feeds], Collection[str]], Patch | None]
"""Of a source, inputs to try it with, and names that are taken. None: it is not built as expected."""
_CHANGES: Final[Sequence[Change]] = (
    increments_of_frames,
    one_noise,
    harmonics_in_rows,
    interpolate_by_channel,
    hold_by_copying,
    phase_without_choices,
)


def lighten_source(part: Graph, feeds: Sequence[Feeds]) -> Graph:
    """A decoder part with a lighter source, which gives the same for these inputs."""
    curves = [{"f0": feed["f0"]} for feed in feeds]
    try:
        right = run_all(_source_of(part), curves, optimised=True)
    except (NotFound, CannotRun):
        return part
    lighter = part
    for change in _CHANGES:
        try:
            source = _source_of(lighter)
            patch = change(source, curves, lighter.names)
            if patch is None:
                continue
            if are_same(run_all(replace(source, patch), curves, optimised=True), right):
                lighter = replace(lighter, patch)
            else:
                _log.info("the harmonic source is left without %s, which would round otherwise here", change.__name__)
        except (NotFound, CannotRun):
            _log.info("the harmonic source is left without %s, which it is not built for", change.__name__)
    return lighter if same_results(part, lighter, feeds[:1], optimised=True) else part


def _source_of(part: Graph) -> Graph:
    """F0 to harmonics.

    Raises:
        NotFound: something else goes into these.
    """
    inputs, outputs = ({each.name: each for each in kind} for kind in (part.model.graph.input, part.model.graph.output))
    return extract(part, {"f0": inputs["f0"]}, {"harmonics": outputs["harmonics"]})
