"""What stands in a room: textures of shelves, tables, seats, lamps and plants. Knows not where they stand."""

import math

import numpy as np

from overglass_simulators.world.brush import Canvas, colour, mixed, shaded
from overglass_simulators.world.texture import Colour, Texture

SHELF = 2.3, 2.15
"Width and height of the bookcase, metres; likewise below."
PLANT = 1.2, 1.75
LAMP = 0.9, 1.75
FLOWERS = 0.34, 0.46
MUG = 0.17, 0.13
LAPTOP = 0.42, 0.27
CUSHION = 0.62, 0.42
SUNK = 0.08
"Metres that what stands on the floor reaches below it, for the shadow at its foot."

WOOD = colour("#8a5a3c")
_INK = colour("#2b2640")
_TITLES = [
    "OPTICS", "ATLAS", "FERNS", "WALKING", "ON LIGHT", "HARBOURS", "MAPS", "NIGHT SKY", "LETTERS", "TEA",
    "HORIZON", "CLOCKS", "RIVERS", "COLOUR", "GARDENS", "BIRDS", "SALT", "MOSS", "PARALLAX", "STONE",
]  # fmt: skip
_SPINES = [
    "#c8553d", "#2f6f7a", "#e0a13c", "#5a4a78", "#7c9a5e", "#d9b48f", "#33415c", "#a63d4f", "#e8dcc5",
    "#4f8a8b",
]  # fmt: skip


def flat(tone: Colour) -> Texture:
    """One colour; so many texels that its edges are sharp from near by."""
    return Texture(np.full((512, 512, 4), (*tone, 255), np.uint8), opaque=True)


def bookcase(random: np.random.Generator, detail: float) -> Texture:
    """Its front, full of books whose spines can be read."""
    canvas = Canvas(*SHELF, detail)
    wide, high = SHELF
    canvas.rect(0, 0, wide, high, WOOD)
    floors = [0.12, 0.54, 0.94, 1.34, 1.74]
    for level, y in enumerate(floors):
        top = floors[level + 1] - 0.04 if level + 1 < len(floors) else high - 0.06
        for half in range(2):
            left = 0.06 + half * (wide / 2 - 0.02)
            across = wide / 2 - 0.1
            canvas.rect(left, y, across, top - y, shaded(WOOD, 0.42))
            _books(canvas, random, left + 0.01, y, across - 0.02, top - y)
            canvas.shade([(left, top - 0.09), (left + across, top - 0.09), (left + across, top), (left, top)],
                         _INK, 0.6, 0.05)  # fmt: skip
        canvas.rect(0, y - 0.04, wide, 0.012, shaded(WOOD, 1.25))
    return canvas.texture(opaque=True)


def _books(canvas: Canvas, random: np.random.Generator, x: float, y: float, wide: float, high: float) -> None:
    at = x
    gap = x + random.uniform(0.25, 0.75) * wide
    while at < x + wide - 0.05:
        if gap is not None and at > gap:
            _ornament(canvas, random, at + 0.02, y, high)
            at, gap = at + 0.24, math.inf
            continue
        thick, tall = random.uniform(0.028, 0.062), high * random.uniform(0.66, 0.92)
        if at + thick > x + wide:
            return
        tone = colour(str(random.choice(_SPINES)))
        canvas.rect(at, y, thick, tall, tone)
        canvas.rect(at, y, thick * 0.16, tall, shaded(tone, 0.78))
        canvas.rect(at, y + tall * 0.86, thick, tall * 0.025, mixed(tone, colour("#f5e6b8"), 0.8))
        canvas.rect(at, y + tall * 0.10, thick, tall * 0.025, mixed(tone, colour("#f5e6b8"), 0.8))
        if thick > 0.036:
            words = str(random.choice(_TITLES))
            _spine(canvas, words, at + thick * 0.2, y + tall * 0.16, thick * 0.7, tall * 0.66, tone)
        at += thick + 0.003


def _spine(canvas: Canvas, words: str, x: float, y: float, wide: float, high: float, ground: Colour) -> None:
    """Letters one below the other, as on a spine that has to be read from across a room."""
    step = min(high / len(words), wide * 0.95)
    ink = colour("#fff3d2") if sum(ground) < 430 else _INK
    for row, letter in enumerate(words):
        if letter != " ":
            canvas.text(letter, x, y + high - step * (row + 1) + step * 0.12, wide, step * 0.76, ink)


