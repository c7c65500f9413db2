"""What any sent stream needs beside its packets: an outbox, sender reports, the round trip.

aiortc's sender with our part in its place; knows nothing of pictures or sound. Runs on the event loop.
"""

import asyncio
import random
import time
from typing import Any

import structlog
from aiortc import rtp
from aiortc.rtcrtpsender import RTCRtpSender, random_sequence_number
from aiortc.utils import random32

from overglass_protocol.rtc.playout import Extensions

log = structlog.get_logger()

REPORT_EVERY = 1.0
ROUND_TRIP_WEIGHT = 0.2
NTP_SECOND = 1 << 32
NTP_EPOCH = 2_208_988_800
"Seconds from 1900, where NTP begins, to 1970 (RFC 5905, 6)."
_WALL = time.time() - time.monotonic() + NTP_EPOCH
"Fixed once, so that reports go on evenly when somebody sets the machine's clock."


def ntp_time(monotonic: float) -> int:
    """The 64-bit NTP timestamp of a time on this machine's monotonic clock."""
    return int((monotonic + _WALL) * NTP_SECOND) % (1 << 64)


class Outbound(RTCRtpSender):
    """One kind of media going out. Its children make the packets."""

    def __init__(self, trackOrKind: Any, transport: Any) -> None:  # noqa: N803 - aiortc's name
        super().__init__(trackOrKind, transport)
        self.round_trip: float | None = None
        "Seconds, smoothed, from the receiver's reports; None until the first."
        self.heard_at: float | None = None
        "When the receiver last said anything, monotonic seconds."
        self.codec: str | None = None
        "Once negotiated."
        self.packets = self.octets = 0
        self._payload_type = 0
        self._sequence = random_sequence_number()
        self._timestamp_origin = random32()
        self._extensions = Extensions()
        self._mid = ""
        self._cname = ""
        self._last_sent = (0, 0)
        "NTP time and RTP timestamp of the newest packet, for sender reports."
        self._last_report = (0, 0.0)
        self._first_packet = asyncio.Event()
        "The first report goes at once: until it comes, a receiver cannot tell which sound belongs to what."
        self._tasks: list[asyncio.Task[None]] = []

    async def send(self, parameters: Any) -> None:
        """Starts; aiortc calls this once the transport is up."""
        if self._tasks:
            return
        codec = self._chosen(parameters.codecs)
        self.codec, self._payload_type = codec.name, codec.payloadType
        self._mid, self._cname = parameters.muxId, parameters.rtcp.cname
        self._extensions.configure(parameters)
        self._configure(parameters)
        self.transport._register_rtp_sender(self, parameters)
        self._tasks = [asyncio.create_task(self._pump()), asyncio.create_task(self._report_regularly())]

    async def stop(self) -> None:
        if self._tasks:
            self.transport._unregister_rtp_sender(self)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._tasks = []

    def wire_time(self, rtp_time: int) -> int:
        """The RTP timestamp that media of this time carries on the wire."""
        return (self._timestamp_origin + rtp_time) & 0xFFFFFFFF

    def _chosen(self, codecs: list[Any]) -> Any:
        """Of those negotiated, the one to send."""
        return codecs[0]

    def _configure(self, parameters: Any) -> None:
        """Takes what else was negotiated."""

    async def _pump(self) -> None:
        """Sends what there is to send, until cancelled or the transport is gone."""
        raise NotImplementedError

    def _note(self, timestamp: int, captured: float | None, octets: int) -> None:
        """Counts a packet, and keeps for the reports when its media was captured (monotonic seconds)."""
        self._last_sent = (ntp_time(time.monotonic() if captured is None else captured), timestamp)
        self.octets += octets
        self.packets += 1
        self._first_packet.set()

    async def _handle_rtcp_packet(self, packet: rtp.AnyRtcpPacket) -> None:
        self.heard_at = time.monotonic()
        if isinstance(packet, (rtp.RtcpRrPacket, rtp.RtcpSrPacket)):
            for report in packet.reports:
                if report.ssrc == self._ssrc:
                    self._on_report(report)

    def _on_report(self, report: rtp.RtcpReceiverInfo) -> None:
        middle, sent_at = self._last_report
        if report.lsr == middle and report.dlsr:
            measured = max(0.0, time.monotonic() - sent_at - report.dlsr / 65536)
            old = self.round_trip if self.round_trip is not None else measured
            self.round_trip = old + ROUND_TRIP_WEIGHT * (measured - old)

    async def _report_regularly(self) -> None:
        try:
            await self._first_packet.wait()
            while True:
                await self._send(self._sender_report())
                await asyncio.sleep(REPORT_EVERY * random.uniform(0.5, 1.0))
        finally:
            await self._send(bytes(rtp.RtcpByePacket(sources=[self._ssrc])))

    def _sender_report(self) -> bytes:
        captured, timestamp = self._last_sent
        self._last_report = ((captured >> 16) & 0xFFFFFFFF, time.monotonic())
        info = rtp.RtcpSenderInfo(
            ntp_timestamp=captured,
            rtp_timestamp=timestamp,
            packet_count=self.packets & 0xFFFFFFFF,
            octet_count=self.octets & 0xFFFFFFFF,
        )
        source = rtp.RtcpSourceInfo(ssrc=self._ssrc, items=[(1, self._cname.encode())])
        return bytes(rtp.RtcpSrPacket(ssrc=self._ssrc, sender_info=info)) + bytes(
            rtp.RtcpSdesPacket(chunks=[source])
        )

    async def _send(self, data: bytes) -> None:
        try:
            await self.transport._send_rtp(data)
        except ConnectionError:
            log.debug("nothing can be sent any more")
