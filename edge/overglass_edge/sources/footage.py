"""A clip on disk, read once from its beginning to its end: pictures in order, each with its sound.

Knows no clock: it reads as fast as it is asked.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.stream import Disposition

from overglass_protocol.errors import SourceError
from overglass_protocol.packet import SoundPacket, presentation_time

MISSING = 1.0
"Seconds by which a clip may fall short of the length it declares before it counts as cut."
_CONVERT = "Try another file, or convert it to H.264 in MP4."
_CUT = "Copy it again, or cut it to what is left: ffmpeg -i FILE -c copy NEW.mp4"


@dataclass(frozen=True, slots=True)
class Shot:
    """A decoded picture and the encoded sound that is due up to it."""

    picture: av.VideoFrame
    sound: tuple[SoundPacket, ...]
    is_last: bool = False
    "Whether the clip ends with it; then the sound is all that is left."


class Footage:
    """An opened clip. Raises SourceError when there is nothing to play in it."""

    def __init__(self, path: Path, dropped: Counter[str]) -> None:
        self.path = path
        self._dropped = dropped
        self._container = _open(path)
        try:
            self.video = self._picture_stream()
        except SourceError:
            self._container.close()
            raise
        self.sound = next((s for s in self._container.streams.audio if s.codec_context is not None), None)
        rate = self.video.average_rate or self.video.guessed_rate or Fraction(30)
        self.fps = float(rate)
        self.pixel_aspect = self.video.sample_aspect_ratio or Fraction(1)
        self.time_base = self.video.time_base or Fraction(1, 90000)
        self._waiting: deque[SoundPacket] = deque()
        self._is_cut = False

    def close(self) -> None:
        self._container.close()

    def shots(self) -> Iterator[Shot]:
        """Every picture in order of presentation. The last brings whatever sound is left.

        Raises SourceError after the last readable one if the clip is cut short.
        """
        held: av.VideoFrame | None = None
        for picture in self._pictures():
            if held is not None:
                yield Shot(held, self._sound_until(held))
            held = picture
        if held is None:
            raise SourceError(f"no picture in {self.path} can be decoded", cure=_CONVERT)
        yield Shot(held, tuple(self._waiting), is_last=True)
        self._waiting.clear()
        if self._is_cut:
            raise SourceError(
                f"{self.path} is cut short after {float(presentation_time(held)):.1f} s", cure=_CUT
            )

    def duration(self, picture: av.VideoFrame) -> int:
        """How long the picture stands, in ticks of the time base."""
        return picture.duration or max(1, round(1 / (self.fps * self.time_base)))

    def _picture_stream(self) -> av.VideoStream:
        # FFmpeg plays a text file as a film of a terminal, and takes the cover of a song for a film.
        is_text = self._container.format.name == "tty"
        for stream in self._container.streams.video:
            is_cover = stream.disposition & Disposition.attached_pic
            if stream.codec_context is not None and not is_cover and not is_text:
                return stream
        if self._container.streams.audio:
            raise SourceError(f"{self.path} has sound but no video", cure=_CONVERT)
        raise SourceError(f"{self.path} is not a video, or is cut short", cure=_CONVERT)

    def _pictures(self) -> Iterator[av.VideoFrame]:
        """Decodes, putting sound aside. Every picture gets a time, and times only grow."""
        latest: int | None = None
        for picture in self._decoded():
            pts = picture.pts if picture.pts is not None else picture.dts
            if pts is None:
                pts = 0 if latest is None else latest + self.duration(picture)
            if latest is not None and pts <= latest:
                self._dropped["out of order"] += 1
                continue
            picture.pts, picture.time_base = pts, self.time_base
            latest = pts
            yield picture

    def _decoded(self) -> Iterator[av.VideoFrame]:
        packets, end = 0, Fraction(0)
        for packet in self._packets():
            end = max(end, presentation_time(packet) + (packet.duration or 0) * (packet.time_base or 0))
            if isinstance(packet.stream, av.VideoStream):
                packets += packet.dts is not None
                yield from self._decode(packet)
            elif packet.dts is not None and packet.pts is not None:
                self._waiting.append(packet)
        self._is_cut |= packets < self._declared_packets() or end < self._declared_end() - MISSING

    def _decode(self, packet: "av.Packet[Any]") -> list[av.VideoFrame]:
        try:
            return self.video.decode(packet)
        except av.error.InvalidDataError:
            self._dropped["damaged"] += 1
            return []

    def _packets(self) -> "Iterator[av.Packet[Any]]":
        """All there are, then an empty one for each stream, which makes its decoder give up the rest."""
        streams = [self.video] if self.sound is None else [self.video, self.sound]
        try:
            for packet in self._container.demux(*streams):
                # In the middle a damaged packet is a scratch; at the end it is half of one.
                if packet.dts is not None:
                    self._is_cut = packet.is_corrupt
                if packet.is_corrupt:
                    self._dropped["damaged"] += 1
                else:
                    yield packet
        except av.FFmpegError:
            self._is_cut = True

    def _declared_packets(self) -> int:
        """MP4 has an index of every picture; others' indexes are partial, or count what is not there."""
        return len(self.video.index_entries) if "mp4" in self._container.format.name else 0

    def _declared_end(self) -> Fraction:
        """Seconds. Other kinds of streams may be longer than picture and sound, and say nothing."""
        container = self._container
        if container.duration is None or len(container.streams) != 1 + (self.sound is not None):
            return Fraction(0)
        return Fraction((container.start_time or 0) + container.duration, av.time_base)

    def _sound_until(self, picture: av.VideoFrame) -> tuple[SoundPacket, ...]:
        due = []
        while self._waiting and presentation_time(self._waiting[0]) <= presentation_time(picture):
            due.append(self._waiting.popleft())
        return tuple(due)


def _open(path: Path) -> "av.container.InputContainer":
    try:
        return av.open(str(path), "r")
    except FileNotFoundError as error:
        raise SourceError(f"there is no file {path}", cure="Check the name.") from error
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a folder", cure="Name a video file in it.") from error
    except PermissionError as error:
        raise SourceError(f"{path} may not be read", cure=f"Allow it: chmod +r {path}") from error
    except av.error.InvalidDataError as error:
        raise SourceError(f"{path} is not a video, or is cut short", cure=_CONVERT) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be opened: {error}", cure=_CONVERT) from error
