"""What the rig's gyro says of a motion, noise and constant bias included."""

import random

from overglass_edge.imu import ImuSample
from overglass_protocol.pose import Vector
from overglass_simulators.devices.device import ImuModel
from overglass_simulators.motion import Motion

_UPRIGHT: Vector = (0.0, 9.81, 0.0)
"Nothing here asks for it."


def gyro(motion: Motion, model: ImuModel, seconds: float, seed: int) -> list[ImuSample]:
    """Times are when each was measured; it is known `model.delay` later."""
    luck = random.Random(seed)
    bias = _noise(luck, model.gyro_bias)
    samples = []
    for n in range(int(seconds * model.rate)):
        parts = zip(
            motion.pose(n / model.rate).angular_velocity, bias, _noise(luck, model.gyro_noise), strict=True
        )
        x, y, z = (true + constant + wobble for true, constant, wobble in parts)
        samples.append(ImuSample(n / model.rate, (x, y, z), _UPRIGHT))
    return samples


def _noise(luck: random.Random, deviation: float) -> Vector:
    return luck.gauss(0, deviation), luck.gauss(0, deviation), luck.gauss(0, deviation)
