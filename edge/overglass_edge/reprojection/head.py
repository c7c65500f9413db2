"""Where the head is, was and will be in a moment, from what its sensors say in whatever order.

Knows no clock: whoever asks says for when. Poses are the device's own tracker's, taken as they are;
the gyro leads from one to the next and beyond the last, and without any it leads alone.
"""

import math
from bisect import bisect_left, bisect_right

from overglass_edge.reprojection.gyro import HISTORY, MOST, Turn, curve
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose, Quaternion, Vector
from overglass_protocol.rotation import about, inverse, multiply, normalised, rotation_of, turned

MAX_EXTRAPOLATION = 0.025
"Seconds: what is predicted further ahead is farther off than what stays where it was."
MAX_GLIDE = 0.1
"""Seconds a place is carried on beyond the tracker's last: its poses come tens of milliseconds late, and a
body's weight goes on as it went, where a neck's turn does not."""
_SPAN = 0.25
"Seconds between two poses that are compared with the gyro, so that a pose's own error weighs little."
_DENSE = 0.04
"Seconds between samples of a gyro up to which adding them up says more of its bias than of its gaps."
_SETTLED = 16
"Such comparisons the bias is an even mean of; after them a new one weighs as much: four seconds."
_IMPLAUSIBLE = 0.2
"Radians a second, beyond any gyro's bias: the tracker found itself somewhere else."
_REST: Vector = (0.0, 0.0, 0.0)


