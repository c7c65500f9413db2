"""The simulated camera, on a clock of its own: what it sees, when it hands it out, and what it keeps back."""

import asyncio
import math

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from overglass_edge.sources.captured import Captured
from overglass_protocol.errors import ConfigError
from overglass_protocol.pose import Intrinsics, Pose
from overglass_protocol.rotation import angle
from overglass_simulators.devices.device import CameraMode, Device
from overglass_simulators.motion import Motion
from overglass_simulators.motion.analytic import Axis, Constant, Sinusoidal
from overglass_simulators.sim.camera import Shutter, SimulatedCamera
from overglass_simulators.sim.faults import Fault, FaultKind
from overglass_simulators.sim.place import Place, place_of
from overglass_simulators.world.fiducials import Fiducial
from overglass_simulators.world.scene import pinhole, project
from overglass_simulators.world.world import World
from tests.simulators.sim.parts import STRIPES, SteppedClock, Stripes, device

Picture = npt.NDArray[np.uint8]
SPARE = 6
"Waits that let a camera's thread come to its end."


async def filmed(
    glasses: Device,
    turns: int,
    *,
    motion: Motion | None = None,
    seed: int = 0,
    fault: Fault | None = None,
    place: Place | None = None,
) -> tuple[list[Captured], SimulatedCamera]:
    """What is handed out during so many turns, the clock going from wait to wait."""
    clock = SteppedClock()
    camera = SimulatedCamera(
        glasses, motion or Sinusoidal(20, 1.0), (place or STRIPES).seen_by, seed=seed, clock=clock
    )
    found = []
    async with asyncio.timeout(40), camera:
        if fault is not None:
            camera.troubles.provoke(fault, camera.start)
        for _ in range(turns):
            clock.allow(1)
            found.append(await anext(camera))
        clock.allow(SPARE)
    return found, camera


async def test_two_runs_with_one_seed_see_the_same_at_the_same_times_byte_for_byte() -> None:
    glasses = device(rolling_shutter=0.01)
    places = [place_of("street", seed) for seed in (3, 3, 4)]
    one, _ = await filmed(glasses, 3, place=places[0], seed=3)
    other, _ = await filmed(glasses, 3, place=places[1], seed=3)
    assert [each.capture_time for each in one] == [each.capture_time for each in other]
    for first, second in zip(one, other, strict=True):
        assert np.array_equal(first.picture.to_ndarray(), second.picture.to_ndarray())
    another, _ = await filmed(glasses, 1, place=places[2], seed=4)
    assert not np.array_equal(one[0].picture.to_ndarray(), another[0].picture.to_ndarray())


async def test_a_picture_is_what_the_world_shows_at_its_own_time_and_is_handed_out_later() -> None:
    glasses, motion = device(capture_delay=0.08, start_seconds=0.5), Constant(math.radians(30))
    clock = SteppedClock()
    camera = SimulatedCamera(glasses, motion, STRIPES.seen_by, clock=clock)
    async with asyncio.timeout(20), camera:
        for turn in range(3):
            clock.allow(1)
            captured = await anext(camera)
            at = 0.5 + turn / 30
            assert captured.capture_time == pytest.approx(100 + at)
            assert clock.now() >= captured.capture_time + 0.08 - 1e-9
            planes = cv2.cvtColor(
                Stripes(camera.intrinsics).render(at, motion.pose(at)), cv2.COLOR_BGR2YUV_I420
            )
            assert np.array_equal(captured.picture.to_ndarray(), planes)
            assert captured.picture.pts == round(at * 90_000)
        clock.allow(SPARE)


async def test_each_picture_is_told_with_the_number_that_the_agent_gives_it() -> None:
    clock, told = SteppedClock(), []
    camera = SimulatedCamera(device(), Constant(), STRIPES.seen_by, clock=clock)
    camera.captured = lambda number, captured: told.append((number, captured))
    async with asyncio.timeout(20), camera:
        taken = []
        for _ in range(3):
            clock.allow(1)
            taken.append(await anext(camera))
        clock.allow(SPARE)
    assert told == list(enumerate(taken))


@pytest.mark.parametrize("kind", ["stall", "slow-start"])
async def test_what_a_fault_keeps_back_is_counted_and_never_shown(kind: FaultKind) -> None:
    clock = SteppedClock()
    camera = SimulatedCamera(device(), Constant(), STRIPES.seen_by, clock=clock)
    async with asyncio.timeout(20), camera:
        camera.troubles.provoke(Fault(kind, 0.49), camera.start)
        clock.allow(16)
        first = await anext(camera)
        clock.allow(SPARE)
    assert first.capture_time == pytest.approx(100.5)
    assert camera.dropped["withheld"] == 15


async def test_a_camera_that_steps_down_gives_smaller_pictures_of_the_same_place() -> None:
    ladder = CameraMode(320, 240, 30), CameraMode(160, 120, 30)
    glasses, motion = device(modes=ladder), Constant(0.0)
    found, _ = await filmed(glasses, 4, motion=motion, fault=Fault("downgrade", 0.09))
    sizes = [(each.picture.width, each.picture.height) for each in found]
    assert sizes == [(160, 120)] * 3 + [(320, 240)]
    small, large = found[2].picture.to_ndarray()[:120], found[3].picture.to_ndarray()[:240]
    shrunk = cv2.resize(large, (160, 120), interpolation=cv2.INTER_AREA)
    assert float(np.abs(shrunk.astype(int) - small.astype(int)).mean()) < 8


