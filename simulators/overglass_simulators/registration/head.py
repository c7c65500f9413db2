"""A head that moves, and what is said of it: by its gyroscope, and by a tracker if there is one."""

import random
from collections.abc import Iterator

from overglass_protocol import rotation
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose, Vector
from overglass_simulators.imu import Imu
from overglass_simulators.motion import Motion
from overglass_simulators.registration.rig import Rig, Tracker


class Head:
    """So many seconds of a motion. It can be worn on any number of courses, and is the same on each."""

    def __init__(self, motion: Motion, rig: Rig, seconds: float, seed: int) -> None:
        self.rig = rig
        self.seconds = seconds
        self.seed = seed
        self.samples: list[ImuSample] = Imu(rig.imu, motion, seed).samples(0.0, seconds)
        self.tracked: list[tuple[float, Pose]] = []
        "What the tracker says, with the times at which it was so."
        if rig.tracker is not None:
            self.tracked = list(_tracked(motion, rig.tracker, seconds, random.Random(seed)))
        self._motion = motion
        self._asked: dict[float, Pose] = {}

    def pose(self, time: float) -> Pose:
        """The truth. Displays ask for the same times again and again."""
        found = self._asked.get(time)
        if found is None:
            found = self._asked[time] = self._motion.pose(time)
        return found


def _tracked(
    motion: Motion, tracker: Tracker, seconds: float, luck: random.Random
) -> Iterator[tuple[float, Pose]]:
    for n in range(int(seconds * tracker.rate)):
        true = motion.pose(n / tracker.rate)
        turn = rotation.multiply(true.orientation, rotation.about(_noise(luck, tracker.turn_noise)))
        x, y, z = true.position
        a, b, c = _noise(luck, tracker.place_noise)
        yield n / tracker.rate, Pose(turn, true.angular_velocity, (x + a, y + b, z + c))


def _noise(luck: random.Random, deviation: float) -> Vector:
    return luck.gauss(0, deviation), luck.gauss(0, deviation), luck.gauss(0, deviation)
