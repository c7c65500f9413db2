"""A motion with turns added by hand: what a mouse on a page adds to a walk.

Each turn is eased in, so that the angular velocity stays finite and is known exactly.
"""

import math
from bisect import bisect_right

from overglass_protocol.pose import Pose, Vector
from overglass_protocol.rotation import about, matrix, multiply
from overglass_simulators.motion import Motion

EASE = 0.08
"Seconds that a turn takes: too short to be felt as a delay, long enough for a gyroscope's range."
STEEPEST = math.radians(75)
"How far up or down hands may turn a head."


class Steered:
    """`motion`, turned to the left about the world's up axis and then up about the head's own right.

    The same turns at the same times give the same poses. One thread may turn while others ask for poses.
    """

    def __init__(self, motion: Motion) -> None:
        self.motion = motion
        self._sums: list[tuple[float, float]] = [(0.0, 0.0)]
        "Yaw and pitch after so many turns are over."
        self._times: list[float] = []

    @property
    def target(self) -> tuple[float, float]:
        """Yaw and pitch added once all turns are over, radians."""
        return self._sums[-1]

    def turn(self, time: float, yaw: float, pitch: float) -> None:
        """From `time` on, by so many radians more, as far as STEEPEST; no earlier than the turn before."""
        if self._times:
            time = max(time, self._times[-1])
        yaw += self._sums[-1][0]
        pitch = min(STEEPEST, max(-STEEPEST, self._sums[-1][1] + pitch))
        self._sums.append((yaw, pitch))
        self._times.append(time)

    def pose(self, time: float) -> Pose:
        """The angular velocity is the exact derivative."""
        base = self.motion.pose(time)
        (yaw, pitch), (yaw_rate, pitch_rate) = self._added(time)
        if yaw == pitch == yaw_rate == pitch_rate == 0:
            return base
        orientation = multiply(about((0.0, yaw, 0.0)), base.orientation)
        # The world's up axis, as the head has it before it nods.
        up = matrix(base.orientation)[1]
        x, y, z = (w + yaw_rate * float(u) for w, u in zip(base.angular_velocity, up, strict=True))
        c, s = math.cos(pitch), math.sin(pitch)
        rates: Vector = (x + pitch_rate, c * y + s * z, -s * y + c * z)
        return Pose(multiply(orientation, about((pitch, 0.0, 0.0))), rates, base.position)

    def _added(self, time: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Yaw and pitch, and their rates."""
        over, begun = bisect_right(self._times, time - EASE), bisect_right(self._times, time)
        yaw, pitch = self._sums[over]
        yaw_rate = pitch_rate = 0.0
        for i in range(over, begun):
            share = (time - self._times[i]) / EASE
            done, pace = share * share * (3 - 2 * share), 6 * share * (1 - share) / EASE
            more, up = (b - a for a, b in zip(self._sums[i], self._sums[i + 1], strict=True))
            yaw, pitch = yaw + more * done, pitch + up * done
            yaw_rate, pitch_rate = yaw_rate + more * pace, pitch_rate + up * pace
        return (yaw, pitch), (yaw_rate, pitch_rate)
