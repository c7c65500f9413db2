"""How far the other end's clock is from ours, and how fast it drifts away.

Each ping-pong gives two one-way differences, there and back. Whatever delays a packet only ever adds to
a difference, so the truth runs along the lower edge of each: the edge of the convex hull that spans the
window's middle (Zhang, Liu, Xia: Clock Synchronization Algorithms for Network Measurements, INFOCOM
2002). Half the difference of the two edges is the offset, half that of their slopes the drift. One long
round trip, or a hundred, change nothing as long as some are short. Time is an argument.
"""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

WINDOW = 600
"Exchanges kept: at ten a second, a minute, over which the drift of crystals is steady."
DRIFT_AFTER = 30.0
"Seconds of samples below which a slope is noise; drift, 1.5 ms in that time at worst, is taken for zero."
MAX_DRIFT = 500e-6
"Crystals stay within 100 parts per million; more is a wrong fit."

Point = tuple[float, float]


class ClockEstimate:
    """Maps times between two monotonic clocks. Seconds throughout."""

    def __init__(self) -> None:
        self._there: deque[Point] = deque(maxlen=WINDOW)
        "(our time, received on their clock minus sent on ours)"
        self._back: deque[Point] = deque(maxlen=WINDOW)
        "(our time, returned on our clock minus answered on theirs)"
        self._round_trips: deque[float] = deque(maxlen=WINDOW)
        self._at = 0.0
        self._offset = 0.0
        self._drift = 0.0
        self.error: float | None = None
        "Bound of the offset's error, half the shortest round trip; None before the first exchange."
        self.round_trip: float | None = None
        "Median round trip of the window."

    @property
    def known(self) -> bool:
        return self.error is not None

    @property
    def drift(self) -> float:
        "Seconds their clock gains on ours per second."
        return self._drift

    def add(self, sent: float, received: float, answered: float, returned: float) -> None:
        """Takes one exchange. One that cannot have happened is left out."""
        round_trip = (returned - sent) - (answered - received)
        if round_trip < 0 or answered < received or (self._back and returned < self._back[-1][0]):
            return
        self._there.append((sent, received - sent))
        self._back.append((returned, returned - answered))
        self._round_trips.append(round_trip)
        self._fit(returned)

    def offset(self, at: float) -> float:
        """Their clock minus ours at our time `at`."""
        return self._offset + self._drift * (at - self._at)

    def to_remote(self, ours: float) -> float:
        return ours + self.offset(ours)

    def to_local(self, theirs: float) -> float:
        return theirs - self.offset(theirs - self._offset)

    def _fit(self, now: float) -> None:
        trips = sorted(self._round_trips)
        self.error, self.round_trip = trips[0] / 2, trips[len(trips) // 2]
        self._at = now
        if now - self._back[0][0] < DRIFT_AFTER:
            self._drift = 0.0
            self._offset = (min(d for _, d in self._there) - min(d for _, d in self._back)) / 2
            return
        there, slope_there = _lower_edge(sorted(self._there), now)
        back, slope_back = _lower_edge(self._back, now)
        self._offset = (there - back) / 2
        self._drift = max(-MAX_DRIFT, min(MAX_DRIFT, (slope_there - slope_back) / 2))


def _lower_edge(points: Sequence[Point], at: float) -> tuple[float, float]:
    """The lower hull's edge over the middle of `points` (in order of time): its value at `at`, its slope."""
    hull: list[Point] = []
    for point in points:
        while len(hull) >= 2 and _is_below(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    middle = (points[0][0] + points[-1][0]) / 2
    left, right = next((pair for pair in pairwise(hull) if pair[1][0] >= middle), (hull[0], hull[-1]))
    width = right[0] - left[0]
    slope = (right[1] - left[1]) / width if width > 0 else 0.0
    return left[1] + slope * (at - left[0]), slope


def _is_below(first: Point, second: Point, third: Point) -> bool:
    """Whether `third` makes `second` no corner of the lower hull."""
    return (second[0] - first[0]) * (third[1] - first[1]) <= (third[0] - first[0]) * (second[1] - first[1])
