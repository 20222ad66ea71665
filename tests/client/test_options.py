"""The keyword arguments are the fields of Speak."""

from typing import get_type_hints

from utterd.client.messages import Speak
from utterd.client.options import RenderOptions, SpeakOptions


def test_the_options_are_the_fields_of_speak_with_their_types() -> None:
    fields = get_type_hints(Speak)
    assert get_type_hints(SpeakOptions) == {
        name: hint for name, hint in fields.items() if name not in ("text", "stream")
    }


def test_a_file_takes_no_option_that_the_client_sets_itself() -> None:
    assert {"destination", "on_disconnect"}.isdisjoint(RenderOptions.__annotations__)
