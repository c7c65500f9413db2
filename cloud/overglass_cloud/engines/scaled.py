"""A picture made smaller for painting, and its painting made as large again. Knows no look."""

import av
import cv2

from overglass_cloud.engines.planes import Plane, picture_like, views
from overglass_protocol.errors import LookError


def shrunk(picture: av.VideoFrame, size: tuple[int, int]) -> av.VideoFrame:
    """The picture at `size`, width and height, both even; the same picture where it has that size.

    Linear: at half the pixels there is nearly nothing to average over.
    """
    return _scaled(picture, size, cv2.INTER_LINEAR)


def enlarged(painting: av.VideoFrame, size: tuple[int, int]) -> av.VideoFrame:
    """The painting at `size`; cubic, since lines that were painted should stay crisp."""
    return _scaled(painting, size, cv2.INTER_CUBIC)


def _scaled(picture: av.VideoFrame, size: tuple[int, int], how: int) -> av.VideoFrame:
    if (picture.width, picture.height) == size:
        return picture
    if size[0] % 2 or size[1] % 2:
        raise LookError(f"a picture of {size[0]}x{size[1]} cannot be painted", cure="Send even sides.")
    y, cb, cr = views(picture)
    half = size[0] // 2, size[1] // 2
    return picture_like(picture, (_plane(y, size, how), _plane(cb, half, how), _plane(cr, half, how)))


def _plane(plane: Plane, size: tuple[int, int], how: int) -> Plane:
    return cv2.resize(plane, size, interpolation=how)  # type: ignore[return-value]
