"""Made-up glasses of each kind, for the studio's tests. Their numbers are no claim about real ones."""

import math

from overglass_simulators.devices.device import (
    CameraMode,
    CameraModel,
    Device,
    DisplayKind,
    DisplayModel,
    ImuModel,
    LinkNumbers,
)
from overglass_simulators.studio.choices import Choices, described
from overglass_simulators.studio.links import link

WIDE, UPRIGHT = (560, 420), (360, 640)


def device(
    name: str,
    title: str,
    size: tuple[int, int],
    field: float,
    kind: DisplayKind = "none",
    shows: tuple[int, int, float] = (0, 0, 0.0),
) -> Device:
    """`field` and the last of `shows` in degrees."""
    mode = CameraMode(*size, 24.0)
    half = CameraMode(size[0] // 4 * 2, size[1] // 4 * 2, 15.0)
    display = DisplayModel(kind, shows[0], shows[1], math.radians(shows[2]), 2, 72.0, 0.012, 0.75, 0.8)
    return Device(
        name,
        title,
        CameraModel(mode, (mode, half), math.radians(field), 0.012, 0.025, 2.0),
        ImuModel(200.0, 0.002, 0.005, 0.02, 0.05, 0.004),
        None if kind == "none" else display,
        LinkNumbers(None, None, 0.002, 0.0, 0.0),
        ("H264",),
        4e6,
        None,
    )


DEVICES = (
    device("desk", "Desk camera", WIDE, 70, "screen", (1920, 1080, 40)),
    device("phone", "Phone in the browser", UPRIGHT, 48, "screen", (390, 844, 25)),
    device("clear", "Clear lenses", WIDE, 75, "additive", (1920, 1080, 47.5)),
    device("spot", "A small bright spot", UPRIGHT, 55, "additive", (600, 600, 20)),
    device("headset", "Headset", WIDE, 85, "video-see-through", (1680, 1760, 96)),
    device("frames", "Camera glasses", UPRIGHT, 55),
)
MOTIONS = {"still": "Still", "walk": "Walking", "sway": "Looking about", "recorded": "Recorded walk"}
LINKS = {
    "perfect": link(0.0),
    "wifi": link(0.006, 0.004, 0.001, 40e6),
    "lte": link(0.050, 0.020, 0.005, 12e6),
    "hotel": link(0.090, 0.060, 0.020, 3e6),
    "train": link(0.160, 0.100, 0.040, 2e6),
}
SOURCES = {"camera.Picture": "Made up for tests.", "display.Field of view": "Made up, too."}
CHOICES = Choices(
    tuple(described(each, SOURCES) for each in DEVICES),
    MOTIONS,
    LINKS,
)
