"""The ground floor of a house: shop window or dwelling, door and lettering. Also windows at large.

Lit from inside, so it is painted last, over sunlight and shade.
"""

import numpy as np

from overglass_simulators.world.brush import Canvas, colour, mixed, shaded
from overglass_simulators.world.design import (
    DARK,
    EMBER,
    GLASS,
    LAMPLIGHT,
    SHOP_FLOOR,
    TRIM,
    WIDTH,
    Design,
)
from overglass_simulators.world.texture import Colour


def pane(canvas: Canvas, design: Design, x: float, y: float, wide: float, high: float, glass: Colour) -> None:
    """A framed window from its lower left corner, `wide` by `high` metres of glass."""
    shape = canvas.arch if design.arched else canvas.rect
    shape(x - 0.11, y - 0.08, wide + 0.22, high + 0.2, TRIM)
    shape(x, y, wide, high, glass)
    if glass == GLASS:
        canvas.poly(
            [(x + wide * 0.15, y), (x + wide * 0.5, y), (x + wide * 0.95, y + high * 0.7),
             (x + wide * 0.95, y + high * 0.95)], mixed(glass, colour("#f7a58c"), 0.45),
        )  # fmt: skip
    canvas.line([(x + wide / 2, y), (x + wide / 2, y + high)], 0.06, TRIM)
    canvas.line([(x, y + high * 0.62), (x + wide, y + high * 0.62)], 0.06, TRIM)


def paint_ground_floor(canvas: Canvas, random: np.random.Generator, design: Design) -> None:
    """Over the lowest SHOP_FLOOR metres of a front."""
    base = shaded(design.accent, 0.9) if design.shop else shaded(design.wall, 0.62)
    canvas.rect(0, 0, WIDTH, SHOP_FLOOR, base)
    canvas.rect(0, 0, WIDTH, 0.45, shaded(base, 0.7))
    if design.shop:
        _shop(canvas, random, design)
    else:
        _dwelling(canvas, design)
    canvas.line([(0.04, 0), (0.04, SHOP_FLOOR)], 0.08, DARK)


def _shop(canvas: Canvas, random: np.random.Generator, design: Design) -> None:
    left = 2.1 if design.door < 2 else 0.5
    canvas.rect(left - 0.12, 0.5, 5.14, 2.2, mixed(TRIM, design.accent, 0.25))
    canvas.rect(left, 0.62, 4.9, 1.96, LAMPLIGHT)
    canvas.rect(left, 0.62, 4.9, 0.8, mixed(LAMPLIGHT, colour("#f08a4b"), 0.5))
    _wares(canvas, random, left)
    for share in (1 / 3, 2 / 3):
        canvas.rect(left + 4.9 * share - 0.05, 0.62, 0.1, 1.96, mixed(TRIM, design.accent, 0.25))
    _door(canvas, design)
    canvas.rect(0.25, 2.86, WIDTH - 0.5, 0.74, DARK)
    canvas.rect(0.31, 2.92, WIDTH - 0.62, 0.62, mixed(design.accent, TRIM, 0.06))
    canvas.text(design.shop, 0.6, 3.0, WIDTH - 1.2, 0.46, lettering(design.accent))
    canvas.glow(WIDTH / 2, 1.6, 3.6, colour("#ff9a4a"), 0.25)


def _wares(canvas: Canvas, random: np.random.Generator, left: float) -> None:
    tones = ["#c8553d", "#3d6b8a", "#6a4c7d", "#2f6f63", "#8a4b2d", "#e07a5f"]
    x = left + 0.15
    while x < left + 4.6:
        wide, high = random.uniform(0.14, 0.42), random.uniform(0.2, 0.75)
        tone = colour(str(random.choice(tones)))
        if random.random() < 0.3:
            canvas.disc(x + wide / 2, 0.62 + wide / 2, wide / 2, tone)
        else:
            canvas.rect(x, 0.62, wide, high, tone)
        x += wide + random.uniform(0.02, 0.22)
    for lamp in (0.16, 0.5, 0.84):
        canvas.disc(left + 4.9 * lamp, 2.3, 0.16, colour("#fff8dc"), 0.7)


def _door(canvas: Canvas, design: Design) -> None:
    x = design.door
    canvas.rect(x - 0.12, 0, 1.54, 2.7, mixed(TRIM, design.accent, 0.25))
    canvas.rect(x, 0.05, 1.3, 2.5, shaded(design.accent, 0.75))
    canvas.rect(x + 0.2, 1.1, 0.9, 1.3, mixed(LAMPLIGHT, EMBER, 0.5))
    canvas.rect(x + 0.2, 0.25, 0.9, 0.65, shaded(design.accent, 0.95))
    canvas.disc(x + 1.15, 1.05, 0.06, LAMPLIGHT)


def _dwelling(canvas: Canvas, design: Design) -> None:
    windows = [2.6, 5.0] if design.door < 2 else [0.8, 3.2]
    for x in windows:
        pane(canvas, design, x, 1.1, 1.4, 1.8, mixed(LAMPLIGHT, EMBER, 0.3))
        canvas.rect(x - 0.2, 0.92, 1.8, 0.14, TRIM)
    _door(canvas, design)
    canvas.disc(design.door + 0.65, 3.1, 0.17, colour("#fff3c9"))
    canvas.glow(design.door + 0.65, 3.0, 1.6, colour("#ffc06a"), 0.6)


def lettering(ground: Colour) -> Colour:
    """What can be read on that ground."""
    return colour("#ffeec2") if sum(ground) < 450 else colour("#7c2b3b")
