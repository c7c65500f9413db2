"""Parts of simulated sessions for tests."""

import math

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

SMALL = (CameraMode(320, 240, 30.0),)


def device(
    *,
    modes: tuple[CameraMode, ...] = SMALL,
    start_seconds: float = 0.0,
    rolling_shutter: float = 0.0,
    kind: DisplayKind = "video-see-through",
    heat: tuple[float, float, float] | None = None,
    imu: bool = True,
) -> Device:
    """Glasses without a flaw but for what is asked. `heat`: throttled after, to how many fps, stopped."""
    return Device(
        name="test",
        title="Test glasses",
        camera=CameraModel(modes[0], modes, math.radians(70), rolling_shutter, 0.0, start_seconds),
        imu=ImuModel(200.0, 0.0, 0.0, 0.0, 0.0, 0.0) if imu else None,
        display=DisplayModel(
            kind=kind,
            width=320,
            height=240,
            field_of_view=math.radians(40),
            eyes=2,
            refresh=60.0,
            latency=0.005,
            transmittance=0.8 if kind == "additive" else 0.0,
            peak=1.0,
        ),
        link=LinkNumbers(None, None, 0.0, 0.0, 0.0),
        codecs=("H264",),
        max_bitrate=None,
        thermal=Thermal(*heat) if heat is not None else None,
    )
