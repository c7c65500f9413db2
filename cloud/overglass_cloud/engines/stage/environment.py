"""People kept, everything else replaced: by a painted place, or by what another look makes of the picture.

Where people are is known from the sitter, as well as it is known by now. Until it is known for the first time,
and when nothing has been known for long, the plain picture is seen; one fades into the other. It differs from
painting with `control.region` by that: there every picture waits for its own mask and is dropped without it,
here none ever is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import av
import numpy as np

from overglass_cloud.engines import planes
from overglass_cloud.engines.planes import Planes
from overglass_cloud.engines.stage.backdrop import Backdrop, Place
from overglass_cloud.engines.stage.matte import Cut, Matte, laid_over, seconds_of
from overglass_cloud.looks import Engine, Sitter, State
from overglass_protocol.control import Control


@dataclass(slots=True)
class Scenery:
    """What a session keeps; `behind` is what the surroundings keep for it."""

    control: Control
    sitter: Sitter
    behind: State
    matte: Matte = field(default_factory=Matte)


class Surroundings(Protocol):
    """What is seen behind people."""

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        """As `Engine.prepare`."""
        ...

    def around(self, picture: av.VideoFrame, cut: Cut, state: State) -> Planes:
        """Planes of the picture's size, as they are to be seen behind the people that were cut out of it."""
        ...


class Environment:
    """An `Engine` that keeps people and paints what is around them."""

    max_batch = 1

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Scenery:
        ours = previous if isinstance(previous, Scenery) else None
        behind = self._surroundings.prepare(control, ours.behind if ours is not None else None, sitter)
        if ours is None:
            return Scenery(control, sitter, behind)
        return replace(ours, control=control, sitter=sitter, behind=behind)

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        return [self._paint(picture, scenery) for picture, scenery in zip(pictures, states, strict=True)]

    def _paint(self, picture: av.VideoFrame, scenery: Scenery) -> av.VideoFrame:
        cut = scenery.matte.cut(picture, scenery.sitter.mask(picture))
        if cut is None or scenery.control.strength == 0:
            return picture
        behind = self._surroundings.around(picture, cut, scenery.behind)
        return planes.picture_like(picture, laid_over(picture, behind, cut, scenery.control.strength))


@dataclass(slots=True)
class Standpoint:
    """Where a session stands in a place."""

    seed: int
    backdrop: Backdrop | None = None
    x: float = 0.0
    y: float = 0.0
    "How far the camera has turned, in shares of the picture's sides."
    began: float | None = None


class Painted:
    """`Surroundings` that are a place painted from numbers; another one for each seed."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._seed = 0
        self._layers = place(np.random.default_rng(0))

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Standpoint:
        if control.seed != self._seed:
            self._layers, self._seed = self._place(np.random.default_rng(control.seed)), control.seed
        same = isinstance(previous, Standpoint) and previous.seed == control.seed
        return previous if same else Standpoint(control.seed, Backdrop.unsized(self._layers))

    def around(self, picture: av.VideoFrame, cut: Cut, state: State) -> Planes:
        ...
