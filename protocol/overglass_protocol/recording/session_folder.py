"""Reads a session folder back, also one whose recording was cut off, and says what it lacks.

Knows what the recorder wrote, not how it came to be written.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
from av.container import InputContainer

from overglass_protocol.control import Control
from overglass_protocol.errors import RecordingError
from overglass_protocol.imu import ImuSample
from overglass_protocol.packet import SoundPacket, presentation_time
from overglass_protocol.recording import fragments
from overglass_protocol.recording.fragments import Index
from overglass_protocol.recording.layout import CAPTURE, SOUND_TRACK, TIMELINE, VIDEO_TRACK
from overglass_protocol.recording.manifest import Manifest
from overglass_protocol.recording.timeline import EventLine, FrameLine, StagesLine, VideoLine
from overglass_protocol.recording.timeline_file import TimelineFile

_Stream = TypeVar("_Stream", av.VideoStream, av.AudioStream)


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """A frame of the timeline with its picture."""

    line: FrameLine
    picture: av.VideoFrame
    "With the `pts` and `time_base` that its source gave it."


@dataclass(frozen=True, slots=True)
class ControlChange:
    """What the wearer asked for, and when it was to be seen."""

    control: Control
    at: float
    "Seconds on the edge's monotonic clock."
    frame_id: int | None
    "The first frame that was painted so; None if none was."


@dataclass(frozen=True, slots=True)
class SessionFolder:
    """One recorded session."""

    path: Path
    manifest: Manifest
    frames: tuple[FrameLine, ...]
    "What is in the timeline and in the video, in order."
    controls: tuple[ControlChange, ...]
    events: tuple[EventLine, ...]
    returned: tuple[StagesLine, ...]
    "Frames that came back from the cloud, with their times."
    imu: tuple[ImuSample, ...]
    "What the head's inertial sensor said, in order; empty where it has none."
    problems: tuple[str, ...]
    "All that is missing or damaged, one sentence each."
    video: VideoLine | None
    "How the times of source and video belong together; None when no picture was recorded."
    whole: int
    "Bytes of capture.mp4 up to the end of its last whole fragment."

    @property
    def complete(self) -> bool:
        """Whether the recording came to a clean end."""
        return self.manifest.complete

    @classmethod
    def open(cls, path: Path | str) -> "SessionFolder":
        """Reads everything but pictures and sound. Raises RecordingError when this is no session."""
        path = Path(path)
        manifest = Manifest.read(path)
        timeline = TimelineFile.read(path / TIMELINE)
        problems = [*_ending(manifest), *timeline.problems]
        index = _index(path / CAPTURE, problems)
        frames = _joined(timeline, index, problems)
        problems += _losses(timeline.events)
        shown = {line.version: line.frame_id for line in reversed(timeline.applied)}
        return cls(
            path=path,
            manifest=manifest,
            frames=tuple(frames),
            controls=tuple(
                ControlChange(line.document, line.at, shown.get(line.document.version))
                for line in timeline.controls
            ),
            events=tuple(timeline.events),
            returned=tuple(timeline.returned),
            imu=tuple(sample for line in timeline.imu for sample in line.read()),
            problems=tuple(problems),
            video=timeline.video,
            whole=index.size,
        )

    def pictures(self) -> Iterator[RecordedFrame]:
        """Every frame of `frames`, decoded. Raises RecordingError."""
        if self.video is None or not self.frames:
            return
        lines = {line.pts: line for line in self.frames}
        with _opened(self.path / CAPTURE, self.whole) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for picture in _decoded(container, stream):
                pts = _source_pts(presentation_time(picture), self.video)
                if (line := lines.pop(pts, None)) is not None:
                    picture.pts, picture.time_base = pts, Fraction(*self.video.time_base)
                    yield RecordedFrame(line, picture)
        if lines:
            ids = _ranges([line.id for line in lines.values()])
            raise RecordingError(f"frames of {self.path / CAPTURE} cannot be decoded: {ids}")

    def sound(self) -> Iterator[SoundPacket]:
        """The source's packets of sound as they were, with its own timestamps. Raises RecordingError."""
        if self.video is None or self.video.sound_time_base is None or not self.frames:
            return
        base, origin = Fraction(*self.video.sound_time_base), Fraction(*self.video.origin)
        with _opened(self.path / CAPTURE, self.whole) as container:
            for packet in _packets(container, container.streams.audio[0]):
                packet.pts = packet.dts = round((presentation_time(packet) + origin) / base)
                packet.time_base = base
                yield packet


