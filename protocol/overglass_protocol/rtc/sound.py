"""Sound both ways as packets of Opus, neither decoded nor mixed: what came in can go out as it is.

aiortc's parts for sound with ours in their place; its own would decode into a queue without end.
Runs on the event loop.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiortc import rtp

from overglass_protocol.rtc.inbound import Inbound
from overglass_protocol.rtc.jitter import Unwrap
from overglass_protocol.rtc.outbound import Outbound

SOUND_RATE = 48_000
"Ticks of a second in RTP timestamps of Opus, whatever it was sampled at (RFC 7587, 4.1)."
MAX_PACKET = 1275 + 200
"Bytes: the longest frame of Opus (RFC 6716, 3.4), with room for several short ones in a packet."
OUTBOX = 50
"Packets that may wait to be sent, a second of sound: a transport that stalls must not fill memory."


@dataclass(frozen=True, slots=True)
class SoundPacket:
    """A packet of Opus."""

    data: bytes
    rtp_time: int
    "48 kHz, unwrapped to grow without end."
    sequence: int
    "Counts up by one, unwrapped; a gap is a packet that was lost."
    arrived: float = 0.0
    "Seconds on this machine's monotonic clock; 0 if it was made here."


class SoundReceiver(Inbound):
    """Receives packets of Opus. `on_packet` is called on the loop, in order of arrival."""

    clock_rate = SOUND_RATE

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        self.on_packet: Callable[[SoundPacket], None] = lambda packet: None
        self._unwrap_time, self._unwrap_sequence = Unwrap(32), Unwrap(16)

    async def _handle_rtp_packet(self, packet: rtp.RtpPacket, arrival_time_ms: int) -> None:
        codec = self._codecs.get(packet.payload_type)
        if not self._enabled or codec is None or codec.name.lower() != "opus":
            return
        if not self._knows(packet.ssrc) or not 0 < len(packet.payload) <= MAX_PACKET:
            return
        now = self.last_packet_at = time.monotonic()
        self._statistics[packet.ssrc].add(packet)
        if packet.ssrc != self._media_ssrc:
            self._media_ssrc = packet.ssrc
            self._unwrap_time, self._unwrap_sequence = Unwrap(32), Unwrap(16)
        self.on_packet(
            SoundPacket(
                packet.payload,
                self._unwrap_time(packet.timestamp),
                self._unwrap_sequence(packet.sequence_number),
                now,
            )
        )


class SoundSender(Outbound):
    """Sends packets of Opus, each with the place in the sequence that it came with."""

    def __init__(self, trackOrKind: Any, transport: Any) -> None:  # noqa: N803 - aiortc's name
        super().__init__(trackOrKind, transport)
        self._outbox: asyncio.Queue[tuple[SoundPacket, float | None]] = asyncio.Queue(OUTBOX)

    def send_packet(self, packet: SoundPacket, captured: float | None = None) -> None:
        """Sends a packet; `captured` in monotonic seconds of this machine, now by default.

        Only on the loop. Never waits.
        """
        with suppress(asyncio.QueueFull):  # of a transport that stands still; the receiver hears a gap
            self._outbox.put_nowait((packet, captured))

    def _chosen(self, codecs: list[Any]) -> Any:
        return next(codec for codec in codecs if codec.name.lower() == "opus")

    async def _pump(self) -> None:
        try:
            while True:
                packet, captured = await self._outbox.get()
                timestamp = self.wire_time(packet.rtp_time)
                sequence = (self._sequence + packet.sequence) & 0xFFFF
                out = rtp.RtpPacket(self._payload_type, 0, sequence, timestamp, self._ssrc, packet.data)
                out.extensions.mid = self._mid
                await self.transport._send_rtp(out.serialize(self._extensions))
                self._note(timestamp, captured, len(packet.data))
        except ConnectionError:
            return  # the transport says so itself; nothing can be sent any more
