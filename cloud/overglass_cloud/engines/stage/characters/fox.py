"""A fox: red fur, white cheeks, ears that rise with the brows, a jaw that opens, amber eyes that blink."""

import numpy as np

from overglass_cloud.engines.stage.easel import Easel, Field, ink, mirrored, oval, paint, smooth, stroke
from overglass_cloud.engines.stage.expression import Expression
from overglass_cloud.engines.stage.head import Drawing, Frame, Relief
from overglass_cloud.engines.stage.puppet import MASTER, Parts, Sheet

FRAME = Frame(-1.75, -2.35, 1.75, 1.8)

HEAD = mirrored([
    (0.0, -1.20), (0.04, -1.46), (0.15, -1.24), (0.22, -1.36), (0.32, -1.16), (0.62, -1.06), (0.90, -0.78),
    (1.06, -0.42), (1.14, -0.05), (1.30, 0.22), (1.62, 0.42), (1.34, 0.50), (1.45, 0.74),
    (1.16, 0.74), (1.18, 0.98), (0.90, 0.95), (0.72, 1.22), (0.42, 1.36), (0.18, 1.46), (0.0, 1.48),
])  # fmt: skip
EAR = [
    (0.24, -0.92),
    (0.42, -1.45),
    (0.72, -1.98),
    (0.98, -2.24),
    (1.10, -1.95),
    (1.14, -1.45),
    (1.06, -0.55),
]
EAR_TIP = [
    (0.60, -1.74),
    (0.80, -2.1),
    (0.98, -2.26),
    (1.10, -2.0),
    (1.14, -1.62),
    (0.95, -1.75),
    (0.8, -1.66),
]
EAR_INSIDE = [
    (0.46, -0.95),
    (0.56, -1.38),
    (0.76, -1.75),
    (0.92, -1.92),
    (0.98, -1.6),
    (0.96, -1.1),
    (0.86, -0.7),
]
CHEEK = [
    (0.0, 0.78), (0.10, 0.30), (0.24, 0.22), (0.50, 0.27), (0.80, 0.16), (1.12, 0.20), (1.40, 0.34),
    (1.70, 0.42), (1.6, 1.0), (1.0, 1.5), (0.0, 1.6),
]  # fmt: skip
MUZZLE = mirrored([
    (0.0, 0.20), (0.12, 0.24), (0.22, 0.36), (0.42, 0.48), (0.50, 0.62), (0.44, 0.76), (0.26, 0.81),
    (0.08, 0.77), (0.0, 0.74),
])  # fmt: skip
JAW = mirrored(
    [(0.0, 0.72), (0.20, 0.74), (0.36, 0.72), (0.38, 0.84), (0.28, 1.02), (0.12, 1.12), (0.0, 1.13)]
)
NOSE = mirrored([(0.0, 0.29), (0.12, 0.29), (0.19, 0.35), (0.16, 0.43), (0.06, 0.50), (0.0, 0.52)])
OPENS = 0.42
"Units that the jaw goes down."


class Fox:
    """A `Character`."""

    def __init__(self) -> None:
        easel, rng = Easel(FRAME, MASTER), np.random.default_rng(3)
        heights = _heights(easel)
        self.relief = Relief(FRAME, _small(heights))
        fur = easel.noise(rng, 0.012, 0.05) * 0.035 + easel.noise(rng, 0.03, 0.14) * 0.03
        head = easel.shape(HEAD)
        self._parts = Parts(
            FRAME,
            {
                "ears": _ears(easel, fur),
                "head": _head(easel, head, heights, fur),
                "muzzle": _muzzle(easel, heights, fur),
                "jaw": _jaw(easel, fur),
            },
        )

    def drawn(self, scale: float, expression: Expression, seconds: float) -> Drawing:
        sheet = self._parts.sheet(scale)
        sheet.lay("ears", 0, 0.05 - 0.16 * max(0.0, expression.brows) + 0.05 * (expression.brows < 0))
        sheet.lay("head")
        _mouth(sheet, expression)
        for side, opened in ((-1, expression.left_eye), (1, expression.right_eye)):
            _eye(sheet, side, opened, expression)
            _brow(sheet, side, expression)
        return sheet.drawing


def _heights(easel: Easel) -> Field:
    """A round head, a snout in front of it, ears behind."""
    away = (easel.u / 1.35) ** 2 + ((easel.v - 0.1) / 1.55) ** 2
    head = 0.30 - 1.25 * (1 - np.exp(-0.8 * away))  # smooth all over, or what is turned away would tear
    snout = 0.62 * easel.bump(0, 0.58, 0.46, 0.40) + 0.12 * easel.bump(0, 0.36, 0.2, 0.16)
    brows = 0.10 * (easel.bump(-0.42, -0.34, 0.3, 0.2) + easel.bump(0.42, -0.34, 0.3, 0.2))
    sockets = -0.06 * (easel.bump(-0.40, 0.0, 0.22, 0.2) + easel.bump(0.40, 0.0, 0.22, 0.2))
    ears = -0.1 * np.exp(-(((np.abs(easel.u) - 0.8) / 0.5) ** 2) - ((easel.v + 1.7) / 0.5) ** 2)
    return np.asarray(ears + head + snout + brows + sockets, np.float32)


