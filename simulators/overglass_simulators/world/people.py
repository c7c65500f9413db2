"""Textures of people walking, from behind and from ahead, and of birds. Knows not where they are."""

import math
from dataclasses import dataclass

import numpy as np

from overglass_simulators.world.brush import Canvas, colour, mixed, shaded
from overglass_simulators.world.furniture import SUNK
from overglass_simulators.world.texture import Colour, Texture

PHASES = 8
"Pictures in a cycle of steps, or of a wing's beats."
PERSON = 1.1, 1.85
"Width and height of a person's texture, metres; it reaches SUNK further below the ground."

_MIDDLE = PERSON[0] / 2
_SKIN = ("#f0c3a0", "#c98d66", "#8d5a3f", "#f5d3b5")
_COATS = ("#d1495b", "#2e86ab", "#edae49", "#3d5a6c", "#66a182", "#8a5bb0", "#f0e3cf", "#e0743f")
_HAIR = ("#3a2233", "#5a3825", "#8a4b2d", "#241d38", "#c9a26b")
_TROUSERS = ("#2f2a4d", "#3d4668", "#5b3a52", "#6a5a55")


@dataclass(frozen=True, slots=True)
class _Dress:
    """What one person looks like."""

    coat: Colour
    skin: Colour
    hair: Colour
    legs: Colour
    scarf: Colour
    hem: float
    "Metres above the ground at which the coat ends."
    flare: float
    "Half the coat's width there."
    long_hair: bool
    hat: bool
    bag: bool


def person(random: np.random.Generator, number: int, detail: float) -> tuple[list[Texture], list[Texture]]:
    """A cycle of steps from behind and one from ahead, PHASES pictures each."""
    skirt = number % 3 == 0
    dress = _Dress(
        coat=colour(_COATS[number % len(_COATS)]),
        skin=colour(_SKIN[number % len(_SKIN)]),
        hair=colour(str(random.choice(_HAIR))),
        legs=colour(str(random.choice(_TROUSERS))),
        scarf=colour(_COATS[(number + 3) % len(_COATS)]),
        hem=0.58 if skirt else 0.82,
        flare=0.27 if skirt else 0.19,
        long_hair=skirt or bool(random.random() < 0.2),
        hat=bool(random.random() < 0.3),
        bag=bool(random.random() < 0.6),
    )
    behind = [_step(dress, phase, detail, ahead=False) for phase in range(PHASES)]
    return behind, [_step(dress, phase, detail, ahead=True) for phase in range(PHASES)]


def _step(dress: _Dress, phase: int, detail: float, *, ahead: bool) -> Texture:
    canvas = Canvas(*PERSON, detail, sunk=SUNK)
    swing = math.sin(2 * math.pi * phase / PHASES)
    bob = 0.025 * abs(swing)
    canvas.shadow(_MIDDLE, 0.36)
    _legs(canvas, swing, dress)
    if dress.long_hair and ahead:
        canvas.disc(_MIDDLE, 1.5 + bob, 0.15, dress.hair, 1.35)
    _arms(canvas, swing, bob, dress)
    _coat(canvas, bob, dress)
    _head(canvas, bob, dress, ahead=ahead)
    if dress.bag and not ahead:
        canvas.rect(_MIDDLE - 0.15, 1.0 + bob, 0.3, 0.36, shaded(dress.scarf, 0.8))
        canvas.rect(_MIDDLE - 0.11, 1.03 + bob, 0.22, 0.14, shaded(dress.scarf, 1.1))
    return canvas.texture()


def _legs(canvas: Canvas, swing: float, dress: _Dress) -> None:
    for side, lift in ((-1, max(0.0, swing)), (1, max(0.0, -swing))):
        hip, foot = _MIDDLE + side * 0.085, 0.03 + 0.15 * lift
        tone = shaded(dress.legs, 1 - 0.3 * lift)
        ankle = _MIDDLE + side * 0.075
        canvas.poly(
            [
                (hip - 0.095, 0.9),
                (hip + 0.095, 0.9),
                (ankle + 0.055, foot + 0.05),
                (ankle - 0.055, foot + 0.05),
            ],
            tone,
        )
        canvas.disc(ankle + side * 0.01, foot + 0.03, 0.075, colour("#1f1a36"), 0.6)


