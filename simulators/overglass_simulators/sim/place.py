"""Where simulated glasses are worn: the same surroundings for camera and eye, each with a lens of its own."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from overglass_protocol.pose import Intrinsics
from overglass_simulators.world.choice import WORLDS, named
from overglass_simulators.world.recorded import RecordedWorld
from overglass_simulators.world.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to look at, through any lens that looks through its middle."""

    name: str
    seen_by: Callable[[Intrinsics], Surroundings]
    "Makes a view of its own for each; a view is for one thread."
    problems: tuple[str, ...] = ()
    "What is missing or damaged in what was recorded, one sentence each."


def place_of(name: str, seed: int) -> Place:
    """A generated world with its marks, or what is recorded at a path.

    Raises ConfigError for a name that is neither, SourceError and RecordingError for a recording that cannot
    be played.
    """
    if name in WORLDS:
        return Place(name, lambda lens: _generated(name, seed, lens))
    # Opened once, so that what cannot be played is refused before anything is worn.
    recorded = named(name)
    problems = tuple(recorded.problems) if isinstance(recorded, RecordedWorld) else ()
    return Place(name, recorded.seen_by, problems)


def _generated(name: str, seed: int, lens: Intrinsics) -> Surroundings:
    field = 2 * math.atan(lens.width / 2 / lens.fx)
    even = lens.width + lens.width % 2, lens.height + lens.height % 2
    return named(name, seed, *even, field=field, fiducials=True).seen_by(lens)
