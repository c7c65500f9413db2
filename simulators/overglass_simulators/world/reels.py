"""Recorded pictures in the order of their times, out of a video file or a session folder.

Both are decoded as they are asked for, never all at once, and play what is whole of what is torn.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import av

from overglass_edge.sources import assumed_intrinsics
from overglass_edge.sources.footage import Footage
from overglass_edge.sources.framing import Framer
from overglass_protocol.errors import RecordingError, SourceError
from overglass_protocol.packet import presentation_time
from overglass_protocol.pose import Intrinsics, Pose
from overglass_protocol.recording.session_folder import SessionFolder


@dataclass(frozen=True, slots=True)
class Still:
    """One picture of a reel."""

    time: float
    "Seconds from the reel's first."
    picture: av.VideoFrame
    "Planar YUV 4:2:0, upright."
    pose: Pose | None
    "The head's when just this was captured; None where only a motion beside the pictures is known, if any."


class Reel(Protocol):
    """Recorded pictures."""

    intrinsics: Intrinsics
    "Of the first picture."
    measured: bool
    "Whether they are more than a guess."
    begins: float
    "Time of the first picture on the clock of the motion that was recorded with it."
    seconds: float
    "From the first picture until the last has stood its time."
    problems: tuple[str, ...]
    "What is missing or damaged, as far as it is known before playing."

    def stills(self) -> Iterator[Still]:
        """From the first on; ends early where the rest cannot be decoded."""
        ...


class VideoReel:
    """A video file. Raises SourceError when there is nothing to play in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.measured = False
        self.begins = 0.0
        self.problems: tuple[str, ...] = ()
        with closing(Footage(path, Counter())) as footage:
            # Only a decoded picture tells its size and rotation for certain.
            framer = Framer(None)
            framer.frame(next(footage.shots()).picture, footage.pixel_aspect)
            framing = framer.framing
            self.seconds = _declared(footage)
        if self.seconds <= 0:
            self.seconds, self.problems = self._counted()
        self.intrinsics = framing.intrinsics(assumed_intrinsics(framing.source_width, framing.source_height))

    def stills(self) -> Iterator[Still]:
        framer, first = Framer(None), None
        with closing(Footage(self._path, Counter())) as footage:
            try:
                for shot in footage.shots():
                    time = float(presentation_time(shot.picture))
                    first = time if first is None else first
                    yield Still(time - first, framer.frame(shot.picture, footage.pixel_aspect), None)
            except SourceError:
                if first is None:
                    raise

    def _counted(self) -> tuple[float, tuple[str, ...]]:
        """By decoding it all, where the file does not say."""
        first: float | None = None
        last = step = 0.0
        with closing(Footage(self._path, Counter())) as footage:
            try:
                for shot in footage.shots():
                    last = float(presentation_time(shot.picture))
                    first = last if first is None else first
                    step = footage.duration(shot.picture) * float(footage.time_base)
            except SourceError as error:
                return last - (first or 0.0) + step, (error.message,)
        return last - (first or 0.0) + step, ()


class SessionReel:
    """A session folder. Raises RecordingError when it is none, or has no picture that is whole."""

    def __init__(self, path: Path) -> None:
        self._session = session = SessionFolder.open(path)
        self.measured = True
        self.problems = session.problems
        if not session.frames:
            raise RecordingError(f"{path} holds no picture that is whole", cure="Name another session.")
        times = [line.capture_time for line in session.frames]
        self.begins = times[0]
        usual = (times[-1] - times[0]) / max(len(times) - 1, 1)
        self.seconds = (
            times[-1] - times[0] + (usual if usual > 0 else 1 / (session.manifest.camera.fps or 30))
        )
        seen = session.manifest.camera
        self.intrinsics = Intrinsics(seen.width, seen.height, seen.fx, seen.fy, seen.cx, seen.cy)

    def stills(self) -> Iterator[Still]:
        latest = -1.0
        try:
            for frame in self._session.pictures():
                time = frame.line.capture_time - self.begins
                if time > latest:
                    latest = time
                    yield Still(time, frame.picture, frame.line.pose)
        except RecordingError:
            # It says which pictures are lost once all that could be decoded have been handed out.
            if latest < 0:
                raise


def reel_of(path: Path | str) -> Reel:
    """Raises SourceError and RecordingError."""
    path = Path(path)
    return SessionReel(path) if path.is_dir() else VideoReel(path)


def _declared(footage: Footage) -> float:
    """Seconds of picture as the file has it; 0 if it does not say."""
    stream = footage.video
    return float((stream.duration or 0) * (stream.time_base or 0))
