"""House fronts: each a different one from a seed, painted as they look at sundown.

Knows nothing of where a house stands, only on which side of the light.
"""

from dataclasses import dataclass

import numpy as np

from overglass_simulators.world.brush import Canvas, Point, colour, mixed, shaded
from overglass_simulators.world.design import (
    EMBER,
    FLOOR,
    GLASS,
    LAMPLIGHT,
    SHADE,
    SHADE_SHARE,
    SHOP_FLOOR,
    TRIM,
    WIDTH,
    Design,
)
from overglass_simulators.world.shopfronts import paint_ground_floor, pane
from overglass_simulators.world.texture import Texture

_SUN = 0.92, 1.02, 1.10
"Factors on blue, green and red of what the low sun reaches."


@dataclass(frozen=True, slots=True)
class House:
    """A painted front, in two parts, and the design that the rest has to match."""

    design: Design
    body: Texture
    "All but the gable; it has no holes."
    gable: Texture
    "The top, reaching down over the body a little."
    height: float
    "Metres to the top of the gable."
    body_height: float
    gable_height: float


def paint_house(random: np.random.Generator, design: Design, *, sunny: bool, detail: float) -> House:
    """`detail` in texels per metre."""
    height = design.eaves + design.rise
    canvas = Canvas(WIDTH, height, detail)
    _gable(canvas, design, design.rise)
    canvas.rect(0, 0, WIDTH, design.eaves, design.wall)
    canvas.grain(random, 0.025)
    _bricks(canvas, random, design)
    _trim(canvas, design)
    for floor in range(design.floors):
        _storey(canvas, random, design, SHOP_FLOOR + 0.35 + floor * FLOOR)
    _attic(canvas, random, design)
    _light(canvas, random, sunny=sunny)
    _lit_windows(canvas, random, design)
    paint_ground_floor(canvas, random, design)
    front = canvas.texture()
    metre = front.height / height
    body, gable = front.split(round((design.rise + 0.05) * metre), round((design.rise + 0.35) * metre))
    return House(design, body, gable, height, body.height / metre, gable.height / metre)


def _outline(design: Design, rise: float) -> list[Point]:
    """The gable from its left foot to its right one."""
    eaves, half = design.eaves, WIDTH / 2
    match design.gable:
        case "steps":
            steps = 5
            left: list[Point] = []
            for step in range(steps):
                x, y = half * step / steps * 0.88, eaves + rise * (step + 1) / steps
                left += [(x, y - rise / steps), (x, y)]
        case "bell":
            t = np.linspace(0, 1, 24)
            left = [
                (float(half * 0.86 * s), float(eaves + rise * (s - 0.16 * np.sin(2 * np.pi * s)))) for s in t
            ]
        case "point":
            left = [(0.0, eaves), (half - 0.35, eaves + rise - 0.35), (half - 0.35, eaves + rise)]
        case _:
            left = [(0.0, eaves), (0.0, eaves + rise)]
    return left + [(WIDTH - x, y) for x, y in reversed(left)]


def _gable(canvas: Canvas, design: Design, rise: float) -> None:
    outline = _outline(design, rise)
    canvas.poly([(0, design.eaves - 0.1), *outline, (WIDTH, design.eaves - 0.1)], design.wall)
    inner = [(x, y - 0.09) for x, y in outline]
    canvas.line(inner, 0.2, TRIM)


def _bricks(canvas: Canvas, random: np.random.Generator, design: Design) -> None:
    """A few bricks show, as an illustrator hints at them."""
    for _ in range(int(13 * design.eaves)):
        x, y = random.uniform(0.1, WIDTH - 0.6), random.uniform(SHOP_FLOOR + 0.4, design.eaves - 0.2)
        y = round(y / 0.13) * 0.13
        tone = shaded(design.wall, float(random.choice([0.88, 0.93, 1.12])))
        for row in range(int(random.integers(1, 3))):
            canvas.rect(x + 0.14 * row, y + 0.13 * row, 0.30, 0.09, tone)


def _trim(canvas: Canvas, design: Design) -> None:
    """Cornices between the floors and at the eaves, and the joint to the neighbours."""
    dark = shaded(design.wall, 0.72)
    for floor in range(design.floors + 1):
        y = SHOP_FLOOR + 0.35 + floor * FLOOR - 0.1
        canvas.rect(0, y - 0.10, WIDTH, 0.10, dark)
        canvas.rect(0, y, WIDTH, 0.16, mixed(design.wall, TRIM, 0.75))
    for x in (0.0, WIDTH - 0.28):
        for row in range(int((design.eaves - SHOP_FLOOR - 0.4) / 0.5)):
            wide = 0.28 if row % 2 else 0.42
            left = x if x == 0 else WIDTH - wide
            canvas.rect(left, SHOP_FLOOR + 0.5 + row * 0.5, wide, 0.42, mixed(design.wall, TRIM, 0.35))
    canvas.line([(0.03, 0), (0.03, design.eaves)], 0.06, shaded(design.wall, 0.45))


