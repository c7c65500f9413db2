"""Pictures and a clip for the benches, made on the spot."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from overglass_simulators.bench.content import Content


def painted(number: int, size: tuple[int, int] = (64, 64)) -> av.VideoFrame:
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    luma = (128 + 60 * np.sin((x + 5 * number) / 5) + 50 * np.sin(y / 7)).astype(np.uint8)
    chroma = np.full((height // 2, width), 128, np.uint8)
    picture = av.VideoFrame.from_ndarray(np.vstack([luma, chroma]), format="yuv420p")
    picture.pts, picture.time_base = number, Fraction(1, 30)
    return picture


def some_content(pictures: int = 5) -> Content:
    return Content("some pictures", tuple(painted(n) for n in range(pictures)))


def write_clip(path: Path) -> Path:
    """Twenty pictures of 96x64, thirty a second."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = 96, 64, "yuv420p"
        for number in range(20):
            out.mux(video.encode(painted(number, (96, 64))))
        out.mux(video.encode(None))
    return path
