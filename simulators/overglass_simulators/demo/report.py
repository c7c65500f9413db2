"""What a run's figures were: `report.json`. Pure arithmetic over what was recorded."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from overglass_edge.contract import Tally
from overglass_edge.meter import percentile
from overglass_edge.trip import STAGES, Trip
from overglass_simulators.demo.journal import Change, Journal

SCHEMA = 1
"Raised when a key changes its meaning or goes away."


@dataclass(frozen=True, slots=True)
class Account:
    """All that a report is made of. Times are monotonic seconds of the edge."""

    journal: Journal
    tally: Tally
    source: Mapping[str, Any]
    size: tuple[int, int]
    look: str
    "As chosen at the start."
    strength: float
    overlays: Sequence[str]
    region: str
    offered_at: float | None
    "When the glasses began to connect."
    fps_in: float | None
    camera_dropped: Mapping[str, int]
    seconds: float
    interrupted: bool
    machine: Mapping[str, Any]
    began: datetime = field(default_factory=lambda: datetime.now(UTC))


def make_report(account: Account) -> dict[str, Any]:
    """The report, as it is written. What was not measured is null."""
    journal, tally = account.journal, account.tally
    trips, vitals = list(journal.trips), journal.vitals
    statistics, service = vitals.statistics, vitals.report
    # By capture, as the rate that goes in: the first frame back is late, and the rest do not wait for it.
    fps_out = rate_of(trip.capture_time for trip in trips)
    return {
        "schema": SCHEMA,
        "program": "overglass demo",
        "began": account.began.isoformat(timespec="seconds"),
        "seconds": round(account.seconds, 3),
        "interrupted": account.interrupted,
        "source": dict(account.source),
        "size": "{}x{}".format(*account.size),
        "look": account.look,
        "strength": account.strength,
        "overlays": list(account.overlays),
        "region": account.region,
        "scenes": {"frames": journal.scenes, "frames_with": dict(journal.seen)},
        "codec": statistics.codec.lower() if statistics and statistics.codec else None,
        "bitrate": {
            "up": statistics.bitrate if statistics else None,
            "down": service.bitrate if service else None,
        },
        "limited_by": service.limit if service else None,
        "latency_ms": latency_of(trips),
        "stages_ms": stages_of(trips),
        "ttff_ms": _ms(journal.first_shown, account.offered_at),
        "fps": {"in": _rounded(account.fps_in), "out": _rounded(fps_out)},
        "frames": _frames(tally, account.camera_dropped, service.dropped if service else {}),
        "connections": tally.connections,
        "resumed": tally.resumed,
        "round_trip_ms": _milliseconds(statistics.round_trip if statistics else None),
        "clock_error_ms": _milliseconds(vitals.clock_error),
        "control": _control(journal, tally),
        "events": _events(journal, account.offered_at),
        "machine": dict(account.machine),
    }


def latency_of(trips: Sequence[Trip]) -> dict[str, float | int | None]:
    """From capture to display, every frame that came back. Percentiles are interpolated linearly."""
    latencies = [trip.latency for trip in trips]
    names = {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    return {
        "frames": len(latencies),
        **{name: _milliseconds(percentile(latencies, share)) for name, share in names.items()},
    }


def stages_of(trips: Iterable[Trip]) -> dict[str, float | None]:
    """Each stage's median. Only trips all of whose stages are known count: before the two clocks know
    each other, a trip's later stages swallow the unknown ones."""
    whole = [trip.stages for trip in trips if len(trip.stages) == len(STAGES)]
    return {name: _milliseconds(percentile([stages[name] for stages in whole], 50)) for name in STAGES}


def rate_of(times: Iterable[float]) -> float | None:
    """Events a second between the first and the last; None for fewer than two."""
    moments = list(times)
    if len(moments) < 2 or moments[-1] <= moments[0]:
        return None
    return (len(moments) - 1) / (moments[-1] - moments[0])


def change_in_words(change: Change) -> dict[str, Any]:
    """A control change as reports and the page tell it."""
    control = change.control
    return {
        "version": control.version,
        "look": control.look,
        "strength": control.strength,
        "lag_ms": _milliseconds(change.lag),
    }


def _frames(tally: Tally, camera: Mapping[str, int], cloud: Mapping[str, int]) -> dict[str, Any]:
    return {
        "captured": tally.captured,
        "sent": tally.sent,
        "returned": tally.returned,
        "dropped": {
            "camera": dict(camera),
            "edge": dict(Counter(tally.dropped)),
            # As of the service's last report, up to two seconds before the end.
            "cloud": dict(cloud),
        },
    }


def _control(journal: Journal, tally: Tally) -> dict[str, Any]:
    asked = journal.changes[-1].control.version if journal.changes else min(1, tally.captured)
    return {
        "asked": asked,
        "applied": journal.applied if journal.applied >= 0 else None,
        "changes": [change_in_words(change) for change in journal.changes],
    }


def _events(journal: Journal, offered_at: float | None) -> list[dict[str, Any]]:
    begin = offered_at or 0.0
    return [
        {"at": round(said.at - begin, 3), "name": said.name, "detail": said.detail} for said in journal.said
    ]


def _ms(at: float | None, since: float | None) -> float | None:
    return None if at is None or since is None else _milliseconds(at - since)


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
