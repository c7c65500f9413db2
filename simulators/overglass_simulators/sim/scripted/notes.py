"""What a scripted session is seen to do, taken down while it runs. Knows no script and no report."""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from overglass_simulators.sim.scripted.account import Provoked
from overglass_simulators.sim.session import Sim
from overglass_simulators.sim.subject import FrameRow, Registration, Said
from overglass_simulators.sim.wearing import Wearing


@dataclass(slots=True, eq=False)
class _Page:
    """How far one pair's doings are taken down, in its own time and numbers."""

    wearing: Wearing
    began: float = 0.0
    "When it was put on, seconds since the first was."
    row: int = -1
    registered: float = -math.inf
    said: float = -math.inf
    sent: int = 0
    returned: int = 0


@dataclass(slots=True)
class Notes:
    """Times in seconds since the first glasses were put on, whatever was worn after them."""

    rows: list[FrameRow] = field(default_factory=list)
    "A frame's id is its own pair's."
    registrations: list[tuple[float, Registration]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    provoked: list[Provoked] = field(default_factory=list)
    clock_error: float | None = None
    sent: int = 0
    returned: int = 0
    fps: float = 30.0
    "The camera's own."
    recording: Path | None = None
    began: float = 0.0
    "When the script's clock did."
    _pages: list[_Page] = field(default_factory=list)
    "One for each pair that was worn."

    def listen(self, sim: Sim) -> None:
        """Takes down what is new."""
        page, state = self._page_of(sim), sim.state()
        for row in sim.rows(page.row):
            page.row = row.frame_id
            self.rows.append(replace(row, exposed=row.exposed + page.began))
        for at, found in sim.wearing.ledger.registrations():
            if at > page.registered:
                page.registered = at
                self.registrations.append((at + page.began, found))
        for said in state.said:
            if said.at > page.said:
                page.said = said.at
                self.said.append(replace(said, at=said.at + page.began))
        self.clock_error, self.fps = state.clock_error, state.device.camera.mode.fps
        page.sent, page.returned = state.sent, state.returned
        self.sent = sum(each.sent for each in self._pages)
        self.returned = sum(each.returned for each in self._pages)

    def now(self, sim: Sim) -> float:
        """In the notes' own time."""
        return sim.state().time + self._page_of(sim).began

    def _page_of(self, sim: Sim) -> _Page:
        wearing = sim.wearing
        if not self._pages or self._pages[-1].wearing is not wearing:
            self._pages.append(_Page(wearing))
        page = self._pages[-1]
        page.began = max(0.0, wearing.camera.start - self._pages[0].wearing.camera.start)
        return page
