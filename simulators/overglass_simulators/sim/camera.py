"""The camera and the inertial sensor of simulated glasses: a world seen as the device's profile says.

Knows world, motion and device; knows neither link nor display. Its time is `start` on the monotonic clock.
"""

import asyncio
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Self

import av
import cv2
import numpy as np
import numpy.typing as npt

from overglass_edge.reprojection.head import HeadTrack
from overglass_edge.sources.captured import Captured
from overglass_edge.sources.pacing import Clock, SystemClock
from overglass_edge.sources.threaded import CLOSING_TIMEOUT, ThreadedCamera
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Intrinsics, Pose, Vector
from overglass_protocol.provenance.terms import SourceType
from overglass_protocol.rotation import IDENTITY, multiply
from overglass_simulators.devices.device import CameraMode, Device
from overglass_simulators.imu import Imu
from overglass_simulators.motion import Motion
from overglass_simulators.sim.troubles import Troubles
from overglass_simulators.world.surroundings import Surroundings

_TICKS = 90_000
"RTP's clock for video, a second."
_SENSE_EVERY = 0.01
"Seconds between hand-overs of inertial samples; a radio carries them in lots too."
_EASE = 0.9
"What is expected of a picture's cost, as a share of what was expected of the one before."


class SimulatedCamera(ThreadedCamera):
    """`Camera` and `Sensing`. Pictures are exposed on time and handed out `capture_delay` later.

    `capture_time` is the exposure of the middle row. The pose is what the device believes: its gyro,
    integrated, and the true position, since no tracker of positions is modelled; a device without an inertial
    sensor gives none. `dropped` counts pictures `late` (the machine could not render them in time),
    `displaced` (nobody took them) and `withheld` (a trouble of the device kept them).
    """

    digital_source = SourceType.VIRTUAL

    def __init__(
        self,
        device: Device,
        motion: Motion,
        open_surroundings: Callable[[Intrinsics], Surroundings],
        *,
        seed: int = 0,
        clock: Clock | None = None,
    ) -> None:
        """`open_surroundings(intrinsics)` is called in the camera's thread, once."""
        super().__init__(device.title)
        self.device, self.motion = device, motion
        self.troubles = Troubles(device)
        self.sense: Callable[[Sequence[ImuSample]], None] = lambda samples: None
        self.captured: Callable[[int, Captured], None] = lambda frame_id, captured: None
        "Sees each picture before the agent has it, with the id that the agent gives it; on the event loop."
        self.start = 0.0
        "When the session began, on the monotonic clock."
        self._set_out = IDENTITY
        "The head's orientation then."
        self._clock = clock or SystemClock()
        self._open_surroundings = open_surroundings
        self._views: dict[CameraMode, tuple[Surroundings, Shutter | None]] = {}
        self._imu = Imu(device.imu, motion, seed) if device.imu is not None else None
        self._track = HeadTrack()
        "The device's own; guarded by `_felt_lock`."
        self._felt_lock = threading.Lock()
        self._felt_until = 0.0
        self._next_id = 0
        self._feeling: asyncio.Task[None] | None = None
        mode = device.camera.mode
        self.width, self.height, self.fps = mode.width, mode.height, mode.fps
        self.intrinsics = device.camera.intrinsics()

    async def __aenter__(self) -> Self:
        self.start, self._set_out = self._clock.now(), self.motion.pose(0.0).orientation
        try:
            await super().__aenter__()
        except BaseException:
            # A world that is still being painted goes on until it is done; nobody may be left behind with it.
            if self._ended is not None:
                await asyncio.wait({self._ended}, timeout=CLOSING_TIMEOUT)
            raise
        if self._imu is not None:
            self._feeling = asyncio.create_task(self._feel())
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if self._feeling is not None:
            self._feeling.cancel()
        await super().__aexit__(*exc_info)

    async def __anext__(self) -> Captured:
        captured = await super().__anext__()
        self.captured(self._next_id, captured)
        self._next_id += 1
        return captured

    def true_pose(self, at: float) -> Pose:
        """Where the head really is at a time of the monotonic clock; only a simulator can say."""
        return self.motion.pose(at - self.start)

    def placed(self, felt: Pose, at: float) -> Pose:
        """What the gyro has led to, in the world: the position is the true one of that time, and so is the
        orientation in which the session began, since the gyro feels only what has changed since."""
        return Pose(
            multiply(self._set_out, felt.orientation), felt.angular_velocity, self.true_pose(at).position
        )

    def _open(self) -> None:
        """The first view, so that what cannot be seen is refused at once."""
        self._view(self.device.camera.mode)

    def _captures(self) -> Iterator[Captured]:
        self._pulled.wait()
        delay, cost, last = self.device.camera.capture_delay, 0.0, -math.inf
        while not self._stop.is_set():
            began = self._clock.now()
            due = self.troubles.next_exposure(last, began + cost - delay, self.start)
            if due.skipped:
                self.dropped[due.reason] += due.skipped
            last, at = due.at, due.at - self.start
            if not due.shown:
                self._clock.wait_until(due.at, self._stop)
                continue
            picture = self._exposed(due.mode, at)
            # What is slow once is likely to be slow again for a while.
            cost = max(self._clock.now() - began, _EASE * cost)
            self._clock.wait_until(due.at + delay, self._stop)
            yield Captured(_frame(picture, at), due.at, self._believed(due.at))

    def _view(self, mode: CameraMode) -> tuple[Surroundings, "Shutter | None"]:
        if mode not in self._views:
            camera = self.device.camera
            seen = camera.intrinsics(mode)
            shutter = Shutter(seen, camera.rolling_shutter) if camera.rolling_shutter else None
            # What was painted for one mode serves the others.
            first = next((view for view, _ in self._views.values()), None)
            view = first.seen_by(seen) if first is not None else self._open_surroundings(seen)
            self._views[mode] = view, shutter
        return self._views[mode]

    def _exposed(self, mode: CameraMode, at: float) -> npt.NDArray[np.uint8]:
        view, shutter = self._view(mode)
        pose = self.motion.pose(at)
        picture = view.render(at, pose)
        return shutter.rolled(picture, pose.angular_velocity) if shutter is not None else picture

    def _believed(self, at: float) -> Pose | None:
        if self._imu is None:
            return None
        with self._felt_lock:
            believed = self._track.pose(at)
        return None if believed is None else self.placed(believed, at)

    async def _feel(self) -> None:
        """Hands the sensor's samples on, as late as the device does."""
        assert self._imu is not None
        delay = self._imu.model.delay
        while True:
            until = self._clock.now() - self.start - delay
            samples = [
                ImuSample(sample.time + self.start, sample.gyro, sample.accel)
                for sample in self._imu.samples(self._felt_until, until)
            ]
            self._felt_until = max(self._felt_until, until)
            if samples:
                with self._felt_lock:
                    for sample in samples:
                        self._track.add_imu(sample)
                self.sense(samples)
            await asyncio.sleep(_SENSE_EVERY)

    def _close(self) -> None:
        self._views.clear()


