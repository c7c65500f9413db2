"""Pictures as arrays and back: the planes of a `yuv420p` picture, without its line padding.

Knows memory layout and sample range, nothing of looks. `yuvj420p` is the same layout under the old
name that FFmpeg gives to full-range pictures.
"""

from typing import NamedTuple

import av
import numpy as np
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from overglass_protocol.errors import LookError

Plane = NDArray[np.uint8]
"Samples, (height, width)."
Planes = tuple[Plane, Plane, Plane]
"Luma (h, w), then both colour differences, Cb and Cr, (h/2, w/2) each."


class Levels(NamedTuple):
    """How samples stand for light (ITU-R BT.601-7, 2.5.3): full range, or video range 16..235 and 16..240."""

    black: int
    "The luma sample of black."
    luma: int
    "From black to white."
    colour: int
    "From the lowest to the highest colour difference, about 128."


_FORMATS = ("yuv420p", "yuvj420p")
_COPIED = ("pts", "dts", "duration", "time_base", "colorspace", "color_range", "color_primaries", "color_trc")


def views(picture: av.VideoFrame) -> Planes:
    """The picture's own memory, read-only: lines may be padded, so rows are not contiguous.

    Raises LookError for a picture that is not planar 4:2:0.
    """
    if picture.format.name not in _FORMATS:
        raise LookError(f"a look was given a {picture.format.name} picture", cure="Convert it to yuv420p.")
    y, cb, cr = (_samples(plane) for plane in picture.planes)
    for plane in (y, cb, cr):
        plane.flags.writeable = False
    return y, cb, cr


def picture_like(source: av.VideoFrame, planes: Planes) -> av.VideoFrame:
    """A new picture with these samples, and with the size, the time and the colour meaning of `source`."""
    picture = av.VideoFrame(source.width, source.height, source.format.name)
    for plane, samples in zip(picture.planes, planes, strict=True):
        np.copyto(_samples(plane), samples)
    for name in _COPIED:
        setattr(picture, name, getattr(source, name))
    return picture


def levels(picture: av.VideoFrame) -> Levels:
    """What the picture's samples mean; unmarked pictures hold video range, as FFmpeg takes it too."""
    full = picture.color_range == ColorRange.JPEG or picture.format.name == "yuvj420p"
    return Levels(0, 255, 255) if full else Levels(16, 219, 224)


def _samples(plane: av.video.plane.VideoPlane) -> Plane:
    """(height, width) over the plane's memory, which holds `line_size` bytes a line."""
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
