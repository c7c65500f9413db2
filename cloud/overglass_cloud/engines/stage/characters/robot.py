"""A friendly tin robot: eyes of light behind a visor, a mouth of bars that dance, a bulb on top."""

import numpy as np

from overglass_cloud.engines.stage.easel import Easel, Field, ink, oval, paint, stroke
from overglass_cloud.engines.stage.expression import Expression
from overglass_cloud.engines.stage.head import Drawing, Frame, Relief
from overglass_cloud.engines.stage.puppet import MASTER, Parts, Sheet

FRAME = Frame(-1.6, -2.25, 1.6, 1.75)
BARS = 9
GLOW, CORE, WARM = "35e0e8", "d8ffff", "ffb347"
LIT = 0.55
"How much of the bulb's glow is there when nobody speaks."


class Robot:
    """A `Character`."""

    def __init__(self) -> None:
        easel, rng = Easel(FRAME, MASTER), np.random.default_rng(5)
        self.relief = Relief(FRAME, np.ascontiguousarray(_heights(easel)[::8, ::8]))
        self._parts = Parts(
            FRAME,
            {"head": _head(easel, rng), "eye": _halo(easel, 0.34), "bulb": _halo(easel, 0.30, WARM)},
        )

    def drawn(self, scale: float, expression: Expression, seconds: float) -> Drawing:
        sheet = self._parts.sheet(scale)
        sheet.lay("head")
        sheet.lay("bulb", 0.0, -1.88, LIT + (1 - LIT) * expression.mouth)
        sheet.fill(oval(0, -1.88, 0.115, 0.115), ink("ffd98a"))
        sheet.fill(oval(-0.035, -1.92, 0.04, 0.035), ink("fff8e6"))
        for side, opened in ((-1, expression.left_eye), (1, expression.right_eye)):
            _eye(sheet, side, opened, expression)
        _mouth(sheet, expression)
        return sheet.drawing


def _heights(easel: Easel) -> Field:
    """A box with round edges; the visor lies a little deeper, bulb and bolts in the middle of its depth."""
    away = (np.abs(easel.u) / 1.12) ** 4 + (np.abs(easel.v - 0.02) / 1.32) ** 4
    box = 0.42 - 0.95 * (1 - np.exp(-0.75 * away))
    return np.asarray(
        box - 0.07 * np.exp(-((easel.u / 0.85) ** 6) - (((easel.v + 0.05) / 0.5) ** 6)), np.float32
    )


def _rounded(easel: Easel, box: tuple[float, float, float, float], radius: float) -> Field:
    """The signed distance, in units, into a rounded box (left, top, right, bottom); negative outside."""
    left, top, right, bottom = box
    x = np.abs(easel.u - (left + right) / 2) - (right - left) / 2 + radius
    y = np.abs(easel.v - (top + bottom) / 2) - (bottom - top) / 2 + radius
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0))
    return np.asarray(radius - outside - np.minimum(np.maximum(x, y), 0))


def _inside(easel: Easel, distance: Field) -> Field:
    return np.clip(distance * easel.scale + 0.5, 0, 1)


def _bevel(easel: Easel, distance: Field, wide: float, high: float) -> Field:
    """How brightly a plate is lit whose edge is rounded over so many units."""
    up = np.clip(distance / wide, 0, 1)
    return easel.lit(easel.blur(high * np.sqrt(1 - (1 - up) ** 2), 0.012))


