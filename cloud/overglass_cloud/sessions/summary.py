"""What a session has done so far, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """What a session has done so far, for metrics and people."""

    id: str
    connected: bool
    look: str
    received: int
    painted: int
    sent: int
    dropped: dict[str, int]
    bitrate: int
    round_trip: float | None
