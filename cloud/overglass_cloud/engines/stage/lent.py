"""People in front of a picture that the wearer lent: it fills the frame, and moves a little with the room.

Knows pictures; what is in front of them is `environment`'s business.
"""

from collections.abc import Callable
from dataclasses import dataclass

import av
import cv2
import numpy as np

from overglass_cloud.engines import planes
from overglass_cloud.engines.planes import Levels, Planes
from overglass_cloud.engines.stage.matte import Cut
from overglass_cloud.looks import Sitter, State
from overglass_cloud.references import Rgb
from overglass_protocol.control import Control

SLACK = 0.06
"Of the frame's sides, by which the picture is larger on each side: that far it moves."
CENTRING = 0.97
"What is left of a move after each frame, lest it stay at its end."


@dataclass(slots=True)
class Hung:
    """A picture as it hangs behind one session's people."""

    name: str | None
    picture: Rgb
    fitted: tuple[int, int, Levels] | None = None
    "The frame's height and width, and levels, that `planes` are for."
    planes: Planes | None = None
    x: float = 0.0
    y: float = 0.0
    "How far the room has moved, in shares of the frame's sides."


class Lent:
    """`Surroundings` that are a picture."""

    def __init__(self, picture_for: Callable[[Control], Rgb]) -> None:
        """`picture_for` gives the picture that a document names, or raises LookError with the cure."""
        self._picture_for = picture_for

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Hung:
        if isinstance(previous, Hung) and previous.name == control.reference:
            return previous
        return Hung(control.reference, self._picture_for(control))

    def around(self, picture: av.VideoFrame, cut: Cut, state: State) -> Planes:
        height, width = picture.height, picture.width
        fit = height, width, planes.levels(picture)
        if state.fitted != fit:
            state.planes, state.fitted = _fitted(state.picture, *fit), fit
        state.x, state.y = CENTRING * (state.x + cut.drift[0]), CENTRING * (state.y + cut.drift[1])
        left, top = (round(side / 2 * (SLACK - at)) for at, side in _within(state, width, height))
        y, cb, cr = state.planes
        return (
            y[2 * top : 2 * top + height, 2 * left : 2 * left + width],
            cb[top : top + height // 2, left : left + width // 2],
            cr[top : top + height // 2, left : left + width // 2],
        )


def _within(hung: Hung, width: int, height: int) -> tuple[tuple[float, int], tuple[float, int]]:
    hung.x, hung.y = (float(np.clip(at, -SLACK, SLACK)) for at in (hung.x, hung.y))
    return (hung.x, width), (hung.y, height)


def _fitted(picture: Rgb, height: int, width: int, scale: Levels) -> Planes:
    """The picture's middle, so large that it covers a frame of this size and the slack around it."""
    tall, wide = (2 * round(side * (0.5 + SLACK)) + 2 for side in (height, width))
    grown = max(tall / picture.shape[0], wide / picture.shape[1])
    size = max(wide, round(picture.shape[1] * grown)), max(tall, round(picture.shape[0] * grown))
    way = cv2.INTER_AREA if grown < 1 else cv2.INTER_CUBIC
    large = cv2.resize(np.ascontiguousarray(picture), size, interpolation=way)
    top, left = (size[1] - tall) // 2, (size[0] - wide) // 2
    colours = large[top : top + tall, left : left + wide].astype(np.float32) / 255
    return planes.to_planes(planes.light_of(colours), scale)