def _ornament(canvas: Canvas, random: np.random.Generator, x: float, y: float, high: float) -> None:
    tone = colour(str(random.choice(["#e8dcc5", "#d98f74", "#4f8a8b", "#e0a13c"])))
    match int(random.integers(3)):
        case 0:
            canvas.disc(x + 0.09, y + 0.08, 0.08, tone)
            canvas.rect(x + 0.065, y + 0.13, 0.05, 0.10, tone)
        case 1:
            canvas.rect(x + 0.01, y, 0.17, 0.21, _INK)
            canvas.rect(x + 0.03, y + 0.02, 0.13, 0.17, colour("#cfe3e6"))
            canvas.disc(x + 0.095, y + 0.08, 0.045, tone)
        case _:
            canvas.poly([(x + 0.05, y), (x + 0.13, y), (x + 0.15, y + 0.1), (x + 0.03, y + 0.1)], tone)
            for side in (-0.07, -0.03, 0.0, 0.04, 0.08):
                canvas.line(
                    [(x + 0.09, y + 0.1), (x + 0.09 + side, y + high * 0.72)], 0.018, colour("#4f8f5b")
                )


def table_top(random: np.random.Generator, wide: float, deep: float, detail: float) -> Texture:
    """Planks, with papers and a pen on them; its lower edge is the wearer's."""
    canvas = Canvas(wide, deep, detail)
    tone = colour("#c08a5a")
    canvas.rect(0, 0, wide, deep, tone)
    for board in range(5):
        canvas.rect(0, board * deep / 5, wide, deep / 5 - 0.006, shaded(tone, random.uniform(0.92, 1.08)))
    canvas.glow(wide / 2, deep, 1.0, colour("#ffd9a0"), 0.28)
    for x, y, words in ((0.16, 0.12, "FIELD NOTES"), (wide - 0.5, 0.2, "MENU")):
        canvas.rect(x + 0.01, y - 0.012, 0.27, 0.36, shaded(tone, 0.6))
        canvas.rect(x, y, 0.27, 0.36, colour("#fbf6ea"))
        canvas.text(words, x + 0.02, y + 0.29, 0.23, 0.045, _INK)
        for row in range(9):
            canvas.rect(x + 0.03, y + 0.26 - row * 0.027, random.uniform(0.1, 0.21), 0.008, colour("#8a8696"))
    canvas.line([(0.5, 0.16), (0.62, 0.26)], 0.012, colour("#c8553d"))
    for x, y, half in ((wide / 2 + 0.27, deep / 2 - 0.1, 0.09), (wide / 2 + 0.45, deep / 2 + 0.18, 0.14)):
        canvas.disc(x - 0.02, y, half, shaded(tone, 0.72), 0.5)
    return canvas.texture(opaque=True)


def laptop(detail: float) -> Texture:
    """Its screen."""
    canvas = Canvas(*LAPTOP, detail)
    wide, high = LAPTOP
    canvas.rect(0, 0, wide, high, colour("#2a2d38"))
    canvas.rect(0.012, 0.014, wide - 0.024, high - 0.026, colour("#14213d"))
    canvas.rect(0.012, high - 0.04, wide - 0.024, 0.028, colour("#3a506b"))
    tones = [colour(c) for c in ("#5bc0be", "#ffd166", "#ef6f6c", "#f7f7ff")]
    for row in range(9):
        x = 0.03 + 0.02 * (row % 3)
        for word in range(3):
            across = 0.03 + 0.025 * ((row * 7 + word * 3) % 4)
            canvas.rect(x, high - 0.066 - row * 0.02, across, 0.009, tones[(row + word) % 4])
            x += across + 0.012
    return canvas.texture(opaque=True)


def mug(accent: Colour, detail: float) -> Texture:
    canvas = Canvas(*MUG, detail)
    canvas.line([(0.115, 0.035), (0.155, 0.05), (0.155, 0.085), (0.115, 0.1)], 0.016, shaded(accent, 0.8))
    canvas.poly([(0.02, 0.0), (0.11, 0.0), (0.12, 0.12), (0.01, 0.12)], accent)
    canvas.poly([(0.085, 0.0), (0.11, 0.0), (0.12, 0.12), (0.09, 0.12)], shaded(accent, 0.8))
    canvas.disc(0.065, 0.118, 0.055, colour("#4a2c20"), 0.2)
    canvas.text("HI", 0.025, 0.035, 0.065, 0.05, colour("#fff3d2"))
    return canvas.texture()


