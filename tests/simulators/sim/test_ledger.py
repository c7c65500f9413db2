"""What a session remembers: bounded, and only what is asked for."""

import pytest

from overglass_simulators.sim.ledger import LATELY, ROWS, SAID, Ledger
from overglass_simulators.sim.subject import FrameRow, Registration, Said


def row(number: int, latency: float = 0.05) -> FrameRow:
    return FrameRow(number, number / 30, {}, latency)


def test_only_the_last_are_remembered_but_all_are_counted() -> None:
    ledger = Ledger()
    for number in range(2 * ROWS):
        ledger.row(row(number))
        ledger.registered(number / 30, Registration(0.1, 1.0))
        ledger.say(Said(number / 30, "word", ""))
    assert [each.frame_id for each in ledger.rows(-1)] == list(range(ROWS, 2 * ROWS))
    assert len(list(ledger.registrations())) == ROWS
    assert len(ledger.said()) == SAID
    assert ledger.shown == 2 * ROWS


def test_before_anything_came_back_nothing_is_known() -> None:
    ledger = Ledger()
    assert ledger.rows(-1) == []
    assert ledger.said() == ()
    assert (ledger.fps(0.0), ledger.latency(0.0), ledger.registration(0.0)) == (0.0, None, None)


def test_lately_ends_at_the_moment_of_the_photon() -> None:
    ledger = Ledger()
    ledger.row(FrameRow(0, 1.0, {}, 0.5))
    assert ledger.latency(1.5 + LATELY - 0.01) == 0.5
    assert ledger.latency(1.5 + LATELY + 0.01) is None


def test_the_worst_of_lately_counts_not_the_mean() -> None:
    ledger = Ledger()
    for number in range(100):
        ledger.registered(1.0, Registration(9.0 if number >= 90 else 0.1, 10.0))
    found = ledger.registration(1.0)
    assert found is not None
    assert found.warped == pytest.approx(9.0)
