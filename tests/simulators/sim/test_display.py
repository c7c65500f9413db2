"""The worn display: how far it says overlays are off, in each mode, against exact geometry; and its views."""

import asyncio
import itertools
import math

import numpy as np
import pytest

from overglass_edge.sources.captured import Captured
from overglass_edge.trip import Trip
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import OverglassError
from overglass_protocol.frame import Frame
from overglass_simulators.devices.device import Device, DisplayKind, ImuModel
from overglass_simulators.imu import Imu
from overglass_simulators.motion.analytic import Constant
from overglass_simulators.motion.walk import Walk
from overglass_simulators.sim.camera import SimulatedCamera
from overglass_simulators.sim.display import Refreshed, WornDisplay
from overglass_simulators.sim.subject import Mode, Registration
from tests.simulators.sim.parts import STRIPES, device
from tests.simulators.sim.test_eye import grey, yuv

START, RATE = 100.0, 60.0
NOW, AHEAD, AGO = START + 3.0, 0.02, 0.3
"The last inertial sample; how long after it light is seen; how long before it the camera looked."


def display_of(glasses: Device, mode: Mode, motion: Constant | Walk | None = None) -> WornDisplay:
    motion = motion or Constant(math.radians(RATE))
    camera = SimulatedCamera(glasses, motion, STRIPES.seen_by)
    camera.start, camera._set_out = START, motion.pose(0.0).orientation
    worn = WornDisplay(
        glasses, camera, STRIPES, lambda refreshed: None, itertools.count(1), mode=mode, look=""
    )
    samples = Imu(ImuModel(500.0, 0, 0, 0, 0, 0), motion).samples(NOW - START - 1.5, NOW - START + 1e-6)
    worn.feel([type(sample)(sample.time + START, sample.gyro, sample.accel) for sample in samples])
    return worn


def registration(mode: Mode, kind: DisplayKind = "additive", ago: float = AGO) -> Registration | None:
    worn = display_of(device(kind=kind), mode)
    captured = NOW - ago
    pose = worn._camera.true_pose(captured)
    felt = worn._track.pose(captured)
    assert felt is not None
    pose = type(pose)(felt.orientation, felt.angular_velocity, pose.position)
    return worn._registration(Trip(1, captured, NOW, {}), worn._camera.placed(pose, captured), NOW + AHEAD)


@pytest.mark.parametrize(
    ("mode", "kind", "warped"),
    [
        ("none", "additive", RATE * (AGO + AHEAD)),
        ("warp", "additive", RATE * AHEAD),
        ("warp_prediction", "additive", 0.0),
        ("plane", "additive", 0.0),
        ("delayed", "video-see-through", 0.0),
        ("delayed", "screen", 0.0),
        ("delayed", "additive", RATE * (AGO + AHEAD)),
    ],
)
def test_what_is_said_to_be_off_is_what_geometry_says(mode: Mode, kind: DisplayKind, warped: float) -> None:
    found = registration(mode, kind)
    assert found is not None
    assert found.plain == pytest.approx(RATE * (AGO + AHEAD), rel=1e-6)
    assert found.warped == pytest.approx(warped, abs=0.02)


def test_what_is_too_old_to_be_shown_is_not_measured() -> None:
    assert registration("warp", ago=1.49) is None
    worn = display_of(device(), "warp")
    assert worn._registration(Trip(1, NOW - 0.1, NOW, {}), None, NOW) is None


@pytest.mark.parametrize("motion", [Constant(math.radians(RATE)), Walk()])
def test_where_the_head_is_thought_to_be_is_in_the_world(motion: Constant | Walk) -> None:
    worn = display_of(device(), "plane", motion)
    believed, true = worn._believed(NOW), worn._camera.true_pose(NOW)
    assert believed is not None
    assert believed.position == true.position


def test_nothing_has_been_returned_before_something_is() -> None:
    worn = display_of(device(), "none")
    with pytest.raises(OverglassError, match="no picture has come back yet"):
        worn.returned_picture()
    with pytest.raises(OverglassError, match="no picture has come back yet"):
        worn.matched_picture()


def test_the_picture_that_was_sent_is_matched_by_its_number_while_it_is_kept() -> None:
    worn = display_of(device(), "none")
    worn.captured(7, Captured(yuv(grey(60)), NOW))
    worn.show(Frame(yuv(grey(180)), Envelope(7, NOW)), Trip(7, NOW, NOW, {}))
    assert abs(int(worn.matched_picture().mean()) - 60) < 3
    assert abs(int(worn.returned_picture().mean()) - 180) < 3
    worn.show(Frame(yuv(grey(180)), Envelope(8, NOW)), Trip(8, NOW, NOW, {}))
    with pytest.raises(OverglassError, match="not kept any more"):
        worn.matched_picture()


def test_each_frame_is_told_once_when_it_is_first_seen() -> None:
    told: list[Refreshed] = []
    worn = display_of(device(latency=0.01), "none")
    worn._refreshed = told.append
    assert worn._refresh(-1) == -1
    worn.show(Frame(yuv(grey()), None), Trip(3, NOW, NOW, {}))
    assert worn._refresh(worn._refresh(-1)) == 3
    assert [each.first_of is not None for each in told] == [True, False]
    assert all(each.photon - each.done == pytest.approx(0.01) for each in told)
    assert [each.registration for each in told] == [None, None]


async def test_views_are_looked_at_only_while_somebody_asks_and_grow_in_number() -> None:
    worn = display_of(device(), "none")
    async with asyncio.timeout(20):
        with worn:
            worn.captured(0, Captured(yuv(grey()), NOW))
            first = await worn.views(0, 10)
            assert first is not None
            second = await worn.views(first.number, 10)
            assert second is not None
            assert second.number > first.number
            assert np.abs(second.camera.astype(int) - 90).max() < 4


async def test_nobody_waits_for_glasses_that_are_taken_off() -> None:
    worn = display_of(device(), "none")
    async with asyncio.timeout(20):
        with worn:
            waiting = asyncio.create_task(worn.views(0, 1000))
            await asyncio.sleep(0)
        assert await waiting is None
    assert not any(thread.is_alive() for thread in worn._threads)
