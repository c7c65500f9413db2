"""Pictures as arrays and back: the planes of a `yuv420p` picture, without its line padding.

Knows memory layout and sample range, nothing of looks. `yuvj420p` is the same layout under the old
name that FFmpeg gives to full-range pictures.
"""

from typing import Any, NamedTuple

import av
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from overglass_protocol.errors import LookError

Plane = NDArray[np.uint8]
"Samples, (height, width)."
Planes = tuple[Plane, Plane, Plane]
"Luma (h, w), then the colour differences Cb and Cr, (h/2, w/2) each."
Light = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
"The same as float32: luma 0..1 from black to white, colour differences -0.5..0.5."

_FORMATS = ("yuv420p", "yuvj420p")
_COPIED = ("pts", "dts", "duration", "time_base", "colorspace", "color_range", "color_primaries", "color_trc")


class Levels(NamedTuple):
    """How samples stand for light (ITU-R BT.601-7, 2.5.3)."""

    black: int
    "The luma sample of black."
    luma: int
    "From black to white."
    colour: int
    "From the lowest colour difference to the highest, about 128."


def views(picture: av.VideoFrame) -> Planes:
    """The picture's own memory, read-only: lines may be padded, so rows need not be contiguous.

    Raises LookError for a picture that is not planar 4:2:0.
    """
    if picture.format.name not in _FORMATS:
        raise LookError(f"a look was given a {picture.format.name} picture", cure="Convert it to yuv420p.")
    y, cb, cr = (_view(plane) for plane in picture.planes)
    for plane in (y, cb, cr):
        plane.flags.writeable = False
    return y, cb, cr


def own(picture: av.VideoFrame) -> Planes:
    """The same to write to, by who owns the picture alone."""
    y, cb, cr = (_view(plane) for plane in picture.planes)
    return y, cb, cr


def picture_like(source: av.VideoFrame, planes: Planes) -> av.VideoFrame:
    """A new picture with these samples, and with the time and the colour meaning of `source`."""
    height, width = planes[0].shape
    picture = av.VideoFrame(width, height, source.format.name)
    for plane, samples in zip(picture.planes, planes, strict=True):
        np.copyto(_view(plane), samples)
    for name in _COPIED:
        if (value := getattr(source, name)) is not None:  # what is None is None in a new picture too
            setattr(picture, name, value)
    return picture


def levels(picture: av.VideoFrame) -> Levels:
    """What the picture's samples mean. An unmarked picture is taken for video range, as FFmpeg does."""
    if picture.color_range == ColorRange.JPEG or picture.format.name == "yuvj420p":
        return Levels(0, 255, 255)
    return Levels(16, 219, 224)


def to_light(planes: Planes, scale: Levels) -> Light:
    """Samples to light; what is blacker than black or whiter than white is clipped."""
    y, cb, cr = (plane.astype(np.float32) for plane in planes)
    y = (y - scale.black) * (1 / scale.luma)
    return np.clip(y, 0, 1), (cb - 128) * (1 / scale.colour), (cr - 128) * (1 / scale.colour)


def light_of(colours: NDArray[Any]) -> Light:
    """Light from float32 colours, (h, w, 3), red, green, blue, 0 to 1, even sides (ITU-R BT.601-7, 2.5.1)."""
    weights = np.array((0.299, 0.587, 0.114), np.float32)
    small = (colours[::2, ::2] + colours[1::2, ::2] + colours[::2, 1::2] + colours[1::2, 1::2]) / 4
    grey = small @ weights
    return colours @ weights, (small[..., 2] - grey) / 1.772, (small[..., 0] - grey) / 1.402


def to_planes(light: Light, scale: Levels) -> Planes:
    """Light to the nearest samples in range."""
    y, cb, cr = light
    # The highest difference in full range would be 255.5, so half a sample is left out at the top.
    return (
        _sampled(np.clip(y, 0, 1), scale.luma, scale.black),
        _sampled(np.clip(cb, -0.5, 0.498), scale.colour, 128),
        _sampled(np.clip(cr, -0.5, 0.498), scale.colour, 128),
    )


def calmed(planes: Planes, memory: Planes | None) -> Planes:
    """The planes with small changes since `memory` held back, and large ones let through at once.

    Sensor and codec noise moves samples by a few levels, and whatever draws lines makes flicker of it.
    """
    y, cb, cr = planes
    if memory is None or memory[0].shape != y.shape:
        return y.copy(), cb.copy(), cr.copy()
    return _held(y, memory[0]), _held(cb, memory[1]), _held(cr, memory[2])


def mixed(source: Planes, painted: Planes, strength: float) -> Planes:
    """`strength` of the painted planes, 0..1, and the rest of the source."""
    if strength == 1:
        return painted
    y, cb, cr = (
        np.rint(a + (b.astype(np.float32) - a) * strength).astype(np.uint8)
        for a, b in zip(source, painted, strict=True)
    )
    return y, cb, cr


def keep_memory() -> None:
    """Makes this process hold on to memory that it frees: for engines that calculate in fields.

    Until glibc has seen a block of nearly 32 MiB freed, it gives every field back to the system and faults it
    in anew, which is half of a frame's time and more (mallopt(3), M_MMAP_THRESHOLD).
    """
    np.empty((32 << 20) - (64 << 10), np.uint8)


def _view(plane: VideoPlane) -> Plane:
    """(height, width) over the plane's memory, which holds `line_size` bytes a line."""
    return np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)[:, : plane.width]


def _sampled(field: NDArray[np.float32], span: int, zero: int) -> Plane:
    field *= span
    field += zero + 0.5
    return field.astype(np.uint8)


def _held(now: Plane, before: Plane) -> Plane:
    """Takes back three quarters of a change of up to 6 levels, ever less of a larger one, none above 12."""
    change: NDArray[np.int16] = np.subtract(now, before, dtype=np.int16)
    back = np.clip(change, -6, 6)
    change -= back
    back -= np.clip(change, -6, 6, out=change)
    back *= 3
    back += 1  # rounds, or darker would be held longer than lighter
    back >>= 2
    change = now - back
    return change.astype(np.uint8)
