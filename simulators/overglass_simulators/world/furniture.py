"""What stands in the street and hangs over it: textures of paving, awnings, signs, lamps, trees, flags.

Knows nothing of where they are put.
"""

import math

import numpy as np

from overglass_simulators.world.brush import Canvas, colour, mixed, shaded
from overglass_simulators.world.design import SHADE, SHADE_SHARE
from overglass_simulators.world.shopfronts import lettering
from overglass_simulators.world.texture import Colour, Texture

STREET = 13.4
"Metres from house to house."
PAVEMENT = 2.7
SUNK = 0.15
"Metres that the textures of what stands on the ground reach below it, for the shadow at its foot."
RAILS = -1.5
"Metres to the right of the middle at which the tram runs."
SIGN = 1.5, 1.3
PLINTH = 0.2
LAMP_POST = 0.6, 3.4
LAMP_HEAD = 1.8, 1.95
_GAUGE = 1.2

_STONE = colour("#6d5f8a")
_ROAD = colour("#564b78")
_LAMPLIGHT = colour("#ffcf80")
_IRON = colour("#2b2647")


def paving(random: np.random.Generator, length: float, detail: float, *, crossing: bool) -> Texture:
    """The whole width of the street, `length` metres of it; its upper edge is the far one."""
    canvas = Canvas(STREET, length, detail)
    canvas.rect(0, 0, STREET, length, _ROAD)
    _cobbles(canvas, random, length)
    for left in (0.0, STREET - PAVEMENT):
        _slabs(canvas, random, left, length)
    for left in (PAVEMENT - 0.14, STREET - PAVEMENT - 0.14):
        canvas.rect(left, 0, 0.28, length, colour("#a99bbb"))
        canvas.line([(left + 0.3, 0), (left + 0.3, length)], 0.1, colour("#3b335c"))
    if crossing:
        for x in np.arange(PAVEMENT + 0.5, STREET - PAVEMENT - 0.7, 1.0):
            canvas.rect(float(x), length / 2 - 1.5, 0.55, 3.0, colour("#e9dcef"))
    for side in (-_GAUGE / 2, _GAUGE / 2):
        x = STREET / 2 + RAILS + side
        canvas.rect(x - 0.11, 0, 0.22, length, colour("#3b335c"))
        canvas.rect(x - 0.045, 0, 0.09, length, colour("#f3b9a4"))
    canvas.shade([(4.5, 0), (9.6, 0), (9.6, length), (4.5, length)], colour("#ff9e8a"), 0.16, 2.2)
    for x in (0.0, STREET):
        canvas.shade([(x - 0.4, 0), (x + 0.4, 0), (x + 0.4, length), (x - 0.4, length)], _IRON, 0.5, 0.5)
    for x in (1.0, STREET - 1.0):
        canvas.glow(x, length / 2, 3.4, colour("#ff9a50"), 0.42)
    return canvas.texture(opaque=True)


def _cobbles(canvas: Canvas, random: np.random.Generator, length: float) -> None:
    rows = int(length / 0.42)
    for row in range(rows):
        y = length * row / rows
        for x in np.arange(PAVEMENT + (row % 2) * 0.3, STREET - PAVEMENT, 0.6):
            tone = shaded(_ROAD, random.uniform(0.82, 1.22))
            canvas.rect(float(x) + 0.03, y + 0.03, 0.54, 0.35, tone)


def _slabs(canvas: Canvas, random: np.random.Generator, left: float, length: float) -> None:
    canvas.rect(left, 0, PAVEMENT, length, shaded(_STONE, 0.75))
    rows = round(length / 0.9)
    for row in range(rows):
        for column in range(3):
            tone = shaded(_STONE, random.uniform(0.95, 1.2))
            canvas.rect(left + column * 0.9 + 0.03, length * row / rows + 0.03, 0.84, 0.84, tone)


def plinth(detail: float) -> Texture:
    """The foot of a house front, PLINTH metres high: its soft edges hide the front's hard one."""
    canvas = Canvas(1.0, PLINTH, detail)
    canvas.rect(0, 0, 1.0, PLINTH, mixed(_IRON, _STONE, 0.15))
    return canvas.texture()


def side_wall(wall: Colour, detail: float) -> Texture:
    """What shows of a house above a lower neighbour: bare, and away from the light."""
    canvas = Canvas(4.0, 4.0, detail / 2)
    tone = mixed(wall, SHADE, SHADE_SHARE + 0.12)
    canvas.rect(0, 0, 4, 4, tone)
    for row in range(12):
        canvas.line([(0, row / 3), (4, row / 3)], 0.03, shaded(tone, 0.9))
    return canvas.texture(opaque=True)


