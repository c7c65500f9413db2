"""Pictures and small clips to mark, made here or cut from real ones."""

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from tests import shared

RATE = 30


def walk(count: int) -> list[av.VideoFrame]:
    """The first pictures of a real walk, 848x480."""
    with av.open(str(shared.clip("walk_first_person.mp4"))) as clip:
        return [picture.reformat(format="yuv420p") for picture in islice(clip.decode(video=0), count)]


def some_of_each(every: int, at_most: int) -> Iterator[av.VideoFrame]:
    """Pictures from all over the real clips."""
    for name in ("walk_first_person.mp4", "sign_book.mkv", "sign_sister.mkv", "sign_sorry.mkv"):
        with av.open(str(shared.clip(name))) as clip:
            for picture in islice(clip.decode(video=0), 0, every * at_most, every):
                yield picture.reformat(format="yuv420p")


def scenery(width: int, height: int, seed: int = 0) -> av.VideoFrame:
    """A made picture with large and small shapes, and none of the mark."""
    rng = np.random.default_rng(seed)
    field = np.full((height, width, 3), 128, np.float32)
    for size, depth in ((6, 8), (24, 30), (70, 40)):
        grain = rng.normal(0, depth, (height // size + 2, width // size + 2, 3)).astype(np.float32)
        field += cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
    pixels = np.clip(field, 0, 255).astype(np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")


def encoded(pictures: Sequence[av.VideoFrame], crf: int, size: tuple[int, int] | None = None) -> bytes:
    """An H.264 clip of them, scaled before."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="mp4") as clip:
        stream = clip.add_stream("libx264", rate=RATE, options={"crf": str(crf)})
        stream.width, stream.height = size or (pictures[0].width, pictures[0].height)
        for index, picture in enumerate(pictures):
            scaled = picture.reformat(width=stream.width, height=stream.height)
            scaled.pts, scaled.time_base = index, Fraction(1, RATE)
            clip.mux(stream.encode(scaled))
        clip.mux(stream.encode())
    return memory.getvalue()


def written(path: Path, pictures: Sequence[av.VideoFrame], crf: int = 23) -> Path:
    path.write_bytes(encoded(pictures, crf))
    return path


def decoded(data: bytes) -> list[av.VideoFrame]:
    with av.open(io.BytesIO(data), "r") as clip:
        return list(clip.decode(video=0))
