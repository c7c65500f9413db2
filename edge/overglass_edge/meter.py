"""Latency as it goes: percentiles and frame rate of the trips of late, and of all. Pure arithmetic."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from overglass_edge.trip import Trip

RECENT = 90
"Trips that count as of late: three seconds at 30 fps."
ALL = 200_000
"Latencies kept for the whole session, 8 bytes each: two hours at 30 fps; older ones make room."


class Meter:
    """Takes trips, gives figures. Seconds."""

    def __init__(self) -> None:
        self._recent: deque[Trip] = deque(maxlen=RECENT)
        self._latencies: deque[float] = deque(maxlen=ALL)

    def add(self, trip: Trip) -> None:
        self._recent.append(trip)
        self._latencies.append(trip.latency)

    def percentile(self, share: float, *, whole: bool = False) -> float:
        """Latency that `share` percent of trips stay under; of late, or of the whole session. 0 if none."""
        return percentile(self._latencies if whole else [trip.latency for trip in self._recent], share) or 0.0

    def fps(self) -> float:
        """Frames shown a second, of late."""
        if len(self._recent) < 2:
            return 0.0
        return (len(self._recent) - 1) / max(1e-6, self._recent[-1].shown - self._recent[0].shown)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that `share` percent of `values` stay under, interpolated linearly; None of nothing."""
    return float(np.percentile(values, share)) if len(values) else None
