"""Displays of a test's own, and pictures of one colour."""

import math
from dataclasses import replace

import numpy as np

from overglass_simulators.devices.device import DisplayModel
from overglass_simulators.optics import eye_view
from overglass_simulators.optics.transfer import Picture

ADDITIVE = DisplayModel(
    kind="additive",
    width=120,
    height=80,
    field_of_view=math.radians(20),
    eyes=2,
    refresh=60,
    latency=0.01,
    transmittance=0.5,
    peak=1.0,
)
VIDEO = replace(ADDITIVE, kind="video-see-through", transmittance=0.0)
SCREEN = replace(ADDITIVE, kind="screen", transmittance=0.0)
ROUND = replace(ADDITIVE, width=80, round=True)
EYE = eye_view(320, 240, math.radians(60))


def plain(level: int, width: int = EYE.width, height: int = EYE.height) -> Picture:
    return np.full((height, width, 3), level, np.uint8)


def shown(level: int, display: DisplayModel = ADDITIVE) -> Picture:
    return plain(level, display.width, display.height)
