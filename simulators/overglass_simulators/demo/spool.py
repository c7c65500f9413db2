"""Pairs of pictures, kept while a run is measured so that the clip can be made afterwards.

They go to disk as they lie in memory. Measured beside a run of 848x480 at 30 fps that costs 0.01 core,
where two x264 encoders at their fastest cost 0.22 and JPEGs 0.13; the run's p50 stayed within the spread
of runs that kept nothing (13 to 17 ms on two shared cores). Knows nothing of layout and codecs.
"""

import os
import queue
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import av
import numpy as np
import structlog
from numpy.typing import NDArray

from overglass_edge.trip import Trip
from overglass_protocol.errors import DisplayError
from overglass_protocol.scene import Scene
from overglass_simulators.demo.pairs import Pair

log = structlog.get_logger()

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"Luma (h, w), Cb and Cr (h/2, w/2)."

BACKLOG = 60
"Pairs, two seconds at 30 fps; a disk further behind loses pairs, counted, and holds nothing up."
MOST_BYTES = 4 << 30
"Pictures are kept up to here: about two minutes of 848x480 at 30 fps. The figures go on after that."
SPARE_BYTES = 1 << 30
"What is left free on the disk."


@dataclass(frozen=True, slots=True)
class _Half:
    """Where a picture lies in the file."""

    offset: int
    width: int
    height: int
    lines: tuple[int, ...]
    "Bytes from one line to the next, plane by plane."


@dataclass(frozen=True, slots=True)
class Kept:
    """A pair on disk."""

    trip: Trip
    camera: _Half
    result: _Half
    scene: Scene | None = None


class Spool:
    """Takes pairs from `keep`, from the event loop, and writes them in a thread of its own.

    A context manager around the file, which goes away with it. `finish` before reading.
    """

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        """Raises DisplayError when the file cannot be made."""
        self.kept: list[Kept] = []
        self.dropped = 0
        "Pairs lost since the disk was too slow."
        self.full = False
        "Whether later pairs were left out for want of room."
        self.colorspace = 0
        "FFmpeg's number for what the camera's colours mean."
        self._path = path
        self._most = most_bytes
        self._size = 0
        self._failed: OSError | None = None
        self._pairs: queue.Queue[Pair | None] = queue.Queue(BACKLOG)
        try:
            self._file = path.open("wb", buffering=0)
            self._most = min(most_bytes, shutil.disk_usage(path.parent).free - SPARE_BYTES)
        except OSError as error:
            raise DisplayError(
                f"cannot write to {path.parent}: {error.strerror}", cure="Choose another --out."
            ) from error
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.finish()
        self._path.unlink(missing_ok=True)

    def keep(self, pair: Pair) -> None:
        """Never waits."""
        try:
            self._pairs.put_nowait(pair)
        except queue.Full:
            self.dropped += 1

    def finish(self) -> None:
        """Waits until what was taken is written. May be called twice."""
        if self._thread.is_alive():
            self._pairs.put(None)
            self._thread.join()
        self._file.close()

    def read(self) -> Iterator[tuple[Kept, Planes, Planes]]:
        """Every pair in order: camera and result. The arrays are views of the file."""
        if not self.kept:
            return
        data = np.memmap(self._path, np.uint8, "r")
        for kept in self.kept:
            yield kept, _planes(data, kept.camera), _planes(data, kept.result)

    def _run(self) -> None:
        while (pair := self._pairs.get()) is not None:
            if self.full or self._failed is not None:
                continue
            try:
                self._write(pair)
            except OSError as error:
                self._failed, self.full = error, True
                log.warning("no more pictures can be kept for the clip", reason=error.strerror)

    def _write(self, pair: Pair) -> None:
        camera = self._place(pair.camera, self._size)
        result = self._place(pair.result, camera.offset + _bytes(pair.camera))
        end = result.offset + _bytes(pair.result)
        if end > self._most:
            self.full = True
            return
        for plane in (*pair.camera.planes, *pair.result.planes):
            _write_all(self._file.fileno(), memoryview(plane))
        self._size = end
        self.colorspace = int(pair.camera.colorspace)
        self.kept.append(Kept(pair.trip, camera, result, pair.scene))

    @staticmethod
    def _place(picture: av.VideoFrame, offset: int) -> _Half:
        lines = tuple(plane.line_size for plane in picture.planes)
        return _Half(offset, picture.width, picture.height, lines)


def _bytes(picture: av.VideoFrame) -> int:
    return sum(plane.buffer_size for plane in picture.planes)


def _write_all(file: int, data: memoryview) -> None:
    while len(data):
        data = data[os.write(file, data) :]


def _planes(data: NDArray[np.uint8], half: _Half) -> Planes:
    planes, at = [], half.offset
    for index, line in enumerate(half.lines):
        width, height = (half.width, half.height) if index == 0 else (half.width // 2, half.height // 2)
        planes.append(data[at : at + line * height].reshape(height, line)[:, :width])
        at += line * height
    return planes[0], planes[1], planes[2]