def flowers(random: np.random.Generator, detail: float) -> Texture:
    canvas = Canvas(*FLOWERS, detail)
    for number in range(9):
        x, y = 0.17 + random.uniform(-0.13, 0.13), random.uniform(0.26, 0.42)
        canvas.line([(0.17, 0.15), (x, y)], 0.008, colour("#4f8f5b"))
        tone = colour(("#f2727f", "#ffd166", "#fff3e0")[number % 3])
        for petal in range(5):
            turn = petal * 2 * math.pi / 5
            canvas.disc(x + 0.02 * math.cos(turn), y + 0.02 * math.sin(turn), 0.016, tone)
        canvas.disc(x, y, 0.012, colour("#b5651d"))
    canvas.poly(
        [(0.11, 0), (0.23, 0), (0.25, 0.13), (0.2, 0.18), (0.14, 0.18), (0.09, 0.13)], colour("#dfe8ea")
    )
    canvas.poly([(0.19, 0), (0.23, 0), (0.25, 0.13), (0.2, 0.18), (0.18, 0.18)], colour("#b5c4cc"))
    return canvas.texture()


def plant(random: np.random.Generator, accent: Colour, detail: float) -> Texture:
    """A fig in a basket, lit from the window."""
    canvas = Canvas(*PLANT, detail, sunk=SUNK)
    middle = PLANT[0] / 2
    canvas.shadow(middle, 0.34)
    for bend in (-0.08, 0.03, 0.1):
        canvas.line(
            [(middle, 0.4), (middle + bend, 0.95), (middle + 1.6 * bend, 1.35)], 0.03, colour("#6b4a3a")
        )
    for row in range(96):
        turn, away = random.uniform(0, 2 * math.pi), math.sqrt(random.random())
        x, y = middle + 0.42 * away * math.cos(turn), 1.17 + 0.46 * away * math.sin(turn)
        tone = colour(("#2c5e4a", "#3b7a56", "#5c9c62", "#86bd74")[row // 24])
        lean = turn + random.uniform(-0.5, 0.5)
        _leaf(canvas, x, y, lean, random.uniform(0.13, 0.2), tone)
    canvas.poly([(middle - 0.2, 0), (middle + 0.2, 0), (middle + 0.25, 0.42), (middle - 0.25, 0.42)],
                colour("#d9b27c"))  # fmt: skip
    for row in range(5):
        canvas.rect(middle - 0.22, 0.06 + row * 0.08, 0.44, 0.02, colour("#b98b54"))
    canvas.rect(middle - 0.235, 0.24, 0.47, 0.09, accent)
    return canvas.texture()


def _leaf(canvas: Canvas, x: float, y: float, turn: float, long: float, tone: Colour) -> None:
    along, across = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    shape = [(0.0, 0.0), (0.35, 0.3), (0.7, 0.27), (1.0, 0.0), (0.7, -0.27), (0.35, -0.3)]
    points = [
        (x + long * (a * along[0] + b * across[0]), y + long * (a * along[1] + b * across[1]))
        for a, b in shape
    ]
    canvas.poly(points, tone)
    canvas.line([points[0], points[3]], 0.008, shaded(tone, 1.25))


def lamp(detail: float) -> Texture:
    """A floor lamp that is on."""
    canvas = Canvas(*LAMP, detail, sunk=SUNK)
    middle = LAMP[0] / 2
    canvas.shadow(middle, 0.2)
    canvas.glow(middle, 1.5, 0.44, colour("#ffcf80"), 0.55, in_air=True)
    canvas.rect(middle - 0.015, 0.02, 0.03, 1.3, _INK)
    canvas.disc(middle, 0.03, 0.16, _INK, 0.22)
    shade = [(middle - 0.24, 1.28), (middle + 0.24, 1.28), (middle + 0.15, 1.66), (middle - 0.15, 1.66)]
    canvas.poly(shade, colour("#ffe6b0"))
    canvas.glow(middle, 1.4, 0.3, colour("#fff6dd"), 0.5)
    canvas.rect(middle - 0.24, 1.27, 0.48, 0.022, colour("#d9a55e"))
    return canvas.texture()


def cushion(tone: Colour, detail: float) -> Texture:
    canvas = Canvas(*CUSHION, detail)
    wide, high = CUSHION
    canvas.poly([(0.02, 0.03), (wide / 2, 0.06), (wide - 0.02, 0.03), (wide - 0.05, high / 2),
                 (wide - 0.02, high - 0.02), (wide / 2, high - 0.06), (0.02, high - 0.02), (0.05, high / 2)],
                tone)  # fmt: skip
    for x in (0.17, 0.31, 0.45):
        canvas.line([(x, 0.07), (x, high - 0.07)], 0.022, mixed(tone, colour("#fff3d2"), 0.7))
    return canvas.texture()