def _small(heights: Field) -> Field:
    return np.ascontiguousarray(heights[::8, ::8])


def _ears(easel: Easel, fur: Field) -> Drawing:
    colours = np.zeros((*easel.size, 3), np.float32)
    paint(colours, "d8641f", 1.0)
    cover = np.zeros(easel.size, np.float32)
    for side in (-1, 1):
        ear, inside, tip = (
            easel.shape(smooth(np.array(shape) * (side, 1))) for shape in (EAR, EAR_INSIDE, EAR_TIP)
        )
        cover = np.maximum(cover, ear)
        paint(colours, "2c1a1a", easel.blur(tip, 0.02))
        paint(colours, "f7d9c0", 0.95 * easel.blur(inside, 0.015))
        deep = easel.shape(
            smooth(np.array([(0.62, -0.9), (0.74, -1.4), (0.88, -1.6), (0.9, -1.0)]) * (side, 1)), 0.07
        )
        paint(colours, "a85a4c", 0.75 * deep)
        paint(colours, "7a2f12", 0.5 * (1 - easel.blur(ear, 0.05)))
    colours *= (1 + 1.6 * fur)[..., None]
    return easel.drawing(colours, cover)


def _head(easel: Easel, head: Field, heights: Field, fur: Field) -> Drawing:
    colours = np.zeros((*easel.size, 3), np.float32)
    paint(colours, "ee7d2b", 1.0)
    paint(colours, "f79a41", easel.bump(0, -0.35, 0.28, 0.6))
    paint(colours, "b94a18", np.clip(1.1 * np.abs(easel.u) - 0.55, 0, 0.6) * (easel.v < 0.6))
    for side in (-1, 1):
        paint(colours, "fff3e2", easel.shape(smooth(np.array(CHEEK) * (side, 1)), 0.035))
        paint(colours, "ffd9a8", 0.7 * easel.bump(side * 0.36, -0.40, 0.20, 0.13))
        paint(colours, "5a2413", 0.55 * easel.bump(side * 0.43, 0.0, 0.34, 0.23))
        paint(colours, "3a1a12", 0.6 * easel.shape(stroke(_tear(side), 0.09), 0.03))
    colours *= (1 + fur)[..., None]
    colours *= np.clip(0.62 + 0.40 * easel.lit(heights, 0.8), 0.45, 1.18)[..., None]
    rim = np.clip(1 - easel.blur(head, 0.09), 0, 1)
    paint(colours, "6b2a14", 0.45 * rim)
    return easel.drawing(colours, head)


def _tear(side: int) -> list[tuple[float, float]]:
    """The dark line from the eye's inner corner along the snout."""
    return [(side * 0.22, 0.08), (side * 0.17, 0.2), (side * 0.18, 0.32), (side * 0.24, 0.42)]


def _muzzle(easel: Easel, heights: Field, fur: Field) -> Drawing:
    cover = easel.shape(smooth(MUZZLE))
    colours = np.zeros((*easel.size, 3), np.float32)
    paint(colours, "fff6ea", 1.0)
    bridge = easel.shape(
        smooth(mirrored([(0, 0.0), (0.17, 0.1), (0.13, 0.3), (0.08, 0.5), (0.0, 0.52)])), 0.05
    )
    paint(colours, "ee8a3a", 0.9 * bridge)
    colours *= (1 + 0.8 * fur)[..., None]
    colours *= np.clip(0.66 + 0.36 * easel.lit(heights, 0.8), 0.5, 1.12)[..., None]
    paint(colours, "8a6a58", 0.35 * easel.shape(stroke([(0, 0.5), (0, 0.6), (0, 0.72)], 0.03, 1.0), 0.012))
    for side in (-1, 1):
        for u, v in ((0.22, 0.60), (0.30, 0.66), (0.33, 0.56)):
            paint(colours, "8a6a58", 0.6 * easel.shape(oval(side * u, v, 0.014, 0.014)))
    paint(colours, "7b4a38", 0.55 * np.clip(1.15 - easel.blur(cover, 0.05), 0, 1) * (easel.v > 0.6))
    nose = easel.shape(smooth(NOSE))
    paint(colours, "241a1e", nose)
    paint(colours, "8b8090", 0.8 * nose * easel.shape(oval(-0.05, 0.335, 0.07, 0.025, -0.15), 0.012))
    soft = np.maximum(cover * np.clip((easel.v - 0.2) / 0.12, 0, 1), nose)
    return easel.drawing(colours, soft)


