"""Encodes pictures to MP4, each at its own time, in a way that the same pictures always make the same bytes.

Files that were written with the same settings can be joined without decoding them.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import av
from av.video.frame import PictureType

from overglass_protocol.errors import ClipError

Codec = Literal["h264", "hevc", "av1"]
Effort = Literal["fast", "balanced", "best"]

ENCODERS: Mapping[Codec, str] = {"h264": "libx264", "hevc": "libx265", "av1": "libsvtav1"}
THREADS = 4
"The same on every machine: what x264 writes depends on it."
_PRESETS: Mapping[Codec, Mapping[Effort, str]] = {
    "h264": {"fast": "veryfast", "balanced": "medium", "best": "slow"},
    "hevc": {"fast": "ultrafast", "balanced": "fast", "best": "medium"},
    "av1": {"fast": "11", "balanced": "8", "best": "5"},
}
_CRF_OFFSET: Mapping[Codec, int] = {"h264": 0, "hevc": 4, "av1": 12}
"About equal quality to x264's: what the encoders' own documentation and comparisons go by."


@dataclass(frozen=True, slots=True)
class Encoding:
    """How pictures are encoded."""

    codec: Codec = "h264"
    crf: int = 18
    "On x264's scale; that of other codecs is set to match."
    effort: Effort = "balanced"
    rate: Fraction = Fraction(30)
    "Pictures a second on average, which the encoder plans its bits by; times are the pictures' own."

    def check(self) -> None:
        """Raises ClipError where this build of FFmpeg lacks the encoder."""
        if ENCODERS[self.codec] not in av.codecs_available:
            raise ClipError(
                f"{self.codec} cannot be encoded here: FFmpeg was built without {ENCODERS[self.codec]}",
                code="no-encoder",
                cure="Choose h264, or install a build of PyAV that has it.",
            )

    def options(self) -> dict[str, str]:
        """For FFmpeg's encoder."""
        crf = str(min(self.crf + _CRF_OFFSET[self.codec], 63 if self.codec == "av1" else 51))
        common = {"preset": _PRESETS[self.codec][self.effort], "crf": crf}
        keys = max(1, round(self.rate * 4))
        match self.codec:
            case "h264":
                # One picture is reordered at most, so that joined files need no more either. x264's quicker
                # code rounds by processor and by where memory lies: without it, the same bytes every time.
                return common | {
                    "x264-params": f"threads={THREADS}:cpu-independent=1:bframes=2:b-pyramid=none"
                    f":open-gop=0:keyint={keys}"
                }
            case "hevc":
                return common | {
                    "x265-params": f"pools=none:frame-threads=1:bframes=0:open-gop=0:keyint={keys}"
                    ":log-level=error"
                }
            case "av1":
                return common | {"svtav1-params": f"lp=1:pred-struct=1:keyint={keys}"}


_REAL_TIME = {getattr(os, "SCHED_FIFO", None), getattr(os, "SCHED_RR", None)}


class Writer:
    """A clip without sound, for `with`. Raises ClipError."""

    def __init__(self, path: Path, size: tuple[int, int], time_base: Fraction, encoding: Encoding) -> None:
        encoding.check()
        os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 tells its settings on stderr; 1 is errors only
        self._path = path
        self._time_base = time_base
        self._latest: int | None = None
        try:
            self._container = av.open(str(path), "w", format="mp4", options=timescale(time_base))
            stream = self._container.add_stream(
                ENCODERS[encoding.codec],
                rate=encoding.rate.limit_denominator(1001),
                options=encoding.options(),
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            raise ClipError(f"{path.name} cannot be written: {error}", code="cannot-write") from error
        assert isinstance(stream, av.VideoStream)  # it was asked for by a video encoder's name
        self._stream = stream
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = *size, "yuv420p"
        context.time_base = time_base

    def write(self, picture: av.VideoFrame, pts: int) -> None:
        """Encodes a picture. `pts` are ticks of the time base, ascending."""
        if self._latest is not None and pts <= self._latest:
            raise ClipError(f"a picture at tick {pts} came after one at {self._latest}", code="out-of-order")
        # The frame object is the decoder's or painter's; its time and type are overwritten by encoders.
        own = picture.reformat(format="yuv420p") if picture.format.name != "yuv420p" else picture
        own.pts, own.time_base, own.pict_type = pts, self._time_base, PictureType.NONE
        if self._latest is None:
            self._tag(own)
            with _ordinary_scheduling():
                self._mux(own)
        else:
            self._mux(own)
        self._latest = pts

    def _tag(self, first: av.VideoFrame) -> None:
        """Says what the samples mean, as the first picture does."""
        context = self._stream.codec_context
        context.color_range, context.colorspace = first.color_range, first.colorspace
        context.color_primaries, context.color_trc = first.color_primaries, first.color_trc

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._mux(None)
        finally:
            self._container.close()

    def _mux(self, picture: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(picture):
                self._container.mux(packet)
        except (av.FFmpegError, ValueError) as error:
            raise ClipError(f"{self._path.name} cannot be written: {error}", code="cannot-write") from error


@contextmanager
def _ordinary_scheduling() -> Iterator[None]:
    """SVT-AV1 makes its threads, and the one that opens it, real-time where it may, which is as root.

    They, and every process that is started later, would keep all others from the processor.
    """
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    yield
    for thread in os.listdir("/proc/self/task"):
        with suppress(ProcessLookupError):
            if os.sched_getscheduler(int(thread)) in _REAL_TIME and policy not in _REAL_TIME:
                os.sched_setscheduler(int(thread), policy, priority)


def timescale(time_base: Fraction) -> dict[str, str]:
    """What lets MP4 say every time exactly: FFmpeg would round the start to a millisecond, and make a coarse
    time base finer than it is."""
    scale = str(time_base.denominator)
    return {"video_track_timescale": scale, "movie_timescale": scale, "fflags": "+bitexact"}