class Shutter:
    """A rolling shutter: each row of a picture is exposed a little later than the one above it.

    Each row is what a global shutter would have seen at its own time; for the small turns within one picture
    that is a shift by focal length times angle (Forssén and Ringaby, Rectifying rolling shutter video from
    hand-held devices, CVPR 2010), to first order.
    """

    def __init__(self, seen: Intrinsics, seconds: float) -> None:
        """`seconds` from the first row to the last; the middle one is the picture's own time."""
        rows, columns = np.indices((seen.height, seen.width), dtype=np.float32)
        late = np.linspace(-seconds / 2, seconds / 2, seen.height, dtype=np.float32)[:, None]
        self._columns, self._rows = columns, rows
        # By so many pixels a radian per second of nodding (x), turning (y) and tilting (z).
        self._across = late * np.float32(seen.fx), late * (rows - np.float32(seen.cy))
        self._down = late * np.float32(seen.fy), late * (columns - np.float32(seen.cx))

    def rolled(self, picture: npt.NDArray[np.uint8], turning: Vector) -> npt.NDArray[np.uint8]:
        """The picture of a head that turns at so many radians per second about its own axes."""
        x, y, z = (np.float32(rate) for rate in turning)
        # A head that turns left sees the world move right; one that nods up, down; tilted left, clockwise.
        across = self._columns - (self._across[0] * y + self._across[1] * -z)
        down = self._rows - (self._down[0] * x + self._down[1] * z)
        border = cv2.BORDER_REPLICATE
        return np.asarray(cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=border), np.uint8)


def _frame(picture: npt.NDArray[np.uint8], time: float) -> av.VideoFrame:
    """(height, width, 3) BGR to `yuv420p`, BT.601 in limited range."""
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = round(time * _TICKS), Fraction(1, _TICKS)
    return frame
