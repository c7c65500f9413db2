"""A smooth way through known orientations and places, with its exact derivative. Knows no files.

Between two of them the rotation vector from the first is a cubic that has the turning rates asked for at
both ends, so that orientation and angular velocity are continuous and belong to each other.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from overglass_protocol.pose import Pose, Quaternion, Vector
from overglass_protocol.rotation import about, inverse, multiply, rotation_of

_SMALL = 1e-4
"Radians below which the Jacobian's factors come from their series."


@dataclass(frozen=True, slots=True)
class Knot:
    """Where the head is known to have been."""

    time: float
    orientation: Quaternion
    angular_velocity: Vector
    "Radians per second about the head's own axes."
    position: Vector


class Track:
    """From the first of `knots` to the last; before and after it stands there, and no longer turns."""

    def __init__(self, knots: Sequence[Knot]) -> None:
        """At least one, in the order of their times, no two at the same one. Raises ValueError."""
        self._times = [knot.time for knot in knots]
        if not knots or any(b <= a for a, b in pairwise(self._times)):
            raise ValueError("the times of a track have to grow")
        self._knots = list(knots)
        self._velocities = _velocities(self._knots)

    @property
    def begins(self) -> float:
        return self._times[0]

    @property
    def ends(self) -> float:
        return self._times[-1]

    def at(self, time: float) -> Pose:
        """The angular velocity is the exact derivative of the orientation."""
        if not self.begins <= time < self.ends:
            knot = self._knots[0 if time < self.begins else -1]
            moving = knot.angular_velocity if time == self.ends else (0.0, 0.0, 0.0)
            return Pose(knot.orientation, moving, knot.position)
        i = bisect_right(self._times, time) - 1
        first, second = self._knots[i], self._knots[i + 1]
        length = second.time - first.time
        share = (time - first.time) / length
        whole = rotation_of(multiply(inverse(first.orientation), second.orientation))
        begin = _scaled(first.angular_velocity, length)
        end = _scaled(_rate_of(whole, second.angular_velocity), length)
        turn, rate = _hermite((0.0, 0.0, 0.0), whole, begin, end, share)
        begin, end = (_scaled(v, length) for v in self._velocities[i : i + 2])
        place, _ = _hermite(first.position, second.position, begin, end, share)
        return Pose(
            multiply(first.orientation, about(turn)),
            _angular_velocity(turn, _scaled(rate, 1 / length)),
            place,
        )


def _velocities(knots: Sequence[Knot]) -> list[Vector]:
    """Of the positions, by the neighbours to both sides (Catmull and Rom); at rest at the ends."""
    found: list[Vector] = [(0.0, 0.0, 0.0)]
    for before, after in zip(knots, knots[2:], strict=False):
        step = _minus(after.position, before.position)
        found.append(_scaled(step, 1 / (after.time - before.time)))
    return [*found, (0.0, 0.0, 0.0)]


def _hermite(a: Vector, b: Vector, begin: Vector, end: Vector, s: float) -> tuple[Vector, Vector]:
    """The cubic from `a` to `b` with those slopes at its ends, and its slope, at `s` from 0 to 1."""
    ha, hb = 1 - s * s * (3 - 2 * s), s * s * (3 - 2 * s)
    hm, hn = s * (1 - s) ** 2, s * s * (s - 1)
    da, db = 6 * s * (s - 1), 6 * s * (1 - s)
    dm, dn = (1 - s) * (1 - 3 * s), s * (3 * s - 2)
    parts = list(zip(a, b, begin, end, strict=True))
    x, y, z = (ha * p + hb * q + hm * m + hn * n for p, q, m, n in parts)
    dx, dy, dz = (da * p + db * q + dm * m + dn * n for p, q, m, n in parts)
    return (x, y, z), (dx, dy, dz)


def _angular_velocity(turn: Vector, rate: Vector) -> Vector:
    """Of exp(turn) where `turn` changes at `rate`: the right Jacobian of SO(3) (Chirikjian, 2011).

    J = 1 - (1 - cos a)/a^2 [turn] + (a - sin a)/a^3 [turn]^2, with a the length of `turn`.
    """
    angle = math.sqrt(_dot(turn, turn))
    if angle < _SMALL:
        once, twice = 0.5, 1 / 6
    else:
        once, twice = (1 - math.cos(angle)) / angle**2, (angle - math.sin(angle)) / angle**3
    crossed = _cross(turn, rate)
    again = _cross(turn, crossed)
    x, y, z = (r - once * c + twice * d for r, c, d in zip(rate, crossed, again, strict=True))
    return x, y, z


def _rate_of(turn: Vector, angular_velocity: Vector) -> Vector:
    """The inverse of `_angular_velocity` in its second argument, for less than a whole turn.

    J^-1 = 1 + [turn]/2 + (1/a^2 - (1 + cos a)/(2 a sin a)) [turn]^2.
    """
    angle = math.sqrt(_dot(turn, turn))
    # Half a turn has no sine; cot(a/2) = (1 + cos a) / sin a is finite there.
    twice = 1 / 12 if angle < _SMALL else 1 / angle**2 - 1 / (2 * angle * math.tan(angle / 2))
    crossed = _cross(turn, angular_velocity)
    again = _cross(turn, crossed)
    x, y, z = (w + c / 2 + twice * d for w, c, d in zip(angular_velocity, crossed, again, strict=True))
    return x, y, z


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _scaled(a: Vector, by: float) -> Vector:
    return a[0] * by, a[1] * by, a[2] * by


def _minus(a: Vector, b: Vector) -> Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]