def _window_places(design: Design) -> list[float]:
    """Left edges of the windows, each 1.15 metres wide."""
    gap = WIDTH / design.columns
    return [gap * (column + 0.5) - 0.575 for column in range(design.columns)]


def _storey(canvas: Canvas, random: np.random.Generator, design: Design, foot: float) -> None:
    for x in _window_places(design):
        y = foot + 0.72
        canvas.rect(x + 0.02, y - 0.22, 1.35, 1.85, shaded(design.wall, 0.78))  # shadow on the wall
        pane(canvas, design, x, y, 1.15, 1.65, GLASS)
        if design.shutters:
            _shutters(canvas, design, x, y)
        canvas.rect(x - 0.16, y - 0.18, 1.47, 0.14, TRIM)
        if design.boxes:
            _flowers(canvas, random, x - 0.08, y - 0.12, 1.3)


def _shutters(canvas: Canvas, design: Design, x: float, y: float) -> None:
    for left in (x - 0.62, x + 1.25):
        canvas.rect(left, y - 0.02, 0.5, 1.68, design.accent)
        for slat in range(7):
            low = y + 0.12 + slat * 0.22
            canvas.rect(left + 0.07, low, 0.36, 0.09, shaded(design.accent, 1.22))


def _flowers(canvas: Canvas, random: np.random.Generator, x: float, y: float, wide: float) -> None:
    canvas.rect(x, y - 0.16, wide, 0.22, colour("#7b4a3a"))
    for _ in range(26):
        at = x + random.uniform(0, wide), y + random.uniform(0.0, 0.26)
        canvas.disc(
            *at, random.uniform(0.07, 0.13), colour(str(random.choice(["#3f7d4e", "#57965a", "#2f6a4a"])))
        )
    for _ in range(15):
        at = x + random.uniform(0, wide), y + random.uniform(-0.05, 0.3)
        tone = colour(str(random.choice(["#ff5d73", "#ffd1dc", "#ff8fa3", "#ffe066"])))
        canvas.disc(*at, 0.055, tone)


def _attic(canvas: Canvas, random: np.random.Generator, design: Design) -> None:
    middle = WIDTH / 2
    if design.gable == "flat":
        canvas.rect(0, design.eaves + 0.5, WIDTH, 0.2, TRIM)
        for x in np.arange(0.3, WIDTH - 0.2, 0.5):
            canvas.rect(float(x), design.eaves + 0.14, 0.2, 0.34, mixed(design.wall, TRIM, 0.6))
        return
    canvas.disc(middle, design.eaves + 1.15, 0.62, TRIM)
    lit = LAMPLIGHT if random.random() < 0.6 else GLASS
    canvas.disc(middle, design.eaves + 1.15, 0.48, lit)
    canvas.line([(middle, design.eaves + 0.67), (middle, design.eaves + 1.63)], 0.06, TRIM)
    canvas.line([(middle - 0.48, design.eaves + 1.15), (middle + 0.48, design.eaves + 1.15)], 0.06, TRIM)


def _light(canvas: Canvas, random: np.random.Generator, *, sunny: bool) -> None:
    """On the sunny side the houses opposite throw their gables' shadow; the other side is all shade."""
    if not sunny:
        everything = [(0, 0), (WIDTH, 0), (WIDTH, canvas.height), (0, canvas.height)]
        canvas.shade(everything, SHADE, SHADE_SHARE)
        return
    canvas.wash(_SUN, _SUN)
    edge, lean = random.uniform(3.6, 5.4), random.uniform(0.6, 1.6)
    skyline: list[Point] = [(0, edge), (1.4, edge + 0.2), (2.6 + lean, edge + 2.1), (4.6, edge - 0.3)]
    skyline += [(5.2, edge + 0.1), (6.2, edge + 0.1), (WIDTH, edge - 0.4), (WIDTH, 0), (0, 0)]
    canvas.shade(skyline, SHADE, SHADE_SHARE + 0.08, 0.12)


def _lit_windows(canvas: Canvas, random: np.random.Generator, design: Design) -> None:
    for floor in range(design.floors):
        for x in _window_places(design):
            if random.random() < 0.42:
                y = SHOP_FLOOR + 0.35 + floor * FLOOR + 0.72
                pane(canvas, design, x, y, 1.15, 1.65, mixed(LAMPLIGHT, EMBER, random.uniform(0, 0.6)))
                canvas.glow(x + 0.57, y + 0.7, 1.9, colour("#ffb25a"), 0.28)
