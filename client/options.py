"""What can be asked of an utterance beside its text: the keyword arguments of `speak`, `stream` and `render`.

Their meanings stand in `Speak`, of which they are the fields.
"""

from typing import Literal, TypedDict

from utterd.client.messages import Markup, Placement, Priority, Profile


class RenderOptions(TypedDict, total=False):
    """Those that mean something for a file too."""

    voice: str | None
    speed: float | None
    pitch: float | None
    language: str | None
    gain: float
    markup: Markup
    profile: Profile
    project: str
    words: bool
    client: str


class SpeakOptions(RenderOptions, total=False):
    """All but `text` and `stream`."""

    placement: Placement
    destination: Literal["device", "client"]
    on_disconnect: Literal["continue", "stop"]
    priority: Priority | None
    key: str
    replaces: str
    group: str
    max_age_s: float | None
