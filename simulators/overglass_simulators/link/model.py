"""One direction of a bad network, as decisions: each packet's fate, with the time as an argument.

Knows no sockets, no clock and nothing of what packets say.
"""

import random
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """One direction of a link. The default passes everything at once."""

    loss: float = 0.0
    "Probability that a packet is lost, each on its own."
    delay: float = 0.0
    "Seconds that every packet takes."
    jitter: float = 0.0
    "At most so many seconds more, uniformly."
    reorder: bool = False
    "Whether jitter may let a packet overtake another."
    rate: float | None = None
    "Bits per second, headers included; None for no limit."
    queue: float = 0.2
    "Seconds of backlog in front of the rate limit; a packet that finds more than that is dropped."


class LinkModel:
    """One direction of a link, as decisions. The n-th packet's luck depends on `seed` and n alone.

    `settings` may be replaced at any time. `counts` holds packets by what became of them: `passed`,
    `lost`, `overflowed` (found the queue full), `cut`, `silenced`, `refused` (by the receiver's socket).
    """

    def __init__(self, settings: LinkSettings, seed: int) -> None:
        self.settings = settings
        self.counts: Counter[str] = Counter()
        self.held_until = 0.0
        "Nothing is delivered before this time."
        self.is_cut = False
        "Whether every packet is dropped."
        self._random = random.Random(seed)
        self._free_at = 0.0
        self._last_due = 0.0

    def send(self, size: int, now: float) -> float | None:
        """The time at which a packet of `size` bytes sent now is delivered; None if it never is."""
        luck, wobble = self._random.random(), self._random.random()
        if self.is_cut:
            self.counts["cut"] += 1
            return None
        left_at = self._queue(size, now)
        if left_at is None:
            self.counts["overflowed"] += 1
            return None
        if luck < self.settings.loss:
            self.counts["lost"] += 1
            return None
        due = left_at + self.settings.delay + self.settings.jitter * wobble
        if not self.settings.reorder:
            due = self._last_due = max(due, self._last_due)
        return max(due, self.held_until)

    def stall(self, seconds: float, now: float) -> None:
        """Holds everything for so long; then the backlog is delivered at once."""
        self.held_until = max(self.held_until, now + seconds)

    def _queue(self, size: int, now: float) -> float | None:
        """When the packet's last bit has left the queue; None when the queue is full."""
        if self.settings.rate is None:
            return now
        starts_at = max(self._free_at, now)
        if starts_at - now > self.settings.queue:
            return None
        self._free_at = starts_at + size * 8 / self.settings.rate
        return self._free_at
