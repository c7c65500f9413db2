"""Textures of the tram and of the balloons. Knows nothing of where they are."""

import math

import numpy as np

from overglass_simulators.world.brush import Canvas, Point, colour, mixed, shaded
from overglass_simulators.world.design import SHADE
from overglass_simulators.world.texture import Texture

TRAM = 2.3, 3.3, 12.0
"Width, height and length, metres."
BALLOONS = 4


def tram_end(detail: float, *, front: bool) -> Texture:
    """Its front, or its rear."""
    wide, high, _ = TRAM
    canvas = Canvas(wide, high, detail)
    red, cream = colour("#c8324a"), colour("#ffefd2")
    canvas.rect(0, 0.2, wide, 1.2, mixed(red, cream, 0.05))
    canvas.poly([(0, 1.3), (0, 3.08), (0.12, 3.2), (wide - 0.12, 3.2), (wide, 3.08), (wide, 1.3)], cream)
    canvas.rect(0.16, 1.45, 1.98, 1.05, colour("#2a2440"))
    canvas.poly([(0.4, 1.45), (1.0, 1.45), (1.7, 2.5), (1.2, 2.5)], colour("#5d6aa0"))
    canvas.rect(0.35, 2.62, 1.6, 0.38, colour("#2a2440"))
    canvas.text("7 HARBOUR" if front else "7", 0.42, 2.68, 1.46, 0.26, colour("#ffc857"))
    canvas.rect(0, 1.2, wide, 0.12, colour("#ffc857"))
    canvas.rect(0, 0.1, wide, 0.22, colour("#2a2440"))
    for x in (0.5, 1.8):
        lit = colour("#fff8dc") if front else colour("#ff4d4d")
        canvas.disc(x, 0.75, 0.2, colour("#ffc857"))
        canvas.disc(x, 0.75, 0.15, lit)
        canvas.glow(x, 0.75, 0.7, lit, 0.5)
    return canvas.texture()


def tram_side(detail: float) -> Texture:
    """The same on both sides."""
    _, high, length = TRAM
    canvas = Canvas(length, high, detail)
    red, cream, dark = colour("#c8324a"), colour("#ffefd2"), colour("#2a2440")
    canvas.rect(0, 0.2, length, 1.2, red)
    canvas.rect(0, 1.3, length, 1.8, cream)
    canvas.rect(0.1, 3.05, length - 0.2, 0.16, shaded(cream, 0.75))
    canvas.rect(0, 1.2, length, 0.12, colour("#ffc857"))
    for window in range(7):
        x = 0.35 + window * 1.64
        canvas.rect(x, 1.45, 1.42, 1.1, dark)
        canvas.rect(x + 0.06, 1.51, 1.3, 0.98, colour("#ffe0a3"))
        if window % 3 != 1:
            canvas.disc(x + 0.5 + 0.2 * (window % 2), 1.85, 0.17, colour("#6b4a6e"))
            canvas.rect(x + 0.28 + 0.2 * (window % 2), 1.5, 0.45, 0.25, colour("#8a4b6e"))
    for door in (3.63, 8.55):
        canvas.rect(door, 0.35, 1.42, 2.2, dark)
        canvas.rect(door + 0.08, 0.45, 0.58, 2.0, colour("#ffd08a"))
        canvas.rect(door + 0.76, 0.45, 0.58, 2.0, colour("#ffd08a"))
    canvas.text("OVERGLASS", 5.2, 0.4, 3.2, 0.72, cream)
    canvas.rect(0, 0.1, length, 0.2, dark)
    return canvas.texture()


def balloon(number: int, detail: float) -> Texture:
    """A hot air balloon, 8 by 10.8 metres, the `number`-th of BALLOONS, lit from the right."""
    canvas = Canvas(8, 10.8, detail)
    pairs = (("#ff6b6b", "#ffe8c9"), ("#ffb03a", "#d1495b"), ("#3fa7a0", "#fff1dd"), ("#7b5ea7", "#ffc2a1"))
    one, two = (colour(code) for code in pairs[number])
    for x in (3.1, 4.9):
        canvas.line([(x, 3.2), (4 + (x - 4) * 0.6, 1.2)], 0.09, colour("#4b3350"))
    canvas.rect(3.4, 0.2, 1.2, 1.0, colour("#8a5a44"))
    canvas.rect(3.3, 1.05, 1.4, 0.22, colour("#5e3b3a"))
    for gore, reach in enumerate((1.0, 0.72, 0.4, 0.12)):
        tone = two if gore % 2 else one
        canvas.poly(_envelope(3.9 * reach), tone)
    canvas.shade([(0, 2), (3.2, 2), (2.2, 10.8), (0, 10.8)], SHADE, 0.35, 1.2)
    canvas.glow(5.8, 6.2, 3.6, colour("#ffb27a"), 0.4)
    return canvas.texture()


def _envelope(half: float) -> list[Point]:
    """A balloon's outline round x = 4, `half` metres wide to each side."""
    turns = np.linspace(-0.42 * math.pi, 1.42 * math.pi, 40).tolist()
    upper = [(4 + half * math.cos(a), 6.9 + 3.7 * math.sin(a)) for a in turns]
    return [*upper, (4 - half * 0.22, 2.9), (4 + half * 0.22, 2.9)]