def roof(tiles: Colour, detail: float) -> Texture:
    """A slope of tiles, its ridge at the top."""
    canvas = Canvas(5.0, 3.5, detail / 2)
    tone = mixed(tiles, SHADE, 0.25)
    canvas.rect(0, 0, 5, 3.5, tone)
    for row in range(10):
        canvas.rect(0, row * 0.35, 5, 0.09, shaded(tone, 0.75))
        canvas.rect(0, row * 0.35 + 0.09, 5, 0.05, shaded(tone, 1.12))
    canvas.rect(0, 3.3, 5, 0.2, shaded(tone, 0.6))
    return canvas.texture(opaque=True)


def awning(accent: Colour, detail: float) -> Texture:
    """Striped cloth from the wall (its top) down to a scalloped edge."""
    canvas = Canvas(6.6, 1.7, detail)
    stripes, cloth = 11, colour("#fff1dd")
    wide = 6.6 / stripes
    for stripe in range(stripes):
        tone = mixed(cloth if stripe % 2 else accent, SHADE, 0.12)
        canvas.rect(stripe * wide, 0.25, wide, 1.45, tone)
        canvas.disc((stripe + 0.5) * wide, 0.27, wide / 2, shaded(tone, 0.86), 0.85)
        canvas.rect(stripe * wide, 0.25, wide, 0.08, shaded(tone, 0.72))
    return canvas.texture()


def hanging_sign(words: str, accent: Colour, detail: float) -> Texture:
    """A board on an iron arm, SIGN wide and high. The same from both sides but for the words."""
    canvas = Canvas(*SIGN, detail * 1.3)
    canvas.line([(0, 1.22), (1.5, 1.22)], 0.07, _IRON)
    for x in (0.42, 1.08):
        canvas.line([(x, 1.22), (x, 1.0)], 0.04, _IRON)
        canvas.disc(x, 1.22, 0.06, _IRON)
    board, rim = mixed(accent, _IRON, 0.1), colour("#ffd98a")
    if len(words) % 3 == 0:
        canvas.disc(0.75, 0.5, 0.5, rim)
        canvas.disc(0.75, 0.5, 0.44, board)
        canvas.text(words, 0.38, 0.33, 0.74, 0.34, lettering(board))
    else:
        canvas.rect(0.1, 0.2, 1.3, 0.8, rim)
        canvas.rect(0.15, 0.25, 1.2, 0.7, board)
        canvas.text(words, 0.22, 0.36, 1.06, 0.48, lettering(board))
    return canvas.texture()


def lamp_post(detail: float) -> Texture:
    """The foot of a street lamp, LAMP_POST wide and high."""
    canvas = Canvas(*LAMP_POST, detail, sunk=SUNK)
    middle = LAMP_POST[0] / 2
    canvas.shadow(middle, 0.29)
    canvas.poly([(middle - 0.18, 0), (middle + 0.18, 0), (middle + 0.09, 0.55), (middle - 0.09, 0.55)], _IRON)
    canvas.rect(middle - 0.06, 0.5, 0.12, LAMP_POST[1] - 0.5, _IRON)
    return canvas.texture()


def lamp_head(detail: float) -> Texture:
    """The top of a street lamp with its light in the air, LAMP_HEAD wide and high."""
    canvas = Canvas(*LAMP_HEAD, detail)
    middle, glass = LAMP_HEAD[0] / 2, 0.75
    canvas.glow(middle, glass + 0.35, 0.9, _LAMPLIGHT, 0.8, in_air=True)
    canvas.rect(middle - 0.06, 0, 0.12, glass, _IRON)
    canvas.rect(middle - 0.28, 0.22, 0.56, 0.07, _IRON)
    pane = [(-0.16, 0.0), (0.16, 0.0), (0.30, 0.7), (-0.30, 0.7)]
    outline = [(middle + x, glass + y) for x, y in pane]
    canvas.poly(outline, colour("#fff2c4"))
    canvas.line(outline, 0.05, _IRON, closed=True)
    canvas.poly([(middle - 0.38, glass + 0.7), (middle + 0.38, glass + 0.7), (middle, glass + 1.08)], _IRON)
    return canvas.texture()


