"""A device as this machine can simulate it: the same in all but the number of its camera's pixels."""

import math
from dataclasses import replace

from overglass_simulators.devices.device import CameraMode, Device
from overglass_simulators.machine import usable_cores

PIXELS_A_CORE = 640 * 480 / 2
"At 30 pictures a second: the world is rendered twice, encoded, painted and decoded beside everything else."


def at_desk(device: Device, cores: int | None = None) -> Device:
    """The device with modes of the same shape and field, none larger than these cores can simulate live.

    What differs is said by `reduced`.
    """
    room = PIXELS_A_CORE * max(1, cores if cores is not None else len(usable_cores()))
    camera = device.camera
    modes = tuple(dict.fromkeys(_fitting(mode, room) for mode in camera.modes))
    return replace(device, camera=replace(camera, mode=_fitting(camera.mode, room), modes=modes))


def reduced(device: Device, simulated: Device) -> str:
    """In words what was reduced; empty when nothing was."""
    true, small = device.camera.mode, simulated.camera.mode
    if true == small:
        return ""
    real = f"{true.width}x{true.height} pixels"
    return f"{real} are simulated as {small.width}x{small.height}, which this machine can do live"


def _fitting(mode: CameraMode, room: float) -> CameraMode:
    scale = min(1.0, math.sqrt(room / (mode.width * mode.height) * min(1.0, 30 / mode.fps)))
    if scale == 1.0:
        return mode
    return CameraMode(round(mode.width * scale / 2) * 2, round(mode.height * scale / 2) * 2, mode.fps)
