"""How long a course lasts: so many steps, for the same weights each time, or so many seconds. Pure."""

from dataclasses import dataclass, field

SETTLE_SECONDS = 15.0
"A course that is stopped still takes so long to come to rest; its pictures are far better for it."


@dataclass(slots=True)
class Pace:
    """One of `steps` and `seconds` is given."""

    steps: int | None = None
    seconds: float | None = None
    _stopped: tuple[float, float] | None = field(default=None, init=False)
    "How much was done, and when, in seconds."

    def done(self, steps: int, seconds: float) -> float:
        """How much of the course lies behind, 0..1, after so many steps and seconds of training."""
        if self._stopped is not None:
            at, since = self._stopped
            return min(1.0, at + (1 - at) * (seconds - since) / SETTLE_SECONDS)
        return min(1.0, self._planned(steps, seconds))

    def left(self, steps: int, seconds: float) -> float | None:
        """Seconds to go, as it looks now; None before anything can be said."""
        done = self.done(steps, seconds)
        if self._stopped is not None:
            since = self._stopped[1]
            return max(0.0, SETTLE_SECONDS - (seconds - since))
        if self.seconds is not None:
            return max(0.0, self.seconds - seconds)
        return seconds * (1 - done) / done if done > 0 else None

    def stop(self, steps: int, seconds: float) -> None:
        """Comes to rest from here. Once is enough."""
        if self._stopped is None:
            self._stopped = self._planned(steps, seconds), seconds

    def _planned(self, steps: int, seconds: float) -> float:
        if self.steps is not None:
            return steps / self.steps
        assert self.seconds is not None
        return seconds / self.seconds
