"""One session's claim on the device: what it asks for, how often, since when it waits, and what it gets.

Plain state with its arithmetic; who is served is decided in `turns`, how well in `ladder`.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from overglass_cloud.scheduling.costs import Size
from overglass_cloud.scheduling.rungs import Rung

USUAL_RATE = 30.0
ARRIVALS = 16
"Over so many the rate is measured."
RATE_KNOWN_FROM = 4
PAUSE = 1.0
"Seconds without a picture, after which a session asks for nothing until the next comes."
LEAST_INTERVAL = 1 / 240


class Task(Enum):
    """What is done with a session's next picture."""

    PAINT = auto()
    REUSE = auto()
    "The last painting is moved along to it."
    PASS = auto()
    "It goes back as it came."


@dataclass(eq=False, slots=True)
class Claim:
    """Of one session. `look` is None where there is nothing to paint."""

    joined: float
    look: str | None = None
    cheaper: str | None = None
    "A look that may stand in for it."
    size: Size = (512, 512)
    "Of its newest picture."
    usual_rate: float = USUAL_RATE
    "Pictures a second, until that is known."
    rung: Rung = Rung.FULL
    shrinks: bool = True
    "Whether a smaller picture saves anything, as far as is known."
    stride: int = 2
    "On the rung where not every picture is painted, one of so many is: more for a look that takes long."
    held_until: float = 0.0
    "Until then it waits for its look to load, if nothing else comes first."
    painting: bool = False
    "Whether there is a last painting that could be moved along."
    since_painted: int = 0
    "Pictures given since then."
    waiting: float | None = None
    """Since when a picture has been owed. That does not begin anew with a newer picture, nor while an earlier
    one is being made: so whoever sends most often does not come first."""
    under_way: bool = False
    room_since: float | None = None
    "Since when there has been room for its next better rung."
    patience: float = 0.0
    "Seconds that room has to last; 0 stands for the usual."
    raised: float | None = None
    "When it last went up a rung."
    _arrivals: deque[float] = field(default_factory=lambda: deque(maxlen=ARRIVALS))

    def arrive(self, now: float) -> bool:
        """A picture came. False when it takes the place of one that still waited."""
        if self._arrivals and now > self._arrivals[-1] + PAUSE:
            self._arrivals.clear()
        self._arrivals.append(now)
        if self.waiting is not None:
            return False
        self.waiting = now
        return True

    def rate(self, now: float) -> float:
        """Pictures a second that it sends."""
        arrivals = self._arrivals
        if arrivals and now > arrivals[-1] + PAUSE:
            return 0.0
        if len(arrivals) < RATE_KNOWN_FROM:
            return self.usual_rate
        return (len(arrivals) - 1) / max(arrivals[-1] - arrivals[0], LEAST_INTERVAL)

    def deadline(self, now: float) -> float:
        """When its waiting picture should be taken in hand at the latest: one interval after it came."""
        assert self.waiting is not None
        rate = self.rate(now) or self.usual_rate
        return self.waiting + min(PAUSE, max(LEAST_INTERVAL, 1 / rate))
