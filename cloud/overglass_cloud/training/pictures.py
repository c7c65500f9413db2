"""The pictures that are painted for training: moments of clips, pictures in files, and a handful that the
package scikit-image carries. All are brought to the size at which styles are made.
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image, ImageOps

from overglass_cloud.training.lessons import Pixels
from overglass_protocol.errors import LookError

SHORT = 360
"Pixels of the shorter side: strokes are made for pictures of this size."
SMALLEST = 16
"Pixels a side; less is no picture to learn from."
MOST = 40_000_000
"Pixels; a larger file is refused before it is decoded."
MOMENTS = 24
"Taken of one clip, evenly."
CARRIED = (
    "astronaut.png",
    "chelsea.png",
    "coffee.png",
    "rocket.jpg",
    "motorcycle_left.png",
    "motorcycle_right.png",
    "camera.png",
    "coins.png",
    "hubble_deep_field.jpg",
    "retina.jpg",
    "color.png",
    "page.png",
)
"Photographs and a printed page in scikit-image's data folder, all free to use (its README.txt names each)."


def carried(*names: str, but: str = "") -> list[Pixels]:
    """Those of scikit-image, or some. Raises LookError with the cure when it is not installed."""
    found = find_spec("skimage")
    if found is None or found.origin is None:
        raise LookError(
            "training needs the pictures that scikit-image carries",
            cure="Run: pip install 'overglass[train]'.",
        )
    folder = Path(found.origin).parent / "data"
    return [sized(read(folder / name)) for name in names or CARRIED if name != but]


def read(path: Path) -> Pixels:
    """A picture file as RGB, upright. Raises LookError with the cure."""
    try:
        with Image.open(path) as image:
            width, height = image.size
            if width * height > MOST:
                raise LookError(
                    f"{path} has {width}x{height} pixels, and at most {MOST // 1_000_000} million are read",
                    cure="Make it smaller first; 1024 pixels a side are plenty.",
                )
            if min(width, height) < SMALLEST:
                raise LookError(
                    f"{path} has only {width}x{height} pixels",
                    cure=f"Give a picture of at least {SMALLEST}x{SMALLEST}; 256 or more make a good style.",
                )
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LookError(
            f"{path} is no picture that can be read: {reason}", cure="Give a PNG, JPEG or WebP file."
        ) from error


def moments(path: Path, most: int = MOMENTS) -> list[Pixels]:
    """Pictures of a clip, evenly spaced over it. Raises LookError with the cure."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise LookError(f"{path} has no pictures in it", cure="Give a video file.")
            found = _spread(container.decode(video=0), most)
    except (av.error.FFmpegError, OSError) as error:
        raise LookError(f"{path} cannot be read: {error}", cure="Give a video file, such as MP4.") from error
    if not found:
        raise LookError(f"{path} has no pictures in it", cure="Give a video file.")
    return [sized(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)) for frame in found]


def sized(picture: Pixels) -> Pixels:
    """The same, its shorter side SHORT; sides stay in proportion."""
    scale = SHORT / min(picture.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = tuple(max(SHORT, round(side * scale)) for side in picture.shape[1::-1])
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


def _spread(frames: Iterable[av.VideoFrame], most: int) -> list[av.VideoFrame]:
    """Up to twice `most` of any number, evenly, in one pass: when they are too many, every other one goes."""
    kept: list[av.VideoFrame] = []
    for frame in _thinned(frames, kept, 2 * most):
        kept.append(frame)
    return kept[:: max(1, len(kept) // most)]


def _thinned(
    frames: Iterable[av.VideoFrame], kept: list[av.VideoFrame], most: int
) -> Iterator[av.VideoFrame]:
    stride = 1
    for number, frame in enumerate(frames):
        if number % stride:
            continue
        if len(kept) == most:
            del kept[1::2]
            stride *= 2
            if number % stride:
                continue
        yield frame
