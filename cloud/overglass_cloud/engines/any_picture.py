"""The look `any-picture`: the scene painted like whatever picture the wearer lends, at once and untrained.

Takes about 130 ms a picture on a processor core, so that most frames are let go. Knows pictures and
documents; how a style is carried over is `style_transfer`'s business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines import planes
from overglass_cloud.looks import Look, Sitter, State, Workshop
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError, ModelError

_no_opencv: ImportError | None = None
try:
    from overglass_cloud.style.style_transfer import Code, StyleTransfer
except ImportError as error:  # listing the looks must work without OpenCV; starting one says the cure
    _no_opencv = error

HELD = 0.8
"Of the scene's own code from picture to picture: each noise moves it a little, and would move colours."


@dataclass(slots=True)
class Sitting:
    """What a session keeps: the style, and of earlier frames what keeps the next from flickering."""

    control: Control
    code: "Code"
    own: "Code | None" = None
    "The scene's own style, smoothed; known while strength is below 1."
    memory: planes.Planes | None = None
    "The source, calmed."


class AnyPicture:
    """Paints one picture after another, each session's like the picture that it lent."""

    max_batch = 1

    def __init__(self, workshop: Workshop) -> None:
        """Raises LookError when the two networks are not here or cannot be loaded."""
        self._references = workshop.references
        self._transfer = _loaded(workshop)

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Sitting:
        """Reads a newly lent picture's style, about 6 ms. Raises LookError when there is none."""
        if isinstance(previous, Sitting) and previous.control.reference == control.reference:
            return Sitting(control, previous.code, previous.own, previous.memory)
        code = self._transfer.code_of(self._references.picture_for(control))
        return Sitting(control, code, memory=previous.memory if isinstance(previous, Sitting) else None)

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        return [self._paint(picture, sitting) for picture, sitting in zip(pictures, states, strict=True)]

    def _paint(self, picture: av.VideoFrame, sitting: Sitting) -> av.VideoFrame:
        strength = sitting.control.strength
        if strength == 0:
            return picture
        source = planes.views(picture)
        sitting.memory = planes.calmed(source, sitting.memory)
        scene = _rgb(planes.picture_like(picture, sitting.memory))
        painted = self._transfer.paint_any(scene, self._code(sitting, scene))
        # A weak style is a style too, so the picture itself comes back only below the middle.
        mixed = planes.mixed(source, _planes(painted, picture), min(1.0, 2 * strength))
        return planes.picture_like(picture, mixed)

    def _code(self, sitting: Sitting, scene: NDArray[np.uint8]) -> "Code":
        """Between the scene's own style and the picture's, as strength says."""
        strength = sitting.control.strength
        if strength == 1:
            sitting.own = None
            return sitting.code
        now = self._transfer.code_of(scene)
        sitting.own = now if sitting.own is None else now + np.float32(HELD) * (sitting.own - now)
        return sitting.own + np.float32(strength) * (sitting.code - sitting.own)


def _loaded(workshop: Workshop) -> "StyleTransfer":
    if _no_opencv is not None:
        raise LookError(
            f"OpenCV cannot be loaded: {_no_opencv}", cure="pip install 'overglass[cloud]'"
        ) from _no_opencv
    try:
        return StyleTransfer(workshop.models)
    except ModelError as error:
        raise LookError(error.message, cure=error.cure) from error


def _rgb(picture: av.VideoFrame) -> NDArray[np.uint8]:
    """(height, width, 3)."""
    return picture.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def _planes(rgb: NDArray[np.uint8], like: av.VideoFrame) -> planes.Planes:
    """As samples of the same meaning as those of `like`."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    meaning: dict[str, Any] = {"dst_colorspace": like.colorspace, "dst_color_range": like.color_range}
    return planes.views(frame.reformat(format=like.format.name, **meaning))


LOOKS = [
    Look(
        "any-picture",
        "Painted like a picture of yours, at once.",
        "neural",
        AnyPicture,
        needs=("magenta_style_predict", "magenta_style_transfer"),
        takes_reference=True,
        strength=0.8,
    )
]
