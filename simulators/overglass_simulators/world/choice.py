"""Places by name: generated worlds, and recorded ones by their path; how each is seen through a lens."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from overglass_protocol.errors import SourceError
from overglass_protocol.pose import Intrinsics
from overglass_simulators.world.recorded import RecordedWorld
from overglass_simulators.world.scene import Scene
from overglass_simulators.world.street import Street
from overglass_simulators.world.surroundings import Surroundings
from overglass_simulators.world.world import World

Make = Callable[[int, float], Scene]
"A scene from a seed and the focal length, in pixels, that it is to be painted for."
SCENES: dict[str, Make] = {"street": lambda seed, focal: Street(seed, focal=focal)}


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to look at, with any lens that looks through its middle."""

    name: str
    seen_by: Callable[[Intrinsics], Surroundings]
    "Makes a view of its own for each; a view is for one thread."


def named(name: str, *, seed: int = 0) -> Place:
    """A generated world with its marks, or what is at a path. Raises SourceError or RecordingError."""
    if name in SCENES:
        return Place(name, lambda lens: _generated(name, seed, lens))
    path = Path(name)
    if not path.exists():
        known = ", ".join(SCENES)
        raise SourceError(f"there is no world {name!r}", cure=f"Choose {known}, or name a video or session.")
    recorded = RecordedWorld(path)
    return Place(path.name, recorded.seen_by)


def _generated(name: str, seed: int, lens: Intrinsics) -> World:
    field = 2 * math.atan(lens.width / 2 / lens.fx)
    scene = SCENES[name](seed, lens.fx)
    even = lens.width + lens.width % 2, lens.height + lens.height % 2
    return World(seed, *even, field=field, scene=scene, fiducials=True).seen_by(lens)
