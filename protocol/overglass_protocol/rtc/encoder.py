"""Pictures in, encoded bytes out, one frame each and at once, in a thread of its own.

We own the encoder since the stock one is three presets too slow and rebuilds itself, with a key
frame, at every change of bitrate. Knows codecs; knows no packets and no network.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import av
import structlog
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from overglass_protocol.frame import Frame
from overglass_protocol.latest import Closed, Latest

log = structlog.get_logger()

CLOCK_RATE = 90_000
TIME_BASE = Fraction(1, CLOCK_RATE)
KEY_FRAME_BUFFER = 0.25
"Seconds' worth of bits that one key frame may take at most."
RETUNE_AT = 0.10
"Share by which the target must move before an encoder is told."


@dataclass(frozen=True, slots=True)
class Encoded:
    """One picture's bytes, and the frame they were made of."""

    data: bytes
    rtp_time: int
    frame: Frame
    encoded: float
    "When it was done, seconds on this machine's monotonic clock."


class Encoder(Protocol):
    """One codec's encoder at one picture size."""

    def encode(self, picture: av.VideoFrame, rtp_time: int, key: bool, bitrate: int) -> bytes: ...


class H264Encoder:
    """x264 for latency: no lookahead, no B frames, key frames only when asked for.

    `ultrafast` with one step of sub-pixel refinement, two slices at once, one thread for what is left of
    the lookahead: on a 512x512 first-person walk at 1.6 Mbit/s 1.5 ms and 34.1 dB; without the
    refinement 30.8 dB, without the last setting 2.1 ms, in one slice 2.5 ms.
    The bitrate moves without a rebuild; a rebuild waits for a key frame that is due anyway.
    """

    def __init__(self, width: int, height: int, fps: float) -> None:
        self._width, self._height, self._fps = width, height, fps
        self._context: VideoCodecContext | None = None
        self._built_for = 0
        self._bitrate = 0

    def encode(self, picture: av.VideoFrame, rtp_time: int, key: bool, bitrate: int) -> bytes:
        if self._context is None or (key and abs(bitrate - self._built_for) > 0.25 * self._built_for):
            self._context = self._build(bitrate)
            self._built_for = self._bitrate = bitrate
        elif abs(bitrate - self._bitrate) > RETUNE_AT * self._bitrate:
            self._context.bit_rate = self._bitrate = bitrate
        picture.pts, picture.time_base = rtp_time, TIME_BASE
        picture.pict_type = PictureType.I if key else PictureType.NONE
        return b"".join(bytes(packet) for packet in self._context.encode(picture))

    def _build(self, bitrate: int) -> VideoCodecContext:
        context = _video_context("libx264", self._width, self._height, self._fps, bitrate)
        context.profile = "Constrained Baseline"
        context.thread_count = 2
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            # Only a stream that starts at a constant rate (maximum = target) may change its rate later.
            "maxrate": str(bitrate),
            "bufsize": str(int(bitrate * KEY_FRAME_BUFFER)),
            "forced-idr": "1",
            "x264-params": "subme=1:keyint=infinite:scenecut=0:lookahead-threads=1",
        }
        return context


class VP8Encoder:
    """libvpx at its fastest, for peers without H.264. It cannot change its bitrate, so it is rebuilt
    for a large change only, and at key frames."""

    def __init__(self, width: int, height: int, fps: float) -> None:
        self._width, self._height, self._fps = width, height, fps
        self._context: VideoCodecContext | None = None
        self._bitrate = 0

    def encode(self, picture: av.VideoFrame, rtp_time: int, key: bool, bitrate: int) -> bytes:
        tolerance = 0.25 if key else 0.5
        if self._context is None or abs(bitrate - self._bitrate) > tolerance * self._bitrate:
            self._context = self._build(bitrate)
            self._bitrate = bitrate
        picture.pts, picture.time_base = rtp_time, TIME_BASE
        picture.pict_type = PictureType.I if key else PictureType.NONE
        return b"".join(bytes(packet) for packet in self._context.encode(picture))

    def _build(self, bitrate: int) -> VideoCodecContext:
        context = _video_context("libvpx", self._width, self._height, self._fps, bitrate)
        context.thread_count = 1 if self._width * self._height <= 640 * 480 else 2
        context.qmin, context.qmax = 2, 56
        context.options = {
            "deadline": "realtime",
            "cpu-used": "-12",
            "lag-in-frames": "0",
            "minrate": str(bitrate),
            "maxrate": str(bitrate),
            "bufsize": str(int(bitrate * KEY_FRAME_BUFFER)),
            "static-thresh": "1",
            "error-resilient": "0",
            "auto-alt-ref": "0",
        }
        return context


def _video_context(name: str, width: int, height: int, fps: float, bitrate: int) -> VideoCodecContext:
    context: Any = av.CodecContext.create(name, "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = TIME_BASE, Fraction(fps).limit_denominator(1001)
    context.bit_rate = bitrate
    context.max_b_frames = 0
    context.gop_size = 30_000
    assert isinstance(context, VideoCodecContext)
    return context


ENCODERS: dict[str, Callable[[int, int, float], Encoder]] = {"H264": H264Encoder, "VP8": VP8Encoder}


class EncoderThread:
    """Takes the newest frame from `slot`, encodes it, hands it to `deliver` (called in this thread)."""

    def __init__(
        self,
        codec: str,
        fps: float,
        bitrate: Callable[[int, int], int],
        deliver: Callable[[Encoded], None],
        rtp_time: Callable[[Frame], int] | None = None,
    ) -> None:
        """`bitrate(width, height)` is asked before each frame, in bits per second.

        `rtp_time` gives a frame's media time, 90 kHz; by default that of its capture.
        """
        self.slot: Latest[Frame] = Latest("encoder busy")
        self.failed: Exception | None = None
        self._make, self._fps = ENCODERS[codec], fps
        self._bitrate = bitrate
        self._deliver = deliver
        self._rtp_time = rtp_time or _rtp_time
        self._key_wanted = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"encode-{codec}", daemon=True)
        self._thread.start()

    def want_key_frame(self) -> None:
        """The next frame will be one."""
        self._key_wanted.set()

    def close(self) -> None:
        self.slot.close()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _run(self) -> None:
        encoder, size, last = None, (0, 0), -1
        while True:
            try:
                frame = self.slot.take()
            except Closed:
                return
            picture = frame.picture
            try:
                if encoder is None or size != (picture.width, picture.height):
                    size = (picture.width, picture.height)
                    encoder = self._make(*size, self._fps)
                last = max(last + 1, self._rtp_time(frame))
                key = self._key_wanted.is_set()
                self._key_wanted.clear()
                data = encoder.encode(picture, last, key, self._bitrate(*size))
            except Exception as error:
                # Top of the thread: a picture the codec refuses must not end the session.
                if self.failed is None:
                    log.exception("encoding failed", width=picture.width, height=picture.height)
                self.failed, encoder = error, None
                continue
            if not data:
                continue
            try:
                self._deliver(Encoded(data, last, frame, time.monotonic()))
            except Exception:
                log.exception("an encoded picture could not be delivered")


def _rtp_time(frame: Frame) -> int:
    """90 kHz media time: as it came in, of the capture, or of now.

    What came in keeps its time although its envelope tells one too: the two clocks differ, and a picture
    without an envelope among others would throw the stream from one to the other.
    """
    if frame.rtp_time:
        return frame.rtp_time
    seconds = frame.envelope.capture_time if frame.envelope is not None else time.monotonic()
    return int(seconds * CLOCK_RATE)
