"""Worlds by name: what a command, a page or a bench offers to look at."""

import math
from collections.abc import Callable
from pathlib import Path

from overglass_protocol.errors import ConfigError
from overglass_simulators.motion.analytic import Sinusoidal
from overglass_simulators.world.recorded import RecordedWorld
from overglass_simulators.world.room import Room
from overglass_simulators.world.surroundings import Surroundings
from overglass_simulators.world.world import FIELD, World

WORLDS = ("street", "room")


def named(
    name: str | Path,
    seed: int = 0,
    width: int = 1280,
    height: int = 720,
    *,
    field: float = FIELD,
    fiducials: bool = False,
) -> Surroundings:
    """One of WORLDS, or the recording that `name` is the path of: a video file or a session folder.

    Pictures are `width` by `height`, even, `field` radians across. Fiducials are painted into generated
    worlds only. Raises ConfigError for a name that is neither, SourceError and RecordingError for a
    recording that cannot be played.
    """
    make = _GENERATED.get(str(name))
    if make is not None:
        return make(seed, width, height, field, fiducials)
    if not Path(name).exists():
        raise ConfigError(
            f"there is no world {str(name)!r}",
            cure=f"Name {' or '.join(WORLDS)}, a video, or a session folder.",
        )
    return RecordedWorld(name, width, height, field=field)


def _street(seed: int, width: int, height: int, field: float, fiducials: bool) -> World:
    return World(seed, width, height, field=field, fiducials=fiducials)


def _room(seed: int, width: int, height: int, field: float, fiducials: bool) -> World:
    """Somebody stands in it and looks about."""
    focal = width / 2 / math.tan(field / 2)
    looking = Sinusoidal(28, 0.07)
    return World(
        seed, width, height, field=field, scene=Room(seed, focal=focal), motion=looking, fiducials=fiducials
    )


_GENERATED: dict[str, Callable[[int, int, int, float, bool], World]] = {"street": _street, "room": _room}
