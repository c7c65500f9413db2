"""Reads a picture file that a stranger sent: checked before it is decoded, upright, opaque, of modest size.

The limits hold whatever the file's header says of itself. Knows no HTTP and no session.
"""

import io
import struct
import warnings
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from overglass_protocol.errors import PictureError
from overglass_protocol.reference import KINDS, Reference

Rgb = NDArray[np.uint8]
"A picture, (height, width, 3)."

LONGEST_SIDE = 1024
"Pixels: what is larger is scaled down."
MAX_PIXELS = 50_000_000
"What today's telephones take at most. Decoded that is 150 to 200 MB for a moment."
MIN_SIDE, MAX_SIDE = 32, 32_768

_FORMATS = ("PNG", "JPEG", "WEBP")
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"How a picture is turned by its EXIF orientation (CIPA DC-008, 4.6.5.1)."
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    zlib.error,
)
"What Pillow raises on files that are not what they say."


def read_picture(reference: Reference, longest: int = LONGEST_SIDE) -> Rgb:
    """The file's picture, read-only, at most `longest` pixels a side. Raises PictureError with the cure.

    Turned as its EXIF says; transparent parts on white; of an animation the first picture.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks on odd notes are of no use to anybody here
            picture = _upright(reference.data, longest)
    except PictureError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise _too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise _broken("its header makes no sense") from error
    except _BROKEN as error:
        raise _broken(str(error).strip() or type(error).__name__) from error
    pixels = np.array(picture, np.uint8)
    pixels.flags.writeable = False
    return pixels


def _upright(data: bytes, longest: int) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        _check_size(*image.size)
        turn = _UPRIGHT.get(_orientation(image))
        picture = _opaque(_shrunk(image, longest))
    return picture if turn is None else picture.transpose(turn)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise PictureError(
            f"the picture has only {width}x{height} pixels",
            code="picture-too-small",
            cure=f"Choose one with at least {MIN_SIDE} pixels each way; a few hundred are better.",
        )


def _shrunk(image: Image.Image, longest: int) -> Image.Image:
    """Decoded, no larger than `longest`."""
    scale = min(1.0, longest / max(image.size))
    width, height = (max(1, round(side * scale)) for side in image.size)
    image.draft("RGB", (width, height))  # lets a JPEG be decoded at a half, quarter or eighth
    image.load()
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    if image.size == (width, height):
        return image
    return image.resize((width, height), Image.Resampling.BOX if scale < 0.25 else Image.Resampling.LANCZOS)


def _opaque(image: Image.Image) -> Image.Image:
    """As RGB, 8 bits a channel."""
    if image.mode.startswith(("I", "F")):  # 16 bits; Pillow's own conversion clips what is above 255
        grey = np.asarray(image).astype(np.float32) / 257
        return Image.fromarray(np.clip(np.rint(grey), 0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1  # a picture with broken notes is still a picture


def _too_many_pixels() -> PictureError:
    return PictureError(
        f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels, or {MAX_SIDE} on a side",
        code="too-many-pixels",
        cure=f"Scale it down: more than {LONGEST_SIDE} pixels on the longer side are of no use here.",
    )


def _broken(why: str) -> PictureError:
    return PictureError(
        f"the picture's file is broken or cut short ({why[:200]})",
        code="picture-broken",
        cure=f"Open it in a picture viewer to see whether it is whole. {KINDS}",
    )
