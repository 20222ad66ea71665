"""The icon, drawn: a loudspeaker that says how things are. Its colours show on dark and on light panels."""

from typing import Final

from PIL import Image, ImageDraw

from utterd.client.tray.state import Mood

SIZE: Final = 64
"""Pixels; trays scale it down."""

COLOURS: Final = {
    Mood.OFF: (140, 140, 140, 255),
    Mood.IDLE: (140, 140, 140, 255),
    Mood.SPEAKING: (46, 160, 90, 255),
    Mood.PAUSED: (214, 148, 0, 255),
}

_LOUDSPEAKER: Final = [(6, 24), (18, 24), (34, 10), (34, 54), (18, 40), (6, 40)]


def draw_icon(mood: Mood) -> Image.Image:
    """RGBA, 64 by 64, on a transparent ground."""
    image = Image.new("RGBA", (SIZE, SIZE))
    draw = ImageDraw.Draw(image)
    colour = COLOURS[mood]
    draw.polygon(_LOUDSPEAKER, fill=colour)
    match mood:
        case Mood.SPEAKING:
            for radius in (10, 20):
                draw.arc((36 - radius, 32 - radius, 36 + radius, 32 + radius), -50, 50, fill=colour, width=5)
        case Mood.PAUSED:
            for left in (41, 52):
                draw.rectangle((left, 18, left + 6, 46), fill=colour)
        case Mood.OFF:
            draw.line((8, 58, 58, 8), fill=colour, width=6)
        case Mood.IDLE:
            draw.ellipse((44, 28, 51, 35), fill=colour)
    return image
