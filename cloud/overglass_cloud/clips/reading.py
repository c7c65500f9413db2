"""Decodes a stretch of a clip: pictures by number, exactly, from wherever it begins.

A picture is the same whichever stretch it is read in. Holds a few pictures at a time.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from overglass_cloud.clips.opened import CONVERT, opened
from overglass_cloud.clips.probe import Clip, picture_stream
from overglass_cloud.clips.upright import Upright
from overglass_protocol.errors import ClipError

GROWTH = 4
"Times the first picture's pixels that a later one may have: what was let in was the first one's size."


def pictures(path: Path, clip: Clip, first: int, last: int) -> Iterator[tuple[int, av.VideoFrame]]:
    """Pictures [first, last) with their numbers, upright, `yuv420p`, even sides, with their own `pts`.

    Raises ClipError where one cannot be decoded, naming its time.
    """
    if first >= last:
        return
    upright = Upright(clip)
    wanted = first
    with ExitStack() as stack:
        for picture in _from(stack, path, clip, first):
            number = int(np.searchsorted(clip.pts, picture.pts or 0))
            if number < wanted or number >= clip.frames or clip.pts[number] != picture.pts:
                continue
            if number > wanted:
                break
            yield number, upright(picture)
            wanted += 1
            if wanted == last:
                return
    seconds = float(int(clip.pts[wanted]) * clip.time_base)
    raise ClipError(
        f"the picture at {seconds:.3f} s of {path.name} cannot be decoded",
        code="damaged",
        cure=f"Cut it before {seconds:.1f} s, or repair it. {CONVERT}",
    )


def _from(stack: ExitStack, path: Path, clip: Clip, first: int) -> Iterator[av.VideoFrame]:
    """Decodes from the key frame at or before a picture; from an earlier one where that proves too late, as
    it does when pictures are shown before the key frame that they are stored behind, and from the very
    beginning where nothing else helps: some kinds of files are sought by decoding time."""
    target = int(clip.pts[first])
    place = int(np.searchsorted(clip.keys, target, side="right")) - 1
    while True:
        container = stack.enter_context(opened(path))
        stream = picture_stream(container)
        stream.thread_type = "AUTO"
        if place > 0:
            container.seek(int(clip.keys[place]), stream=stream)
        decoded = _decoded(container, stream)
        head = next(decoded, None)
        if place <= 0 or (head is not None and head.pts is not None and head.pts <= target):
            break
        place -= 1
        stack.pop_all().close()
    if head is not None:
        yield head
        yield from decoded


def _decoded(container: InputContainer, stream: av.VideoStream) -> Iterator[av.VideoFrame]:
    """All that can be; a damaged packet is a gap. Raises ClipError for pictures far larger than the first."""
    most = stream.codec_context.width * stream.codec_context.height
    for packet in container.demux(stream):
        try:
            decoded = stream.decode(packet)
        except av.error.InvalidDataError:
            continue
        for picture in decoded:
            if picture.width * picture.height > GROWTH * most:
                raise ClipError(
                    f"the pictures grow to {picture.width}x{picture.height} in mid-clip",
                    code="too-many-pixels",
                    cure=CONVERT,
                )
            if picture.pts is None:
                picture.pts = picture.dts
            if picture.pts is not None:
                yield picture
