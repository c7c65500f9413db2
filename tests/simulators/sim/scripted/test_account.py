"""What a session comes to: figures and recoveries, from made-up trips."""

import pytest

from overglass_simulators.sim.faults import Fault
from overglass_simulators.sim.ledger import Ledger
from overglass_simulators.sim.scripted.account import Provoked, figures, recoveries, recovery_figures
from overglass_simulators.sim.subject import FrameRow, Registration, Said

FPS = 30.0


def rows(
    *, until: float = 12.0, latency: float = 0.03, gap: tuple[float, float] = (0.0, 0.0)
) -> list[FrameRow]:
    """A steady session, but for frames exposed in `gap`, which never came back."""
    found = []
    for number in range(int(until * FPS)):
        exposed = number / FPS
        if not gap[0] <= exposed < gap[1]:
            found.append(FrameRow(number, exposed, {"paint": latency}, latency))
    return found


def test_a_session_is_live_again_when_pictures_come_steadily_after_the_fault() -> None:
    outage = Provoked(Fault("outage", 3.0), 4.0)
    (found,) = recoveries([outage], rows(gap=(4.0, 7.4)), [], FPS)
    assert found.live_within == pytest.approx(0.43, abs=0.04)
    assert found.baseline == pytest.approx(0.03)
    assert found.latency_back_within == pytest.approx(0.43, abs=0.04)


def test_a_single_picture_is_no_recovery() -> None:
    alone = FrameRow(1000, 7.2, {}, 0.03)
    (found,) = recoveries(
        [Provoked(Fault("outage", 3.0), 4.0)], [*rows(until=4.0), alone, *rows(gap=(0.0, 8.0))], [], FPS
    )
    assert found.live_within == pytest.approx(1.03, abs=0.04)


def test_a_session_that_never_comes_back_says_so() -> None:
    (found,) = recoveries([Provoked(Fault("outage", 3.0), 4.0)], rows(until=4.0), [], FPS)
    assert found.live_within is None
    assert recovery_figures(found)["live_within_s"] is None


def test_pictures_may_be_back_before_their_latency_is() -> None:
    slow = [
        FrameRow(row.frame_id, row.exposed, row.stages, 0.2 if 7.0 <= row.exposed < 8.0 else row.latency)
        for row in rows(gap=(4.0, 7.0))
    ]
    (found,) = recoveries([Provoked(Fault("backlog", 3.0), 4.0)], slow, [], FPS)
    assert found.live_within is not None
    assert found.latency_back_within is not None
    assert found.live_within < 0.3
    assert found.latency_back_within > 0.9


def test_what_the_wearer_was_told_belongs_to_the_fault_it_was_about() -> None:
    said = [Said(1.0, "connected", "hello"), Said(5.0, "lost", "gone"), Said(7.6, "back", "back after 3.5 s")]
    (found,) = recoveries([Provoked(Fault("outage", 3.0), 4.0)], rows(gap=(4.0, 7.4)), said, FPS)
    assert found.told == ("gone", "back after 3.5 s")


def test_figures_of_nothing_are_none_and_no_error() -> None:
    found = figures([], [])
    assert found["latency_ms"] == {"p50": None, "p95": None}
    assert found["registration_deg"]["p95"] is None


def test_a_ledger_tells_what_is_new_and_what_is_of_late() -> None:
    ledger = Ledger()
    for row in rows(until=4.0):
        ledger.row(row)
    ledger.registered(3.9, Registration(0.2, 9.0))
    ledger.registered(0.1, Registration(30.0, 40.0))
    assert [row.frame_id for row in ledger.rows(117)] == [118, 119]
    assert ledger.fps(4.0) == pytest.approx(30, abs=1)
    assert ledger.latency(4.0) == pytest.approx(0.03)
    assert ledger.registration(4.0) == Registration(0.2, 9.0)
    assert ledger.latency(60.0) is None
