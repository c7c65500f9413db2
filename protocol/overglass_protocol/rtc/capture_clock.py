"""When media that came in was captured, on this machine's clock: what keeps sound beside its picture.

Pure: sender's reports, packets' times and arrivals go in. Each stream's RTP timestamps count from an
origin of its own; the sender's reports (RFC 3550, 6.4.1) put them on one clock of the sender's, and
that is laid once onto ours. Until the first report, the packet that waited least on the way tells.
"""

from dataclasses import dataclass

MAX_STEP = 3.0
"Seconds by which a report may put a stream off its packets' arrival: more, and the sender set its clock."
REBASE = 1 << 29
"Ticks after which a stream's origin moves along: timestamps wrap at 2**32."


@dataclass(slots=True)
class _Stream:
    rate: int
    origin: int | None = None
    "Some RTP timestamp of it."
    least: float = 0.0
    "Arrival of the origin, had its packet waited as little as the luckiest one."
    reported: tuple[float, int] | None = None
    "The sender's time and the RTP timestamp that it belongs to."


class CaptureClock:
    """Maps RTP timestamps of one connection's streams, named by kind, to seconds of our clock."""

    def __init__(self) -> None:
        self._streams: dict[str, _Stream] = {}
        self._ahead: float | None = None
        "The sender's clock minus ours; the same for all its streams."

    def on_packet(self, kind: str, rate: int, rtp_time: int, arrived: float) -> None:
        """A packet came in; `rate` is the ticks of a second."""
        stream = self._streams.setdefault(kind, _Stream(rate))
        if stream.origin is None:
            stream.origin, stream.least = rtp_time, arrived
        ticks = _ticks(rtp_time, stream.origin)
        stream.least = min(stream.least, arrived - ticks / rate)
        if ticks > REBASE:
            stream.origin, stream.least = rtp_time, stream.least + ticks / rate

    def on_report(self, kind: str, sender_time: float, rtp_time: int) -> None:
        """The sender says when it captured what carries this RTP timestamp, on its own clock."""
        stream = self._streams.get(kind)
        if stream is None or stream.origin is None:
            return
        ours = stream.least + _ticks(rtp_time, stream.origin) / stream.rate
        if self._ahead is None or abs(sender_time - self._ahead - ours) > MAX_STEP:
            self._ahead = sender_time - ours
            for other in self._streams.values():
                other.reported = None  # told on the clock as it was
        stream.reported = (sender_time, rtp_time)

    def captured(self, kind: str, rtp_time: int) -> float | None:
        """When it was captured, in seconds of our clock; None for a stream that never came."""
        stream = self._streams.get(kind)
        if stream is None or stream.origin is None:
            return None
        if stream.reported is not None and self._ahead is not None:
            sender_time, at = stream.reported
            return sender_time - self._ahead + _ticks(rtp_time, at) / stream.rate
        return stream.least + _ticks(rtp_time, stream.origin) / stream.rate


def _ticks(later: int, earlier: int) -> int:
    """The shorter way round from one 32-bit timestamp to another."""
    return (later - earlier + 0x80000000) % 0x100000000 - 0x80000000
