"""A frame's trip in numbers, from times whose truth is known."""

import pytest

from overglass_edge.meter import Meter, percentile
from overglass_edge.trip import STAGES, Trip, trip_of
from overglass_protocol.clock import ClockEstimate
from overglass_protocol.envelope import Envelope, Stages


def synchronised(offset: float) -> ClockEstimate:
    clock = ClockEstimate()
    clock.add(0.0, offset + 0.001, offset + 0.001, 0.002)
    return clock


def test_every_stage_is_the_time_between_two_marks_on_one_clock() -> None:
    envelope = Envelope(7, 100.000, stages=Stages(600.006, 600.008, 600.009, 600.019, 600.021))
    trip = trip_of(
        envelope, clock=synchronised(500.0), encoded=100.003, arrived=100.024, decoded=100.025, shown=100.026
    )
    expected = [0.003, 0.003, 0.002, 0.001, 0.010, 0.002, 0.003, 0.001, 0.001]
    assert list(trip.stages) == list(STAGES)
    assert list(trip.stages.values()) == pytest.approx(expected)
    assert trip.latency == pytest.approx(0.026)
    assert sum(trip.stages.values()) == pytest.approx(trip.latency)


def test_before_the_clock_is_known_the_cloud_and_the_way_are_one_stage() -> None:
    envelope = Envelope(7, 1.0, stages=Stages(9.0, 9.0, 9.0, 9.0, 9.0))
    trip = trip_of(envelope, clock=ClockEstimate(), encoded=None, arrived=1.5, decoded=1.6, shown=1.7)
    assert list(trip.stages) == ["downlink", "decode", "show"]
    assert sum(trip.stages.values()) == pytest.approx(trip.latency)


def test_percentiles_are_interpolated() -> None:
    values = [float(n) for n in range(101)]
    assert [percentile(values, share) for share in (0, 50, 95, 99.5, 100)] == [0.0, 50.0, 95.0, 99.5, 100.0]
    assert percentile([3.0], 50) == 3.0
    assert percentile([], 50) is None
    assert Meter().percentile(50) == 0.0


def test_the_meter_tells_of_late_from_all() -> None:
    meter = Meter()
    for n in range(100):
        latency = 1.0 if n < 10 else 0.01
        meter.add(Trip(n, n / 30, n / 30 + latency, {}))
    assert meter.percentile(100) == pytest.approx(0.01)
    assert meter.percentile(100, whole=True) == pytest.approx(1.0)
    assert meter.fps() == pytest.approx(30.0)
