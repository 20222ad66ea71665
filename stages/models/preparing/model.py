"""The model that is to be prepared: its files, checked, and its voices."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from utterd.config.bundles import Bundle, BundleError, find_bundle, verify_files
from utterd.stages.inference.onnx_session import ModelUnusable
from utterd.stages.inference.voices import Voices
from utterd.stages.models.errors import WrongInput
from utterd.stages.models.parts import FOLDER
from utterd.stages.models.preparing.kept import sha256_of
from utterd.stages.models.quantising.feeds import FloatArray
from utterd.stages.work import ChunkFailed

GRAPH, VOICES = "model.onnx", "voices.npz"
"""The files of every Kokoro bundle."""
_CALIBRATION_VOICES = 8
_SOME_TOKENS = 50
"""Any row of a voice tells whether its table is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A bundle of the family kokoro whose files are whole."""

    bundle: Bundle
    sha256: str
    """Of its graph."""
    voices: Voices

    @property
    def path(self) -> Path:
        return self.bundle.file(GRAPH)

    @property
    def prepared(self) -> Path:
        """The folder of its parts, which need not be there."""
        return self.bundle.folder / FOLDER

    @property
    def voice_names(self) -> tuple[str, ...]:
        return tuple(sorted(self.voices.names))

    @property
    def calibration_voices(self) -> tuple[str, ...]:
        """Some that stand for all, whichever are asked for."""
        names = self.voice_names
        return names[:: max(1, len(names) // _CALIBRATION_VOICES)][:_CALIBRATION_VOICES]

    def style(self, voice: str, tokens: int) -> FloatArray:
        """float32 (1, 256), for a piece of so many tokens.

        Raises:
            WrongInput: the voice's table is not one of Kokoro's.
        """
        try:
            return self.voices.style(voice, tokens)
        except ChunkFailed as error:
            raise WrongInput(f"{self.bundle.file(VOICES)} will not do: {error}") from error

    def language(self, voice: str) -> str:
        """As `bundle.toml` has it; English if it does not say."""
        described = self.bundle.voice(voice)
        return described.language if described else "en-us"

    def chosen(self, voices: Collection[str], languages: Collection[str]) -> tuple[str, ...]:
        """Those of these names and those of these languages; all if neither are given.

        Raises:
            WrongInput: there is none such.
        """
        if unknown := set(voices) - set(self.voice_names):
            raise WrongInput(f"{self.bundle.name} has no voice {min(unknown)!r}; it has {', '.join(self.voice_names)}")
        spoken = {name: self.language(name) for name in self.voice_names}
        if unknown := set(languages) - set(spoken.values()):
            have = ", ".join(sorted(set(spoken.values())))
            raise WrongInput(f"{self.bundle.name} has no voice of the language {min(unknown)!r}; it has {have}")
        if not voices and not languages:
            return self.voice_names
        return tuple(name for name in self.voice_names if name in voices or spoken[name] in languages)


def open_model(name: str) -> Model:
    """By a bundle's name or folder.

    Raises:
        WrongInput: there is none, it needs no preparing, or its files are not what it says.
    """
    try:
        bundle = find_bundle(name)
        if bundle.family != "kokoro":
            raise WrongInput(f"{bundle.name} is as fast as it gets: only models of the family kokoro are prepared")
        verify_files(bundle)
        voices = Voices(bundle.file(VOICES), [voice.name for voice in bundle.voices])
    except BundleError as error:
        raise WrongInput(str(error)) from error
    except ModelUnusable as error:
        raise WrongInput(f"{bundle.file(VOICES)} will not do: {error}") from error
    try:
        sha256 = bundle.files.get(GRAPH) or sha256_of(bundle.file(GRAPH))
    except OSError as error:
        raise WrongInput(f"{bundle.file(GRAPH)} cannot be read: {error.strerror or error}") from error
    model = Model(bundle=bundle, sha256=sha256, voices=voices)
    if not model.voice_names:
        raise WrongInput(f"{bundle.file(VOICES)} has no voices")
    for voice in model.voice_names:
        model.style(voice, _SOME_TOKENS)
    return model
