"""A clip that behaves as a camera: it plays at its own pace, whether or not anybody keeps up."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av

from overglass_edge.sources.captured import Captured, assumed_intrinsics
from overglass_edge.sources.footage import Shot
from overglass_edge.sources.framing import Framer
from overglass_edge.sources.pacing import Clock, Pacer, Picker, SystemClock
from overglass_edge.sources.reel import Reel
from overglass_edge.sources.threaded import ThreadedCamera
from overglass_protocol.packet import SoundPacket, presentation_time


class FileCamera(ThreadedCamera):
    """Plays `path` from the first pull on, again and again with `loop`; see `Camera`.

    `size` crops and scales to cover it, `fps` picks pictures. A picture that misses its turn by more
    than one interval is skipped, and one that nobody took is displaced, as with a live camera; with
    `skip_late=False` every picture is handed out, and the clip waits for its taker. `dropped` counts
    pictures `late`, `displaced`, `damaged` (could not be decoded) and `out of order`.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        loop: bool = False,
        size: tuple[int, int] | None = None,
        fps: float | None = None,
        skip_late: bool = True,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(Path(path).name, lossless=not skip_late)
        self._path = Path(path)
        self._loop = loop
        self._wanted_fps = fps
        self._skip_late = skip_late
        self._clock = clock or SystemClock()
        self._framer = Framer(size)
        self._reel: Reel | None = None
        self._pixel_aspect = Fraction(1)
        self._shots: Iterator[Shot] = iter(())

    def _open(self) -> None:
        self._reel = reel = Reel(self._path, loop=self._loop, dropped=self.dropped)
        footage = reel.footage
        shots = reel.shots()
        # Only a decoded picture tells its size and rotation for certain.
        first = next(shots)
        self._shots = chain([first], shots)
        self._pixel_aspect = footage.pixel_aspect
        self._framer.frame(first.picture, self._pixel_aspect)
        framing = self._framer.framing
        self.width, self.height = framing.width, framing.height
        self.fps = min(self._wanted_fps or footage.fps, footage.fps)
        self.intrinsics = framing.intrinsics(assumed_intrinsics(framing.source_width, framing.source_height))
        self.sound = footage.sound

    def _captures(self) -> Iterator[Captured]:
        pacer = Pacer(1 / self.fps, skip_late=self._skip_late)
        picker = Picker(self._wanted_fps)
        sound: tuple[SoundPacket, ...] = ()
        self._pulled.wait()
        for shot in self._shots:
            sound += shot.sound
            picture = shot.picture
            at = presentation_time(picture)
            # The end of a clip is never skipped: the rest of the sound comes with it.
            is_end = shot.is_last and not self._loop
            if not (picker.picks(at) or is_end):
                continue
            now = self._clock.now()
            due = pacer.due(float(at), now)
            if due is None:
                if not is_end:
                    self.dropped["late"] += 1
                    continue
                due = now
            yield Captured(self._in_time(picture, due), due, sound=sound)
            sound = ()

    def _in_time(self, picture: av.VideoFrame, due: float) -> av.VideoFrame:
        picture = self._framer.frame(picture, self._pixel_aspect)
        self._clock.wait_until(due, self._stop)
        return picture

    def _close(self) -> None:
        if self._reel is not None:
            self._reel.close()
