"""When a display's light changes. Knows no clock: every time is an argument."""

import math
from dataclasses import dataclass

_SLIP = 1e-6
"Share of a refresh by which rounding may miss one."


@dataclass(frozen=True, slots=True)
class Refresh:
    """A display that takes up a new picture at fixed times only."""

    rate: float
    "Times a second."
    latency: float
    "Seconds from taking a picture up until its light is seen."
    phase: float = 0.0
    "One of the times."

    def next_photon(self, now: float) -> float:
        """When the light of a picture that is handed over at `now` is first seen."""
        number = math.ceil((now - self.phase) * self.rate - _SLIP)
        return self.phase + number / self.rate + self.latency

    def number(self, now: float) -> int:
        """Which refresh was the last one at or before `now`, counted from `phase`."""
        return math.floor((now - self.phase) * self.rate + _SLIP)
