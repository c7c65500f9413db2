"""What hangs on a room's walls and lies on its floor: posters with words on them, a clock, a door, a rug."""

import math

import numpy as np

from overglass_simulators.world.brush import Canvas, colour, mixed, shaded
from overglass_simulators.world.texture import Colour

_PAPER = colour("#f6eedd")
_INK = colour("#2b2640")
_WOOD = colour("#6b4630")
_WORDS = [
    ("LISBOA", "ATLANTIC RAILWAYS"), ("LOOK CLOSER", "an exhibition of small things"),
    ("JAZZ", "every friday at nine"), ("TEA", "first flush"), ("ALPES", "the high road"),
    ("ORBIT", "moon programme"), ("FERN", "plate no. 12"), ("HARBOUR", "oil on canvas"),
]  # fmt: skip
_SKIES = ["#f2a65a", "#7fb7be", "#e86a58", "#f4d58d", "#8fa6cb", "#2d3561", "#dfe5c8", "#f3b49f"]


def poster(
    canvas: Canvas, random: np.random.Generator, x: float, y: float, wide: float, high: float,
    accent: Colour, number: int,
) -> None:  # fmt: skip
    """In a frame, from its lower left corner; `number` chooses what it shows."""
    canvas.shade([(x + 0.03, y - 0.06), (x + wide + 0.06, y - 0.06), (x + wide + 0.06, y + high - 0.05),
                  (x + 0.03, y + high - 0.05)], _INK, 0.45, 0.06)  # fmt: skip
    canvas.rect(x, y, wide, high, _INK if number % 2 else _WOOD)
    canvas.rect(x + 0.035, y + 0.035, wide - 0.07, high - 0.07, _PAPER)
    left, foot, across, up = x + 0.085, y + 0.25, wide - 0.17, high - 0.335
    canvas.rect(left, foot, across, up, colour(_SKIES[number % len(_SKIES)]))
    _MOTIFS[number % len(_MOTIFS)](canvas, random, left, foot, across, up, accent)
    title, line = _WORDS[number % len(_WORDS)]
    canvas.text(title, left, y + 0.135, across, 0.09, _INK)
    canvas.text(line, left, y + 0.07, across, 0.042, mixed(_INK, _PAPER, 0.25))


def _hills(
    canvas: Canvas, random: np.random.Generator, x: float, y: float, wide: float, high: float, accent: Colour
) -> None:
    canvas.disc(x + wide * 0.68, y + high * 0.68, min(wide, high) * 0.17, colour("#fff3cf"))
    for row, tone in enumerate(("#6d7fa8", "#47628a", "#2b4a63")):
        crest = high * (0.55 - 0.16 * row)
        shift = random.uniform(0, 6)
        heights = [(t, crest * (1 + 0.28 * math.sin(shift + 5 * t + row))) for t in np.linspace(0, 1, 24)]
        outline = [(x + float(t) * wide, y + h) for t, h in heights]
        canvas.poly([(x, y), *outline, (x + wide, y)], colour(tone))
    canvas.rect(x, y, wide, high * 0.06, accent)


def _shapes(
    canvas: Canvas, random: np.random.Generator, x: float, y: float, wide: float, high: float, accent: Colour
) -> None:
    size = min(wide, high)
    tones = [colour(c) for c in ("#e4572e", "#17bebb", "#ffc914", "#2e282a")]
    for number in range(5):
        at = x + wide * (0.2 + 0.15 * number), y + high * (0.38 + 0.24 * math.sin(number * 2.1))
        canvas.disc(*at, size * random.uniform(0.09, 0.19), tones[number % 4])
    canvas.rect(x + wide * 0.1, y + high * 0.16, wide * 0.8, high * 0.05, accent)
    canvas.line([(x + wide * 0.1, y + high * 0.85), (x + wide * 0.9, y + high * 0.3)], size * 0.02, tones[3])


def _leaves(
    canvas: Canvas, random: np.random.Generator, x: float, y: float, wide: float, high: float, accent: Colour
) -> None:
    stem = x + wide / 2
    canvas.line([(stem, y + high * 0.06), (stem, y + high * 0.9)], wide * 0.02, colour("#2f5d50"))
    for row in range(9):
        up = y + high * (0.14 + 0.085 * row)
        reach = wide * 0.40 * (1 - row / 11)
        for side in (-1, 1):
            tip = stem + side * reach, up + high * 0.12
            leaf = [(stem, up), (stem + side * reach * 0.5, up + high * 0.01), tip,
                    (stem + side * reach * 0.4, up + high * 0.085)]  # fmt: skip
            canvas.poly(leaf, colour("#3f7d5c") if side < 0 else colour("#5b9a6f"))
    canvas.disc(stem, y + high * 0.9, wide * 0.05, accent)


_MOTIFS = [_hills, _shapes, _shapes, _leaves, _hills, _shapes, _leaves, _hills]


