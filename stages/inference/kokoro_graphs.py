"""The sessions of a model's prepared parts: text and decoder once a piece, the vocoder window by window."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from utterd.stages.inference.kokoro_choice import Choice
from utterd.stages.inference.kokoro_statistics import Channels
from utterd.stages.inference.onnx_session import Abort, ModelUnusable, OnnxSession
from utterd.stages.models.parts import Parts

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prosody:
    """What the text part makes of a piece; f is the sum of its durations."""

    durations: npt.NDArray[np.int64]
    """Of each token, both pads included, in units of two frames (25 ms): shape (tokens + 2,)."""
    f0: Array
    """Hz, a frame (12.5 ms) each; 0 where there is no voice: shape (1, 1, 2f)."""
    energy: Array
    """Shape (1, 1, 2f)."""
    aligned: Array
    """The text's encoding, a column a unit: shape (1, 512, f)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decoded:
    """What the vocoder makes sound of, for a whole piece of t frames."""

    features: Array
    """Shape (1, channels, t)."""
    harmonics: Array
    """The source's short-time spectrum, magnitudes above phases: shape (1, 22, 60 t + 1)."""
    gains: Channels
    offsets: Channels
    """Of all normalisations: shape (M,)."""

    @property
    def frames(self) -> int:
        return int(self.features.shape[2])

    def arrays(self) -> dict[str, Array]:
        """By the names of the decoder's outputs."""
        return {
            "features": self.features,
            "harmonics": self.harmonics,
            "gains": self.gains,
            "offsets": self.offsets,
        }


class KokoroGraphs:
    """Loaded once; each method is one run, in one thread, that an Abort ends."""

    def __init__(self, folder: Path, parts: Parts, choice: Choice, *, library: Path | None) -> None:
        """Raises ModelUnusable."""
        self._folder, self._parts, self._choice, self._library = folder, parts, choice, library
        variant = parts.variants[choice.variant]
        self._text = self._load(variant.text, {"tokens", "style", "speed"}, shrinks=True)
        self._decoder = self._load(variant.decoder, {"asr", "f0", "energy", "style"}, shrinks=True)
        self._decoder_channels = {node.name: node.shape[1] for node in self._decoder.outputs if len(node.shape) == 3}
        inputs = {"features", "harmonics", "scale", "shift", "context"}
        self._vocoder = self._load(variant.vocoder, inputs, shrinks=False)
        self._whole: OnnxSession | None = None
        self._whole_file = parts.whole_of(choice.variant, has_library=library is not None)

    def read(self, tokens: npt.NDArray[np.int64], style: Array, speed: float, abort: Abort) -> Prosody:
        """The text part. `tokens`: padded, shape (1, n)."""
        found = _run(self._text, {"tokens": tokens, "style": style, "speed": np.array([speed], np.float32)}, abort)
        return Prosody(
            durations=found["durations"].reshape(-1),
            f0=found["f0"],
            energy=found["energy"],
            aligned=found["asr"],
        )

    def decode(self, prosody: Prosody, style: Array, abort: Abort) -> Decoded:
        frames, spectra = prosody.f0.shape[2], self._parts.harmonic_frames
        channels, size = self._decoder_channels, self._parts.size
        decoded = Decoded(
            features=np.empty((1, channels["features"], frames), np.float32),
            harmonics=np.empty((1, channels["harmonics"], spectra * frames + 1), np.float32),
            gains=np.empty(size, np.float32),
            offsets=np.empty(size, np.float32),
        )
        feeds = {"asr": prosody.aligned, "f0": prosody.f0, "energy": prosody.energy, "style": style}
        self._decoder.run_into(decoded.arrays(), feeds, abort)
        return decoded

    def window(
        self,
        decoded: Decoded,
        low: int,
        high: int,
        context: tuple[int, int],
        affine: tuple[Channels, Channels],
        abort: Abort,
    ) -> tuple[Array, Channels | None, Channels | None]:
        """The vocoder, on frames [low, high), of which so many at the beginning and at the end are context.

        Samples of those between, and if it tells them, means and mean squares of each channel.
        """
        scale, shift = affine
        spectra = self._parts.harmonic_frames
        feeds = {
            "features": decoded.features[:, :, low:high],
            "harmonics": decoded.harmonics[:, :, spectra * low : spectra * high + 1],
            "scale": scale,
            "shift": shift,
            "context": np.array(context, np.int64),
        }
        found = _run(self._vocoder, feeds, abort)
        return found["waveform"].reshape(-1), found.get("mean"), found.get("mean_square")

    @property
    def has_whole(self) -> bool:
        return self._whole_file is not None

    def whole(self, decoded: Decoded, abort: Abort) -> Array:
        """All samples, normalised with the statistics of this very piece. Only if `has_whole`."""
        if self._whole is None:
            assert self._whole_file is not None
            self._whole = self._load(self._whole_file, {"features", "harmonics", "gains", "offsets"}, shrinks=True)
        return _run(self._whole, decoded.arrays(), abort)["waveform"].reshape(-1)

    def _load(self, name: str, inputs: set[str], *, shrinks: bool) -> OnnxSession:
        session = OnnxSession(
            self._folder / name,
            threads=self._choice.threads,
            library=self._library,
            optimise=self._parts.variants[self._choice.variant].portable,
            shrinks=shrinks,
            providers=self._choice.provider.as_asked(self._choice.threads),
        )
        found = {node.name for node in session.inputs}
        if found != inputs:
            raise ModelUnusable(
                f"{name} is not the part that its manifest says: it takes {', '.join(sorted(found))}, not "
                f"{', '.join(sorted(inputs))}; run `utterd models prepare` anew"
            )
        return session


def _run(session: OnnxSession, feeds: dict[str, Any], abort: Abort) -> dict[str, npt.NDArray[Any]]:
    names = [node.name for node in session.outputs]
    return dict(zip(names, session.run(feeds, abort), strict=True))
