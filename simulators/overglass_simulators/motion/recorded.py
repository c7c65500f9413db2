"""Heads that really moved: what a gyroscope or a session recorded, played there and back without a jump.

Knows samples and poses, not the files that they come from.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from overglass_protocol.errors import SourceError
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose, Quaternion, Vector
from overglass_protocol.rotation import about, inverse, matrix, multiply, rotation_of, turned
from overglass_simulators.motion.analytic import STANDING
from overglass_simulators.motion.track import Knot, Track

Ending = Literal["back", "hold"]
"What comes after the last sample: the way back, and so on for ever, or standing still."

_TURN = 0.4
"Seconds in which the way's direction is reversed, so that nothing moves off with a jerk."
_LEVEL = 0.1
"""Share of the tilt's error that gravity corrects a second: as in the complementary filter of Mahony et al.
(2008), slow enough that a walker's steps do not nod the head."""
_SETTLED = 1.0
"Seconds over which gravity is averaged to tell how the head was held at first."
_GAP = 1.0
"Seconds without a sample after which nobody can tell how the head turned."


class Trace:
    """A motion along `track`, from its beginning on; see `Ending`.

    On the way back and forth it turns round within the first and the last eighth of a second. Its time is
    0 where the recording begins plus `lead`, which is 0 for one that holds.
    """

    def __init__(self, track: Track, ending: Ending = "back") -> None:
        self._track = track
        self._swing = _Swing(track.ends - track.begins) if ending == "back" else None

    @property
    def seconds(self) -> float:
        """Of the recording."""
        return self._track.ends - self._track.begins

    @property
    def begins(self) -> float:
        """On the recording's own clock."""
        return self._track.begins

    @property
    def lead(self) -> float:
        """Seconds of the recording that come before time 0."""
        return self._swing.lead if self._swing else 0.0

    def pose(self, time: float) -> Pose:
        """The angular velocity is the exact derivative."""
        if self._swing is None:
            return self._track.at(self._track.begins + time)
        place, pace = self._swing.at(time)
        pose = self._track.at(self._track.begins + place)
        x, y, z = pose.angular_velocity
        return Pose(pose.orientation, (x * pace, y * pace, z * pace), pose.position)


class GyroTrace(Trace):
    """The head that turned as `samples` say, at one place; gravity keeps it level, where it was measured."""

    def __init__(
        self, samples: Sequence[ImuSample], ending: Ending = "back", *, place: Vector = STANDING
    ) -> None:
        """Times need not begin at 0. Raises SourceError for too few samples, or for gaps among them."""
        if len(samples) < 2:
            raise SourceError(
                f"a head's motion cannot be made of {len(samples)} inertial samples",
                cure="Take a recording of a second or more.",
            )
        _check(samples)
        super().__init__(Track(_integrated(samples, place)), ending)


def pose_trace(poses: Sequence[tuple[float, Pose]], ending: Ending = "back") -> Trace:
    """The head that was at those poses at those times; at least two. Raises SourceError.

    Where no pose has an angular velocity, they come from the differences.
    """
    grown: list[tuple[float, Pose]] = []
    for time, pose in poses:
        if not grown or time > grown[-1][0]:
            grown.append((time, pose))
    if len(grown) < 2:
        raise SourceError("the recording does not say how the head moved", cure="Take one with poses.")
    known = any(any(pose.angular_velocity) for _, pose in grown)
    knots = []
    for i, (time, pose) in enumerate(grown):
        before, after = grown[max(i - 1, 0)], grown[min(i + 1, len(grown) - 1)]
        rate = pose.angular_velocity if known else _mean_rate(before, after)
        knots.append(Knot(time, pose.orientation, rate, pose.position))
    return Trace(Track(knots), ending)


class _Swing:
    """To and fro over `seconds` at pace 1, turning within _TURN at either end."""

    def __init__(self, seconds: float) -> None:
        self._turn = min(_TURN, seconds * math.pi / 4)
        self.lead = self._turn / math.pi
        "How far a turn at that pace overshoots."
        self._straight = seconds - 2 * self.lead

    def at(self, time: float) -> tuple[float, float]:
        """Where it is, seconds from the beginning, and at what pace."""
        half = self._straight + self._turn
        at = time % (2 * half)
        forth = at < half
        at = at if forth else at - half
        if at < self._straight:
            place, pace = at, 1.0
        else:
            phase = (at - self._straight) * math.pi / self._turn
            place, pace = self._straight + self.lead * math.sin(phase), math.cos(phase)
        return (self.lead + place, pace) if forth else (self.lead + self._straight - place, -pace)


def _check(samples: Sequence[ImuSample]) -> None:
    for before, after in pairwise(samples):
        step = after.time - before.time
        if not 0 < step <= _GAP:
            raise SourceError(
                f"the inertial samples jump by {step:.3f} s at {before.time - samples[0].time:.3f} s",
                cure="Cut the recording there, or take another.",
            )
        if not all(map(math.isfinite, (*after.gyro, *after.accel))):
            raise SourceError(
                "the inertial samples hold numbers that are none", cure="Take another recording."
            )


def _integrated(samples: Sequence[ImuSample], place: Vector) -> list[Knot]:
    """Orientations by the exponential map of the mean rate between two samples, levelled by gravity."""
    orientation = _held(samples)
    rates = [_levelled(samples[0], orientation)]
    knots = [Knot(samples[0].time, orientation, rates[0], place)]
    for before, sample in pairwise(samples):
        step = sample.time - before.time
        guess = turned(orientation, knots[-1].angular_velocity, step)
        rate = _levelled(sample, guess)
        x, y, z = ((a + b) / 2 for a, b in zip(knots[-1].angular_velocity, rate, strict=True))
        orientation = turned(orientation, (x, y, z), step)
        knots.append(Knot(sample.time, orientation, rate, place))
    return knots


def _levelled(sample: ImuSample, orientation: Quaternion) -> Vector:
    """The measured rate, with what takes the head's idea of up to where gravity has it."""
    length = math.hypot(*sample.accel)
    if length < 1.0:  # falling, or not measured
        return sample.gyro
    up = matrix(orientation)[1]
    a, b, c = (part / length for part in sample.accel)
    x, y, z = sample.gyro
    x += _LEVEL * (b * float(up[2]) - c * float(up[1]))
    y += _LEVEL * (c * float(up[0]) - a * float(up[2]))
    z += _LEVEL * (a * float(up[1]) - b * float(up[0]))
    return x, y, z


def _held(samples: Sequence[ImuSample]) -> Quaternion:
    """How the head was held at first, as gravity tells: its way forward is what is left open, and is -z."""
    first = [sample for sample in samples if sample.time <= samples[0].time + _SETTLED]
    x, y, z = (sum(sample.accel[i] for sample in first) / len(first) for i in range(3))
    if math.hypot(x, y, z) < 1.0:
        return 1.0, 0.0, 0.0, 0.0
    # `from_angles` without yaw turns up into (sin r cos p, cos r cos p, -sin p) of the head's own axes.
    pitch, roll = math.atan2(-z, math.hypot(x, y)), math.atan2(x, y)
    return multiply(about((pitch, 0.0, 0.0)), about((0.0, 0.0, roll)))


def _mean_rate(before: tuple[float, Pose], after: tuple[float, Pose]) -> Vector:
    first, second = before[1].orientation, after[1].orientation
    x, y, z = rotation_of(multiply(inverse(first), second))
    seconds = after[0] - before[0]
    return x / seconds, y / seconds, z / seconds
