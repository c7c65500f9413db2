"""The ladder of honest degradation: what a session gets on each rung, and how that is said to its wearer.

Each rung keeps the savings of those above it. Decides nothing; that is `ladder`.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from overglass_cloud.scheduling.costs import Size
from overglass_protocol.messages import RungName

LEAST_SIDE = 128
"Pixels of the shorter side, below which a smaller picture shows too little of anything."
STEP = 16
"Sides of a smaller picture are multiples of this; networks and codecs want that."


class Rung(IntEnum):
    """From what was asked for down to the least that still is a service."""

    FULL = 0
    SMALLER = 1
    "Painted at half the pixels and scaled back up."
    ALTERNATE = 2
    """Every other picture is painted, or still fewer with a look that takes long; the ones between are the
    last painting, moved along with the scene."""
    CHEAPER = 3
    "Another look that takes less."
    PLAIN = 4
    "The camera's picture, with overlays."

    @property
    def wire(self) -> RungName:
        """As messages name it."""
        return _WIRE[self]


_WIRE: dict[Rung, RungName] = {
    Rung.FULL: "full",
    Rung.SMALLER: "smaller",
    Rung.ALTERNATE: "alternate",
    Rung.CHEAPER: "cheaper",
    Rung.PLAIN: "plain",
}


@dataclass(frozen=True, slots=True)
class Serving:
    """What a session gets."""

    look: str | None
    "None: its pictures go back as they came."
    size: Size
    "At which they are painted."
    stride: int
    "One of so many pictures is painted."


@lru_cache(1024)
def smaller(size: Size) -> Size:
    """About half the pixels in the same shape, to the nearest multiples of STEP; `size` itself if that is
    too small to halve."""
    width, height = (max(STEP, round(side * 0.5**0.5 / STEP) * STEP) for side in size)
    return (width, height) if min(width, height) >= LEAST_SIDE else size


@lru_cache(1024)
def serving(
    rung: Rung, look: str | None, cheaper: str | None, size: Size, *, shrinks: bool, stride: int = 2
) -> Serving:
    """What this rung means for a session that asks for `look` at `size`.

    `shrinks`: whether a smaller picture would save anything. `stride`: one of how many is painted where not
    all are.
    """
    if look is None or rung is Rung.PLAIN:
        return Serving(None, size, 1)
    if rung is Rung.CHEAPER:
        look = cheaper or look
    return Serving(
        look,
        smaller(size) if shrinks and rung >= Rung.SMALLER else size,
        stride if rung >= Rung.ALTERNATE else 1,
    )


def in_words(rung: Rung, look: str, given: Serving, size: Size) -> str:
    """For the wearer: what is less than asked for; empty where nothing is."""
    if rung is Rung.FULL:
        return ""
    if given.look is None:
        return f"overlays only: there is no time to paint {look!r}"
    parts = []
    if given.look != look:
        parts.append(f"painted with {given.look!r} instead of {look!r}")
    if given.size != size:
        parts.append(f"painted at {given.size[0]} x {given.size[1]} and scaled up")
    if given.stride > 1:
        share = "every other picture" if given.stride == 2 else f"one picture in {given.stride}"
        parts.append(f"{share} painted, the ones between moved along")
    return ", ".join(parts)
