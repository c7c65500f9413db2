"""One look tried on a reel: what it paints, and how long that takes. Knows the shape of an engine, not any
engine, and no measure but time.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol, runtime_checkable

from overglass_cloud.looks import ALONE, Engine, Look, Workshop
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from overglass_simulators.bench.reel import WARM_UP, Picture, Reel
from overglass_simulators.bench.rig import Advance

PATIENCE = 20.0
"Seconds of painting after which a slow look is stopped, in each of its stretches."
LEAST = 3
"Pictures of a stretch that even the slowest look paints."


@dataclass(frozen=True, slots=True)
class Trial:
    """What a look made of the reel."""

    look: Look
    precision: str | None
    "`bf16` or `fp32` where the engine chooses between them."
    painted: Sequence[Picture]
    "One for each of the reel's pictures, or for as many as there was patience for."
    seconds: Sequence[float]
    "What each of them took."
    moments: Sequence[Picture]
    seconds_720p: Sequence[float]


@runtime_checkable
class Chooses(Protocol):
    """An engine that says with what kind of numbers it computes here."""

    @property
    def precision(self) -> str:
        """`bf16` or `fp32`."""
        ...


def tried(look: Look, workshop: Workshop, reel: Reel, advance: Advance) -> Trial:
    """Starts the look's engine and has it paint. Raises OverglassError where the look cannot be had here."""
    if look.sees:
        raise LookError(
            f"{look.name!r} goes by {', '.join(look.sees)} in the picture, and no detector runs here",
            cure="See it live: overglass demo --look " + look.name,
        )
    engine = look.start(workshop)
    _paint(engine, look, reel.pictures[:WARM_UP], advance)
    painted, seconds = _paint(engine, look, reel.pictures, advance)
    run_up = int(PATIENCE / median(seconds))  # a slow look gets less of it, but the same moment
    moments = [_paint(engine, look, piece[-run_up - 1 :], advance)[0][-1] for piece in reel.moments]
    _, seconds_720p = _paint(engine, look, reel.large, advance)
    precision = engine.precision if isinstance(engine, Chooses) else None
    return Trial(look, precision, painted, seconds, moments, seconds_720p)


def _paint(
    engine: Engine, look: Look, pictures: Sequence[Picture], advance: Advance
) -> tuple[list[Picture], list[float]]:
    """A new session's pictures, one by one, and the seconds that each took."""
    state = engine.prepare(Control(look=look.name, strength=look.strength), None, ALONE)
    painted: list[Picture] = []
    seconds: list[float] = []
    for picture in pictures:
        if len(painted) >= LEAST and sum(seconds) > PATIENCE:
            break
        start = time.perf_counter()
        painted += engine.paint([picture], [state])
        seconds.append(time.perf_counter() - start)
        advance(1)
    return painted, seconds
