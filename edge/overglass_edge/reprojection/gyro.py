"""Angular velocities, in whatever order they come, made into one continuous turn. Knows no poses.

The turn begins at no turn at all; only what lies between two moments has a meaning.
"""

import math
from bisect import bisect_left, bisect_right
from itertools import pairwise

from overglass_protocol.pose import Quaternion, Vector
from overglass_protocol.rotation import IDENTITY, about, inverse, multiply, normalised, rotation_of

HISTORY = 2.0
"Seconds that are remembered: longer than any overlay is shown."
MOST = 4096
"Samples that are remembered at most: two seconds at twice the rate of the fastest sensors of glasses."
MAX_GAP = 0.25
"Seconds without a sample through which a turn is believed to go on: sensors of glasses give 5 and more."
_NEAR, _FAR = 0.0045, 0.02
"""Seconds between the two samples that tell the angular acceleration, at least and at most: noise weighs
more in less, and after more it has become another one."""
_LASTING = 0.7
"""Share of it that is believed to last. Predicting 25 ms, 0 and 0.7 and 1 leave 0.49, 0.16 and 0.07
degrees p95 of 10 degrees at 2 Hz, but 0.26, 0.21 and 0.24 of a recorded walk."""
_STRONGEST = 30.0
"Radians a second squared a head turns with; what is more is a knock, and is over before it matters."
_AHEAD = 0.025
"Seconds through which an acceleration says anything."


class Turn:
    """The way between the samples' moments is a cubic with the measured rates at both ends."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._rates: list[Vector] = []
        self._turned: list[Quaternion] = []

    @property
    def first(self) -> float:
        "When the first remembered sample was measured; infinite if there is none."
        return self._times[0] if self._times else math.inf

    @property
    def last(self) -> float:
        "When the newest was; minus infinite if there is none."
        return self._times[-1] if self._times else -math.inf

    def add(self, time: float, rate: Vector) -> None:
        """A sample, radians a second about the turning axes. It may be late; one that is there already
        counts once. One older than all that is remembered says that the sensor's clock began anew."""
        if not all(map(math.isfinite, (time, *rate))):
            return
        if time < self.last - HISTORY:
            del self._times[:], self._rates[:], self._turned[:]
        index = bisect_left(self._times, time)
        if index < len(self._times) and self._times[index] == time:
            return
        self._times.insert(index, time)
        self._rates.insert(index, rate)
        self._turned.insert(index, IDENTITY)
        self._integrate(index)
        stale = max(bisect_left(self._times, self.last - HISTORY), len(self._times) - MOST)
        if stale > 0:
            del self._times[:stale], self._rates[:stale], self._turned[:stale]

    def _integrate(self, start: int) -> None:
        """Anew from that sample on. The second order is Bortz' (1971), for a rate that changes steadily."""
        if start == 0:
            self._turned[0] = IDENTITY
        for index in range(max(start, 1), len(self._times)):
            seconds = min(self._times[index] - self._times[index - 1], MAX_GAP)
            (a, b, c), (x, y, z) = self._rates[index - 1], self._rates[index]
            half, twelfth = seconds / 2, seconds * seconds / 12
            step = about(
                (
                    (a + x) * half + (b * z - c * y) * twelfth,
                    (b + y) * half + (c * x - a * z) * twelfth,
                    (c + z) * half + (a * y - b * x) * twelfth,
                )
            )
            self._turned[index] = normalised(multiply(self._turned[index - 1], step))

    def covers(self, start: float, end: float, gap: float = MAX_GAP) -> bool:
        """Whether there are samples all the way between both, with no wider gap."""
        first, last = bisect_right(self._times, start) - 1, bisect_left(self._times, end)
        if first < 0 or last >= len(self._times):
            return False
        times = self._times[first : last + 1]
        return all(after - before <= gap for before, after in pairwise(times))

    def at(self, time: float, reach: float = 2 * _AHEAD) -> Quaternion:
        """Since the beginning. Outside of what was measured it goes on at the last rate for at most
        `reach` seconds."""
        if not self._times:
            return IDENTITY
        index = bisect_right(self._times, time)
        if index == len(self._times):
            return multiply(self._turned[-1], self._ahead(min(time - self._times[-1], reach)))
        if index == 0:
            x, y, z = self._rates[0]
            back = max(time - self._times[0], -reach)
            return multiply(self._turned[0], about((x * back, y * back, z * back)))
        before, after = self._times[index - 1], self._times[index]
        return curve(
            (self._turned[index - 1], self._rates[index - 1]),
            (self._turned[index], self._rates[index]),
            after - before,
            (time - before) / (after - before),
        )

    def rate(self, time: float) -> Vector:
        """Radians a second, between the samples around it."""
        if not self._times:
            return (0.0, 0.0, 0.0)
        index = bisect_right(self._times, time)
        if index == len(self._times):
            return self._rates[-1]
        if index == 0:
            return self._rates[0]
        before, after = self._times[index - 1], self._times[index]
        share = (time - before) / (after - before)
        (a, b, c), (x, y, z) = self._rates[index - 1], self._rates[index]
        return a + (x - a) * share, b + (y - b) * share, c + (z - c) * share

    def _ahead(self, seconds: float) -> Quaternion:
        x, y, z = self._rates[-1]
        a, b, c = self._acceleration()
        lasting = min(seconds, _AHEAD)
        gain = lasting * (seconds - lasting / 2)
        return about((x * seconds + a * gain, y * seconds + b * gain, z * seconds + c * gain))

    def _acceleration(self) -> Vector:
        """Radians a second squared that will last; none when samples lie too far apart to tell."""
        index = max(bisect_right(self._times, self.last - _NEAR) - 1, 0)
        seconds = self.last - self._times[index]
        if not _NEAR <= seconds <= _FAR:
            return (0.0, 0.0, 0.0)
        (a, b, c), (x, y, z) = self._rates[index], self._rates[-1]
        change = math.hypot(x - a, y - b, z - c) / seconds
        gain = _LASTING * min(1.0, _STRONGEST / max(change, 1e-9)) / seconds
        return (x - a) * gain, (y - b) * gain, (z - c) * gain


def curve(
    start: tuple[Quaternion, Vector], end: tuple[Quaternion, Vector], seconds: float, share: float
) -> Quaternion:
    """Between two orientations, whose rates are known, a cubic (Hermite's) over `seconds`.

    Where too much time passed between them for rates to say anything it is the even way (slerp).
    """
    first, (ax, ay, az) = start
    x, y, z = rotation_of(multiply(inverse(first), end[0]))
    if seconds > MAX_GAP:
        return multiply(first, about((x * share, y * share, z * share)))
    bx, by, bz = end[1]
    # The rotation vector's own slope at the end; the next term is a twelfth of its square.
    bx, by, bz = bx + (y * bz - z * by) / 2, by + (z * bx - x * bz) / 2, bz + (x * by - y * bx) / 2
    whole = share * share * (3 - 2 * share)
    from_start = share * (1 - share) * (1 - share) * seconds
    from_end = share * share * (share - 1) * seconds
    return multiply(
        first,
        about(
            (
                whole * x + from_start * ax + from_end * bx,
                whole * y + from_start * ay + from_end * by,
                whole * z + from_start * az + from_end * bz,
            )
        ),
    )
