"""A clip played once, or joined to itself without end. Knows no clock."""

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from overglass_edge.sources.footage import Footage, Shot
from overglass_protocol.packet import SoundPacket, presentation_time


class Reel:
    """The shots of a clip; with `loop` they start again, and their timestamps keep growing.

    The first picture after the seam follows as long after the last as that one stands. Sound keeps its
    place beside the picture; what sounds on after the last picture is cut off at the seam.
    """

    def __init__(self, path: Path, *, loop: bool, dropped: Counter[str]) -> None:
        self.loop = loop
        self._path = path
        self._dropped = dropped
        self.footage = Footage(path, dropped)
        "The first pass; it stays open, so that its streams can serve as templates."
        self._latest_sound = Fraction(-(2**62))

    def close(self) -> None:
        self.footage.close()

    def shots(self) -> Iterator[Shot]:
        """Raises SourceError when the clip is cut short or has gone."""
        seam = yield from self._play(self.footage, None)
        while self.loop:
            footage = Footage(self._path, self._dropped)
            try:
                seam = yield from self._play(footage, seam)
            finally:
                footage.close()

    def _play(self, footage: Footage, start: int | None) -> Generator[Shot, None, int]:
        """One pass, its first picture at tick `start` (None: where the clip has it).

        Returns the tick where the next pass starts.
        """
        offset = 0 if start is None else None
        seam = 0
        for shot in footage.shots():
            pts = shot.picture.pts or 0
            if offset is None:
                offset = (start or 0) - pts
            shot.picture.pts = pts + offset
            seam = pts + offset + footage.duration(shot.picture)
            end = seam * footage.time_base if self.loop and shot.is_last else None
            sound = self._shifted(shot.sound, offset * footage.time_base, end)
            yield replace(shot, sound=tuple(sound))
        return seam

    def _shifted(
        self, sound: tuple[SoundPacket, ...], by: Fraction, end: Fraction | None
    ) -> Iterator[SoundPacket]:
        """The packets moved by so many seconds, less those that would overlap the seam."""
        for packet in sound:
            base = packet.time_base
            if packet.pts is None or not base:
                continue
            packet.pts += round(by / base)
            packet.dts = packet.pts
            time = presentation_time(packet)
            if time > self._latest_sound and (end is None or time < end):
                self._latest_sound = time
                yield packet
