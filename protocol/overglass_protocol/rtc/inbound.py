"""What any received stream needs beside its packets: statistics, receiver reports, the sender's clock.

aiortc's receiver with our part in its place; knows nothing of pictures or sound. Runs on the event loop.
"""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

import structlog
from aiortc import rtp
from aiortc.rtcrtpreceiver import RTCRtpReceiver, StreamStatistics

log = structlog.get_logger()

REPORT_EVERY = 0.5
"Seconds between receiver reports: a sender that hears of loss late cuts late."
MAX_STREAMS = 8


class Inbound(RTCRtpReceiver):
    """One kind of media coming in. Its children take the packets."""

    clock_rate: int

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        self.on_disconnect: Callable[[], None] = lambda: None
        self.on_sender_report: Callable[[float, int], None] = lambda sender_time, rtp_time: None
        "The sender says: at that time of its clock, in seconds, it captured this RTP timestamp."
        self.last_packet_at: float | None = None
        self._codecs: dict[int, Any] = {}
        self._statistics: dict[int, StreamStatistics] = {}
        self._sender_reports: dict[int, tuple[int, float]] = {}
        self._media_ssrc: int | None = None
        self._own_ssrc = 0
        self._task: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def _set_rtcp_ssrc(self, ssrc: int) -> None:
        self._own_ssrc = ssrc

    async def receive(self, parameters: Any) -> None:
        """Starts; aiortc calls this once the transport is up."""
        if self._task is None:
            self._codecs = {codec.payloadType: codec for codec in parameters.codecs}
            self.transport._register_rtp_receiver(self, parameters)
            self._task = asyncio.create_task(self._run_rtcp())

    async def stop(self) -> None:
        if self._task is not None:
            self.transport._unregister_rtp_receiver(self)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def _handle_disconnect(self) -> None:
        self.on_disconnect()

    def _knows(self, ssrc: int) -> bool:
        """One media and one retransmission stream are normal; a sender of ever new ones is ignored."""
        if ssrc not in self._statistics:
            if len(self._statistics) >= MAX_STREAMS:
                return False
            self._statistics[ssrc] = StreamStatistics(self.clock_rate)
        return True

    async def _handle_rtcp_packet(self, packet: rtp.AnyRtcpPacket) -> None:
        if isinstance(packet, rtp.RtcpSrPacket) and packet.ssrc in self._statistics:
            ntp_time = packet.sender_info.ntp_timestamp
            self._sender_reports[packet.ssrc] = ((ntp_time >> 16) & 0xFFFFFFFF, time.monotonic())
            if packet.ssrc == self._media_ssrc:
                self.on_sender_report(ntp_time / (1 << 32), packet.sender_info.rtp_timestamp)

    async def _run_rtcp(self) -> None:
        while True:
            await asyncio.sleep(REPORT_EVERY * random.uniform(0.5, 1.5))
            reports = [self._report(ssrc, stream) for ssrc, stream in self._statistics.items()]
            if reports:
                await self._send(bytes(rtp.RtcpRrPacket(ssrc=self._own_ssrc, reports=reports)))

    def _report(self, ssrc: int, stream: StreamStatistics) -> rtp.RtcpReceiverInfo:
        middle, at = self._sender_reports.get(ssrc, (0, 0.0))
        since = time.monotonic() - at
        return rtp.RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=stream.fraction_lost,
            packets_lost=stream.packets_lost,
            highest_sequence=stream.max_seq or 0,
            jitter=stream.jitter,
            lsr=middle,
            dlsr=int(since * 65536) if middle and since < 65536 else 0,
        )

    def _send_soon(self, data: bytes) -> None:
        task = asyncio.get_running_loop().create_task(self._send(data))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, data: bytes) -> None:
        try:
            await self.transport._send_rtp(data)
        except ConnectionError:
            log.debug("nothing can be sent any more")