def _head(easel: Easel, rng: np.random.Generator) -> Drawing:
    colours, cover = np.zeros((*easel.size, 3), np.float32), np.zeros(easel.size, np.float32)

    def plate(distance: Field, code: str, wide: float, high: float, shine: float = 0.5) -> None:
        nonlocal cover
        inside, lit = _inside(easel, distance), _bevel(easel, distance, wide, high)
        one = np.zeros((*easel.size, 3), np.float32)
        paint(one, code, 1.0)
        one *= np.clip(0.42 + 0.58 * lit, 0.22, 1.12)[..., None]
        paint(one, "ffffff", shine * np.clip(lit - 1.12, 0, 0.5) * 1.6)
        colours[:] += (one - colours) * inside[..., None]
        cover = np.maximum(cover, inside)

    for side in (-1, 1):  # ears and their bolts, behind the head
        left = min(side * 0.95, side * 1.36)
        plate(_rounded(easel, (left, -0.35, left + 0.41, 0.45), 0.15), "f2a541", 0.10, 0.14)
        disc = 0.17 - np.hypot(easel.u - side * 1.25, easel.v - 0.05)
        plate(np.asarray(disc), "8794a3", 0.08, 0.10)
    plate(_rounded(easel, (-0.06, -1.84, 0.06, -1.2), 0.05), "8794a3", 0.05, 0.06)
    plate(_rounded(easel, (-0.34, -1.48, 0.34, -1.1), 0.14), "f2a541", 0.10, 0.12)
    plate(_rounded(easel, (-1.12, -1.36, 1.12, 1.42), 0.48), "dfe9ea", 0.26, 0.36, 0.8)
    plate(_rounded(easel, (-0.66, 0.62, 0.66, 1.22), 0.2), "c3d3d6", 0.06, 0.05)
    _wear(easel, rng, colours)
    _panes(easel, colours)
    return easel.drawing(colours, cover)


def _wear(easel: Easel, rng: np.random.Generator, colours: Field) -> None:
    """A stripe of paint, rivets, a seam, blushing cheeks, and years."""
    paint(
        colours,
        "ef7d57",
        0.9 * _inside(easel, np.asarray(0.075 - np.abs(easel.v + 1.07))) * (np.abs(easel.u) < 0.95),
    )
    paint(
        colours,
        "40596b",
        0.5 * _inside(easel, np.asarray(0.008 - np.abs(easel.v + 0.95))) * (np.abs(easel.u) < 1.0),
    )
    for u, v in ((0.94, -0.76), (0.94, 0.75), (0.8, 1.12)):
        for side in (-1, 1):
            paint(colours, "5c7080", easel.shape(oval(side * u, v + 0.008, 0.048, 0.048)))
            paint(colours, "eef6f7", easel.shape(oval(side * u - 0.008, v - 0.006, 0.036, 0.036)))
            paint(colours, "ff9d8a", 0.42 * easel.bump(side * 0.78, 0.60, 0.15, 0.11))
    years = np.clip(easel.noise(rng, 0.5, 0.3) * 0.5 + easel.noise(rng, 0.1, 0.1) * 0.3, -1, 1)
    colours *= (1 + 0.025 * years)[..., None]
    scratch = np.clip(easel.noise(rng, 0.3, 0.012) - 2.3, 0, 1)
    paint(colours, "9fb4ba", 0.5 * scratch)


def _panes(easel: Easel, colours: Field) -> None:
    """The visor and the mouth's slot: dark glass, let in, with the window's light on it."""
    for box, radius in (((-0.93, -0.60, 0.93, 0.48), 0.34), ((-0.55, 0.70, 0.55, 1.14), 0.16)):
        distance = _rounded(easel, box, radius)
        paint(colours, "5b6f7c", 0.8 * _inside(easel, distance + 0.055))
        paint(
            colours,
            "f7fdfd",
            0.7 * _inside(easel, distance + 0.055) * np.clip((easel.v - box[3] + 0.1) / 0.2, 0, 1),
        )
        glass = _inside(easel, distance)
        paint(colours, "0a1420", glass)
        paint(colours, "1c3a52", 0.8 * glass * np.clip((easel.v - box[1]) / (box[3] - box[1]), 0, 1) ** 2)
        paint(colours, "000000", 0.5 * glass * (1 - np.clip(distance / 0.07, 0, 1)))
    visor = _inside(easel, _rounded(easel, (-0.88, -0.55, 0.88, 0.43), 0.30))
    slant = easel.u + 0.55 * easel.v
    gleam = (
        np.clip(1 - np.abs(slant + 0.52) / 0.13, 0, 1) ** 0.3
        + 0.7 * np.clip(1 - np.abs(slant + 0.27) / 0.045, 0, 1) ** 0.3
    )
    paint(colours, "ffffff", 0.10 * gleam * visor * np.clip(0.5 - easel.v, 0, 1))


