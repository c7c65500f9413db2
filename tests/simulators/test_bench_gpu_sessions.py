"""Wearers at one device, on a clock that jumps."""

import pytest

from overglass_simulators.bench.gpu_sessions import arrivals, latencies


def test_pictures_come_at_each_sessions_pace_with_phases_spread_evenly() -> None:
    came = arrivals(2, 10.0, 0.2)
    assert [session for _, session in came] == [0, 1, 0, 1]
    assert [at for at, _ in came] == pytest.approx([0.0, 0.05, 0.1, 0.15])


def test_a_device_that_is_free_paints_at_once() -> None:
    waits, displaced = latencies(arrivals(2, 10.0, 1.0), lambda pictures: 0.01, 8)
    assert waits == pytest.approx([0.01] * 20)
    assert displaced == 0


def test_who_comes_while_it_paints_is_painted_together_afterwards() -> None:
    painted = []

    def paint(pictures: int) -> float:
        painted.append(pictures)
        return 1.0

    waits, _ = latencies([(0.0, 0), (0.2, 1), (0.4, 2)], paint, 8)
    assert painted == [1, 2]
    assert waits == pytest.approx([1.0, 1.8, 1.6])


def test_no_batch_is_larger_than_the_most_and_who_waited_longest_is_first() -> None:
    waits, _ = latencies([(0.0, 0), (0.1, 1), (0.2, 2), (0.3, 3)], lambda pictures: 1.0, 2)
    assert waits == pytest.approx([1.0, 1.9, 1.8, 2.7])


def test_a_newer_picture_displaces_the_one_that_waits() -> None:
    waits, displaced = latencies([(0.0, 0), (0.1, 1), (0.5, 1)], lambda pictures: 1.0, 8)
    assert displaced == 1
    assert waits == pytest.approx([1.0, 1.5])
