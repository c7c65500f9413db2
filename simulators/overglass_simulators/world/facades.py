"""House fronts: each a different one from a seed, painted as they look at sundown.

Knows nothing of where a house stands, only on which side of the light.
"""

from dataclasses import dataclass

import numpy as np

from overglass_simulators.world.brush import Canvas, Point, colour, mixed, shaded
from overglass_simulators.world.texture import Colour, Texture

WIDTH = 7.5
"Metres along the street; every house has the same."
SHOP_FLOOR = 3.7
_FLOOR = 2.9

_WALLS = [
    "#e2725b", "#f0b95b", "#6fa68f", "#4a6fa5", "#e8927c", "#8fb8d6", "#2f8f86", "#e5c45c", "#c4553f",
    "#f2dcc2", "#b8647c", "#7a6aa0", "#5d8a66", "#d98c4a",
]  # fmt: skip
_ACCENTS = ["#20364f", "#7c2b3b", "#1f4f46", "#f6ead6", "#3b2a4a", "#a63d2f", "#23607a"]
_TRIM = colour("#fbf0df")
_DARK = colour("#2a2440")
_GLASS = colour("#34476b")
_LAMPLIGHT = colour("#ffd98a")
SHOPS = [
    "BAKERY", "BOOKS", "CAFE LUNA", "FLORIST", "RECORDS", "TEA ROOM", "OPTICIAN", "TOYS", "GALLERY", "PIZZERIA",
    "BICYCLES", "HOTEL MIRA", "PERFUMES", "CLOCKS", "CINEMA", "MAPS",
]  # fmt: skip

SUNNY = 0.92, 1.02, 1.10
"Factors on blue, green and red of what the low sun reaches."
SHADE = colour("#43376f")
"What is mixed into all that has only the evening sky's light."
SHADE_SHARE = 0.42


@dataclass(frozen=True, slots=True)
class House:
    """One house's front and what its other parts need to match it."""

    front: Texture
    height: float
    "Metres to the top of the front, gable included."
    eaves: float
    "Metres to where the roof begins."
    wall: Colour
    roof: Colour
    accent: Colour
    shop: str
    "What its sign says; empty for a dwelling."


@dataclass(frozen=True, slots=True)
class _Plan:
    floors: int
    columns: int
    gable: str
    wall: Colour
    accent: Colour
    shop: str
    arched: bool
    shutters: bool
    boxes: bool

    @property
    def eaves(self) -> float:
        return SHOP_FLOOR + _FLOOR * self.floors + 0.35


def paint_house(random: np.random.Generator, number: int, *, sunny: bool, detail: float) -> House:
    """The `number`-th design; `detail` in texels per metre."""
    plan = _plan(random, number)
    rise = {"steps": 3.2, "bell": 2.9, "point": 3.0, "flat": 0.7}[plan.gable]
    canvas = Canvas(WIDTH, plan.eaves + rise, detail)
    _gable(canvas, plan, rise)
    canvas.rect(0, 0, WIDTH, plan.eaves, plan.wall)
    canvas.grain(random, 0.025)
    _bricks(canvas, random, plan)
    _trim(canvas, plan)
    for floor in range(plan.floors):
        _storey(canvas, random, plan, SHOP_FLOOR + 0.35 + floor * _FLOOR)
    _attic(canvas, random, plan)
    _light(canvas, random, plan, sunny=sunny)
    _lit_windows(canvas, random, plan)
    _ground_floor(canvas, random, plan)
    roof = colour(["#8a4b4f", "#5b4b6e", "#a05a4a", "#4a5573"][number % 4])
    return House(canvas.texture(), canvas.height, plan.eaves, plan.wall, roof, plan.accent, plan.shop)


def _plan(random: np.random.Generator, number: int) -> _Plan:
    return _Plan(
        floors=int(random.choice([1, 2, 2, 3])),
        columns=int(random.choice([2, 3, 3])),
        gable=["steps", "flat", "bell", "point"][number % 4],
        wall=colour(_WALLS[number % len(_WALLS)]),
        accent=colour(str(random.choice(_ACCENTS))),
        shop=SHOPS[number % len(SHOPS)] if number % 5 != 4 else "",
        arched=bool(random.random() < 0.35),
        shutters=bool(random.random() < 0.5),
        boxes=bool(random.random() < 0.6),
    )