async def test_what_the_device_believes_is_led_by_its_gyro_and_set_in_the_world() -> None:
    motion = Constant(math.radians(60))
    clock = SteppedClock()
    camera = SimulatedCamera(device(), _Later(motion, 0.5), STRIPES.seen_by, clock=clock)
    async with asyncio.timeout(20), camera:
        clock.time += 0.3
        while camera._felt_until < 0.29:  # noqa: ASYNC110 - samples come by a clock of their own
            await asyncio.sleep(0.005)
        clock.allow(1)
        captured = await anext(camera)
        clock.allow(SPARE)
    believed, true = captured.pose, camera.true_pose(captured.capture_time)
    assert believed is not None
    assert math.degrees(angle(believed.orientation, true.orientation)) < 0.1
    assert believed.position == true.position


async def test_a_device_without_an_inertial_sensor_believes_nothing() -> None:
    found, _ = await filmed(device(imu=False), 2)
    assert [each.pose for each in found] == [None, None]


async def test_a_world_that_cannot_be_seen_is_refused_on_entering() -> None:
    def nowhere(lens: Intrinsics) -> World:
        raise ConfigError("there is no such place")

    camera = SimulatedCamera(device(), Constant(), nowhere, clock=SteppedClock())
    with pytest.raises(Exception, match="no such place"):
        async with asyncio.timeout(10), camera:
            pass


class _Later:
    """A motion from another moment on: its first orientation is not straight ahead."""

    def __init__(self, motion: Motion, seconds: float) -> None:
        self._motion, self._seconds = motion, seconds

    def pose(self, time: float) -> Pose:
        return self._motion.pose(time + self._seconds)


# --- the rolling shutter -------------------------------------------------------------------------

SIZE, FIELD, READOUT = (640, 480), math.radians(70), 0.02


@pytest.fixture(scope="module")
def world() -> World:
    return World(0, *SIZE, field=FIELD, fiducials=True)


def exact(world: World, motion: Motion, at: float) -> Picture:
    """Each row of what a global shutter sees at that row's own time; in steps of eight rows."""
    height = SIZE[1]
    rows = []
    for row in range(0, height, 8):
        late = READOUT * ((row + 3.5) / (height - 1) - 0.5)
        rows.append(world.render(at, motion.pose(at + late))[row : row + 8])
    return np.concatenate(rows)


@pytest.mark.parametrize("axis", ["yaw", "pitch", "roll"])
@pytest.mark.parametrize("rate", [90.0, -90.0])
def test_rows_of_a_rolling_shutter_are_where_each_rows_own_time_has_them(
    world: World, axis: Axis, rate: float
) -> None:
    lens, motion, at = pinhole(*SIZE, FIELD), Constant(math.radians(rate), axis), 0.0
    rolled = Shutter(lens, READOUT).rolled(
        world.render(at, motion.pose(at)), motion.pose(at).angular_velocity
    )
    checked = 0
    for mark in world.fiducials:
        place = _expected(mark, lens, motion, at)
        if place is None:
            continue
        found = _middle(rolled, mark, place)
        assert found == pytest.approx(place, abs=1.0), mark.name
        checked += 1
    assert checked >= 6


@pytest.mark.parametrize("axis", ["yaw", "roll"])
def test_a_rolled_picture_looks_like_the_exact_one(world: World, axis: Axis) -> None:
    """Much more than the picture of a global shutter does."""
    lens, motion = pinhole(*SIZE, FIELD), Constant(math.radians(120), axis)
    plain = world.render(0.0, motion.pose(0.0))
    rolled = Shutter(lens, READOUT).rolled(plain, motion.pose(0.0).angular_velocity)
    truth = exact(world, motion, 0.0)[40:-40, 40:-40].astype(int)
    off, without = (float(np.abs(truth - each[40:-40, 40:-40]).mean()) for each in (rolled, plain))
    assert off < 0.35 * without


def _expected(mark: Fiducial, lens: Intrinsics, motion: Motion, at: float) -> tuple[float, float] | None:
    """Column and row at which the mark is seen, the row's own time being found by going round."""
    row = (lens.height - 1) / 2
    for _ in range(8):
        pose = motion.pose(at + READOUT * (row / (lens.height - 1) - 0.5))
        column, row, depth = project(mark.point(np.array(pose.position))[None], lens, pose)[0].tolist()
        if depth <= 0 or not (40 < column < lens.width - 40 and 40 < row < lens.height - 40):
            return None
    return column, row


def _middle(picture: Picture, mark: Fiducial, near: tuple[float, float]) -> tuple[float, float]:
    left, top = (round(part) - 14 for part in near)
    patch = picture[top : top + 29, left : left + 29].astype(int)
    rows, columns = np.nonzero(np.abs(patch - np.array(mark.colour)).sum(2) < 200)
    return float(columns.mean() + left), float(rows.mean() + top)
