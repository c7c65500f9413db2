"""What an inertial sensor would say of a known motion, with the rate, noise and bias of its model.

The noise of a sample depends on the seed and the sample's number alone, never on who asked for what before.
"""

import math

import numpy as np
import numpy.typing as npt

from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose, Vector
from overglass_protocol.rotation import matrix
from overglass_simulators.devices.device import ImuModel
from overglass_simulators.motion import Motion

GRAVITY = 9.80665
"Metres per second squared (the standard gravity of ISO 80000-3)."
_STEP = 2e-3
"""Seconds between the places from which acceleration is told: rounding of metres costs 1e-9, and a walk's
bounce 1e-4 of itself."""
_BLOCK = 256
"Samples whose noise is drawn at once."

Numbers = npt.NDArray[np.float64]


class Imu:
    """A sensor in the head that `motion` moves. Samples are numbered from time 0, backwards too."""

    def __init__(self, model: ImuModel, motion: Motion, seed: int = 0) -> None:
        self.model = model
        self.motion = motion
        self._seed = seed
        bias = np.random.default_rng([seed, 0]).standard_normal((2, 3))
        self.gyro_bias: Vector = _vector(bias[0] * model.gyro_bias)
        "Radians per second: what is constantly wrong."
        self.accel_bias: Vector = _vector(bias[1] * model.accel_bias)
        self._block: tuple[int, Numbers] = 0, self._drawn(0)

    def samples(self, since: float, until: float) -> list[ImuSample]:
        """Those measured at `since` or later and before `until`, in order.

        However an interval is cut, its samples are the same, byte for byte.
        """
        found, number = [], math.ceil(since * self.model.rate) - 1
        while (time := number / self.model.rate) < until:
            if time >= since:
                found.append(self._sample(number, time))
            number += 1
        return found

    def _sample(self, number: int, time: float) -> ImuSample:
        pose = self.motion.pose(time)
        noise = self._noise(number)
        gyro = pose.angular_velocity + noise[0] * self.model.gyro_noise + self.gyro_bias
        accel = self._force(time, pose) + noise[1] * self.model.accel_noise + self.accel_bias
        return ImuSample(time, _vector(gyro), _vector(accel))

    def _force(self, time: float, pose: Pose) -> Numbers:
        """(3,): acceleration less gravity, in the head's own axes."""
        before, here, after = (
            np.array(self.motion.pose(time + step).position) if step else np.array(pose.position)
            for step in (-_STEP, 0.0, _STEP)
        )
        force = (before - 2 * here + after) / _STEP**2 + (0.0, GRAVITY, 0.0)
        return np.asarray(matrix(pose.orientation).T @ force, np.float64)

    def _noise(self, number: int) -> Numbers:
        """(2, 3) of standard deviation 1: gyroscope's and accelerometer's."""
        block, place = divmod(number, _BLOCK)
        if self._block[0] != block:
            self._block = block, self._drawn(block)
        return np.asarray(self._block[1][place], np.float64)

    def _drawn(self, block: int) -> Numbers:
        """(_BLOCK, 2, 3), of a generator of its own; blocks before time 0 have numbers of their own too."""
        which = 2 * block if block >= 0 else -2 * block - 1
        return np.random.default_rng([self._seed, 1, which]).standard_normal((_BLOCK, 2, 3))


def _vector(of: npt.ArrayLike) -> Vector:
    x, y, z = np.asarray(of, np.float64).tolist()
    return x, y, z
