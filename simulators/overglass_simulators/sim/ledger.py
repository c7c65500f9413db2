"""What a simulated session remembers: frames' trips, errors of registration, words said. Pure data."""

from collections import deque
from collections.abc import Iterable

from overglass_edge.meter import percentile
from overglass_simulators.sim.subject import FrameRow, Registration, Said

ROWS = 600
"Frames remembered: twenty seconds at 30 a second."
SAID = 200
LATELY = 2.0
"Seconds that count as now."


class Ledger:
    """Written by the display's thread and the event loop; appending to a deque is atomic."""

    def __init__(self) -> None:
        self._rows: deque[FrameRow] = deque(maxlen=ROWS)
        self._said: deque[Said] = deque(maxlen=SAID)
        self._registrations: deque[tuple[float, Registration]] = deque(maxlen=ROWS)
        self.shown = 0
        "Frames shown since the beginning."

    def row(self, row: FrameRow) -> None:
        self._rows.append(row)
        self.shown += 1

    def registered(self, at: float, registration: Registration) -> None:
        """`at` in seconds since the session began."""
        self._registrations.append((at, registration))

    def say(self, said: Said) -> None:
        self._said.append(said)

    def rows(self, after: int) -> list[FrameRow]:
        return [row for row in tuple(self._rows) if row.frame_id > after]

    def said(self) -> tuple[Said, ...]:
        return tuple(self._said)

    def fps(self, now: float) -> float:
        """Of frames shown lately, `now` in seconds since the session began."""
        return len(self._lately(now)) / LATELY

    def latency(self, now: float) -> float | None:
        """Median of lately, seconds."""
        return percentile([row.latency for row in self._lately(now)], 50)

    def registration(self, now: float) -> Registration | None:
        """The 95th percentile of lately: what the eye minds is the worst."""
        lately = [found for at, found in tuple(self._registrations) if now - at < LATELY]
        warped = percentile([found.warped for found in lately], 95)
        plain = percentile([found.plain for found in lately], 95)
        return None if warped is None or plain is None else Registration(warped, plain)

    def registrations(self) -> Iterable[tuple[float, Registration]]:
        """All that are remembered, with their times."""
        return tuple(self._registrations)

    def _lately(self, now: float) -> list[FrameRow]:
        return [row for row in tuple(self._rows) if now - (row.exposed + row.latency) < LATELY]
