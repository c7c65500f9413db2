"""What a bench wrote down while it ran, and the figures everybody wants of it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from overglass_edge.meter import percentile
from overglass_edge.trip import STAGES, Trip


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time: seconds on the edge's monotonic clock."""

    start: float
    end: float

    def __contains__(self, at: object) -> bool:
        return isinstance(at, float | int) and self.start <= at < self.end

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame that came back and was shown."""

    trip: Trip
    version: int | None = None
    "Of the control document it was painted with."
    scene_age: float | None = None
    "Seconds; None if it came without a scene."
    found: int = 0
    "Things in its scene."


@dataclass(frozen=True, slots=True)
class Record:
    """One run of the glasses."""

    captured: Sequence[float]
    "When each picture was captured, seconds."
    shown: Sequence[Shown]
    "In the order they were shown."

    def sent(self, window: Window) -> int:
        """How many pictures were captured in the window."""
        return sum(at in window for at in self.captured)

    def back(self, window: Window) -> list[Trip]:
        """The trips of those captured in the window that were shown, whenever that was."""
        return [s.trip for s in self.shown if s.trip.capture_time in window]


def percentile_ms(seconds: Iterable[float], share: float) -> float | None:
    """As `percentile`, in milliseconds."""
    return in_ms(percentile(list(seconds), share))


def in_ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)


def latency_figures(trips: Iterable[Trip], shares: Sequence[int] = (50, 95)) -> dict[str, float | None]:
    """`p50_ms` and so on, of latency from capture to display."""
    latencies = [trip.latency for trip in trips]
    return {f"p{share}_ms": percentile_ms(latencies, share) for share in shares}


def stage_figures(trips: Sequence[Trip]) -> dict[str, float]:
    """Median milliseconds of each stage that is known."""
    found = {name: [trip.stages[name] for trip in trips if name in trip.stages] for name in STAGES}
    return {name: round(median(times) * 1000, 2) for name, times in found.items() if times}


def reasons(edge: Mapping[str, int], service: Mapping[str, int]) -> dict[str, int]:
    """Why frames were dropped, at both ends, from the first on: warmup and all."""
    both = ("edge", edge), ("service", service)
    return {f"{end}: {reason}": count for end, counts in both for reason, count in counts.items()}


def count_figures(record: Record, window: Window) -> dict[str, Any]:
    """`sent`, `received` and `drop_ratio` of the window."""
    sent, received = record.sent(window), len(record.back(window))
    return {
        "sent": sent,
        "received": received,
        "drop_ratio": round(1 - received / sent, 4) if sent else None,
    }