def _halo(easel: Easel, radius: float, code: str = GLOW) -> Drawing:
    """Light around a lamp at the origin: it adds, so that it covers little."""
    away = np.hypot(easel.u, easel.v) / radius
    light = np.clip(1 - away, 0, 1) ** 2
    one = np.zeros((*easel.size, 3), np.float32)
    paint(one, code, 1.0)
    drawing = easel.drawing(one, np.asarray(0.62 * light, np.float32))
    drawing[..., 3] = drawing[..., 3] // 3
    return drawing


def _eye(sheet: Sheet, side: int, opened: float, expression: Expression) -> None:
    """A lamp that gets flat as the eye shuts, and an arch when it smiles."""
    u, v = side * 0.40 + 0.13 * expression.look_x, -0.05 + 0.10 * expression.look_y
    sheet.lay("eye", u, v, 0.35 + 0.65 * opened)
    joy = expression.smile * (1.0 if expression.mouth < 0.6 else 0.5)
    if opened > 0.15 and joy < 0.75:
        high = 0.235 * opened + 0.02
        sheet.fill(_capsule(u, v, 0.165, high), ink(GLOW))
        sheet.fill(_capsule(u, v, 0.125, max(0.012, high - 0.045)), ink(CORE))
        if opened > 0.5:
            sheet.fill(
                oval(u + 0.05 * expression.look_x, v + 0.02, 0.065, min(0.09, 0.5 * high)), ink("0f6f84")
            )
            sheet.fill(oval(u - 0.05, v - 0.45 * high, 0.035, 0.04), ink("ffffff"))
    else:
        t = np.linspace(-1, 1, 15)
        bend = 0.13 * joy if joy >= 0.3 else -0.05
        arch = np.stack([u + 0.185 * t, v + 0.05 - bend * (1 - t * t)], axis=1)
        sheet.fill(stroke(arch, 0.085, 0.7), ink(GLOW))
        sheet.fill(stroke(arch, 0.045, 0.6), ink(CORE))
    tilt = 0.10 * min(0.0, expression.brows)
    lift = -0.37 - 0.12 * max(0.0, expression.brows)
    brow = [
        (u - side * 0.16, lift - tilt),
        (u, lift - 0.02 - 0.3 * tilt),
        (u + side * 0.17, lift + 0.4 * tilt + 0.02),
    ]
    sheet.fill(stroke(brow, 0.05, 0.6), ink(GLOW))


def _capsule(u: float, v: float, wide: float, high: float) -> Field:
    """A box with round ends, standing or lying."""
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    c, s = np.cos(angles), np.sin(angles)
    squared = [np.sign(x) * np.abs(x) ** 0.62 for x in (c, s)]
    return np.stack([u + wide * squared[0], v + high * squared[1]], axis=1)


def _mouth(sheet: Sheet, expression: Expression) -> None:
    """Bars of light: a line that bends into a smile, and stands up where it speaks."""
    for bar in range(BARS):
        t = (bar - BARS // 2) / (BARS // 2)
        u, middle = 0.44 * t, 0.92 + 0.10 * expression.smile * (0.45 - t * t)
        high = 0.024 + 0.165 * expression.mouth * (1 - 0.75 * t * t) * (0.75 + 0.25 * np.cos(3 * np.pi * t))
        sheet.fill(_capsule(u, middle, 0.034, high + 0.012), ink(GLOW))
        sheet.fill(_capsule(u, middle, 0.02, high), ink(CORE))
