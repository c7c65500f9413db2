"""When frames come back and are shown, and what the pings on the same link find."""

import pytest

from overglass_protocol.clock import ClockEstimate
from overglass_simulators.registration.rig import Link, Rig, Skew
from overglass_simulators.registration.trips import refreshes, traffic

RIG, SKEW = Rig(), Skew()


@pytest.mark.parametrize("round_trip", [0.0, 0.05, 0.4])
def test_without_jitter_a_frame_takes_the_round_trip_and_what_the_machines_need(round_trip: float) -> None:
    frames = traffic(RIG, Link(round_trip), SKEW, 3.0, 1).frames
    assert [frame.frame_id for frame in frames] == list(range(90))
    machines = RIG.handed_out + RIG.encode + RIG.serve + RIG.decode
    for frame in frames:
        assert frame.ready - frame.exposed == pytest.approx(round_trip + machines, abs=0.001)


def test_the_same_seed_gives_the_same_luck_and_another_seed_another() -> None:
    link = Link(0.1, 0.03)
    assert traffic(RIG, link, SKEW, 3.0, 4) == traffic(RIG, link, SKEW, 3.0, 4)
    assert traffic(RIG, link, SKEW, 3.0, 4) != traffic(RIG, link, SKEW, 3.0, 5)


def test_jitter_only_ever_delays_and_overtakes_nothing() -> None:
    steady = {f.frame_id: f.ready for f in traffic(RIG, Link(0.1), SKEW, 5.0, 1).frames}
    jittery = traffic(RIG, Link(0.1, 0.03), SKEW, 5.0, 1).frames
    assert [f.frame_id for f in jittery] == sorted(f.frame_id for f in jittery)
    assert all(f.ready >= steady[f.frame_id] for f in jittery)
    assert max(f.ready - steady[f.frame_id] for f in jittery) > 0.02


def test_a_service_slower_than_the_camera_takes_the_newest() -> None:
    slow = Rig(serve=0.1)
    frames = traffic(slow, Link(), SKEW, 5.0, 1).frames
    assert 45 <= len(frames) <= 51
    assert max(f.ready - f.exposed for f in frames) < 0.1 + 0.1 + 2 / slow.fps


def test_every_refresh_shows_the_newest_frame_there_is() -> None:
    frames = traffic(RIG, Link(0.05, 0.01), SKEW, 2.0, 1).frames
    shown = list(refreshes(RIG, frames, 0.0, 2.0))
    for refresh in shown:
        ready = [frame for frame in frames if frame.ready <= refresh.at]
        assert refresh.frame == ready[-1]
        assert refresh.photon == pytest.approx(refresh.at + RIG.photon)
    assert shown[0].at >= frames[0].ready


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("jitter", [0.0, 0.01, 0.03])
def test_pings_find_the_clock_to_two_milliseconds_within_three_seconds(jitter: float, seed: int) -> None:
    exchanges = traffic(RIG, Link(0.2, jitter), SKEW, 12.0, seed).exchanges
    clock = ClockEstimate()
    errors = []
    for one in exchanges:
        clock.add(one.sent, one.received, one.answered, one.returned)
        if one.returned >= 3.0:
            errors.append(abs(SKEW.error_of(clock.offset(one.returned), one.returned)))
    assert len(errors) > 80
    assert sorted(errors)[int(len(errors) * 0.95)] <= 0.002