def _packets(container: InputContainer, stream: _Stream) -> "Iterator[av.Packet[_Stream]]":
    for packet in container.demux(stream):
        if packet.dts is not None:
            yield packet


def _decoded(container: InputContainer, stream: av.VideoStream) -> Iterator[av.VideoFrame]:
    """A damaged picture costs itself, and what leans on it."""
    for packet in _packets(container, stream):
        with suppress(av.error.InvalidDataError):
            yield from stream.decode(packet)
    for picture in stream.decode(None):
        # PyAV leaves it out of what it flushes.
        picture.time_base = stream.time_base
        yield picture


def _ending(manifest: Manifest) -> Iterator[str]:
    if manifest.error is not None:
        yield f"the recording ended early: {manifest.error}"
    elif not manifest.complete:
        yield "the recording was cut off before its end"


def _index(path: Path, problems: list[str]) -> Index:
    try:
        with path.open("rb") as file:
            index = fragments.index(file)
    except FileNotFoundError:
        problems.append(f"{path.name} is missing")
        return Index()
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}") from error
    if index.cut:
        problems.append(f"the last {index.cut} bytes of {path.name} are a fragment that was cut")
    return index


def _joined(timeline: TimelineFile, index: Index, problems: list[str]) -> list[FrameLine]:
    """The lines that have a picture; says which have none, and what has no line."""
    ticks = index.times.get(VIDEO_TRACK, [])
    video = timeline.video
    if video is None:
        if ticks or timeline.frames:
            problems.append("timeline.jsonl does not say how the times of capture.mp4 are counted")
        return []
    scale = video.time_base[1]
    stored = {_source_pts(Fraction(tick, scale), video) for tick in ticks}
    frames = [line for line in timeline.frames if line.pts in stored]
    if missing := [line.id for line in timeline.frames if line.pts not in stored]:
        problems.append(f"the video lacks frames that the timeline names: {_ranges(missing)}")
    if unnamed := len(stored) - len({line.pts for line in frames}):
        problems.append(f"the timeline lacks {unnamed} pictures that are in the video")
    packets = sum(line.sound for line in frames) - len(index.times.get(SOUND_TRACK, []))
    if packets > 0:
        problems.append(f"the video lacks {packets} packets of sound that the timeline counts")
    return frames


def _losses(events: Iterable[EventLine]) -> Iterator[str]:
    for event in events:
        match event.name, event.detail:
            case "frames-lost", {"reason": reason, "frames": list(runs)}:
                ids = ", ".join(_run(*run) for run in runs if isinstance(run, list) and len(run) == 2)
                yield f"frames were lost while recording: {ids} ({reason})"


def _source_pts(time: Fraction, video: VideoLine) -> int:
    """The source's own timestamp for a time in the file, in seconds."""
    return round((time + Fraction(*video.origin)) / Fraction(*video.time_base))


def _ranges(ids: list[int]) -> str:
    runs: list[list[int]] = []
    for frame_id in ids:
        if runs and frame_id == runs[-1][1] + 1:
            runs[-1][1] = frame_id
        else:
            runs.append([frame_id, frame_id])
    return ", ".join(_run(*run) for run in runs)


def _run(first: object, last: object) -> str:
    return f"{first}" if first == last else f"{first} to {last}"


@contextmanager
def _opened(path: Path, whole: int) -> Iterator[InputContainer]:
    try:
        # FFmpeg may refuse all of a file for the sake of a cut end, so it is not shown one.
        with av.open(f"subfile,,start,0,end,{whole},,:{path}", "r") as container:
            yield container
    except (av.FFmpegError, OSError) as error:
        raise RecordingError(
            f"{path} cannot be read: {error}", cure="The timeline and session.json may still be of use."
        ) from error
