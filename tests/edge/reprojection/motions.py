"""Heads whose way is known exactly, and what their sensors would say."""

import math
from collections.abc import Callable

from overglass_protocol import rotation
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose, Quaternion, Vector

RATE = (0.3, -1.1, 0.5)
Motion = Callable[[float], Pose]


def constant(time: float) -> Pose:
    return Pose(rotation.turned(rotation.IDENTITY, RATE, time), RATE, (time, 2 * time, 0.0))


def sine(time: float) -> Pose:
    """10 degrees at 2 Hz about an axis that is none of the head's."""
    amplitude, pace = math.radians(10), 4 * math.pi
    angle, rate = amplitude * math.sin(pace * time), amplitude * pace * math.cos(pace * time)
    return Pose(rotation.about((0.6 * angle, 0.8 * angle, 0.0)), (0.6 * rate, 0.8 * rate, 0.0))


def wobble(time: float) -> Pose:
    """A wide cone at 1 Hz: the axis itself turns, so that no order of small turns may be mistaken."""

    def orientation(at: float) -> Quaternion:
        angle = 2 * math.pi * at
        return rotation.about((0.5 * math.cos(angle), 0.5 * math.sin(angle), 0.0))

    step = 1e-5
    x, y, z = rotation.rotation_of(
        rotation.multiply(rotation.inverse(orientation(time - step)), orientation(time + step))
    )
    return Pose(orientation(time), (x / (2 * step), y / (2 * step), z / (2 * step)))


def felt(time: float, motion: Motion, bias: Vector = (0.0, 0.0, 0.0)) -> ImuSample:
    x, y, z = (rate + wrong for rate, wrong in zip(motion(time).angular_velocity, bias, strict=True))
    return ImuSample(time, (x, y, z), (0.0, 9.81, 0.0))


def silent(pose: Pose) -> Pose:
    """From a tracker that tells no rates."""
    return Pose(pose.orientation, position=pose.position)