def _outline(plan: _Plan, rise: float) -> list[Point]:
    """The gable from its left foot to its right one."""
    eaves, half = plan.eaves, WIDTH / 2
    match plan.gable:
        case "steps":
            steps = 5
            left: list[Point] = []
            for step in range(steps):
                x, y = half * step / steps * 0.88, eaves + rise * (step + 1) / steps
                left += [(x, y - rise / steps), (x, y)]
        case "bell":
            t = np.linspace(0, 1, 24)
            left = [(float(half * 0.86 * s), float(eaves + rise * (s - 0.16 * np.sin(2 * np.pi * s)))) for s in t]
        case "point":
            left = [(0.0, eaves), (half - 0.35, eaves + rise - 0.35), (half - 0.35, eaves + rise)]
        case _:
            left = [(0.0, eaves), (0.0, eaves + rise)]
    return left + [(WIDTH - x, y) for x, y in reversed(left)]


def _gable(canvas: Canvas, plan: _Plan, rise: float) -> None:
    outline = _outline(plan, rise)
    canvas.poly([(0, plan.eaves - 0.1), *outline, (WIDTH, plan.eaves - 0.1)], plan.wall)
    inner = [(x, y - 0.09) for x, y in outline]
    canvas.line(inner, 0.2, _TRIM)


def _bricks(canvas: Canvas, random: np.random.Generator, plan: _Plan) -> None:
    """A few bricks show, as an illustrator hints at them."""
    for _ in range(int(13 * plan.eaves)):
        x, y = random.uniform(0.1, WIDTH - 0.6), random.uniform(SHOP_FLOOR + 0.4, plan.eaves - 0.2)
        y = round(y / 0.13) * 0.13
        tone = shaded(plan.wall, float(random.choice([0.88, 0.93, 1.12])))
        for row in range(int(random.integers(1, 3))):
            canvas.rect(x + 0.14 * row, y + 0.13 * row, 0.30, 0.09, tone)


def _trim(canvas: Canvas, plan: _Plan) -> None:
    """Cornices between the floors and at the eaves, and the joint to the neighbours."""
    dark = shaded(plan.wall, 0.72)
    for floor in range(plan.floors + 1):
        y = SHOP_FLOOR + 0.35 + floor * _FLOOR - 0.1
        canvas.rect(0, y - 0.10, WIDTH, 0.10, dark)
        canvas.rect(0, y, WIDTH, 0.16, mixed(plan.wall, _TRIM, 0.75))
    for x in (0.0, WIDTH - 0.28):
        for row in range(int((plan.eaves - SHOP_FLOOR - 0.4) / 0.5)):
            wide = 0.28 if row % 2 else 0.42
            left = x if x == 0 else WIDTH - wide
            canvas.rect(left, SHOP_FLOOR + 0.5 + row * 0.5, wide, 0.42, mixed(plan.wall, _TRIM, 0.35))
    canvas.line([(0.03, 0), (0.03, plan.eaves)], 0.06, shaded(plan.wall, 0.45))


def _window_places(plan: _Plan) -> list[float]:
    """Left edges of the windows, each 1.15 metres wide."""
    gap = WIDTH / plan.columns
    return [gap * (column + 0.5) - 0.575 for column in range(plan.columns)]


def _storey(canvas: Canvas, random: np.random.Generator, plan: _Plan, foot: float) -> None:
    for x in _window_places(plan):
        y = foot + 0.72
        canvas.rect(x + 0.02, y - 0.22, 1.35, 1.85, shaded(plan.wall, 0.78))  # shadow on the wall
        _pane(canvas, plan, x, y, 1.15, 1.65, _GLASS)
        if plan.shutters:
            _shutters(canvas, plan, x, y)
        canvas.rect(x - 0.16, y - 0.18, 1.47, 0.14, _TRIM)
        if plan.boxes:
            _flowers(canvas, random, x - 0.08, y - 0.12, 1.3)


