"""A camera's sound on its way to the service: decoded, and encoded anew as Opus, in a thread of its own.

Sound cannot be displaced by newer sound as a picture can, so a short backlog stands before the thread;
what finds no room there is dropped, counted. Knows no connection and no recorder.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from queue import Empty, Full, Queue
from typing import Any, Self

import av
import structlog

from overglass_edge.sources.captured import Captured
from overglass_protocol import rtc
from overglass_protocol.packet import SoundPacket, presentation_time

log = structlog.get_logger()

FRAME = 960
"Samples in a packet: 20 ms, at which Opus is at its best for both speech and music (RFC 6716, 2.1.4)."
BITRATE = 64_000
"Bits per second, stereo: transparent to most ears for speech, good for music (RFC 7587, 3.1.1)."
ROUNDING = 0.020
"Seconds: smaller steps in the source's times are its rounding, and sound goes on evenly over them."
BACKLOG = 100
"Packets, two seconds of AAC: the longest that pictures may come late and their sound still be of use."

LEAVE = 2.0
"Seconds that the thread has to take the last word, and again to end."


class Voice:
    """Takes captures and hands out packets of Opus. A context manager: leaving it ends the thread."""

    def __init__(self, template: av.AudioStream, deliver: Callable[[rtc.SoundPacket, float], None]) -> None:
        """`template` describes the packets to come. `deliver` gets each packet and when it was captured,
        monotonic seconds; it is called in the thread."""
        self.dropped: Counter[str] = Counter()
        self._template = template
        self._deliver = deliver
        self._backlog: Queue[tuple[SoundPacket, float] | None] = Queue(BACKLOG)
        self._sequence = 0
        self._last = -1
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            self._backlog.put(None, timeout=LEAVE)
        except Full:  # `deliver` hangs: should it ever return, the thread ends
            with suppress(Empty):
                self._backlog.get_nowait()
            self._backlog.put_nowait(None)
        self._thread.join(LEAVE)

    def take(self, captured: Captured) -> None:
        """The sound that came with a picture. Never waits. Reads the picture's time, so it must come
        before an encoder overwrites that."""
        ahead = captured.capture_time - float(presentation_time(captured.picture))
        for packet in captured.sound:
            try:
                self._backlog.put_nowait((packet, float(presentation_time(packet)) + ahead))
            except Full:
                self.dropped["sound: encoder busy"] += 1

    def _run(self) -> None:
        try:
            self._encode()
        except Exception:
            log.exception("the sound cannot be sent")
            while self._backlog.get() is not None:
                self.dropped["sound: cannot be encoded"] += 1

    def _encode(self) -> None:
        encoder = _encoder()
        resampler = av.AudioResampler("s16", "stereo", rtc.SOUND_RATE, FRAME)
        for frame in self._decoded():
            for part in resampler.resample(frame):
                for packet in encoder.encode(part):
                    self._hand_out(packet)

    def _decoded(self) -> Iterator[av.AudioFrame]:
        """Frames whose time is that of their capture, in ticks of SOUND_RATE."""
        decoder, next_pts = self._decoder(), 0
        while (item := self._backlog.get()) is not None:
            packet, at = item
            if not packet.size:  # FFmpeg would take it for the end of all sound
                self.dropped["sound: undecodable"] += 1
                continue
            try:
                frames = decoder.decode(av.Packet(bytes(packet)))
            except av.FFmpegError:
                self.dropped["sound: undecodable"] += 1
                continue
            pts = round(at * rtc.SOUND_RATE)
            if abs(pts - next_pts) <= ROUNDING * rtc.SOUND_RATE:
                pts = next_pts
            for frame in frames:
                frame.pts, frame.time_base = pts, Fraction(1, rtc.SOUND_RATE)
                pts += round(frame.samples * rtc.SOUND_RATE / frame.sample_rate)
                yield frame
            next_pts = pts

    def _decoder(self) -> Any:
        source = self._template.codec_context
        decoder: Any = av.CodecContext.create(source.codec.name, "r")
        decoder.extradata = source.extradata
        decoder.sample_rate, decoder.layout = source.sample_rate, source.layout
        return decoder

    def _hand_out(self, packet: Any) -> None:
        rtp_time = max(self._last + 1, int(packet.pts * packet.time_base * rtc.SOUND_RATE))
        self._last = rtp_time
        sound = rtc.SoundPacket(bytes(packet), rtp_time, self._sequence)
        self._sequence += 1
        self._deliver(sound, rtp_time / rtc.SOUND_RATE)


def _encoder() -> Any:
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = rtc.SOUND_RATE, "stereo", "s16"
    encoder.bit_rate = BITRATE
    # Each packet also tells a little of the one before, for the case that that was lost.
    encoder.options = {"frame_duration": "20", "fec": "1", "packet_loss": "3"}
    return encoder
