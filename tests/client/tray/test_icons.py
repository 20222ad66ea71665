"""The icon, drawn."""

import pytest

pytest.importorskip("PIL", reason="Pillow is not installed: pip install 'utterd[tray]'")

from utterd.client.tray.icons import SIZE, draw_icon
from utterd.client.tray.state import Mood


def test_every_mood_looks_different() -> None:
    assert len({draw_icon(mood).tobytes() for mood in Mood}) == len(Mood)


@pytest.mark.parametrize("mood", Mood)
def test_an_icon_stands_on_a_transparent_ground(mood: Mood) -> None:
    image = draw_icon(mood)
    assert (image.size, image.mode) == ((SIZE, SIZE), "RGBA")
    opaque = sum(map(bool, image.getchannel("A").tobytes()))
    assert SIZE * SIZE // 10 < opaque < SIZE * SIZE // 2