def _pane(canvas: Canvas, plan: _Plan, x: float, y: float, wide: float, high: float, glass: Colour) -> None:
    shape = canvas.arch if plan.arched else canvas.rect
    shape(x - 0.11, y - 0.08, wide + 0.22, high + 0.2, _TRIM)
    shape(x, y, wide, high, glass)
    if glass == _GLASS:
        canvas.poly(
            [(x + wide * 0.15, y), (x + wide * 0.5, y), (x + wide * 0.95, y + high * 0.7),
             (x + wide * 0.95, y + high * 0.95)], mixed(glass, colour("#f7a58c"), 0.45),
        )  # fmt: skip
    canvas.line([(x + wide / 2, y), (x + wide / 2, y + high)], 0.06, _TRIM)
    canvas.line([(x, y + high * 0.62), (x + wide, y + high * 0.62)], 0.06, _TRIM)


def _shutters(canvas: Canvas, plan: _Plan, x: float, y: float) -> None:
    for left in (x - 0.62, x + 1.25):
        canvas.rect(left, y - 0.02, 0.5, 1.68, plan.accent)
        for slat in range(7):
            low = y + 0.12 + slat * 0.22
            canvas.rect(left + 0.07, low, 0.36, 0.09, shaded(plan.accent, 1.22))


def _flowers(canvas: Canvas, random: np.random.Generator, x: float, y: float, wide: float) -> None:
    canvas.rect(x, y - 0.16, wide, 0.22, colour("#7b4a3a"))
    for _ in range(26):
        at = x + random.uniform(0, wide), y + random.uniform(0.0, 0.26)
        canvas.disc(*at, random.uniform(0.07, 0.13), colour(str(random.choice(["#3f7d4e", "#57965a", "#2f6a4a"]))))
    for _ in range(15):
        at = x + random.uniform(0, wide), y + random.uniform(-0.05, 0.3)
        tone = colour(str(random.choice(["#ff5d73", "#ffd1dc", "#ff8fa3", "#ffe066"])))
        canvas.disc(*at, 0.055, tone)


def _attic(canvas: Canvas, random: np.random.Generator, plan: _Plan) -> None:
    middle = WIDTH / 2
    if plan.gable == "flat":
        canvas.rect(0, plan.eaves + 0.5, WIDTH, 0.2, _TRIM)
        for x in np.arange(0.3, WIDTH - 0.2, 0.5):
            canvas.rect(float(x), plan.eaves + 0.14, 0.2, 0.34, mixed(plan.wall, _TRIM, 0.6))
        return
    canvas.disc(middle, plan.eaves + 1.15, 0.62, _TRIM)
    lit = _LAMPLIGHT if random.random() < 0.6 else _GLASS
    canvas.disc(middle, plan.eaves + 1.15, 0.48, lit)
    canvas.line([(middle, plan.eaves + 0.67), (middle, plan.eaves + 1.63)], 0.06, _TRIM)
    canvas.line([(middle - 0.48, plan.eaves + 1.15), (middle + 0.48, plan.eaves + 1.15)], 0.06, _TRIM)


def _light(canvas: Canvas, random: np.random.Generator, plan: _Plan, *, sunny: bool) -> None:
    """On the sunny side the houses opposite throw their gables' shadow; the other side is all shade."""
    if not sunny:
        everything = [(0, 0), (WIDTH, 0), (WIDTH, canvas.height), (0, canvas.height)]
        canvas.shade(everything, SHADE, SHADE_SHARE)
        return
    canvas.wash(SUNNY, SUNNY)
    edge, lean = random.uniform(3.6, 5.4), random.uniform(0.6, 1.6)
    skyline: list[Point] = [(0, edge), (1.4, edge + 0.2), (2.6 + lean, edge + 2.1), (4.6, edge - 0.3)]
    skyline += [(5.2, edge + 0.1), (6.2, edge + 0.1), (WIDTH, edge - 0.4), (WIDTH, 0), (0, 0)]
    canvas.shade(skyline, SHADE, SHADE_SHARE + 0.08, 0.12)


