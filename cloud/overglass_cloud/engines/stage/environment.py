"""People kept, everything else replaced: by a painted place, or by what another look makes of the picture.

Where people are is known from the sitter, as well as it is known by now. Until it is known for the first
time, and when nothing has been known for long, the plain picture is seen; one fades into the other. That is
how it differs from `control.region`: there every picture waits for its own mask and is dropped without it,
here none ever is.
"""

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

import av
import numpy as np

from overglass_cloud.engines import planes
from overglass_cloud.engines.planes import Levels, Planes
from overglass_cloud.engines.stage.backdrop import Backdrop, Place
from overglass_cloud.engines.stage.matte import Cut, Matte, laid_over, seconds_of
from overglass_cloud.looks import Engine, Sitter, State
from overglass_protocol.control import Control

SIZES_KEPT = 2
"Sizes of pictures that a place is kept ready for, at up to 100 MB each."
CENTRING = 0.98
"What is left of looking up or down after each picture, lest small errors add up."
GOLDEN = 0.6180339887
"Of a round, from one seed to the next: no two look the same way."


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

    def around(self, picture: av.VideoFrame, cut: Cut, state: State) -> Planes | None:
        """Planes of the picture's size, as they are to be seen behind the people that were cut out of it;
        None as long as they are not ready."""
        ...


class Environment:
    """An `Engine` that keeps people and paints what is around them."""

    max_batch = 1

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        planes.keep_memory()

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
        if behind is None:
            scenery.matte.hide()
            return picture
        return planes.picture_like(picture, laid_over(picture, behind, cut, scenery.control.strength))


class Around:
    """`Surroundings` that another look's engine paints from the picture itself."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        # How much of it is seen is decided where it is laid behind people.
        return self._engine.prepare(control.model_copy(update={"strength": 1.0}), previous, sitter)

    def around(self, picture: av.VideoFrame, cut: Cut, state: State) -> Planes:
        [painted] = self._engine.paint([picture], [state])
        return planes.views(painted)


@dataclass(slots=True)
class Standpoint:
    """Where a session stands in a place, and which way it looks."""

    facing: float
    "Of the whole round."
    x: float = 0.0
    y: float = 0.0
    "How far the room has moved across the picture, in shares of its sides."


class Elsewhere:
    """`Surroundings` that are a place painted from numbers. The seed says which way one looks in it.

    A place takes most of a second to paint, once for each size of pictures. It has a thread of its own for
    that, since no session is to wait for another one's place.
    """

    def __init__(self, place: Place, *, waits: bool = False) -> None:
        """`waits`: whether the first picture waits for its place, rather than going out without it."""
        self._place = place
        self._waits = waits
        self._painter = ThreadPoolExecutor(1, thread_name_prefix="place")
        self._backdrops: OrderedDict[tuple[int, int, Levels], Future[Backdrop]] = OrderedDict()

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Standpoint:
        facing = control.seed * GOLDEN % 1.0
        return replace(previous, facing=facing) if isinstance(previous, Standpoint) else Standpoint(facing)

    def around(self, picture: av.VideoFrame, cut: Cut, state: State) -> Planes | None:
        painting = self.backdrop(picture.height, picture.width, planes.levels(picture))
        if not self._waits and not painting.done():
            return None
        backdrop, here = painting.result(), state
        here.x, here.y = here.x + cut.drift[0], CENTRING * (here.y + cut.drift[1])
        x = here.x * picture.width - here.facing * backdrop.round
        return backdrop.view(x, here.y * picture.height, seconds_of(picture))

    def backdrop(self, height: int, width: int, scale: Levels) -> "Future[Backdrop]":
        """The place for pictures of this size, which may still be being painted."""
        key = height, width, scale
        if key not in self._backdrops:
            self._backdrops[key] = self._painter.submit(self._paint, *key)
            while len(self._backdrops) > SIZES_KEPT:
                self._backdrops.popitem(last=False)
        self._backdrops.move_to_end(key)
        return self._backdrops[key]

    def _paint(self, height: int, width: int, scale: Levels) -> Backdrop:
        return Backdrop(self._place(np.random.default_rng(1)), (height, width), scale)
