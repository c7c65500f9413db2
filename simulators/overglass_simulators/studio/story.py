"""What has happened to the glasses, told by what they show: faults and how they ended, sessions, recordings.

One for all pages. Reads a `Subject`; changes nothing. Knows no HTTP.
"""

from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

from overglass_simulators.sim.faults import FaultKind
from overglass_simulators.sim.subject import FrameRow, SimState, Subject

KEPT = 100
"Episodes that a page may be told of."


@dataclass(frozen=True, slots=True)
class Episode:
    """A fault's course. Seconds since the session began."""

    number: int
    kind: FaultKind
    began: float
    ends: float
    "When it is, or was, over."
    live_again: float | None = None
    "When the first picture was seen whose light fell in after the end; None until then."

    @property
    def recovery(self) -> float | None:
        return None if self.live_again is None else self.live_again - self.ends


class Story:
    """Call `read` whenever somebody wants to know."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._time = 0.0
        self._seen = -1
        self._since: dict[Path, float] = {}
        self.session = 1
        "Counts up whenever time begins anew."
        self.episodes: deque[Episode] = deque(maxlen=KEPT)
        self._told = 0

    def read(self) -> SimState:
        """How things stand, noted."""
        state = self._subject.state()
        if state.time < self._time:
            self.session += 1
            self._seen = -1
            self.episodes.clear()
            self._since.clear()
        self._time = state.time
        self._note_faults(state)
        self._note_recoveries(self._subject.rows(self._seen))
        if state.recording is not None:
            self._since.setdefault(state.recording, state.time)
        return state

    def recorded_for(self, state: SimState) -> float | None:
        """Seconds that the recording under way has taken."""
        return None if state.recording is None else state.time - self._since[state.recording]

    def _note_faults(self, state: SimState) -> None:
        for fault in state.faults:
            ends = state.time + fault.seconds
            known = self._under_way(fault.kind, state.time)
            if known is None:
                self._told += 1
                self.episodes.append(Episode(self._told, fault.kind, state.time, ends))
            else:
                self.episodes[known] = replace(self.episodes[known], ends=ends)

    def _under_way(self, kind: FaultKind, time: float) -> int | None:
        for at, episode in enumerate(self.episodes):
            # What is reported as over by a hair and goes on is still the same.
            if episode.kind == kind and episode.live_again is None and time < episode.ends + 0.05:
                return at
        return None

    def _note_recoveries(self, rows: list[FrameRow]) -> None:
        if rows:
            self._seen = rows[-1].frame_id
        for at, episode in enumerate(self.episodes):
            if episode.live_again is None and self._time >= episode.ends:
                shown = next((row for row in rows if row.exposed >= episode.ends), None)
                if shown is not None:
                    self.episodes[at] = replace(episode, live_again=shown.exposed + shown.latency)
