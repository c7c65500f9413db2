"""The pictures that are painted for training: moments of clips, pictures in files, and a handful that the
package scikit-image carries. All are brought to the size at which styles are made.
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import av
import cv2
import numpy as np

from overglass_cloud.style.picture_file import read_picture
from overglass_cloud.training.lessons import Pixels
from overglass_protocol.errors import LookError, PictureError
from overglass_protocol.reference import MAX_BYTES, Reference

SHORT = 360
"Pixels of the shorter side: strokes are made for pictures of this size."
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
    """A picture file as RGB, upright, its longer side at most 1024. Raises OverglassError with the cure."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise LookError(f"{path} cannot be read: {error.strerror}", cure="Check the file.") from error
    try:
        return read_picture(Reference(data))
    except PictureError as error:
        raise LookError(f"{path}: {error.message}", cure=error.cure) from error


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


def stretch(path: Path, count: int = 32) -> list[Pixels]:
    """Pictures of a clip one after the other, from its beginning. Raises LookError with the cure."""
    try:
        with av.open(str(path)) as container:
            frames = [frame for frame, _ in zip(container.decode(video=0), range(count), strict=False)]
    except (av.error.FFmpegError, OSError, IndexError) as error:
        raise LookError(f"{path} cannot be read: {error}", cure="Give a video file, such as MP4.") from error
    return [sized(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)) for frame in frames]


def sized(picture: Pixels) -> Pixels:
    """The middle of it at most twice as long as wide, the shorter side SHORT; sides stay in proportion."""
    height, width = picture.shape[:2]
    rows, columns = min(height, 2 * width), min(width, 2 * height)
    top, left = (height - rows) // 2, (width - columns) // 2
    picture = np.ascontiguousarray(picture[top : top + rows, left : left + columns])
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
