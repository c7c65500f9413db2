"""Encoded pictures in, frames out, in a thread of its own, in order.

Access units depend on each other, so this is the one place where a backlog cannot be displaced one
by one: when it grows past MAX_BACKLOG everything up to the next key frame goes, counted. Knows codecs;
knows no packets and no network.
"""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

import av
import structlog
from av.codec.context import Flags

from overglass_protocol.envelope import Envelope
from overglass_protocol.frame import MAX_PIXELS, Frame
from overglass_protocol.rtc.encoder import TIME_BASE
from overglass_protocol.rtc.jitter import AccessUnit

log = structlog.get_logger()

MAX_BACKLOG = 60
"""Access units: two seconds at 30 fps. A burst after a stall is decoded in a fraction of that; a decoder
that falls further behind will not catch up by itself."""
_DECODERS = {"H264": "h264", "VP8": "libvpx"}


class DecoderThread:
    """Decodes what `put` gives it and hands frames to `deliver` (called in this thread)."""

    def __init__(
        self,
        codec: str,
        envelope_of: Callable[[AccessUnit], Envelope | None],
        deliver: Callable[[Frame], None],
        lost: Callable[[], None],
    ) -> None:
        """`lost()` is called when only a key frame can help; in this thread or in that of `put`."""
        self.dropped: Counter[str] = Counter()
        self._codec = _DECODERS[codec]
        self._envelope_of = envelope_of
        self._deliver = deliver
        self._lost = lost
        self._units: SimpleQueue[AccessUnit | None] = SimpleQueue()
        self._until_key = False
        self._thread = threading.Thread(target=self._run, name=f"decode-{codec}", daemon=True)
        self._thread.start()

    def put(self, unit: AccessUnit) -> None:
        """Never waits. From one thread only."""
        if self._units.qsize() >= MAX_BACKLOG:
            self.dropped["decoder busy"] += self._drain()
            self._until_key = True
            self._lost()
        if self._until_key and not unit.key:
            self.dropped["decoder busy"] += 1
            return
        self._until_key = False
        self._units.put(unit)

    def close(self) -> None:
        self._drain()
        self._units.put(None)

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _run(self) -> None:
        context = self._open()
        while (unit := self._units.get()) is not None:
            try:
                pictures = self._decode(context, unit)
            except av.FFmpegError as error:
                self.dropped["undecodable"] += 1
                log.debug("a picture cannot be decoded", reason=str(error))
                self._lost()
                continue
            for picture in pictures:
                frame = Frame(picture, self._envelope_of(unit), unit.arrived, time.monotonic(), unit.rtp_time)
                try:
                    self._deliver(frame)
                except Exception:
                    log.exception("a decoded frame could not be delivered")

    def _drain(self) -> int:
        count = 0
        with contextlib.suppress(Empty):
            while True:
                self._units.get_nowait()
                count += 1
        return count

    def _decode(self, context: Any, unit: AccessUnit) -> list[av.VideoFrame]:
        packet = av.Packet(unit.data)
        packet.pts, packet.time_base = unit.rtp_time, TIME_BASE
        pictures = []
        for picture in context.decode(packet):
            if picture.width * picture.height > MAX_PIXELS:
                self.dropped["too large"] += 1
                continue
            if picture.format.name != "yuv420p" or picture.width % 2 or picture.height % 2:
                size = (max(2, picture.width & ~1), max(2, picture.height & ~1))
                picture = picture.reformat(*size, format="yuv420p")  # noqa: PLW2901
            pictures.append(picture)
        return pictures

    def _open(self) -> Any:
        context: Any = av.CodecContext.create(self._codec, "r")
        context.flags |= Flags.low_delay
        context.thread_type = "SLICE"
        context.thread_count = 2
        return context
