"""What the page is told in words and figures: once whole, then what is new. Pure reading of the journal."""

import time
from collections.abc import Sequence
from typing import Any, Protocol

from overglass_edge.contract import Tally
from overglass_edge.trip import STAGES, Trip
from overglass_protocol.control import Control
from overglass_protocol.errors import OverglassError
from overglass_simulators.demo.journal import Journal, Said
from overglass_simulators.demo.palette import SHOWN_STAGES
from overglass_simulators.demo.report import change_in_words, latency_of, rate_of, stages_of

WINDOW = 10.0
"Seconds that the page's figures are of."
HISTORY = 30.0
"Seconds of frames that a page gets when it opens: what its chart shows."


class Subject(Protocol):
    """What the page needs of a run."""

    journal: Journal
    looks: list[dict[str, Any]]

    @property
    def control(self) -> Control: ...
    @property
    def tally(self) -> Tally: ...
    @property
    def connected(self) -> bool: ...
    @property
    def description(self) -> dict[str, Any]:
        """The source's name, size and rate."""

    @property
    def captured_rate(self) -> float | None: ...

    def set_control(self, look: str, strength: float) -> Control:
        """Raises LookError."""


class Feed:
    """One page's view of the journal: each call tells what the last has not."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._trips_seen = self._said_seen = 0

    def whole(self) -> dict[str, Any]:
        """What does not change, and where things stand."""
        subject = self._subject
        return {
            "source": subject.description,
            "looks": [{"name": look["name"], "summary": look["summary"]} for look in subject.looks],
            "stages": [
                {"name": stage.name, "label": stage.label, "place": stage.place, "colour": stage.colour}
                for stage in SHOWN_STAGES
            ],
            "history_s": HISTORY,
            "window_s": WINDOW,
            **self.news(),
        }

    def news(self) -> dict[str, Any]:
        """What has happened since the last call, and the figures of the last WINDOW seconds."""
        subject, journal = self._subject, self._subject.journal
        now = time.monotonic()
        trips = [trip for trip in journal.latest(self._trips_seen) if trip.shown > now - HISTORY]
        said = list(journal.said)[-min(journal.said_count - self._said_seen, len(journal.said)) :]
        if journal.said_count == self._said_seen:
            said = []
        self._trips_seen, self._said_seen = journal.count, journal.said_count
        return {
            "now": round(now, 4),
            "frames": [_frame(trip) for trip in trips],
            "events": [_event(item) for item in said],
            "figures": _figures(subject, _recent(journal, now)),
            "control": _control(subject),
        }


def _recent(journal: Journal, now: float) -> list[Trip]:
    recent: list[Trip] = []
    for trip in reversed(journal.trips):
        if trip.shown < now - WINDOW:
            break
        recent.append(trip)
    return recent[::-1]


def _frame(trip: Trip) -> list[Any]:
    """Compact: id, when it was shown, latency, and the stages in order if they are all known; seconds, ms."""
    stages = (
        [round(trip.stages[name] * 1000, 2) for name in STAGES] if len(trip.stages) == len(STAGES) else None
    )
    return [trip.frame_id, round(trip.shown, 4), round(trip.latency * 1000, 2), stages]


def _event(said: Said) -> dict[str, Any]:
    return {"at": round(said.at, 3), "name": said.name, "detail": said.detail}


def _figures(subject: Subject, recent: Sequence[Trip]) -> dict[str, Any]:
    vitals = subject.journal.vitals
    statistics, service = vitals.statistics, vitals.report
    out = rate_of(trip.shown for trip in recent)
    return {
        "connected": subject.connected,
        "latency_ms": latency_of(recent),
        "stages_ms": stages_of(recent),
        "fps_in": subject.captured_rate,
        "fps_out": round(out, 2) if out is not None else None,
        "bitrate_up": statistics.bitrate if statistics else None,
        "bitrate_down": service.bitrate if service else None,
        "codec": statistics.codec if statistics else None,
        "limited_by": service.limit if service else None,
        "round_trip_ms": round(statistics.round_trip * 1000, 2)
        if statistics and statistics.round_trip
        else None,
        "sent": subject.tally.sent,
        "returned": subject.tally.returned,
    }


def _control(subject: Subject) -> dict[str, Any]:
    changes = subject.journal.changes
    return {
        "look": subject.control.look,
        "strength": subject.control.strength,
        "version": subject.control.version,
        "applied": subject.journal.applied,
        "change": change_in_words(changes[-1]) if changes else None,
    }


def refusal(error: OverglassError) -> dict[str, str]:
    """As the page shows it."""
    return {"detail": error.message, "cure": error.cure}
