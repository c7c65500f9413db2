"""aiortc's video sender with ours in its place: encoded pictures go out the moment they exist.

Packets are kept long enough to be asked for again over a slow path; reports of the receiver move the
bitrate; a request for a key frame goes to the encoder. Runs on the event loop; encodes nothing.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from aiortc import clock, rtp
from aiortc.codecs import is_rtx
from aiortc.codecs.h264 import H264Encoder as H264Packetizer
from aiortc.codecs.vpx import Vp8Encoder as VP8Packetizer
from aiortc.rtcrtpsender import random_sequence_number
from aiortc.utils import uint16_add

from overglass_protocol.rtc.outbound import Outbound
from overglass_protocol.rtc.rate import SendRate

HISTORY = 2048
"Packets kept for retransmission: over a second at 10 Mbit/s."
OUTBOX = 60
"Pictures, two seconds at 30 fps: sending one takes no time, unless the transport is gone."
REPEAT_AFTER = 0.008
"Seconds until a packet is sent a second time: beyond most bursts of loss, well before the next frame."
REPEAT_FOR = 10.0
"Seconds without loss after which packets are sent once again."
REPEAT_UP_TO = 0.15
"Share lost beyond which a second copy of everything makes matters worse."
QUEUEING = 0.050
"Seconds of round trip over the shortest that mean a full queue: loss by congestion, not by the air."


class VideoSender(Outbound):
    """Sends access units of one codec. `on_key_frame_request` is called on the loop."""

    def __init__(self, trackOrKind: Any, transport: Any) -> None:  # noqa: N803 - aiortc's name
        super().__init__(trackOrKind, transport)
        self.rate = SendRate()
        self.fraction_lost = 0.0
        self.on_key_frame_request: Callable[[], None] = lambda: None
        self.retransmitted = self.repeated = 0
        self.unsent = 0
        "Pictures for which a transport that stands still left no room."
        self._repeat_until = 0.0
        self._shortest_trip = float("inf")
        self._rtx_payload_type: int | None = None
        self._rtx_sequence = random_sequence_number()
        self._picture_id = random.randrange(1 << 15)
        self._history: dict[int, rtp.RtpPacket] = {}
        self._outbox: asyncio.Queue[tuple[bytes, int, float | None]] = asyncio.Queue()
        self._repeating: set[asyncio.Task[None]] = set()

    @property
    def repeating(self) -> bool:
        """Whether each packet is sent twice now."""
        return time.monotonic() < self._repeat_until

    def show_at_once(self) -> None:
        """Asks the receiver to hold no picture back, which costs it the company of its sound."""
        self._extensions.at_once = True

    def send_unit(self, data: bytes, rtp_time: int, captured: float | None = None) -> None:
        """Sends one access unit; `rtp_time` in 90 kHz, `captured` in monotonic seconds of this machine.

        Only on the loop. Never waits.
        """
        if self._outbox.qsize() < OUTBOX:
            self._outbox.put_nowait((data, rtp_time, captured))
        else:
            self.unsent += 1
            self.on_key_frame_request()  # what follows would build on what was lost

    def _configure(self, parameters: Any) -> None:
        self._rtx_payload_type = next(
            (
                c.payloadType
                for c in parameters.codecs
                if is_rtx(c) and c.parameters["apt"] == self._payload_type
            ),
            None,
        )

    async def _pump(self) -> None:
        try:
            while True:
                data, rtp_time, captured = await self._outbox.get()
                sent = []
                for packet in self._packets(data, self.wire_time(rtp_time), captured):
                    await self.transport._send_rtp(packet.serialize(self._extensions))
                    sent.append(packet)
                if self.repeating:
                    asyncio.get_running_loop().call_later(REPEAT_AFTER, self._repeat_soon, sent)
        except ConnectionError:
            return  # the transport says so itself; nothing can be sent any more

    def _repeat_soon(self, packets: list[rtp.RtpPacket]) -> None:
        """Sends packets a second time, unasked.

        On a path that loses packets at random, a hole that is asked for costs a round trip, during which
        every frame behind it waits; a second copy costs bandwidth, of which such a path has enough.
        """
        if self._tasks:
            task = asyncio.get_running_loop().create_task(self._repeat(packets))
            self._repeating.add(task)
            task.add_done_callback(self._repeating.discard)

    async def _repeat(self, packets: list[rtp.RtpPacket]) -> None:
        for packet in packets:
            await self._send(self._again(packet))
        self.repeated += len(packets)

    def _packets(self, data: bytes, timestamp: int, captured: float | None) -> Iterator[rtp.RtpPacket]:
        """The packets of a picture, each made when the one before is on its way."""
        sent_at = clock.current_ntp_time()
        payloads = self._payloads(data)
        for index, payload in enumerate(payloads, 1):
            marker = int(index == len(payloads))
            packet = rtp.RtpPacket(self._payload_type, marker, self._sequence, timestamp, self._ssrc, payload)
            packet.extensions.abs_send_time = (sent_at >> 14) & 0x00FFFFFF
            packet.extensions.mid = self._mid
            self._history[self._sequence % HISTORY] = packet
            self._sequence = uint16_add(self._sequence, 1)
            self._note(timestamp, captured, len(payload))
            yield packet

    def _payloads(self, data: bytes) -> list[bytes]:
        if self.codec == "H264":
            return H264Packetizer._packetize(H264Packetizer._split_bitstream(data))
        self._picture_id = (self._picture_id + 1) % (1 << 15)
        return VP8Packetizer._packetize(data, self._picture_id)

    async def _handle_rtcp_packet(self, packet: rtp.AnyRtcpPacket) -> None:
        await super()._handle_rtcp_packet(packet)
        match packet:
            case rtp.RtcpRtpfbPacket(fmt=rtp.RTCP_RTPFB_NACK):
                for sequence in packet.lost:
                    await self._retransmit_packet(sequence)
            case rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_PLI | rtp.RTCP_PSFB_FIR):
                self.on_key_frame_request()
            case rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_APP):
                self._on_remb(packet.fci)

    def _on_report(self, report: rtp.RtcpReceiverInfo) -> None:
        super()._on_report(report)
        self.fraction_lost = report.fraction_lost / 256
        now = time.monotonic()
        self.rate.on_report(self.fraction_lost, self.round_trip, now)
        self._consider_repeating(now)

    def _consider_repeating(self, now: float) -> None:
        queueing = 0.0
        if self.round_trip is not None:
            self._shortest_trip = min(self._shortest_trip, self.round_trip)
            queueing = self.round_trip - self._shortest_trip
        if queueing > QUEUEING or self.fraction_lost > REPEAT_UP_TO:
            self._repeat_until = 0.0
        elif self.fraction_lost > 0:
            self._repeat_until = now + REPEAT_FOR

    def _on_remb(self, fci: bytes) -> None:
        try:
            bitrate, ssrcs = rtp.unpack_remb_fci(fci)
        except ValueError:
            return
        if self._ssrc in ssrcs:
            self.rate.on_allowance(bitrate)

    async def _retransmit_packet(self, sequence: int) -> None:
        packet = self._history.get(sequence % HISTORY)
        if packet is None or packet.sequence_number != sequence:
            return
        self.retransmitted += 1
        await self._send(self._again(packet))

    def _again(self, packet: rtp.RtpPacket) -> bytes:
        """The bytes that say a packet again: as RTX where the other end knows it, else as it was."""
        if self._rtx_payload_type is not None:
            packet = rtp.wrap_rtx(
                packet,
                payload_type=self._rtx_payload_type,
                sequence_number=self._rtx_sequence,
                ssrc=self._rtx_ssrc,
            )
            self._rtx_sequence = uint16_add(self._rtx_sequence, 1)
        return packet.serialize(self._extensions)
