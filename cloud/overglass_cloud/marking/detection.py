"""Reads the watermark from pictures of any size, and says how sure that is.

The whole frame is read as it was marked, stretched or not; black bars around it are cut away. A crop
has moved the grid, which is sought where asked for.
"""

import itertools
from collections.abc import Generator, Iterable
from contextlib import closing, suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from overglass_cloud.clips.opened import opened
from overglass_cloud.marking.cropped import Crop
from overglass_cloud.marking.reading import Found, Luma, Reading
from overglass_protocol.errors import ClipError
from overglass_protocol.frame import MAX_PIXELS

PLACES, AT_EACH = 16, 3
"Of a clip: where it is looked at, and how many pictures in a row."
APART = 15
"Pictures from one to the next that is looked at, where a clip has few key frames."
BAR = 24
"Level of luma that black bars do not reach."
LEAST = 16
"Pixels of the shorter side."


def detect(pictures: Iterable[av.VideoFrame], *, cropped: bool = False) -> Found | None:
    """Reads all of the pictures, which ought to be few, and keeps none. `cropped`: also look for a part of a
    marked picture, where there is no whole one; takes about a second more.

    Key frames are read apart as well: at a low bitrate pictures between them carry little of the mark.
    """
    readings = [Reading() for _ in range(4)]
    whole, whole_keys, inside, inside_keys = readings
    crop = Crop() if cropped else None
    for picture in pictures:
        luma = luma_of(picture)
        if min(luma.shape) < LEAST:
            continue
        for reading in (whole, whole_keys) if picture.key_frame else (whole,):
            reading.add(luma)
        if crop is not None:
            crop.add(luma)
        if (bare := _without_bars(luma)) is not luma:
            for reading in (inside, inside_keys) if picture.key_frame else (inside,):
                reading.add(bare)
    found = [each for reading in readings if (each := reading.found()) is not None]
    if not found and crop is not None:
        return crop.found()
    return max(found, key=lambda each: each.confidence, default=None)


def detect_in(path: Path, *, cropped: bool = False) -> Found | None:
    """Looks at pictures from all over a clip, at most PLACES * AT_EACH. Raises ClipError."""
    with opened(path) as clip:
        if not clip.streams.video:
            raise ClipError(f"{path.name} has no pictures", code="no-video", cure="Give a video file.")
        with closing(_sampled(clip)) as pictures:
            return detect(pictures, cropped=cropped)


def luma_of(picture: av.VideoFrame) -> Luma:
    """(height, width), 0..255, of a picture in any format."""
    if not picture.format.name.startswith(("yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12", "gray")) or (
        picture.format.components[0].bits != 8
    ):
        picture = picture.reformat(format="yuv420p")
    plane = picture.planes[0]
    samples = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)
    return samples[:, : plane.width]


def _sampled(clip: av.container.InputContainer) -> Generator[av.VideoFrame, None, None]:
    stream = clip.streams.video[0]
    stream.thread_type = "AUTO"
    if stream.codec_context.width * stream.codec_context.height > MAX_PIXELS:
        raise ClipError("the clip's pictures are too large to look at", code="too-large")
    length = _length(clip, stream)
    if length <= 0 or stream.time_base is None:
        yield from itertools.islice(clip.decode(stream), PLACES * AT_EACH)
        return
    seen: set[int | None] = set()
    for place in range(PLACES):
        at = int(length * place / PLACES / stream.time_base) + (stream.start_time or 0)
        # A place that is damaged says nothing; others may.
        with suppress(av.FFmpegError):
            clip.seek(at, stream=stream)
            for picture in itertools.islice(clip.decode(stream), AT_EACH):
                if picture.pts in seen:
                    break
                seen.add(picture.pts)
                yield picture
    if len(seen) < PLACES:  # too few key frames to go to, and the first may be black
        with suppress(av.FFmpegError):
            clip.seek(stream.start_time or 0, stream=stream)
            yield from itertools.islice(clip.decode(stream), APART, PLACES * APART, APART)


def _length(clip: av.container.InputContainer, stream: av.VideoStream) -> Fraction:
    """Seconds; 0 where nobody says."""
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return Fraction(clip.duration or 0, av.time_base) if stream.time_base else Fraction(0)


def _without_bars(luma: Luma) -> Luma:
    """The picture inside black bars; the same object where there are none."""
    rows, columns = (np.flatnonzero(luma.max(axis) > BAR) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return luma
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    if (bottom - top, right - left) == luma.shape or min(bottom - top, right - left) < LEAST:
        return luma
    return luma[top:bottom, left:right]
