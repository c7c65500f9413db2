"""What one publisher sends, from its first message to its last: decoded pictures, each with its sound.

Knows RTMP's messages and their codecs, no socket and no clock.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import cast

import av

from overglass_edge.rtmp.flv import Foreign, Packet, Setup, SoundTemplate, picture_part, sound_part
from overglass_edge.rtmp.talk import Described, Media
from overglass_edge.sources.footage import Shot
from overglass_protocol.errors import SourceError
from overglass_protocol.frame import MAX_PIXELS
from overglass_protocol.packet import SoundPacket

TIME_BASE = Fraction(1, 1000)
"RTMP's."
USUAL_FPS = 30.0
FASTEST = 240.0
"Frames a second that are believed when a publisher says so."
SOUND_WITHIN = 1000
"Milliseconds after which sound that was announced, or may yet come, is not waited for."
PICTURE_WITHIN = 5000
"Milliseconds of sound after which there will be no picture."
MAX_WAITING = 500
"Packets of sound that wait for a picture."
START_ANEW = 5000
"Milliseconds; a longer step back is no lag of sound behind pictures, but an encoder that begins again."


class Publication:
    """Its first message has the time `start`, in milliseconds, and the others stand as far from it."""

    def __init__(self, start: int, dropped: Counter[str]) -> None:
        self.fps = USUAL_FPS
        self.sound: SoundTemplate | None = None
        self.foreign_sound = ""
        "The codec of sound that is left out."
        self.newest = start
        "Milliseconds; the latest time that a message had."
        self._start = self._now = start
        self._dropped = dropped
        self._raw_time: int | None = None
        self._is_silent = False
        self._decoder: av.VideoCodecContext | None = None
        self._until_key = True
        self._latest: int | None = None
        self._sound_setup: Setup | None = None
        self._latest_sound: int | None = None
        self._waiting: list[SoundPacket] = []

    @property
    def is_settled(self) -> bool:
        """Whether a picture came, and it is known whether sound does."""
        sound_is_known = self.sound is not None or self.foreign_sound or self._is_silent
        return self._latest is not None and bool(sound_is_known or self.newest - self._start > SOUND_WITHIN)

    def receive(self, message: Described | Media) -> Iterator[Shot]:
        """The pictures that are complete with this message.

        Raises SourceError for a stream that cannot be used, and RemoteProtocolError for nonsense.
        """
        match message:
            case Described(fields):
                rate = fields.get("framerate")
                if isinstance(rate, float) and 0 < rate <= FASTEST:
                    self.fps = rate
                self._is_silent = bool(fields) and "audiocodecid" not in fields
            case Media(is_video, time, data):
                if self._starts_anew(time):
                    yield from self.finish()
                    self._start_anew(time)
                at = self._time(time)
                if is_video:
                    yield from self._on_picture(at, data)
                else:
                    self._on_sound(at, data)
                if self._latest is None and self.newest - self._start > PICTURE_WITHIN:
                    raise SourceError("it sends no picture", cure="Let it send video, in H.264.")

    def finish(self) -> Iterator[Shot]:
        """The pictures that the decoder still holds: those that others were shown before."""
        if self._decoder is not None and not self._until_key:
            with suppress(av.FFmpegError):
                for picture in self._decoder.decode(None):
                    yield from self._shown(picture)

    def sound_left(self) -> tuple[SoundPacket, ...]:
        """What is due after the last picture."""
        left, self._waiting = tuple(self._waiting), []
        return left

    def close(self) -> None:
        if self.sound is not None:
            self.sound.close()

    def _starts_anew(self, raw: int) -> bool:
        return self._step(raw) < -START_ANEW

    def _start_anew(self, raw: int) -> None:
        """Goes on right after what was there; what the decoder knew is of no use for what comes."""
        self._raw_time, self._now = raw, max(self.newest, self._latest or 0) + 1
        self._latest_sound, self._until_key = None, True
        if self._decoder is not None:
            self._decoder.flush_buffers()

    def _step(self, raw: int) -> int:
        """Milliseconds since the message before, through the wrap of 32 bits."""
        return 0 if self._raw_time is None else (raw - self._raw_time + 2**31) % 2**32 - 2**31

    def _time(self, raw: int) -> int:
        """Milliseconds from `start` on; sound may lag behind pictures."""
        self._now += self._step(raw)
        self._raw_time = raw
        self.newest = max(self.newest, self._now)
        return self._now

    def _on_picture(self, at: int, data: bytes) -> Iterator[Shot]:
        match picture_part(data):
            case Setup(setup):
                self._decoder, self._until_key = _decoder(setup), True
            case Packet(encoded, delay, is_key) if self._decoder is not None:
                self._until_key &= not is_key
                if self._until_key:
                    self._dropped["damaged"] += 1
                    return
                packet = av.Packet(encoded)
                packet.dts, packet.pts, packet.time_base = at, at + delay, TIME_BASE
                try:
                    pictures = self._decoder.decode(packet)
                except av.FFmpegError:
                    self._dropped["damaged"] += 1
                    return
                for picture in pictures:
                    yield from self._shown(picture)
            case Foreign(codec):
                raise SourceError(f"it sends {codec}", cure="Set it to H.264 (AVC).")
            case _:
                pass

    def _shown(self, picture: av.VideoFrame) -> Iterator[Shot]:
        if picture.pts is None or (self._latest is not None and picture.pts <= self._latest):
            self._dropped["out of order"] += 1
            return
        self._latest = until = picture.pts
        picture.time_base = TIME_BASE
        due = [packet for packet in self._waiting if (packet.pts or 0) <= until]
        del self._waiting[: len(due)]
        yield Shot(picture, tuple(due))

    def _on_sound(self, at: int, data: bytes) -> None:
        match sound_part(data):
            case Setup() as setup:
                if self.sound is not None and setup != self._sound_setup:
                    self.foreign_sound = "another kind of AAC than before"
                self._sound_setup = setup
            case Packet() as part if self._sound_setup is not None and not self.foreign_sound:
                if self.sound is None:
                    self.sound = SoundTemplate(self._sound_setup, part)
                self._wait_for_picture(at, part.data, self.sound)
            case Foreign(codec):
                self.foreign_sound = codec
            case _:
                pass

    def _wait_for_picture(self, at: int, data: bytes, template: SoundTemplate) -> None:
        if self._latest_sound is not None and at <= self._latest_sound:
            self._dropped["sound packets"] += 1
            return
        self._latest_sound = at
        packet = cast(SoundPacket, av.Packet(data))
        packet.pts = packet.dts = at
        packet.time_base, packet.duration = TIME_BASE, template.duration
        self._waiting.append(packet)
        if len(self._waiting) > MAX_WAITING:
            del self._waiting[0]
            self._dropped["sound packets"] += 1


def _decoder(setup: bytes) -> av.VideoCodecContext:
    """Slices in parallel and nothing held back."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.extradata = setup
    decoder.thread_type = "SLICE"
    decoder.options = {"max_pixels": str(MAX_PIXELS)}
    return decoder
