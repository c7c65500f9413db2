"""The display that is a file: what comes back, with its scene drawn over it, at the times it was captured.

Encodes in a thread of its own. Knows nothing of connections.
"""

import contextlib
import queue
import threading
from fractions import Fraction
from pathlib import Path

import av
import structlog

from overglass_edge.overlay import with_scene
from overglass_edge.trip import Trip
from overglass_protocol.errors import DisplayError
from overglass_protocol.frame import Frame

log = structlog.get_logger()

TIME_BASE = Fraction(1, 90_000)
BACKLOG = 150
"Frames, five seconds at 30 fps; a disk further behind loses frames, counted, and holds nothing up."

LEAVE = 30.0
"Seconds to write what has gathered, many times what a working disk takes."


class FileDisplay:
    """Writes frames to `path`. Raises DisplayError when that cannot be."""

    def __init__(self, path: Path, fps: float = 30.0) -> None:
        self.dropped = 0
        self.written = 0
        self._path = path
        self._fps = Fraction(fps).limit_denominator(1001)
        self._failed: str | None = None
        self._frames: queue.Queue[tuple[Frame, float] | None] = queue.Queue(BACKLOG)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(str(path), "w", format="mp4")
        except (OSError, av.FFmpegError) as error:
            raise DisplayError(
                f"cannot write {path}: {error}", cure="Choose a folder that can be written to."
            ) from error
        self._thread = threading.Thread(target=self._run, name="file-display", daemon=True)
        self._thread.start()

    def show(self, frame: Frame, trip: Trip | None) -> None:
        at = trip.capture_time if trip is not None else frame.decoded
        try:
            self._frames.put_nowait((frame, at))
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        with contextlib.suppress(queue.Full):
            self._frames.put(None, timeout=LEAVE)
        self._thread.join(LEAVE)
        if self._thread.is_alive():
            self._failed = "the disk takes nothing any more"
        if self._failed is not None:
            raise DisplayError(
                f"{self._path} is not whole: {self._failed}", cure="Free disk space and retry."
            )

    def _run(self) -> None:
        try:
            self._write()
        except Exception as error:
            self._failed = str(error)
            log.exception("the display file cannot be written any more", path=str(self._path))
            while self._frames.get() is not None:
                self.dropped += 1

    def _write(self) -> None:
        with self._container as container:
            stream, first, last = None, 0.0, -1
            while (item := self._frames.get()) is not None:
                frame, at = item
                if stream is None:
                    stream = container.add_stream("libx264", rate=self._fps)
                    stream.width, stream.height = frame.picture.width, frame.picture.height
                    stream.pix_fmt, stream.time_base = "yuv420p", TIME_BASE
                    stream.codec_context.time_base = TIME_BASE
                    stream.options = {"preset": "superfast", "crf": "20"}
                    first = at
                picture = with_scene(frame.picture, frame.envelope.scene if frame.envelope else None)
                if (picture.width, picture.height) != (stream.width, stream.height):
                    picture = picture.reformat(stream.width, stream.height)
                last = max(last + 1, round((at - first) / TIME_BASE))
                picture.pts, picture.time_base = last, TIME_BASE
                picture.pict_type = av.video.frame.PictureType.NONE
                container.mux(stream.encode(picture))
                self.written += 1
            if stream is not None:
                container.mux(stream.encode(None))