def _lit_windows(canvas: Canvas, random: np.random.Generator, plan: _Plan) -> None:
    for floor in range(plan.floors):
        for x in _window_places(plan):
            if random.random() < 0.42:
                y = SHOP_FLOOR + 0.35 + floor * _FLOOR + 0.72
                _pane(canvas, plan, x, y, 1.15, 1.65, mixed(_LAMPLIGHT, colour("#ffb35c"), random.uniform(0, 0.6)))
                canvas.glow(x + 0.57, y + 0.7, 1.9, colour("#ffb25a"), 0.28)


def _ground_floor(canvas: Canvas, random: np.random.Generator, plan: _Plan) -> None:
    base = shaded(plan.accent, 0.9) if plan.shop else shaded(plan.wall, 0.62)
    canvas.rect(0, 0, WIDTH, SHOP_FLOOR, base)
    canvas.rect(0, 0, WIDTH, 0.45, shaded(base, 0.7))
    door = float(random.choice([0.45, WIDTH - 1.75]))
    if plan.shop:
        _shop(canvas, random, plan, door)
    else:
        _dwelling(canvas, plan, door)
    canvas.line([(0.04, 0), (0.04, SHOP_FLOOR)], 0.08, _DARK)


def _shop(canvas: Canvas, random: np.random.Generator, plan: _Plan, door: float) -> None:
    left = 2.1 if door < 2 else 0.5
    canvas.rect(left - 0.12, 0.5, 5.14, 2.2, mixed(_TRIM, plan.accent, 0.25))
    canvas.rect(left, 0.62, 4.9, 1.96, _LAMPLIGHT)
    canvas.rect(left, 0.62, 4.9, 0.8, mixed(_LAMPLIGHT, colour("#f08a4b"), 0.5))
    _wares(canvas, random, left)
    for share in (1 / 3, 2 / 3):
        canvas.rect(left + 4.9 * share - 0.05, 0.62, 0.1, 1.96, mixed(_TRIM, plan.accent, 0.25))
    _door(canvas, plan, door)
    canvas.rect(0.25, 2.86, WIDTH - 0.5, 0.74, _DARK)
    canvas.rect(0.31, 2.92, WIDTH - 0.62, 0.62, mixed(plan.accent, _TRIM, 0.06))
    canvas.text(plan.shop, 0.6, 3.0, WIDTH - 1.2, 0.46, lettering(plan.accent))
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


def _door(canvas: Canvas, plan: _Plan, x: float) -> None:
    canvas.rect(x - 0.12, 0, 1.54, 2.7, mixed(_TRIM, plan.accent, 0.25))
    canvas.rect(x, 0.05, 1.3, 2.5, shaded(plan.accent, 0.75))
    canvas.rect(x + 0.2, 1.1, 0.9, 1.3, mixed(_LAMPLIGHT, colour("#ffb35c"), 0.5))
    canvas.rect(x + 0.2, 0.25, 0.9, 0.65, shaded(plan.accent, 0.95))
    canvas.disc(x + 1.15, 1.05, 0.06, _LAMPLIGHT)


def _dwelling(canvas: Canvas, plan: _Plan, door: float) -> None:
    windows = [2.6, 5.0] if door < 2 else [0.8, 3.2]
    for x in windows:
        _pane(canvas, plan, x, 1.1, 1.4, 1.8, mixed(_LAMPLIGHT, colour("#ffb35c"), 0.3))
        canvas.rect(x - 0.2, 0.92, 1.8, 0.14, _TRIM)
    _door(canvas, plan, door)
    canvas.disc(door + 0.65, 3.1, 0.17, colour("#fff3c9"))
    canvas.glow(door + 0.65, 3.0, 1.6, colour("#ffc06a"), 0.6)


def lettering(ground: Colour) -> Colour:
    """What can be read on that ground."""
    return colour("#ffeec2") if sum(ground) < 450 else colour("#7c2b3b")