def _arms(canvas: Canvas, swing: float, bob: float, dress: _Dress) -> None:
    for side in (-1, 1):
        reach = side * swing
        shoulder = _MIDDLE + side * 0.17, 1.38 + bob
        elbow = _MIDDLE + side * 0.25, 1.13 + bob + 0.02 * reach
        hand = _MIDDLE + side * (0.245 - 0.03 * reach), 0.9 + bob + 0.06 * reach
        canvas.line([shoulder, elbow, hand], 0.095, shaded(dress.coat, 0.78))
        canvas.disc(*shoulder, 0.075, shaded(dress.coat, 0.78))
        canvas.disc(hand[0], hand[1] - 0.03, 0.047, dress.skin)


def _coat(canvas: Canvas, bob: float, dress: _Dress) -> None:
    """Lit from the right."""
    top, waist, hem = 1.45 + bob, 1.08 + bob, dress.hem
    left = [(-0.09, top), (-0.2, top - 0.07), (-0.145, waist), (-dress.flare, hem)]
    right = [(-x, y) for x, y in reversed(left)]
    canvas.poly([(_MIDDLE + x, y) for x, y in left + right], dress.coat)
    lit = [(0.05, top), (0.2, top - 0.07), (0.145, waist), (dress.flare, hem), (0.10, hem), (0.04, waist)]
    canvas.poly([(_MIDDLE + x, y) for x, y in lit], shaded(dress.coat, 1.2))
    canvas.rect(_MIDDLE - 0.148, waist - 0.025, 0.296, 0.05, shaded(dress.coat, 0.65))


def _head(canvas: Canvas, bob: float, dress: _Dress, *, ahead: bool) -> None:
    y = 1.6 + bob
    canvas.rect(_MIDDLE - 0.045, 1.42 + bob, 0.09, 0.12, shaded(dress.skin, 0.82))
    canvas.rect(_MIDDLE - 0.085, 1.42 + bob, 0.17, 0.07, dress.scarf)
    if ahead:
        canvas.disc(_MIDDLE, y, 0.098, dress.skin, 1.2)
        canvas.arch(_MIDDLE - 0.112, y + 0.02, 0.224, 0.12, dress.hair)
        canvas.disc(_MIDDLE + 0.02, y + 0.02, 0.082, dress.skin, 0.55)
    else:
        canvas.disc(_MIDDLE, y + 0.01, 0.112, dress.hair, 1.18)
        if dress.long_hair:
            canvas.poly(
                [
                    (_MIDDLE - 0.11, y),
                    (_MIDDLE + 0.11, y),
                    (_MIDDLE + 0.13, y - 0.3),
                    (_MIDDLE - 0.13, y - 0.3),
                ],
                dress.hair,
            )
    if dress.hat:
        canvas.disc(_MIDDLE, y + 0.085, 0.19, shaded(dress.scarf, 0.8), 0.22)
        canvas.arch(_MIDDLE - 0.115, y + 0.08, 0.23, 0.15, mixed(dress.scarf, colour("#fff1dd"), 0.1), 0.8)
        canvas.rect(_MIDDLE - 0.115, y + 0.085, 0.23, 0.04, shaded(dress.scarf, 0.55))


def bird(phase: int, detail: float) -> Texture:
    """A bird that flies ahead, 1.8 by 1 metres."""
    canvas = Canvas(1.8, 1.0, detail)
    lift = 0.36 * math.sin(2 * math.pi * phase / PHASES)
    tone = colour("#3a2d55")
    for side in (-1, 1):
        elbow, tip = (0.9 + side * 0.42, 0.5 + lift), (0.9 + side * 0.86, 0.46 + lift * 0.5)
        canvas.poly([(0.9, 0.42), (0.9, 0.56), elbow, tip, (elbow[0], elbow[1] - 0.1)], tone)
    canvas.disc(0.9, 0.48, 0.12, tone)
    return canvas.texture()
