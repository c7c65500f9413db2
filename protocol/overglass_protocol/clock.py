"""How far the other end's clock is from ours, and how fast it drifts away.

Four times make a sample, as in NTP (RFC 5905): sent and returned on our clock, received and answered
on theirs. The midpoint gives an offset whose error is at most half the round trip; samples whose round
trip stands out are left out (the rule of WiVRn: over three times the mean), the rest weigh by how short
they were, and a line through them gives offset and drift. Time is an argument.
"""

from collections import deque
from dataclasses import dataclass

WINDOW = 64
"Samples kept: at one a second, a minute, over which crystals drift by well under a millisecond."


@dataclass(frozen=True, slots=True)
class Sample:
    at: float
    "Our clock, the middle of the exchange."
    offset: float
    "Their clock minus ours."
    round_trip: float


class ClockEstimate:
    """Maps times between two monotonic clocks. Seconds throughout."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=WINDOW)
        self._offset = 0.0
        self._drift = 0.0
        self._at = 0.0
        self.error: float | None = None
        "Bound of the offset's error, from the shortest round trip; None before the first sample."
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
        """Takes one exchange. An impossible one (negative round trip) is left out."""
        round_trip = (returned - sent) - (answered - received)
        if round_trip < 0 or answered < received:
            return
        at = (sent + returned) / 2
        self._samples.append(Sample(at, (received + answered) / 2 - at, round_trip))
        self._fit()

    def offset(self, at: float) -> float:
        """Their clock minus ours at our time `at`."""
        return self._offset + self._drift * (at - self._at)

    def to_remote(self, ours: float) -> float:
        return ours + self.offset(ours)

    def to_local(self, theirs: float) -> float:
        return theirs - self.offset(theirs - self._offset)

    def _fit(self) -> None:
        trips = sorted(sample.round_trip for sample in self._samples)
        shortest, mean = trips[0], sum(trips) / len(trips)
        self.round_trip = trips[len(trips) // 2]
        self.error = shortest / 2
        kept = [s for s in self._samples if s.round_trip <= 3 * mean]
        # The extra round trip over the shortest is the queueing that may sit on one side only:
        # weigh by its inverse square, as for a measurement with that standard error.
        floor = max(shortest * 0.05, 20e-6)
        weights = [1 / (s.round_trip - shortest + floor) ** 2 for s in kept]
        total = sum(weights)
        self._at = sum(w * s.at for w, s in zip(weights, kept, strict=True)) / total
        self._offset = sum(w * s.offset for w, s in zip(weights, kept, strict=True)) / total
        spread = sum(w * (s.at - self._at) ** 2 for w, s in zip(weights, kept, strict=True))
        slope = sum(
            w * (s.at - self._at) * (s.offset - self._offset) for w, s in zip(weights, kept, strict=True)
        )
        enough = kept[-1].at - kept[0].at >= 5.0
        self._drift = max(-500e-6, min(500e-6, slope / spread)) if enough and spread > 0 else 0.0
