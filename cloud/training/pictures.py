"""Style pictures for the style network, each painted by arithmetic from a seed; nobody's picture is used."""

from collections.abc import Sequence

import cv2
import numpy as np

from training import brush
from training.brush import Field, Picture

SIDE = 512
_Y, _X = np.mgrid[:SIDE, :SIDE].astype(np.float32)


def _noise(seed: int, blob: int) -> Field:
    """Smooth noise 0..1 with blobs of so many pixels."""
    coarse = np.random.default_rng(seed).random([SIDE // blob + 3] * 2, np.float32)
    return np.clip(cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), 0, 1)


def _strokes(
    angle: Field, colour: Field, seed: int, width: int, length: int, count: int, spread: float = 0.12
) -> Field:
    """Curved strokes over each other along `angle`, each of the colour where it starts, with bristles."""
    rng = np.random.default_rng(seed)
    canvas = np.ascontiguousarray(colour.copy())
    for _ in range(count):
        x, y = rng.random(2) * SIDE
        tint = np.clip(colour[int(y), int(x)] + rng.normal(0, spread, 3) * [1, 1, 0.8], 0, 1)
        path = []
        for _ in range(length // 4):
            path.append((x, y))
            turn = angle[int(np.clip(y, 0, SIDE - 1)), int(np.clip(x, 0, SIDE - 1))]
            x, y = x + 4 * np.cos(turn), y + 4 * np.sin(turn)
        points = np.array(path, np.int32)
        for bristle in range(-1, 2):
            moved = points + np.array([bristle, -bristle]) * max(1, width // 3)
            shade = np.clip(tint * (1 + 0.16 * bristle), 0, 1)
            cv2.polylines(canvas, [moved], False, shade.tolist(), max(1, width // 2), cv2.LINE_AA)
    return canvas


def night() -> Picture:
    """Thick strokes whirling around lamps in a deep blue sky."""
    lamps = [(120, 110, 62), (390, 90, 80), (270, 260, 50), (90, 370, 46), (430, 340, 64)]
    angle = 0.6 * np.sin(_X / 60) + 0.4 * np.cos(_Y / 50)
    glow = np.zeros_like(_X)
    for x, y, size in lamps:
        away = np.hypot(_X - x, _Y - y)
        near = np.exp(-((away / (1.7 * size)) ** 2))
        angle = angle * (1 - near) + (np.arctan2(_Y - y, _X - x) + np.pi / 2) * near
        glow = np.maximum(
            glow, np.exp(-((away / size) ** 2)) + 0.35 * np.exp(-(((away - 1.5 * size) / 9) ** 2))
        )
    tone = np.clip(0.25 * _noise(3, 60) + 0.2 * _noise(4, 18) + 0.9 * glow, 0, 1.2)
    stops = [
        (0, "0a1440"),
        (0.2, "143a8c"),
        (0.4, "2f7fc4"),
        (0.6, "8fc7c9"),
        (0.8, "f4d84e"),
        (1.1, "fff6c0"),
    ]
    return brush.shown(_strokes(angle, brush.palette(tone, stops), 1, 9, 46, 5200))


def embers() -> Picture:
    """Impasto in reds, oranges and violet, laid on with a knife."""
    angle = 2.2 * _noise(7, 90) + 0.5
    tone = 0.6 * _noise(8, 70) + 0.4 * _noise(9, 26)
    stops = [
        (0.1, "2a0a3a"),
        (0.3, "8c1c3c"),
        (0.45, "d8431f"),
        (0.6, "f59a23"),
        (0.75, "ffd56b"),
        (0.9, "3aa7a3"),
    ]
    return brush.shown(_strokes(angle, brush.palette(tone, stops), 2, 22, 60, 2200, 0.08))


def daubs() -> Picture:
    """Thick short strokes of every earth and sky colour, light ridges and dark furrows."""
    angle = 3.5 * _noise(61, 110)
    tone = 0.55 * _noise(62, 50) + 0.45 * _noise(63, 22)
    stops = [
        (0.1, "1c1a2e"),
        (0.28, "3f4f7a"),
        (0.4, "7a6a4a"),
        (0.52, "c9a25a"),
        (0.66, "e8dcb8"),
        (0.85, "fffaf0"),
    ]
    return brush.shown(_strokes(angle, brush.palette(tone, stops), 6, 16, 44, 3400, 0.10))


def _cells(count: int, seed: int) -> tuple[Field, Field, Field]:
    """Voronoi cells: each pixel's cell, how far it is to the border, and the distance to its middle."""
    rng = np.random.default_rng(seed)
    middles = rng.random((count, 2)).astype(np.float32) * SIDE
    away = np.stack([np.hypot(_X - x, _Y - y) for x, y in middles])
    nearest = np.sort(away, 0)[:2]
    return away.argmin(0).astype(np.float32), nearest[1] - nearest[0], nearest[0]


def _picked(cell: Field, colours: Sequence[str], seed: int) -> Field:
    """A colour of the list for each cell, (h, w, 3)."""
    rng = np.random.default_rng(seed)
    table = np.array([brush.rgb(code) for code in colours])
    choice = rng.integers(0, len(table), int(cell.max()) + 1)
    shades = 0.85 + 0.3 * rng.random((len(choice), 1))
    picked: Field = (table[choice] * shades)[cell.astype(int)]
    return picked


def glass() -> Picture:
    """Panes of luminous glass in black lead."""
    cell, border, middle = _cells(70, 11)
    colours = ["c8102e", "0b4da2", "f2a900", "1b8a4b", "6a1b9a", "f26a1b", "19b3c8", "ffe27a"]
    pane = _picked(cell, colours, 12) * (1.15 - 0.006 * middle[..., None]) + 0.10 * _noise(13, 12)[..., None]
    return brush.shown(pane * brush.ramp(border, 7, 12)[..., None])


def tiles() -> Picture:
    """Small square stones in bent courses: turquoise, gold, terracotta, ivory, pale grout."""
    bend_x, bend_y = _X + 26 * np.sin(_Y / 70), _Y + 26 * np.sin(_X / 90)
    column, row = np.floor(bend_x / 30), np.floor(bend_y / 30)
    inner = np.minimum.reduce([bend_x % 30, 30 - bend_x % 30, bend_y % 30, 30 - bend_y % 30])
    cell = (column - column.min()) * 97 + (row - row.min())
    tone = (
        0.75 * _noise(21, 80) + 0.25 * np.random.default_rng(22).random(int(cell.max()) + 1)[cell.astype(int)]
    )
    stops = [
        (0.1, "123a52"),
        (0.3, "1f8a8c"),
        (0.45, "7cc6b8"),
        (0.55, "f3e6c4"),
        (0.7, "e3a93b"),
        (0.85, "b4472c"),
    ]
    stone = brush.palette(tone, stops) * (0.9 + 0.012 * inner[..., None])
    return brush.shown(brush.mix(np.full_like(stone, 0.08), stone, brush.ramp(inner, 1.5, 3.5)))


def deco() -> Picture:
    """Fans of gold arcs on black and emerald."""
    size = 128
    row = np.floor(_Y / (size / 2))
    best = np.full_like(_X, 9.0)
    for up in (0, 1, 2):
        level = row + up
        x = (_X + (level % 2) * size / 2) % size - size / 2
        y = (level + 1) * size / 2 - _Y
        away = np.hypot(x, y) / (size / 2)
        best = np.where((away <= 1) & (best > 1), away, best)
    rings = 0.5 + 0.5 * np.cos(best * 2 * np.pi * 5)
    ground = brush.palette(best, [(0, "f4d27a"), (0.25, "0c6b58"), (0.6, "06302f"), (1, "0a0d14")])
    gold = brush.palette(0.7 * _noise(31, 90) + 0.3, [(0.2, "8a5a17"), (0.6, "e2b54a"), (1, "fff0b8")])
    return brush.shown(brush.mix(ground, gold, brush.ramp(rings, 0.72, 0.9)))


def reef() -> Picture:
    """Branching bands of coral, pink and orange, through deep teal water."""
    warp = 90 * _noise(41, 80) + 40 * _noise(42, 30)
    phase = 0.5 + 0.5 * np.sin((_X * 0.6 + 1.8 * warp) / 13) * np.sin((_Y * 0.8 + 2.2 * warp) / 17)
    tone = 0.75 * phase + 0.25 * _noise(43, 10)
    stops = [
        (0.1, "04283f"),
        (0.32, "06626f"),
        (0.45, "1bb6a6"),
        (0.55, "ffe7d0"),
        (0.68, "ff8a5c"),
        (0.85, "e0316a"),
    ]
    return brush.shown(brush.palette(tone, stops))


def lanes() -> Picture:
    """Cut and overlapping planes in cream, black, vermilion and cobalt, with ruled lines."""
    rng = np.random.default_rng(51)
    canvas = np.full((SIDE, SIDE, 3), brush.rgb("efe3c8"))
    colours = ["d9381e", "1f3f9c", "121214", "f0b41e", "efe3c8", "8aa6a3"]
    for _ in range(46):
        middle, turn, sides = rng.random(2) * SIDE, rng.random() * np.pi, rng.uniform(20, 110, 2)
        box = cv2.boxPoints((tuple(middle), tuple(sides * [1.6, 0.7]), float(np.degrees(turn)))).astype(
            np.int32
        )
        cv2.fillPoly(canvas, [box], brush.rgb(colours[rng.integers(len(colours))]).tolist(), cv2.LINE_AA)
        cv2.polylines(canvas, [box], True, (0.07, 0.07, 0.08), 3, cv2.LINE_AA)
    return brush.shown(canvas)
