"""The shell of a room as textures: walls, floor, ceiling, with daylight and shadow painted in.

Knows the room's size and where its window is, not what else stands in it.
"""

from dataclasses import dataclass

import numpy as np

from overglass_simulators.world import hangings
from overglass_simulators.world.brush import Canvas, Point, colour, mixed, shaded
from overglass_simulators.world.texture import Colour, Texture

LEFT, RIGHT = -0.4, 6.2
FRONT, BACK = -5.0, 3.0
HEIGHT = 2.9
WIDTH, LENGTH = RIGHT - LEFT, BACK - FRONT
"The room, metres in the world; its window is in the front, along -z."
WINDOW = 1.75, 0.85, 3.1, 1.7
"In the front wall: from its left, from the floor, width and height."

_TRIM = colour("#f7efe2")
_SHADOW = colour("#3d3358")
_SUN = colour("#ffd9a0")


@dataclass(frozen=True, slots=True)
class Palette:
    """What colours a room has."""

    front: Colour
    side: Colour
    back: Colour
    floor: Colour
    accent: Colour


PALETTES = [
    Palette(*map(colour, ("#ecdcc4", "#9dbdb0", "#d98f74", "#b9804f", "#c8553d"))),
    Palette(*map(colour, ("#e9dfd2", "#a9b7d0", "#7f8fb8", "#a8744c", "#e0a13c"))),
    Palette(*map(colour, ("#f0e2c0", "#d8b98e", "#6f9a8d", "#8f5f45", "#2f7f79"))),
]


def front_wall(random: np.random.Generator, palette: Palette, detail: float) -> Texture:
    """With a window that can be seen through."""
    canvas = _plaster(random, WIDTH, palette.front, detail)
    x, y, wide, high = WINDOW
    # Light comes in, so the wall round it is dim by comparison.
    canvas.shade([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], _SHADOW, 0.22)
    canvas.glow(x + wide / 2, y + high / 2, 2.9, _SUN, 0.22)
    canvas.rect(x - 0.16, y - 0.1, wide + 0.32, high + 0.26, shaded(_TRIM, 0.86))
    canvas.rect(x - 0.11, y - 0.1, wide + 0.22, high + 0.21, _TRIM)
    _skirting(canvas, WIDTH)
    hangings.clock(canvas, 0.95, 2.1, 0.24)
    hangings.poster(canvas, random, 0.42, 0.95, 0.95, 0.72, palette.accent, 3)
    hangings.poster(canvas, random, 5.3, 1.2, 0.85, 1.15, palette.accent, 4)
    scale = canvas.pixels.shape[1] / WIDTH
    rows = canvas.pixels.shape[0]
    top, foot = round(rows - (y + high) * scale), round(rows - y * scale)
    canvas.pixels[top:foot, round(x * scale) : round((x + wide) * scale)] = 0
    for share in (1 / 3, 2 / 3):
        canvas.rect(x + wide * share - 0.035, y, 0.07, high, _TRIM)
        canvas.rect(x + wide * share + 0.02, y, 0.015, high, shaded(_TRIM, 0.75))
    canvas.rect(x, y + high * 0.68, wide, 0.06, _TRIM)
    return canvas.texture()


def side_wall(random: np.random.Generator, palette: Palette, detail: float, *, left: bool) -> Texture:
    """Seen from inside: the window is at the right end of the left wall, at the left end of the other."""
    canvas = _plaster(random, LENGTH, palette.side, detail)
    _panelling(canvas, LENGTH, palette.side)
    window = LENGTH if left else 0.0
    away = 0.0 if left else LENGTH
    canvas.glow(window, 1.7, 5.0, _SUN, 0.20)
    _dusk(canvas, away, LENGTH)
    if left:
        hangings.poster(canvas, random, 5.95, 1.2, 0.78, 1.1, palette.accent, 0)
        hangings.poster(canvas, random, 4.15, 1.3, 1.5, 1.0, palette.accent, 1)
        hangings.poster(canvas, random, 2.95, 1.2, 0.85, 1.15, palette.accent, 2)
        hangings.poster(canvas, random, 1.0, 1.25, 1.1, 0.8, palette.accent, 5)
    else:
        hangings.poster(canvas, random, 0.25, 1.2, 0.8, 1.1, palette.accent, 6)
        hangings.whiteboard(canvas, 4.35, 1.0, 2.3, 1.25)
    return canvas.texture(opaque=True)


def back_wall(random: np.random.Generator, palette: Palette, detail: float) -> Texture:
    """With the door."""
    canvas = _plaster(random, WIDTH, palette.back, detail)
    _skirting(canvas, WIDTH)
    hangings.door(canvas, 0.75, palette.accent)
    hangings.poster(canvas, random, 2.4, 1.15, 1.0, 1.3, palette.accent, 2)
    hangings.poster(canvas, random, 3.75, 1.3, 1.6, 1.05, palette.accent, 7)
    _dusk(canvas, 0.0, WIDTH)
    return canvas.texture(opaque=True)


