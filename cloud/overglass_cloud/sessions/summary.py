"""What a session has done so far, as plain data."""

from collections import Counter
from dataclasses import dataclass, field

from overglass_protocol import rtc
from overglass_protocol.messages import RungName


@dataclass(frozen=True, slots=True)
class Summary:
    """What a session has done so far, for metrics and people."""

    id: str
    connected: bool
    look: str
    rung: RungName
    "How far the service had to step down for it."
    received: int
    painted: int
    sent: int
    dropped: dict[str, int]
    bitrate: int
    round_trip: float | None


@dataclass(slots=True)
class Totals:
    """What a session's connections have done, one after the other."""

    received: int = 0
    sent: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, statistics: rtc.Statistics) -> None:
        self.received += statistics.received
        self.sent += statistics.sent
        self.dropped.update(statistics.dropped)

    def with_present(self, statistics: rtc.Statistics | None) -> "Totals":
        """The same, and what the present connection has done so far."""
        totals = Totals(self.received, self.sent, self.dropped.copy())
        if statistics is not None:
            totals.add(statistics)
        return totals
