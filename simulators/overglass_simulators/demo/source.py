"""Where the pictures come from: a clip, a camera of this machine, or the generated street.

A source is looked at once before the run, since the encoder wants to know what is coming.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import av

from overglass_edge.sources import Camera, CameraDevice, FileCamera
from overglass_protocol.errors import SourceError
from overglass_simulators.demo.plan import Plan

COMFORTABLE_PIXELS = 1280 * 720
"A larger picture is scaled to about this many when nobody asks for a size: what a laptop paints live."


@dataclass(frozen=True, slots=True)
class Source:
    """What a camera turned out to give, and how to make it again."""

    name: str
    width: int
    height: int
    fps: float
    seconds: float | None
    "Of one playing; None for what does not end."
    make: Callable[[], Camera]


async def find_source(plan: Plan) -> Source:
    """Opens the plan's source, looks at it and closes it again. Raises SourceError."""
    make = maker(plan)
    async with make(plan.size) as camera:
        name, size, fps = camera.name, (camera.width, camera.height), camera.fps
    if plan.size is None:
        size = comfortable(*size)
    seconds = None if plan.clip is None or plan.loops else _length(plan)
    return Source(name, *size, fps, seconds, lambda: make(size))


def maker(plan: Plan) -> Callable[[tuple[int, int] | None], Camera]:
    """Makes the plan's camera for a size; None: its own."""
    clip, number = plan.clip, plan.camera
    if clip is not None:
        return lambda size: FileCamera(clip, loop=plan.loops, size=size)
    if number is not None:
        return lambda size: CameraDevice(str(number), size=size)
    return _street


def comfortable(width: int, height: int) -> tuple[int, int]:
    """The size itself, or one of the same shape with COMFORTABLE_PIXELS; even."""
    scale = min(1.0, math.sqrt(COMFORTABLE_PIXELS / (width * height)))
    return round(width * scale / 2) * 2, round(height * scale / 2) * 2


def _street(size: tuple[int, int] | None) -> Camera:
    try:
        from overglass_simulators.world import WorldCamera
    except ImportError as error:
        raise SourceError(
            f"the generated street is not available: {error}", cure="Show a clip instead: --clip FILE."
        ) from error
    return WorldCamera(size=size) if size else WorldCamera()


def _length(plan: Plan) -> float | None:
    try:
        with av.open(str(plan.clip)) as container:
            return container.duration / av.time_base if container.duration else None
    except (OSError, av.FFmpegError):
        return None
