"""What is taken down of a scripted session: everything once, on one line of time, whatever is worn."""

from types import SimpleNamespace
from typing import cast

import pytest

from overglass_simulators.sim.ledger import Ledger
from overglass_simulators.sim.scripted.notes import Notes
from overglass_simulators.sim.session import Sim
from overglass_simulators.sim.subject import FrameRow, Registration, Said
from tests.simulators.sim.parts import device


class Worn:
    """As much of a session as notes look at."""

    def __init__(self) -> None:
        self.now = 100.0
        self.put_on()

    def put_on(self) -> None:
        self.ledger, self.sent = Ledger(), 0
        self.wearing = SimpleNamespace(camera=SimpleNamespace(start=self.now), ledger=self.ledger)

    def shows(self, frame_id: int) -> None:
        at = self.now - self.wearing.camera.start
        self.sent += 1
        self.ledger.row(FrameRow(frame_id, at, {}, 0.05))
        self.ledger.registered(at, Registration(0.1, 1.0))
        self.ledger.say(Said(at, f"word {frame_id}", ""))

    def rows(self, after: int) -> list[FrameRow]:
        return self.ledger.rows(after)

    def state(self) -> SimpleNamespace:
        return SimpleNamespace(
            time=self.now - self.wearing.camera.start,
            said=self.ledger.said(),
            clock_error=0.001,
            device=device(),
            sent=self.sent,
            returned=self.sent,
        )


def test_everything_is_taken_down_once() -> None:
    notes, worn = Notes(), Worn()
    for number in range(6):
        worn.now += 0.5
        worn.shows(number)
        notes.listen(cast(Sim, worn))
        notes.listen(cast(Sim, worn))
    assert [row.frame_id for row in notes.rows] == list(range(6))
    assert [at for at, _ in notes.registrations] == pytest.approx([0.5, 1, 1.5, 2, 2.5, 3])
    assert [said.name for said in notes.said] == [f"word {number}" for number in range(6)]
    assert (notes.sent, notes.returned, notes.clock_error, notes.fps) == (6, 6, 0.001, 30.0)


def test_glasses_that_are_put_on_later_go_on_where_the_first_were_taken_off() -> None:
    notes, worn = Notes(), Worn()
    for _ in range(2):
        for number in range(3):
            worn.now += 1
            worn.shows(number)
            notes.listen(cast(Sim, worn))
        worn.put_on()
    assert [row.exposed for row in notes.rows] == pytest.approx([1, 2, 3, 4, 5, 6])
    assert [at for at, _ in notes.registrations] == pytest.approx([1, 2, 3, 4, 5, 6])
    assert [said.at for said in notes.said] == pytest.approx([1, 2, 3, 4, 5, 6])
    assert (notes.sent, notes.returned) == (6, 6)
    worn.now += 0.25
    assert notes.now(cast(Sim, worn)) == pytest.approx(6.25)