class HeadTrack:
    """Remembers the last two seconds. Asking takes a few tens of microseconds."""

    def __init__(self) -> None:
        self._turn = Turn()
        self._times: list[float] = []
        self._poses: list[Pose] = []
        self._compared = -math.inf
        self._comparisons = 0
        self._bias: Vector = _REST

    @property
    def bias(self) -> Vector:
        """What the gyro says at rest, radians a second, as far as poses have told."""
        return self._bias

    def add_pose(self, time: float, pose: Pose) -> None:
        """Where the device's own tracker saw the head at `time`. It may be late, and out of order."""
        if not all(map(math.isfinite, (time, *pose.orientation, *pose.position, *pose.angular_velocity))):
            return
        if self._times and time < self._times[-1] - HISTORY:
            del self._times[:], self._poses[:]
            self._compared = -math.inf
        index = bisect_left(self._times, time)
        if index < len(self._times) and self._times[index] == time:
            return
        self._times.insert(index, time)
        self._poses.insert(index, Pose(normalised(pose.orientation), pose.angular_velocity, pose.position))
        stale = max(bisect_left(self._times, self._times[-1] - HISTORY), len(self._times) - MOST)
        if stale > 0:
            del self._times[:stale], self._poses[:stale]
        self._learn()

    def add_imu(self, sample: ImuSample) -> None:
        """A reading of the gyro. It may be late, and out of order; then what came after is added up anew."""
        x, y, z = sample.gyro
        a, b, c = self._bias
        self._turn.add(sample.time, (x - a, y - b, z - c))
        self._learn()

    def pose(self, at: float, predict: float = MAX_EXTRAPOLATION) -> Pose | None:
        """The head at `at`; None before anything is known.

        Beyond the newest measurement, and before the oldest, the head goes on as it turned then for at
        most `predict` seconds, and is then held. As long as the gyro goes on after the last pose, so does
        the place, for at most MAX_GLIDE.
        """
        first, last = self._turn.first, self._turn.last
        if self._times:
            first, last = min(first, self._times[0]), max(last, self._times[-1])
        if first > last:
            return None
        time = min(max(at, first - predict), last + predict)
        rate = self._rate(time) if time == at else _REST
        if not self._times:
            return Pose(self._turn.at(time, predict), rate)
        return Pose(self._orientation(time, predict), rate, self._position(time, predict))

    def _orientation(self, time: float, predict: float) -> Quaternion:
        index = bisect_right(self._times, time) - 1
        if index < 0 or index == len(self._times) - 1:
            return self._beyond(max(index, 0), time, predict)
        before, after = self._times[index], self._times[index + 1]
        start, end = self._poses[index].orientation, self._poses[index + 1].orientation
        share = (time - before) / (after - before)
        if not self._turn.covers(before, after):
            ends = (start, self._pose_rate(index)), (end, self._pose_rate(index + 1))
            return curve(*ends, after - before, share)
        led = multiply(start, inverse(self._turn.at(before)))
        missed = multiply(inverse(multiply(led, self._turn.at(after))), end)
        x, y, z = rotation_of(missed)
        return multiply(multiply(led, self._turn.at(time)), about((x * share, y * share, z * share)))

    def _beyond(self, index: int, time: float, predict: float) -> Quaternion:
        """Before the first pose, or after the last."""
        pose, known = self._poses[index], self._times[index]
        if self._led(known, predict):
            # The pose may be newer than the gyro's last word, but not by more than one prediction.
            way = multiply(inverse(self._turn.at(known, 2 * predict)), self._turn.at(time, 2 * predict))
            return multiply(pose.orientation, way)
        seconds = min(max(time - known, -predict), predict)
        return turned(pose.orientation, self._pose_rate(index), seconds)

    def _led(self, known: float, predict: float) -> bool:
        """Whether the gyro was heard about when that pose was seen, or later if it is the last."""
        if known == self._times[-1]:
            return self._turn.last >= known - predict
        return self._turn.first <= known + predict

    def _position(self, time: float, predict: float) -> Vector:
        """Between two poses; beyond them on at the pace between the nearest two."""
        count = len(self._times)
        if count == 1:
            return self._poses[0].position
        index = min(max(bisect_right(self._times, time) - 1, 0), count - 2)
        before, after = self._times[index], self._times[index + 1]
        glide = max(predict, MAX_GLIDE)
        time = min(max(time, self._times[0] - glide), self._times[-1] + glide)
        share = (time - before) / (after - before)
        (a, b, c), (x, y, z) = self._poses[index].position, self._poses[index + 1].position
        return a + (x - a) * share, b + (y - b) * share, c + (z - c) * share

    def _rate(self, time: float) -> Vector:
        if not self._times or self._turn.last >= min(time, self._times[-1]) - MAX_EXTRAPOLATION:
            return self._turn.rate(time)
        return self._pose_rate(max(bisect_right(self._times, time) - 1, 0))

    def _pose_rate(self, index: int) -> Vector:
        """As the tracker says; where it says nothing, from the poses beside this one."""
        said = self._poses[index].angular_velocity
        if said != _REST:
            return said
        low, high = max(index - 1, 0), min(index + 1, len(self._times) - 1)
        seconds = self._times[high] - self._times[low]
        if not 0 < seconds <= _SPAN:
            return _REST
        x, y, z = rotation_of(multiply(inverse(self._poses[low].orientation), self._poses[high].orientation))
        return x / seconds, y / seconds, z / seconds

    def _learn(self) -> None:
        """Compares the gyro with the poses over the next span that both have covered."""
        if not self._times or self._turn.last < self._compared + _SPAN:
            return
        start = bisect_left(self._times, self._compared)
        if start == len(self._times):
            return
        begin = self._times[start]
        end = bisect_left(self._times, begin + _SPAN)
        if end == len(self._times) or self._turn.last < self._times[end]:
            return
        self._compared = self._times[end]
        if self._turn.covers(begin, self._compared, _DENSE):
            self._compare(start, end)

    def _compare(self, start: int, end: int) -> None:
        seconds = self._times[end] - self._times[start]
        felt = multiply(inverse(self._turn.at(self._times[start])), self._turn.at(self._times[end]))
        seen = multiply(inverse(self._poses[start].orientation), self._poses[end].orientation)
        excess = [part / seconds for part in rotation_of(multiply(inverse(seen), felt))]
        if math.hypot(*excess) > _IMPLAUSIBLE:
            return
        self._comparisons = min(self._comparisons + 1, _SETTLED)
        a, b, c = (old + more / self._comparisons for old, more in zip(self._bias, excess, strict=True))
        self._bias = (a, b, c)