def _jaw(easel: Easel, fur: Field) -> Drawing:
    cover = easel.shape(smooth(JAW))
    colours = np.zeros((*easel.size, 3), np.float32)
    paint(colours, "f6e6d4", 1.0)
    colours *= (1 + 0.8 * fur)[..., None]
    colours *= np.clip(1.25 - 0.55 * (easel.v - 0.5), 0.6, 1.1)[..., None]
    paint(colours, "8c5c48", 0.6 * np.clip(1.05 - easel.blur(cover, 0.06), 0, 1) * (easel.v > 0.85))
    return easel.drawing(colours, cover)


def _mouth(sheet: Sheet, expression: Expression) -> None:
    opened = OPENS * expression.mouth
    wide = 0.34 + 0.05 * expression.smile - 0.05 * expression.mouth
    lift = 0.07 * expression.smile
    if opened > 0.015:
        floor = 0.80 + opened
        cavity = mirrored(
            [(0, 0.70), (wide, 0.72 - lift), (0.9 * wide, 0.74 + 0.6 * opened), (0.16, floor), (0, floor)]
        )
        sheet.lay("jaw", 0, opened)
        sheet.fill(smooth(cavity), ink("4a1220"))
        tongue = oval(0, 0.78 + 0.78 * opened, 0.15, 0.05 + 0.26 * opened)
        sheet.within(smooth(cavity), lambda inside: _tongue(inside, tongue, opened))
    else:
        sheet.lay("jaw", 0, -0.05)
    sheet.lay("muzzle")
    for side in (-1, 1):
        corner = [
            (side * 0.02, 0.755),
            (side * 0.2, 0.795),
            (side * wide, 0.75 - lift),
            (side * (wide + 0.09), 0.67 - 2 * lift),
        ]
        sheet.fill(stroke(_curve(corner), 0.035, 0.3), ink("3a1c1c"))


def _tongue(inside: Sheet, tongue: Field, opened: float) -> None:
    inside.fill(tongue, ink("e86a7c"))
    inside.fill(stroke([(0, 0.80 + 0.5 * opened), (0, 0.80 + opened)], 0.02, 1.0), ink("b8485c"))
    for side in (-1, 1):
        root = side * 0.22
        inside.fill(
            [(root - 0.045, 0.72), (root + 0.045, 0.72), (root, 0.74 + 0.25 * min(opened, 0.4))],
            ink("fffaf0"),
        )


def _curve(points: list[tuple[float, float]]) -> Field:
    """An open curve through four points (Bezier's)."""
    t = np.linspace(0, 1, 14)[:, None]
    a, b, c, d = (np.array(point) for point in points)
    return np.asarray((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)


def _almond(side: int, opened: float, grow: float, smile: float) -> Field:
    """An eye's outline: outer corner high, as foxes have it; the lower lid rises in a smile."""
    t = np.linspace(-1, 1, 17)
    arch = np.clip(1 - t * t, 0, 1) ** 0.75
    up, down = (0.21 + grow) * opened * arch, (0.15 + grow) * opened * (1 - 0.45 * smile) * arch
    tilt = -0.075 * t
    x = side * (0.40 + (0.25 + grow) * t)
    middle = 0.02 + 0.07 * (1 - opened) * arch + tilt
    upper = np.stack([x, middle - up], axis=1)
    lower = np.stack([x, middle + down], axis=1)
    return np.concatenate([upper, lower[::-1]])


def _eye(sheet: Sheet, side: int, opened: float, expression: Expression) -> None:
    opened = 0.04 + 0.96 * opened
    sheet.fill(_almond(side, opened, 0.045, expression.smile), ink("23120f"))
    if opened < 0.15:
        return
    u, v = side * 0.385 + 0.09 * expression.look_x, 0.005 + 0.05 * expression.look_y

    def iris(inside: Sheet) -> None:
        inside.fill(oval(u, v, 0.6, 0.6), ink("fff4d8"))
        inside.fill(oval(u, v, 0.215, 0.215), ink("8a4a08"))
        inside.fill(oval(u, v, 0.195, 0.195), ink("e79a12"))
        inside.fill(oval(u, v + 0.06, 0.14, 0.11), ink("ffca45"))
        inside.fill(oval(u, v, 0.105, 0.125), ink("170d0c"))
        inside.fill(oval(u - 0.075, v - 0.08, 0.055, 0.055), ink("ffffff"))
        inside.fill(oval(u + 0.07, v + 0.075, 0.028, 0.028), ink("fff4dc"))

    sheet.within(_almond(side, opened, 0.0, expression.smile), iris)


def _brow(sheet: Sheet, side: int, expression: Expression) -> None:
    lift = -0.12 * max(0.0, expression.brows)
    frown = 0.09 * max(0.0, -expression.brows)
    points = [
        (side * 0.17, -0.30 + lift + frown), (side * 0.32, -0.40 + 1.1 * lift), (side * 0.5, -0.44 + lift),
        (side * 0.68, -0.36 + 0.7 * lift),
    ]  # fmt: skip
    sheet.fill(stroke(_curve(points), 0.085, 0.15), ink("6a2c14"))
