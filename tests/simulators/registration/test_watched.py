"""Marks in returned pictures, judged: the truth about a display whose pictures are made here."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from overglass_simulators.motion import Motion
from overglass_simulators.motion.choice import named
from overglass_simulators.registration.rig import Rig
from overglass_simulators.registration.watched import WATCHED, Seen, Sight, Watch, judge
from overglass_simulators.world.world import World

LATENCY = 0.15


def watched(motion: Motion, clock_error: float = 0.0, delay: float = LATENCY) -> Watch:
    """Twelve pictures, 30 a second, each shown `delay` after its exposure."""
    world = World(0, 640, 480, motion=motion, fiducials=True)
    sights = []
    for n in range(12):
        time = 0.5 + n / 30
        planes = np.asarray(cv2.cvtColor(world.render(time), cv2.COLOR_BGR2YUV_I420), np.uint8)
        sights.append(Sight(planes, time, time + delay, clock_error))
    return Watch(motion, world.intrinsics, world.fiducials, sights, Rig(), 1)


def by_mode(seen: Sequence[Seen]) -> dict[str, float]:
    """Mean degrees."""
    assert [one.mode for one in seen] == list(WATCHED)
    return {one.mode: float(np.mean(one.degrees)) for one in seen}


def test_a_steady_turn_is_seen_as_angular_speed_times_age_and_undone() -> None:
    found = by_mode(list(judge(watched(named("constant")))))
    age = LATENCY + Rig().photon + 0.5 / 30
    assert found["none"] == pytest.approx(30 * age, rel=0.05)
    assert found["warp"] == pytest.approx(30 * Rig().photon, rel=0.25)
    assert found["warp_prediction"] < 0.1
    assert found["delayed"] < 0.03


def test_the_error_of_the_clock_is_charged() -> None:
    found = by_mode(list(judge(watched(named("constant"), clock_error=0.02))))
    assert found["warp_prediction"] == pytest.approx(30 * 0.02, rel=0.2)


def test_figures_of_no_marks_are_none() -> None:
    assert set(Seen("none", []).figures().values()) == {None}
    assert Seen("none", [1.0, 3.0]).figures()["mean_deg"] == 2.0
    assert math.isclose(Seen("none", [1.0, 3.0]).figures()["max_deg"] or 0, 3.0)
