"""Pictures as they are measured: bounded in size, and in colours that are as far apart as they look."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_protocol.errors import QualityError

Pixels = NDArray[np.uint8]
"(height, width, 3), RGB, 0..255."
Colours = NDArray[np.float32]
"(height, width, 3), CIE L* 0..100, a* and b*."

LONGEST = 512
"Pixels of the longer side at which pictures are measured; larger ones are scaled down, none up."
SMALLEST = 16
"Pixels of the shorter side below which nothing can be followed or compared."


def reduced(picture: Pixels) -> Pixels:
    """The picture at the size at which it is measured. Raises QualityError for what is no RGB picture."""
    _check(picture)
    height, width = picture.shape[:2]
    scale = LONGEST / max(height, width)
    if scale >= 1:
        return picture
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def pair(source: Pixels, painted: Pixels) -> tuple[Pixels, Pixels]:
    """Both, reduced. Raises QualityError where they are not pictures of one size."""
    if source.shape != painted.shape:
        raise QualityError(
            f"a painted picture is {_size(painted)}, its source {_size(source)}",
            cure="Scale one to the other's size first.",
        )
    return reduced(source), reduced(painted)


def colours(picture: Pixels) -> Colours:
    """sRGB to CIE L*a*b* under D65."""
    light = picture.astype(np.float32)
    light *= 1 / 255
    return np.asarray(cv2.cvtColor(light, cv2.COLOR_RGB2LAB), np.float32)


def _check(picture: NDArray[Any]) -> None:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise QualityError(
            f"a picture is {picture.dtype} of shape {picture.shape}",
            cure="Give RGB as uint8, (height, width, 3).",
        )
    if min(picture.shape[:2]) < SMALLEST:
        raise QualityError(
            f"a picture of {_size(picture)} is too small to be measured",
            cure=f"Both sides need at least {SMALLEST} pixels.",
        )


def _size(picture: NDArray[Any]) -> str:
    return "x".join(str(side) for side in picture.shape[1::-1])
