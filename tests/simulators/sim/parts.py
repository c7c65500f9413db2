"""Parts of simulated sessions for tests."""

import math
import threading

import numpy as np

from overglass_protocol.pose import Intrinsics, Pose
from overglass_protocol.rotation import IDENTITY, rotation_of
from overglass_simulators.devices.device import (
    CameraMode,
    CameraModel,
    Device,
    DisplayKind,
    DisplayModel,
    ImuModel,
    LinkNumbers,
    Thermal,
)
from overglass_simulators.sim.place import Place
from overglass_simulators.sim.subject import Picture
from overglass_simulators.world.fiducials import Fiducial

SMALL = (CameraMode(320, 240, 30.0),)


class SteppedClock:
    """Time moves to what is waited for, and only as often as the test allows."""

    def __init__(self) -> None:
        self.time = 100.0
        self._allowed = threading.Semaphore(0)

    def now(self) -> float:
        return self.time

    def wait_until(self, when: float, stop: threading.Event) -> None:
        if not stop.is_set():
            self._allowed.acquire(timeout=10)
        self.time = max(self.time, when)

    def allow(self, waits: int) -> None:
        self._allowed.release(waits)


class Stripes:
    """Surroundings that cost nothing: what is far away, in vertical stripes that move as the head turns."""

    def __init__(self, lens: Intrinsics) -> None:
        self.intrinsics = lens
        self.fiducials: tuple[Fiducial, ...] = ()

    def render(self, time: float, pose: Pose | None = None) -> Picture:
        yaw = rotation_of((pose or self.path(time)).orientation)[1]
        columns = np.arange(self.intrinsics.width)
        azimuth = yaw - np.arctan((columns - self.intrinsics.cx) / self.intrinsics.fx)
        row = (128 + 100 * np.sin(12 * azimuth)).astype(np.uint8)
        return np.repeat(np.repeat(row[None, :, None], self.intrinsics.height, 0), 3, 2)

    def path(self, time: float) -> Pose:
        return Pose(IDENTITY)

    def seen_by(self, intrinsics: Intrinsics) -> "Stripes":
        return Stripes(intrinsics)


STRIPES = Place("stripes", Stripes)


def device(
    *,
    modes: tuple[CameraMode, ...] = SMALL,
    start_seconds: float = 0.0,
    rolling_shutter: float = 0.0,
    kind: DisplayKind = "video-see-through",
    heat: tuple[float, float, float] | None = None,
    imu: bool = True,
    capture_delay: float = 0.0,
    latency: float = 0.005,
    displays: bool = True,
) -> Device:
    """Glasses without a flaw but for what is asked. `heat`: throttled after, to how many fps, stopped."""
    return Device(
        name="test",
        title="Test glasses",
        camera=CameraModel(modes[0], modes, math.radians(70), rolling_shutter, capture_delay, start_seconds),
        imu=ImuModel(200.0, 0.0, 0.0, 0.0, 0.0, 0.0) if imu else None,
        display=DisplayModel(
            kind=kind,
            width=320,
            height=240,
            field_of_view=math.radians(40),
            eyes=2,
            refresh=60.0,
            latency=latency,
            transmittance=0.8 if kind == "additive" else 0.0,
            peak=1.0,
        )
        if displays
        else None,
        link=LinkNumbers(None, None, 0.0, 0.0, 0.0),
        codecs=("H264",),
        max_bitrate=None,
        thermal=Thermal(*heat) if heat is not None else None,
    )
