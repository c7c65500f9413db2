"""Expectations of a script against a finished session, each kept and missed."""

from typing import Any

import pytest

from overglass_simulators.sim.scripted.judge import Verdict, judged
from overglass_simulators.sim.scripted.script import Expectation

NOTHING = Expectation(None, None, None, ())


def report(
    *,
    back: float | None = 0.4,
    p95: float | None = 0.3,
    fps: float = 29.5,
    told: tuple[str, ...] = ("resumed",),
) -> dict[str, Any]:
    return {
        "faults": [{"fault": "outage", "at": 4.0, "live_within_s": back}],
        "registration_deg": {"p50": 0.1, "p95": p95},
        "fps": fps,
        "told": [{"at": 1.0, "name": name, "detail": ""} for name in told],
    }


def verdict(expect: Expectation, found: dict[str, Any]) -> Verdict:
    (only,) = judged(expect, found)
    return only


def test_who_expects_nothing_is_told_nothing() -> None:
    assert judged(NOTHING, report()) == []


@pytest.mark.parametrize(
    ("back", "kept", "measured"), [(0.4, True, "0.4 s"), (1.2, False, "1.2 s"), (None, False, "never")]
)
def test_each_fault_has_to_be_over_in_time(back: float | None, kept: bool, measured: str) -> None:
    found = verdict(Expectation(1.0, None, None, ()), report(back=back))
    assert found == Verdict("recovery from outage at 4 s", "at most 1 s", measured, kept)


def test_a_recovery_just_in_time_is_in_time() -> None:
    assert verdict(Expectation(1.0, None, None, ()), report(back=1.0)).kept


@pytest.mark.parametrize(
    ("p95", "kept", "measured"),
    [(0.3, True, "0.3 degrees"), (2.0, False, "2 degrees"), (None, False, "unknown")],
)
def test_overlays_have_to_be_where_they_belong(p95: float | None, kept: bool, measured: str) -> None:
    found = verdict(Expectation(None, 0.6, None, ()), report(p95=p95))
    assert found == Verdict("registration, p95", "at most 0.6 degrees", measured, kept)


@pytest.mark.parametrize(("fps", "kept"), [(24.0, True), (23.9, False), (0.0, False)])
def test_pictures_have_to_come_often_enough(fps: float, kept: bool) -> None:
    found = verdict(Expectation(None, None, 24, ()), report(fps=fps))
    assert found == Verdict("pictures a second", "at least 24", f"{fps:g}", kept)


def test_the_wearer_has_to_be_told() -> None:
    expect = Expectation(None, None, None, ("resumed", "moved"))
    assert [(each.what, each.kept) for each in judged(expect, report())] == [
        ("telling the wearer 'resumed'", True),
        ("telling the wearer 'moved'", False),
    ]
