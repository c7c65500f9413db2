"""Marks at known points, each depth in a colour of its own that survives 4:2:0 and H.264.

With them one can tell from a picture alone where the camera looked. They are painted over everything, as if
the world let them shine through, so that each is seen wherever its point is in view.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from overglass_protocol.pose import Vector
from overglass_protocol.rotation import about, matrix, multiply
from overglass_simulators.motion import Motion
from overglass_simulators.motion.analytic import STANDING
from overglass_simulators.world.scene import Array, Panel, panel
from overglass_simulators.world.texture import Colour, Texture

DEPTHS = (math.inf, 5.0, 2.0, 1.0)
"Metres from where a head stands."
COLOURS: dict[float, Colour] = {
    math.inf: (255, 0, 255),
    5.0: (0, 255, 0),
    2.0: (255, 255, 0),
    1.0: (255, 0, 0),
}
"""Blue, green, red, by depth. Corners of the colour cube that neither evening light nor wood comes near;
after 4:2:0 and H.264 they are still told apart by which of the three are above half."""
RADIUS = math.radians(1.1)
"Of the coloured disc, as seen from where a head stands: 16 pixels at 1280 over 75 degrees."

_EVERY = math.radians(24)
"From one mark to the next of its depth; the four rows are staggered, so there is one every 6 degrees."
_ROWS: dict[float, float] = {math.inf: 6.0, 5.0: 2.0, 2.0: -2.0, 1.0: -6.0}
"Degrees above the horizon: all are within a display of 14 degrees."
_RIM = 1.45
"Of the black ring round it, as a share of the disc's radius: no colour of the world bleeds in."
_FAR = 1e4
"Metres at which what is at infinity is painted; a metre aside is a tenth of a pixel there."
_TEXELS = 128


@dataclass(frozen=True, slots=True)
class Fiducial:
    """One mark."""

    name: str
    depth: float
    "Metres from where the head stands for whom it was set; infinite for those that have no place."
    direction: Vector
    "Unit vector to it from there."
    place: Vector | None
    "Metres in the world; None at infinity."
    colour: Colour
    "Blue, green, red."

    def point(self, eye: Array) -> Array:
        """(3,) that projects to its middle, as seen from `eye` (3,)."""
        if self.place is None:
            return np.asarray(eye + _FAR * np.array(self.direction), np.float64)
        return np.array(self.place)


def around(place: Vector = STANDING) -> tuple[Fiducial, ...]:
    """Rings of marks at DEPTHS all round a head at `place`: one about every 6 degrees."""
    found = []
    for row, depth in enumerate(DEPTHS):
        for number in range(round(2 * math.pi / _EVERY)):
            azimuth = (number + row / len(DEPTHS)) * _EVERY
            found.append(_mark(place, depth, azimuth, f"{depth:g}m-{number}"))
    return tuple(found)


def along(motion: Motion, seconds: float, every: float = 2.0) -> tuple[Fiducial, ...]:
    """For who walks: those at infinity, and pairs at 1, 2 and 5 metres beside the way, `every` seconds."""
    found = [mark for mark in around() if mark.place is None]
    # Two more, so that there is something ahead until the end.
    for number in range(math.ceil(seconds / every) + 2):
        pose = motion.pose(number * every)
        x, _, z = (float(part) for part in matrix(pose.orientation) @ (0, 0, -1))
        heading = math.atan2(x, -z)
        # What is at the side is passed at its depth, and seen before from further away.
        for depth in DEPTHS[1:]:
            for side in (-1, 1):
                name = f"{depth:g}m-{number}{'left' if side < 0 else 'right'}"
                found.append(_mark(pose.position, depth, heading + side * math.pi / 2, name))
    return tuple(found)


class Marks:
    """`fiducials` as panels."""

    def __init__(self, fiducials: Sequence[Fiducial]) -> None:
        self._fiducials = sorted(fiducials, key=lambda mark: -mark.depth)
        self._textures = {mark.colour: _disc(mark.colour) for mark in fiducials}

    def panels(self, eye: Array) -> list[Panel]:
        """Each square to its direction, the far ones first, as seen from `eye` (3,)."""
        return [self._panel(mark, eye) for mark in self._fiducials]

    def _panel(self, mark: Fiducial, eye: Array) -> Panel:
        depth = _FAR if mark.place is None else mark.depth
        half = depth * math.tan(RADIUS) * _RIM
        away = np.array(mark.direction)
        right = np.cross(away, (0.0, 1.0, 0.0))
        right *= half / np.linalg.norm(right)
        down = np.cross(away, right)
        corner = mark.point(eye) - right - down
        return panel(corner, 2 * right, 2 * down, self._textures[mark.colour], hazy=False, two_sided=True)


def _mark(place: Vector, depth: float, azimuth: float, name: str) -> Fiducial:
    """`azimuth` in radians to the right of -z."""
    turn = multiply(about((0.0, -azimuth, 0.0)), about((math.radians(_ROWS[depth]), 0.0, 0.0)))
    x, y, z = (float(part) for part in matrix(turn) @ (0, 0, -1))
    at = None
    if depth < math.inf:
        at = place[0] + depth * x, place[1] + depth * y, place[2] + depth * z
    return Fiducial(name, depth, (x, y, z), at, COLOURS[depth])


def _disc(tone: Colour) -> Texture:
    """Colour in a black ring, clear outside it."""
    finer = 4 * _TEXELS
    pixels, middle = np.zeros((finer, finer, 4), np.uint8), ((finer - 1) / 2,) * 2
    for radius, fill in ((finer / 2 - 4, (0, 0, 0)), (finer / 2 / _RIM, tone)):
        centre = [round(at * 16) for at in middle]
        cv2.circle(pixels, centre, round(radius * 16), (*fill, 255), -1, cv2.LINE_AA, 4)
    return Texture(np.asarray(cv2.resize(pixels, (_TEXELS,) * 2, interpolation=cv2.INTER_AREA), np.uint8))
