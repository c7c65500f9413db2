"""Where the pictures come from: a clip, a camera of this machine, or the generated street."""

import math
from collections.abc import Callable

import av

from overglass_edge.sources import Camera, CameraDevice, FileCamera
from overglass_simulators.demo.plan import Plan
from overglass_simulators.machine import usable_cores
from overglass_simulators.world import WorldCamera

COMFORTABLE_PIXELS = 1280 * 720
"A larger picture is scaled to about this many when nobody asks for a size: what a laptop paints live."
STREET, SMALL_STREET = (848, 480), (640, 360)
"The generated street's size, and that on fewer than FEW_CORES: it is painted beside everything else."
FEW_CORES = 4


async def open_source(plan: Plan) -> Camera:
    """The plan's camera, entered. It waits with its first picture until that is pulled.

    Raises SourceError.
    """
    make = _maker(plan)
    camera = await make(plan.size).__aenter__()
    own = (camera.width, camera.height)
    if plan.size is not None or comfortable(*own) == own:
        return camera
    await camera.__aexit__(None, None, None)
    return await make(comfortable(*own)).__aenter__()


def comfortable(width: int, height: int) -> tuple[int, int]:
    """The size itself, or one of the same shape with COMFORTABLE_PIXELS; even."""
    scale = min(1.0, math.sqrt(COMFORTABLE_PIXELS / (width * height)))
    return round(width * scale / 2) * 2, round(height * scale / 2) * 2


def length_of(plan: Plan) -> float | None:
    """How many seconds will be shown; None if that is not known before."""
    if plan.duration is not None or plan.clip is None or plan.loops:
        return plan.duration
    try:
        with av.open(str(plan.clip)) as container:
            return container.duration / av.time_base if container.duration else None
    except (OSError, av.FFmpegError):
        return None


def _maker(plan: Plan) -> Callable[[tuple[int, int] | None], Camera]:
    """Makes the camera for a size; None: its own."""
    clip, number = plan.clip, plan.camera
    if clip is not None:
        return lambda size: FileCamera(clip, loop=plan.loops, size=size)
    if number is not None:
        return lambda size: CameraDevice(str(number), size=size)
    usual = SMALL_STREET if 0 < len(usable_cores()) < FEW_CORES else STREET
    return lambda size: WorldCamera(size=size or usual)