def floor(random: np.random.Generator, palette: Palette, detail: float, stands: list[list[Point]]) -> Texture:
    """Its upper edge is at the window; `stands` are outlines of what throws a shadow, in its metres."""
    canvas = Canvas(WIDTH, LENGTH, detail)
    canvas.rect(0, 0, WIDTH, LENGTH, shaded(palette.floor, 0.62))
    board = 0.2
    for column in range(round(WIDTH / board)):
        y = -random.uniform(0, 1.5)
        while y < LENGTH:
            length = random.uniform(1.1, 2.2)
            tone = shaded(palette.floor, random.uniform(0.86, 1.14))
            canvas.rect(column * board + 0.006, y + 0.006, board - 0.012, length - 0.012, tone)
            for _ in range(3):
                at, begin = column * board + random.uniform(0.03, board - 0.03), y + random.uniform(0, length)
                canvas.line([(at, begin), (at, begin + 0.35)], 0.012, shaded(tone, 0.9))
            y += length
    hangings.rug(canvas, 1.55, 3.2, 3.5, 3.2, palette.accent)
    _sunlight(canvas)
    for outline in stands:
        canvas.shade(outline, _SHADOW, 0.55, 0.3)
    for x in (0.0, WIDTH):
        canvas.shade([(x - 0.3, 0), (x + 0.3, 0), (x + 0.3, LENGTH), (x - 0.3, LENGTH)], _SHADOW, 0.45, 0.5)
    canvas.shade([(0, 0), (WIDTH, 0), (WIDTH, 2.2), (0, 2.2)], _SHADOW, 0.25, 1.6)
    return canvas.texture(opaque=True)


def ceiling(palette: Palette, detail: float) -> Texture:
    """Its lower edge is at the window."""
    canvas = Canvas(WIDTH, LENGTH, detail)
    tone = mixed(colour("#efe6da"), palette.side, 0.12)
    canvas.rect(0, 0, WIDTH, LENGTH, shaded(tone, 0.86))
    canvas.glow(WIDTH / 2, 0.0, 4.6, _SUN, 0.22)
    canvas.glow(WIDTH / 2, 2.7, 1.8, colour("#ffe2ae"), 0.30)
    for y in (1.6, 3.9, 6.2):
        canvas.rect(0, y, WIDTH, 0.22, shaded(palette.floor, 0.62))
        canvas.rect(0, y - 0.03, WIDTH, 0.03, shaded(palette.floor, 0.42))
    canvas.shade([(0, LENGTH - 2.5), (WIDTH, LENGTH - 2.5), (WIDTH, LENGTH), (0, LENGTH)], _SHADOW, 0.3, 1.6)
    return canvas.texture(opaque=True)


def _plaster(random: np.random.Generator, wide: float, tone: Colour, detail: float) -> Canvas:
    canvas = Canvas(wide, HEIGHT, detail)
    canvas.rect(0, 0, wide, HEIGHT, tone)
    canvas.grain(random, 0.012)
    canvas.wash((0.90, 0.90, 0.92), (1.0, 1.0, 1.0))
    canvas.rect(0, HEIGHT - 0.12, wide, 0.12, shaded(_TRIM, 0.93))
    canvas.rect(0, HEIGHT - 0.14, wide, 0.02, shaded(tone, 0.75))
    return canvas


def _panelling(canvas: Canvas, wide: float, tone: Colour) -> None:
    """Wainscot up to a metre."""
    base = shaded(tone, 0.8)
    canvas.rect(0, 0, wide, 0.98, base)
    canvas.rect(0, 0.94, wide, 0.07, shaded(tone, 1.25))
    for x in np.arange(0.12, wide - 0.5, 0.78):
        for inset, share in ((0.0, 0.72), (0.02, 1.12), (0.035, 0.86)):
            canvas.rect(
                float(x) + inset, 0.24 + inset, 0.62 - 2 * inset, 0.6 - 2 * inset, shaded(tone, share)
            )
    _skirting(canvas, wide)


def _skirting(canvas: Canvas, wide: float) -> None:
    canvas.rect(0, 0, wide, 0.14, _TRIM)
    canvas.rect(0, 0.13, wide, 0.015, shaded(_TRIM, 0.7))


def _dusk(canvas: Canvas, at: float, wide: float) -> None:
    """The end away from the window lies in shade."""
    low, high = (at, at + wide * 0.42) if at == 0 else (at - wide * 0.42, at)
    canvas.shade([(low, 0), (high, 0), (high, HEIGHT), (low, HEIGHT)], _SHADOW, 0.26, 1.8)
    for x in (0.0, wide):
        canvas.shade([(x - 0.2, 0), (x + 0.2, 0), (x + 0.2, HEIGHT), (x - 0.2, HEIGHT)], _SHADOW, 0.30, 0.4)


def _sunlight(canvas: Canvas) -> None:
    """Three panes of it, slanting in from the window."""
    x, _, wide, _ = WINDOW
    for number in range(3):
        left, right = x + wide * number / 3 + 0.06, x + wide * (number + 1) / 3 - 0.06
        near, lean = LENGTH - 3.4, -1.0
        pane = [(left, LENGTH - 0.75), (right, LENGTH - 0.75), (right + lean, near), (left + lean, near)]
        canvas.shade(pane, _SUN, 0.42, 0.06)
