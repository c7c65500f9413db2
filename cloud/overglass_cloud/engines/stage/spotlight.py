"""The subject kept, in a pool of light; everything else as another look paints it, darker farther away.

The pool follows people slowly, as somebody does who leads a lamp.
"""

from dataclasses import dataclass
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines import planes
from overglass_cloud.engines.planes import Plane, Planes
from overglass_cloud.engines.stage.environment import Around
from overglass_cloud.engines.stage.matte import Cut
from overglass_cloud.looks import Sitter, State
from overglass_protocol.control import Control

Field = NDArray[Any]
"float32, (height, width), small."

SMALL = 64
"Pixels of the longer side of what light is worked out in."
NEAR, WIDE = 0.07, 0.22
"Of the longer side: how soft the light's bright middle is, and its dying away."
DARK, BRIGHT = 0.30, 1.06
"Of the painted light: what is left far away, and beside the subject."
WARM = 7
"Levels by which light takes away blue and adds red."
LEADING = 0.15
"Share of the way to where people are that the lamp goes from one picture to the next."


@dataclass(slots=True)
class Lamp:
    """What a session keeps."""

    painter: State
    pool: Field | None = None


class Spotlight:
    """`Surroundings` for an `Environment`: another look's, lit."""

    def __init__(self, around: Around) -> None:
        self._around = around

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Lamp:
        lamp = previous if isinstance(previous, Lamp) else None
        painter = self._around.prepare(control, lamp.painter if lamp is not None else None, sitter)
        return Lamp(painter, lamp.pool if lamp is not None else None)

    def around(self, picture: av.VideoFrame, cut: Cut, state: State) -> Planes:
        painted = self._around.around(picture, cut, state.painter)
        pool = _pool(cut)
        if state.pool is not None and state.pool.shape == pool.shape:
            pool = state.pool + LEADING * (pool - state.pool)
        state.pool = pool
        return _lit(painted, pool, planes.levels(picture).black)


def _pool(cut: Cut) -> Field:
    """How light it is where, 0 to 1; everywhere a little where nobody is seen."""
    scale = SMALL / max(cut.soft.shape)
    size = (max(1, round(cut.soft.shape[1] * scale)), max(1, round(cut.soft.shape[0] * scale)))
    people = cv2.resize(cut.soft, size, interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(people, (0, 0), NEAR * SMALL, borderType=cv2.BORDER_REPLICATE)
    wide = cv2.GaussianBlur(people, (0, 0), WIDE * SMALL, borderType=cv2.BORDER_REPLICATE)
    light = 0.75 * np.minimum(1, 2.2 * near) + 0.9 * np.minimum(1, 1.2 * wide)
    return np.asarray(np.clip(light, 0, 1), np.float32)


def _lit(painted: Planes, pool: Field, black: int) -> Planes:
    luma, cb, cr = painted
    wide = cv2.resize(pool, luma.shape[::-1], interpolation=cv2.INTER_CUBIC)
    gain = np.float32(DARK) + np.float32(BRIGHT - DARK) * wide
    bright = np.clip((luma - np.float32(black)) * gain + np.float32(black + 0.5), 0, 255).astype(np.uint8)
    half = cv2.resize(pool, cb.shape[::-1], interpolation=cv2.INTER_LINEAR)
    colour = np.float32(0.55) + np.float32(0.45) * half
    return bright, _tinted(cb, colour, -WARM * half), _tinted(cr, colour, WARM * half)


def _tinted(plane: Plane, gain: Field, add: Field) -> Plane:
    field = (plane - np.float32(128)) * gain + add + np.float32(128.5)
    return np.asarray(np.clip(field, 0, 255), np.uint8)
