"""What happens in a run, kept: every trip, what the agent says, what was asked for and when it showed.

A display among others (see `Display`). Runs on the event loop; does no arithmetic beyond counting.
"""

import time
from collections import Counter, deque
from dataclasses import dataclass, replace

from overglass_edge.trip import Trip
from overglass_protocol import messages
from overglass_protocol.control import Control
from overglass_protocol.frame import Frame
from overglass_protocol.rtc import Statistics

TRIPS_KEPT = 108_000
"An hour at 30 fps, about 100 MB. A page that stays open longer reports its last hour."


@dataclass(frozen=True, slots=True)
class Said:
    """Something the agent told."""

    at: float
    "Monotonic seconds, as all times here."
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Change:
    """A control document that was asked for."""

    control: Control
    asked: float
    shown: float | None = None
    "When the first frame painted with it, or with a later one, was shown."

    @property
    def lag(self) -> float | None:
        return self.shown - self.asked if self.shown is not None else None


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the connection and the clock are, as last looked at."""

    connected: bool = False
    statistics: Statistics | None = None
    "Of the last connection there was."
    report: messages.Report | None = None
    "The service's own."
    clock_error: float | None = None


class Journal:
    """The record of one run."""

    def __init__(self) -> None:
        self.trips: deque[Trip] = deque(maxlen=TRIPS_KEPT)
        self.count = 0
        "Trips ever recorded."
        self.said: deque[Said] = deque(maxlen=200)
        self.said_count = 0
        self.changes: deque[Change] = deque(maxlen=1000)
        self.applied = -1
        "The newest control version that a shown frame was painted with."
        self.first_shown: float | None = None
        self.scenes = 0
        "Shown frames that came with a scene."
        self.seen: Counter[str] = Counter()
        "Shown frames in which there was something of a kind."
        self.vitals = Vitals()

    def show(self, frame: Frame, trip: Trip | None) -> None:
        if trip is None:
            return
        self.trips.append(trip)
        self.count += 1
        if self.first_shown is None:
            self.first_shown = trip.shown
        if frame.envelope is not None and frame.envelope.scene is not None:
            self.scenes += 1
            self.seen.update({thing.kind for thing in frame.envelope.scene.things})
        version = frame.envelope.control_version if frame.envelope is not None else None
        if version is not None and version > self.applied:
            self.applied = version
            self._note_shown(version, trip.shown)

    def close(self) -> None:
        pass

    def say(self, name: str, detail: str) -> None:
        self.said.append(Said(time.monotonic(), name, detail))
        self.said_count += 1

    def complaints(self) -> list[str]:
        """What the service could not do, with the cure, each once."""
        return list(dict.fromkeys(said.detail for said in self.said if said.name == "complaint"))

    def refusal(self) -> str:
        """Why the service let nobody in, with the cure, as it said last; empty if it did."""
        refusals = (said.detail for said in reversed(self.said) if said.name == "refused")
        return next(refusals, "").partition(" Trying again")[0]

    def asked(self, control: Control) -> None:
        """A new document was asked for, just now."""
        self.changes.append(Change(control, time.monotonic()))

    def latest(self, seen: int) -> list[Trip]:
        """The trips that somebody who has seen the first `seen` has not, as far as they are kept."""
        new = min(self.count - seen, len(self.trips))
        return [self.trips[at] for at in range(-new, 0)]

    def _note_shown(self, version: int, shown: float) -> None:
        for at, change in enumerate(self.changes):
            if change.shown is None and change.control.version <= version:
                self.changes[at] = replace(change, shown=shown)
