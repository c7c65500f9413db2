"""The clock estimate against clocks whose truth is known."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_protocol.clock import ClockEstimate


def exchange(estimate: ClockEstimate, at: float, offset: float, drift: float, up: float, down: float) -> None:
    """One ping-pong with a remote clock of `offset` and `drift` at time 0."""

    def remote(local: float) -> float:
        return local + offset + drift * local

    estimate.add(at, remote(at + up), remote(at + up + 0.0001), at + up + 0.0001 + down)


def test_nothing_is_known_before_the_first_sample() -> None:
    assert not ClockEstimate().known


@given(st.floats(-1e6, 1e6), st.floats(0.0005, 0.2))
def test_a_symmetric_path_gives_the_exact_offset(offset: float, delay: float) -> None:
    estimate = ClockEstimate()
    exchange(estimate, 10.0, offset, 0.0, delay, delay)
    assert estimate.offset(10.0) == pytest.approx(offset, abs=1e-6)
    assert estimate.error is not None
    assert estimate.error <= delay + 1e-6


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("jitter", "bound"), [(0.0, 0.001), (0.010, 0.002), (0.030, 0.0035)])
def test_offset_and_drift_are_found_through_jitter(seed: int, jitter: float, bound: float) -> None:
    rng = random.Random(seed)
    estimate = ClockEstimate()
    for quarter in range(400):
        at = quarter / 4
        exchange(estimate, at, 0.5, 50e-6, 0.03 + rng.random() * jitter, 0.03 + rng.random() * jitter)
        if at > 5:
            assert abs(estimate.offset(at) - (0.5 + 50e-6 * at)) < bound
    assert estimate.drift == pytest.approx(50e-6, abs=40e-6)


def test_a_round_trip_far_beyond_the_mean_does_not_move_the_offset() -> None:
    estimate = ClockEstimate()
    for second in range(20):
        exchange(estimate, float(second), 2.0, 0.0, 0.01, 0.01)
    exchange(estimate, 20.0, 2.0, 0.0, 0.8, 0.01)
    assert estimate.offset(20.0) == pytest.approx(2.0, abs=0.0005)


def test_an_exchange_that_cannot_have_happened_is_left_out() -> None:
    estimate = ClockEstimate()
    estimate.add(10.0, 20.0, 20.0, 9.0)
    estimate.add(10.0, 20.0, 19.0, 11.0)
    assert not estimate.known


def test_mapping_there_and_back_gives_the_same_time() -> None:
    estimate = ClockEstimate()
    for second in range(30):
        exchange(estimate, float(second), -3.0, 100e-6, 0.005, 0.005)
    assert estimate.to_local(estimate.to_remote(29.0)) == pytest.approx(29.0, abs=1e-6)
