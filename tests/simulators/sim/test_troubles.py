"""Troubles of a simulated device: pure, on a clock that is an argument."""

import math
from itertools import pairwise

import pytest

from overglass_protocol.errors import ConfigError
from overglass_simulators.devices.device import CameraMode, Device
from overglass_simulators.sim.faults import Fault
from overglass_simulators.sim.troubles import COLLAPSED_FPS, Exposure, Troubles
from tests.simulators.sim.parts import device

START = 100.0


def exposures(troubles: Troubles, until: float) -> list[Exposure]:
    """All turns of a machine that is never late."""
    found, last = [], -math.inf
    while last < until:
        found.append(troubles.next_exposure(last, last, START))
        last = found[-1].at
    return found[:-1]


def gaps(shown: list[Exposure]) -> list[float]:
    times = [exposure.at for exposure in shown]
    return [after - before for before, after in pairwise(times)]


def test_a_healthy_camera_keeps_its_pace_from_its_first_picture_on() -> None:
    glasses = device(start_seconds=0.5)
    found = exposures(Troubles(glasses), START + 2)
    assert found[0].at == pytest.approx(START + 0.5)
    assert gaps(found) == pytest.approx([1 / 30] * (len(found) - 1))
    assert all(exposure.shown and exposure.skipped == 0 for exposure in found)


def test_a_picture_that_cannot_be_ready_is_skipped_and_counted() -> None:
    troubles = Troubles(device())
    first = troubles.next_exposure(-math.inf, -math.inf, START)
    following = troubles.next_exposure(first.at, first.at + 0.1, START)
    assert (following.skipped, following.reason) == (2, "late")
    assert following.at == pytest.approx(first.at + 3 / 30)


def test_a_stalled_camera_withholds_every_picture_and_goes_on_at_once() -> None:
    troubles = Troubles(device())
    troubles.provoke(Fault("stall", 1.0), START + 1)
    found = exposures(troubles, START + 3)
    withheld = [exposure.at for exposure in found if not exposure.shown]
    assert all(START + 1 <= at < START + 2 for at in withheld)
    assert len(withheld) == pytest.approx(30, abs=1)
    assert sum(exposure.skipped for exposure in found) == len(withheld)


def test_an_open_microphone_leaves_about_a_picture_a_second_and_is_over_at_its_end() -> None:
    troubles = Troubles(device())
    troubles.provoke(Fault("microphone", 4.0), START + 1)
    shown = [exposure.at for exposure in exposures(troubles, START + 8)]
    during = [at for at in shown if START + 1.1 <= at < START + 5]
    assert len(during) == pytest.approx(4 * COLLAPSED_FPS, abs=1)
    assert min(at for at in shown if at >= START + 5) < START + 5 + 2 / 30


def test_the_ladder_is_stepped_down_and_left_at_once() -> None:
    ladder = (CameraMode(1280, 720, 30), CameraMode(640, 480, 24), CameraMode(320, 240, 15))
    troubles = Troubles(device(modes=ladder))
    troubles.provoke(Fault("downgrade", 3.0), START + 1)
    modes = [exposure.mode for exposure in exposures(troubles, START + 6)]
    order = [mode for mode, before in zip(modes, [None, *modes], strict=False) if mode != before]
    assert order == [ladder[0], ladder[1], ladder[2], ladder[0]]


def test_heat_slows_the_camera_and_then_stops_it() -> None:
    glasses: Device = device(heat=(2.0, 10.0, 4.0))
    found = exposures(Troubles(glasses), START + 5)
    hot = [exposure for exposure in found if START + 2.2 < exposure.at < START + 4]
    assert gaps(hot) == pytest.approx([0.1] * (len(hot) - 1))
    assert not any(exposure.shown for exposure in found if exposure.at >= START + 4)


def test_what_is_no_fault_of_a_camera_is_refused_with_those_that_are() -> None:
    with pytest.raises(ConfigError, match="outage is no fault of a camera"):
        Troubles(device()).provoke(Fault("outage", 1.0), START)
