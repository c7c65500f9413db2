"""The generated world as a camera: pictures on time, with their poses, the newest when nobody keeps up."""

import asyncio
import threading
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from overglass_edge.sources import Camera
from overglass_protocol.errors import SourceError
from overglass_simulators.motion.walk import Walk
from overglass_simulators.world import World, WorldCamera
from overglass_simulators.world import camera as camera_module

SMALL = (320, 180)


@pytest.fixture(scope="module")
def street() -> World:
    return World(1, *SMALL)


class SteppedClock:
    """Time moves to what is waited for, and only as often as the test allows."""

    def __init__(self) -> None:
        self.time = 100.0
        self.slip = 0.0
        "Seconds by which the next wait ends late."
        self._allowed = threading.Semaphore(0)

    def now(self) -> float:
        return self.time

    def wait_until(self, when: float, stop: threading.Event) -> None:
        self._allowed.acquire(timeout=10)
        self.time = max(self.time, when) + self.slip
        self.slip = 0.0

    def allow(self, waits: int) -> None:
        self._allowed.release(waits)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - another thread counts, and has no event to wait for
            await asyncio.sleep(0)


async def test_the_camera_hands_out_pictures_with_their_time_and_pose(street: World) -> None:
    clock = SteppedClock()
    opened: Camera = WorldCamera(1, size=SMALL, fps=25, clock=clock)
    async with asyncio.timeout(20), opened as camera:
        assert (camera.width, camera.height, camera.fps, camera.sound) == (*SMALL, 25, None)
        assert camera.intrinsics == street.intrinsics
        captures = []
        for _ in range(3):
            clock.allow(1)
            captures.append(await anext(camera))
        clock.allow(2)
    for turn, captured in enumerate(captures):
        time = turn / 25
        assert captured.capture_time == pytest.approx(100.0 + time)
        assert captured.pose == street.path(time)
        assert captured.sound == ()
        picture = captured.picture
        assert (picture.format.name, picture.width, picture.height) == ("yuv420p", *SMALL)
        assert picture.pts == turn * 3600
        assert picture.time_base is not None
        assert picture.time_base.denominator == 90_000


async def test_the_cameras_picture_is_the_worlds(street: World) -> None:
    clock = SteppedClock()
    async with asyncio.timeout(20), WorldCamera(1, size=SMALL, clock=clock) as camera:
        clock.allow(1)
        captured = await anext(camera)
        clock.allow(2)
    planes = cv2.cvtColor(street.render(0.0), cv2.COLOR_BGR2YUV_I420)
    assert np.array_equal(captured.picture.to_ndarray(), planes)


async def test_a_picture_that_nobody_took_is_displaced_by_the_next() -> None:
    clock = SteppedClock()
    async with asyncio.timeout(20), WorldCamera(1, size=SMALL, fps=10, clock=clock) as camera:
        clock.allow(1)
        await anext(camera)
        clock.allow(3)
        await until(lambda: camera.dropped["displaced"] == 2)
        assert (await anext(camera)).capture_time == pytest.approx(100.3)
        clock.allow(2)


async def test_turns_that_have_passed_are_skipped_and_counted() -> None:
    clock = SteppedClock()
    async with asyncio.timeout(20), WorldCamera(1, size=SMALL, fps=10, clock=clock) as camera:
        clock.slip = 0.75
        clock.allow(1)
        await anext(camera)
        clock.allow(1)
        late = await anext(camera)
        assert late.capture_time == pytest.approx(100.8)
        assert late.pose == Walk().pose(0.8)
        assert camera.dropped == {"late": 7}
        clock.allow(2)


async def test_nothing_is_painted_for_who_only_looks_at_the_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[object] = []
    monkeypatch.setattr(camera_module, "World", lambda *of: painted.append(of))
    monkeypatch.setattr(camera_module, "_LOOK", 10.0)
    async with asyncio.timeout(5), WorldCamera(1, clock=SteppedClock()) as camera:
        assert (camera.width, camera.height) == (848, 480)
    assert painted == []


@pytest.mark.parametrize(("size", "fps"), [((321, 180), 30.0), ((320, 180), 0.0), ((0, 0), 30.0)])
def test_a_camera_that_cannot_be_says_what_to_give(size: tuple[int, int], fps: float) -> None:
    with pytest.raises(SourceError, match="even width and height"):
        WorldCamera(0, size=size, fps=fps)


def test_a_seed_may_come_as_text() -> None:
    assert WorldCamera("7").name == "generated street 7"
    with pytest.raises(SourceError, match="whole number"):
        WorldCamera("seven")


async def test_a_slow_renderer_gives_fewer_pictures_but_none_too_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SteppedClock()
    render = World.render

    def slow(world: World, time: float) -> npt.NDArray[np.uint8]:
        clock.time += 0.15
        return render(world, time)

    monkeypatch.setattr(World, "render", slow)
    async with asyncio.timeout(20), WorldCamera(1, size=SMALL, fps=10, clock=clock) as camera:
        times = []
        for _ in range(4):
            clock.allow(1)
            times.append((await anext(camera)).capture_time - 100.15)
        clock.allow(2)
    # The second is late, since nobody knew; from then on every other turn is left out.
    assert times == pytest.approx([0.0, 0.1, 0.3, 0.5])
    assert camera.dropped["late"] >= 2
