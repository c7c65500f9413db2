"""An inertial sensor on a moving head: what it says, with its rate, noise and bias. Knows no device's name."""

import math
from dataclasses import dataclass

import numpy as np

from overglass_edge.imu import ImuSample
from overglass_protocol.rotation import matrix
from overglass_simulators.devices.device import ImuModel
from overglass_simulators.motion import Motion

GRAVITY = 9.80665
"Metres per second squared (standard gravity, CGPM 1901)."
_STEP = 1e-3
"Seconds, of the difference that accelerations are taken from."


@dataclass(frozen=True, slots=True)
class _Noise:
    """Of one sample, standard normal: gyro and accelerometer, three axes each."""

    gyro: tuple[float, ...]
    accel: tuple[float, ...]


class Imu:
    """The same seed gives the same samples, however the time is cut into pieces."""

    def __init__(self, model: ImuModel, motion: Motion, seed: int) -> None:
        self.model = model
        self._motion, self._seed = motion, seed
        bias = np.random.default_rng((seed, 0)).standard_normal(6)
        self._gyro_bias = bias[:3] * model.gyro_bias
        self._accel_bias = bias[3:] * model.accel_bias

    def samples(self, since: float, until: float) -> list[ImuSample]:
        """Those measured at `since` or later and before `until`, seconds of the motion."""
        first = max(0, math.ceil(since * self.model.rate - 1e-9))
        last = math.ceil(until * self.model.rate - 1e-9)
        return [self._sample(number) for number in range(first, last)]

    def _sample(self, number: int) -> ImuSample:
        time = number / self.model.rate
        pose = self._motion.pose(time)
        noise = np.random.default_rng((self._seed, 1, number)).standard_normal(6)
        gyro = np.array(pose.angular_velocity) + self._gyro_bias + noise[:3] * self.model.gyro_noise
        force = self._acceleration(time) + (0.0, GRAVITY, 0.0)
        accel = matrix(pose.orientation).T @ force + self._accel_bias + noise[3:] * self.model.accel_noise
        x, y, z = gyro.tolist()
        a, b, c = accel.tolist()
        return ImuSample(time, (x, y, z), (a, b, c))

    def _acceleration(self, time: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        before, at, after = (np.array(self._motion.pose(time + n * _STEP).position) for n in (-1, 0, 1))
        return np.asarray((before - 2 * at + after) / _STEP**2, np.float64)
