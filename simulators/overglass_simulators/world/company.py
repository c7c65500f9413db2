"""People one meets in a room, near enough to have faces: textures of them standing, talking and blinking."""

from dataclasses import dataclass

from overglass_simulators.world.brush import Canvas, colour, mixed, shaded
from overglass_simulators.world.texture import Colour, Texture

SIZE = 1.0, 1.82
"Width and height of a person's texture, metres."
SUNK = 0.08
_INK = colour("#2b2233")
_M = SIZE[0] / 2


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody looks like."""

    skin: Colour
    hair: Colour
    top: Colour
    under: Colour
    legs: Colour
    long_hair: bool
    glasses: bool


def _look(codes: str, *, long_hair: bool, glasses: bool) -> Look:
    skin, hair, top, under, legs = map(colour, codes.split())
    return Look(skin, hair, top, under, legs, long_hair, glasses)


LOOKS = [
    _look("#e8b48c #4a2c22 #2f6f7a #f3ead8 #3a3f5c", long_hair=True, glasses=True),
    _look("#8d5a3f #231a1e #e0a13c #f3ead8 #4a3b4f", long_hair=False, glasses=False),
    _look("#f2cdb0 #b5652d #a63d4f #e8dcc5 #33415c", long_hair=True, glasses=False),
    _look("#c98d66 #3a3038 #5a4a78 #dfe8ea #3d4f45", long_hair=False, glasses=True),
]


def standing(look: Look, detail: float, *, blinking: bool, talking: bool) -> Texture:
    """Facing whoever looks, lit from the window at their right."""
    canvas = Canvas(*SIZE, detail, sunk=SUNK)
    canvas.shadow(_M, 0.34)
    _legs(canvas, look)
    if look.long_hair:
        canvas.poly([(_M - 0.14, 1.66), (_M + 0.14, 1.66), (_M + 0.17, 1.3), (_M - 0.17, 1.3)],
                    shaded(look.hair, 0.85))  # fmt: skip
    _body(canvas, look)
    _arms(canvas, look, raised=talking)
    _head(canvas, look, blinking=blinking, talking=talking)
    return canvas.texture()


def _legs(canvas: Canvas, look: Look) -> None:
    for side in (-1, 1):
        hip, ankle = _M + side * 0.085, _M + side * 0.095
        tone = look.legs if side < 0 else shaded(look.legs, 1.12)
        canvas.poly(
            [(hip - 0.092, 0.93), (hip + 0.092, 0.93), (ankle + 0.062, 0.07), (ankle - 0.062, 0.07)], tone
        )
        canvas.disc(ankle + side * 0.02, 0.045, 0.085, colour("#3b2a2e"), 0.5)
        canvas.rect(ankle + side * 0.02 - 0.085, 0.0, 0.17, 0.022, colour("#f3ead8"))


def _body(canvas: Canvas, look: Look) -> None:
    left = [(-0.08, 1.45), (-0.215, 1.385), (-0.235, 1.2), (-0.185, 1.05), (-0.195, 0.86)]
    right = [(-x, y) for x, y in reversed(left)]
    canvas.poly([(_M + x, y) for x, y in left + right], look.top)
    lit = [(0.08, 1.45), (0.215, 1.385), (0.235, 1.2), (0.185, 1.05), (0.195, 0.86), (0.11, 0.86), (0.1, 1.2)]
    canvas.poly([(_M + x, y) for x, y in lit], shaded(look.top, 1.14))
    canvas.poly([(_M - 0.075, 1.47), (_M + 0.075, 1.47), (_M, 1.27)], look.under)
    for side in (-1, 1):
        lapel = [(side * 0.08, 1.46), (side * 0.13, 1.40), (side * 0.035, 1.18), (0, 1.27)]
        canvas.poly([(_M + x, y) for x, y in lapel], shaded(look.top, 0.78))
    canvas.line([(_M, 1.25), (_M, 0.87)], 0.012, shaded(look.top, 0.7))
    for y in (1.12, 1.01, 0.93):
        canvas.disc(_M + 0.025, y, 0.012, shaded(look.top, 0.5))


def _arms(canvas: Canvas, look: Look, *, raised: bool) -> None:
    sleeve = shaded(look.top, 0.86)
    places = [((-0.2, 1.345), (-0.275, 1.1), (-0.255, 0.9))]
    places.append(((0.2, 1.345), (0.285, 1.1), (0.3, 1.3) if raised else (0.255, 0.9)))
    for shoulder, elbow, hand in places:
        points = [(_M + x, y) for x, y in (shoulder, elbow, hand)]
        canvas.line(points, 0.105, sleeve)
        for x, y in points[:2]:
            canvas.disc(x, y, 0.054, sleeve)
        tip = 0.055 if hand[1] > elbow[1] else -0.055
        canvas.disc(points[2][0], points[2][1] + tip * 0.6, 0.047, look.skin, 1.15)
        for finger in range(4 if tip > 0 else 0):
            x = points[2][0] - 0.033 + 0.022 * finger
            canvas.line(
                [(x, points[2][1] + 0.05), (x + 0.006 * (finger - 1), points[2][1] + 0.115)], 0.018, look.skin
            )


def _head(canvas: Canvas, look: Look, *, blinking: bool, talking: bool) -> None:
    y, skin = 1.625, look.skin
    canvas.rect(_M - 0.045, 1.43, 0.09, 0.12, shaded(skin, 0.82))
    canvas.disc(_M, y + 0.035, 0.122, look.hair, 1.12)
    for side in (-1, 1):
        canvas.disc(_M + side * 0.098, y - 0.012, 0.022, shaded(skin, 0.88), 1.4)
    canvas.disc(_M, y - 0.005, 0.098, skin, 1.27)
    canvas.shade([(_M - 0.075, y - 0.09), (_M - 0.04, y - 0.1), (_M - 0.05, y + 0.08), (_M - 0.08, y + 0.08)],
                 shaded(skin, 0.8), 0.35, 0.03)  # fmt: skip
    fringe = [(-0.104, 0.005), (-0.085, 0.07), (0.0, 0.075), (0.06, 0.055), (0.104, 0.0)]
    fringe += [(0.108, 0.08), (0.05, 0.15), (-0.05, 0.15), (-0.108, 0.09)]
    canvas.poly([(_M + x, y + h) for x, h in fringe], look.hair)
    canvas.line([(_M - 0.05, y + 0.125), (_M + 0.03, y + 0.135)], 0.012, shaded(look.hair, 1.3))
    _features(canvas, look, y, blinking=blinking, talking=talking)


def _features(canvas: Canvas, look: Look, y: float, *, blinking: bool, talking: bool) -> None:
    dark = shaded(look.skin, 0.62)
    for side in (-1, 1):
        x = _M + side * 0.04
        brow = [(x - 0.023, y + 0.036), (x - side * 0.002, y + 0.043), (x + 0.023, y + 0.036)]
        canvas.line(brow, 0.008, shaded(look.hair, 0.8))
        if blinking:
            canvas.line([(x - 0.016, y + 0.006), (x + 0.016, y + 0.006)], 0.006, dark)
        else:
            canvas.disc(x, y + 0.006, 0.019, colour("#fbf7f2"), 0.8)
            canvas.disc(x, y + 0.006, 0.0115, _INK)
            canvas.disc(x + 0.004, y + 0.010, 0.0035, colour("#ffffff"))
            lid = [
                (x - 0.02, y + 0.010),
                (x - 0.009, y + 0.0205),
                (x + 0.009, y + 0.0205),
                (x + 0.02, y + 0.010),
            ]
            canvas.line(lid, 0.005, _INK)
        canvas.disc(_M + side * 0.058, y - 0.04, 0.02, mixed(look.skin, colour("#e0604f"), 0.25), 0.7)
    canvas.line([(_M + 0.004, y - 0.002), (_M + 0.013, y - 0.036), (_M - 0.006, y - 0.038)], 0.007, dark)
    if talking:
        canvas.disc(_M, y - 0.072, 0.021, colour("#7a2f35"), 0.72)
        canvas.rect(_M - 0.013, y - 0.066, 0.026, 0.007, colour("#ffffff"))
    else:
        smile = [
            (_M - 0.028, y - 0.066),
            (_M - 0.012, y - 0.075),
            (_M + 0.012, y - 0.075),
            (_M + 0.028, y - 0.066),
        ]
        canvas.line(smile, 0.008, colour("#9c4a45"))
    if look.glasses:
        for side in (-1, 1):
            x = _M + side * 0.04
            ring = [
                (x - 0.03, y - 0.014),
                (x + 0.03, y - 0.014),
                (x + 0.028, y + 0.028),
                (x - 0.03, y + 0.028),
            ]
            canvas.line(ring, 0.007, _INK, closed=True)
        canvas.line([(_M - 0.01, y + 0.01), (_M + 0.01, y + 0.01)], 0.007, _INK)