def tree(random: np.random.Generator, detail: float, *, blossoms: bool) -> Texture:
    """A round tree in a box, 3.4 by 5 metres, lit from the right."""
    canvas = Canvas(3.4, 5.0, detail, sunk=SUNK)
    canvas.shadow(1.7, 0.95)
    dark, mid, light = (
        [colour(c) for c in tones]
        for tones in (("#2c5a58", "#6b3b5e"), ("#3f8068", "#b5536f"), ("#8cc07a", "#ff9f8e"))
    )
    canvas.rect(1.6, 0.6, 0.2, 2.2, colour("#4b3350"))
    canvas.rect(1.1, 0, 1.2, 0.75, colour("#7a4a56"))
    canvas.rect(1.02, 0.66, 1.36, 0.14, colour("#a9687a"))
    for tones, count, drift, size in ((dark, 40, 0.0, 0.5), (mid, 44, 0.17, 0.32), (light, 46, 0.34, 0.16)):
        for _ in range(count):
            angle, away = random.uniform(0, 2 * math.pi), math.sqrt(random.random()) * (1.0 - drift * 0.8)
            x, y = 1.7 + away * math.cos(angle) + drift * 0.9, 3.35 + 1.1 * away * math.sin(angle) + drift
            canvas.disc(x, y, size * random.uniform(0.55, 1.0), tones[blossoms], 0.9)
    return canvas.texture()


def parasol(accent: Colour, detail: float) -> Texture:
    """A cafe table under its parasol, 3 by 2.7 metres."""
    canvas = Canvas(3.0, 2.7, detail, sunk=SUNK)
    canvas.shadow(1.5, 1.3)
    canvas.rect(1.46, 0, 0.08, 2.3, _IRON)
    for x in (0.35, 2.15):
        canvas.rect(x, 0.42, 0.5, 0.08, accent)
        canvas.rect(x + (0.0 if x < 1 else 0.44), 0.42, 0.06, 0.55, accent)
        for leg in (0.04, 0.42):
            canvas.rect(x + leg, 0, 0.05, 0.45, _IRON)
    canvas.rect(0.95, 0.72, 1.1, 0.08, colour("#fff1dd"))
    canvas.disc(1.25, 0.9, 0.1, colour("#ffd98a"))
    ribs = 6
    for rib in range(ribs):
        x, wide = 0.1 + 2.8 * rib / ribs, 2.8 / ribs
        tone = mixed(colour("#fff1dd") if rib % 2 else accent, SHADE, 0.1)
        canvas.poly([(x, 1.85), (x + wide, 1.85), (1.5, 2.62)], tone)
        canvas.disc(x + wide / 2, 1.86, wide / 2, shaded(tone, 0.85), 0.5)
    return canvas.texture()


def bunting(random: np.random.Generator, detail: float) -> Texture:
    """Flags on a line across the street, its height 2.2 metres."""
    canvas = Canvas(STREET, 2.2, detail)
    line = [(float(x), _sag(float(x))) for x in np.linspace(0, STREET, 30)]
    tones = [colour(c) for c in ("#ff6b6b", "#ffd166", "#06d6a0", "#4ea8de", "#f4f1de", "#c77dff")]
    first = int(random.integers(6))
    for flag in range(24):
        x = 0.25 + flag * (STREET - 0.5) / 24
        y = _sag(x + 0.2)
        tone = mixed(tones[(first + flag) % 6], SHADE, 0.12)
        canvas.poly([(x, y), (x + 0.42, y), (x + 0.21 + 0.05 * math.sin(flag * 2.1), y - 0.62)], tone)
    canvas.line(line, 0.03, _IRON)
    return canvas.texture()


def lanterns(detail: float) -> Texture:
    """Paper lanterns on a line across the street, its height 2.2 metres."""
    canvas = Canvas(STREET, 2.2, detail)
    places = [(x, _sag(x) - 0.42) for x in np.linspace(1.2, STREET - 1.2, 7).tolist()]
    for x, y in places:
        canvas.glow(x, y, 0.85, colour("#ffb45e"), 0.7, in_air=True)
    canvas.line([(float(x), _sag(float(x))) for x in np.linspace(0, STREET, 30)], 0.03, _IRON)
    for number, (x, y) in enumerate(places):
        paper = colour(("#ff7a5c", "#ffc15e", "#ff5d7d")[number % 3])
        canvas.line([(x, y + 0.42), (x, y)], 0.03, _IRON)
        canvas.disc(x, y, 0.33, paper, 0.95)
        canvas.disc(x, y, 0.19, mixed(paper, colour("#fff3c9"), 0.6), 1.5)
        for cap in (0.3, -0.3):
            canvas.rect(x - 0.12, y + cap - 0.04, 0.24, 0.08, _IRON)
    return canvas.texture()


def _sag(x: float) -> float:
    """Height of a line across the street that hangs through by 1.1 metres."""
    return 2.1 - 1.1 * (1 - (2 * x / STREET - 1) ** 2)