def clock(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """At ten past ten, as clocks in pictures are."""
    canvas.disc(x + 0.02, y - 0.03, radius, shaded(_INK, 1.3))
    canvas.disc(x, y, radius, _INK)
    canvas.disc(x, y, radius * 0.88, _PAPER)
    for hour in range(12):
        turn = hour * math.pi / 6
        outer = [(x + radius * r * math.sin(turn), y + radius * r * math.cos(turn)) for r in (0.72, 0.82)]
        canvas.line(outer, 0.02 if hour % 3 == 0 else 0.01, _INK)
    for turn, reach, thick in ((-1.0, 0.5, 0.022), (1.05, 0.68, 0.015)):
        canvas.line([(x, y), (x + radius * reach * math.sin(turn), y + radius * reach * math.cos(turn))],
                    thick, _INK)  # fmt: skip
    canvas.disc(x, y, 0.02, colour("#c8553d"))


def whiteboard(canvas: Canvas, x: float, y: float, wide: float, high: float) -> None:
    """Somebody's plan."""
    canvas.rect(x - 0.04, y - 0.04, wide + 0.08, high + 0.08, colour("#8d93a1"))
    canvas.rect(x, y, wide, high, colour("#f4f6f7"))
    blue, red, green = colour("#2a5bb0"), colour("#c23b3b"), colour("#2f8f5b")
    canvas.text("NEXT STEPS", x + 0.1, y + high - 0.28, 0.95, 0.18, blue)
    canvas.line([(x + 0.1, y + high - 0.31), (x + 1.05, y + high - 0.31)], 0.012, blue)
    for row, words in enumerate(("1. meet the clock", "2. warp at the eye", "3. measure twice", "4. tea")):
        low = y + high - 0.5 - 0.17 * row
        canvas.text(words, x + 0.12, low, 0.07 * len(words) * 0.75, 0.11, (_INK, _INK, _INK, green)[row])
    nodes = [(1.45, 0.85), (1.95, 0.85), (1.7, 0.42)]
    for (ax, ay), (bx, by) in zip(nodes, nodes[1:] + nodes[:1], strict=True):
        canvas.line([(x + ax, y + ay), (x + bx, y + by)], 0.012, _INK)
    for (ax, ay), word, tone in zip(nodes, ("EYE", "SKY", "ME"), (red, blue, green), strict=True):
        canvas.disc(x + ax, y + ay, 0.15, tone)
        canvas.disc(x + ax, y + ay, 0.135, colour("#f4f6f7"))
        canvas.text(word, x + ax - 0.09, y + ay - 0.045, 0.18, 0.09, tone)
    canvas.rect(x + wide * 0.3, y - 0.09, wide * 0.4, 0.05, colour("#6f7583"))
    for pen, tone in enumerate((blue, red, green)):
        canvas.rect(x + wide * 0.36 + 0.2 * pen, y - 0.045, 0.13, 0.03, tone)


def door(canvas: Canvas, x: float, accent: Colour) -> None:
    """1.0 by 2.1 metres, its lower left corner at `x`."""
    trim, leaf = colour("#f7efe2"), mixed(accent, _INK, 0.25)
    canvas.rect(x - 0.12, 0, 1.24, 2.22, trim)
    canvas.rect(x, 0, 1.0, 2.1, leaf)
    for left in (0.12, 0.56):
        for low, up in ((0.18, 0.75), (1.08, 0.85)):
            canvas.rect(x + left, low, 0.32, up, shaded(leaf, 0.78))
            canvas.rect(x + left + 0.03, low + 0.03, 0.26, up - 0.06, shaded(leaf, 1.1))
    canvas.disc(x + 0.92, 1.0, 0.045, colour("#e6c067"))
    canvas.rect(x + 0.2, 2.32, 0.6, 0.2, colour("#2f8f5b"))
    canvas.text("EXIT", x + 0.25, 2.35, 0.5, 0.14, colour("#f4fff6"))


def rug(canvas: Canvas, x: float, y: float, wide: float, high: float, accent: Colour) -> None:
    """Woven, with a border."""
    cream = colour("#efe0c4")
    deep = mixed(accent, _INK, 0.3)
    for inset, tone in (
        (0.0, deep),
        (0.07, cream),
        (0.16, accent),
        (0.34, cream),
        (0.4, mixed(accent, cream, 0.25)),
    ):
        canvas.rect(x + inset, y + inset, wide - 2 * inset, high - 2 * inset, tone)
    for row in range(round(high / 0.4) - 2):
        for column in range(round(wide / 0.4) - 2):
            cx, cy, r = x + 0.6 + column * 0.4, y + 0.6 + row * 0.4, 0.12
            tone = deep if (row + column) % 2 else cream
            canvas.poly([(cx - r, cy), (cx, cy - r), (cx + r, cy), (cx, cy + r)], tone)
