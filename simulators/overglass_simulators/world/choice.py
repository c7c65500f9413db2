"""Places by name: generated worlds, and recorded ones by their path. Knows how each is looked at by a lens."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from overglass_protocol.errors import SourceError
from overglass_protocol.pose import Intrinsics
from overglass_simulators.world.world import World


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to look at, with any lens that looks through its middle."""

    name: str
    seen_by: Callable[[Intrinsics], World]
    "Makes a view of its own for each; a view is for one thread."


def named(name: str, *, seed: int = 0) -> Place:
    """Raises SourceError for a name or file that is none."""
    if name == "street":
        return Place(name, lambda lens: World(seed, lens.width, lens.height, field=_field(lens)))
    raise SourceError(f"there is no world {name!r}", cure="Choose room or street, or name a file.")


def _field(lens: Intrinsics) -> float:
    return 2 * math.atan(lens.width / 2 / lens.fx)
