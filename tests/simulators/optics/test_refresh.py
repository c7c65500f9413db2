"""Light changes at a display's own times only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_simulators.optics import Refresh


def test_a_picture_waits_for_the_next_refresh() -> None:
    refresh = Refresh(50, latency=0.003, phase=0.005)
    assert refresh.next_photon(0.0051) == pytest.approx(0.028)
    assert refresh.next_photon(0.02) == pytest.approx(0.028)
    assert refresh.next_photon(0.025) == pytest.approx(0.028), "just in time"
    assert refresh.next_photon(0.02501) == pytest.approx(0.048)


def test_it_knows_no_first_refresh() -> None:
    assert Refresh(10, latency=0.0).next_photon(-0.25) == pytest.approx(-0.2)


def test_two_pictures_in_one_interval_meet_at_one_refresh() -> None:
    refresh = Refresh(60, latency=0.01)
    assert refresh.next_photon(0.001) == refresh.next_photon(0.016)


@given(st.floats(1, 240), st.floats(0, 0.1), st.floats(0, 1e5))
def test_nobody_waits_longer_than_one_interval(rate: float, latency: float, now: float) -> None:
    waited = Refresh(rate, latency).next_photon(now) - now - latency
    assert -1e-4 / rate - 1e-9 <= waited <= 1 / rate + 1e-9


def test_refreshes_are_counted() -> None:
    refresh = Refresh(100, latency=0.0)
    assert [refresh.number(now) for now in (0.0, 0.0099, 0.01, 0.03)] == [0, 0, 1, 3]
