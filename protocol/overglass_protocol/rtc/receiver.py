"""aiortc's video receiver with ours in its place: a picture leaves with its last packet.

Holes are asked for at once and again; what is too old is given up for a key frame; the other end is
told what it may send by our own estimate. Runs on the event loop; decodes nothing.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import structlog
from aiortc import rtp
from aiortc.codecs import depayload, is_rtx

from overglass_protocol.rtc.bitstream import is_h264_key, is_vp8_key
from overglass_protocol.rtc.inbound import Inbound
from overglass_protocol.rtc.jitter import AccessUnit, JitterBuffer, Unwrap
from overglass_protocol.rtc.rate import ReceiveEstimate

log = structlog.get_logger()

_KEY_TESTS = {"H264": is_h264_key, "VP8": is_vp8_key}


class VideoReceiver(Inbound):
    """Receives access units of one codec at a time. Callbacks run on the loop."""

    clock_rate = 90_000

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        self.codec: str | None = None
        "`H264` or `VP8`, once a packet has come."
        self.on_unit: Callable[[str, AccessUnit], None] = lambda codec, unit: None
        self.estimate = ReceiveEstimate()
        self.jitter = JitterBuffer(is_h264_key)
        self.packets = self.octets = self._octets_estimated = 0
        self.requested = 0
        "Packets asked for again."
        self._send_time = Unwrap(24)
        self._timer: asyncio.TimerHandle | None = None

    async def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await super().stop()

    def want_key_frame(self) -> None:
        """The decoder lost its way. Only on the loop."""
        self.jitter.want_key_frame()
        self._serve_needs()

    def ask_for_key_frame(self) -> None:
        """A key frame would help, and what else comes is taken all the same. Only on the loop."""
        if self._media_ssrc is not None:
            self._send_soon(self._feedback(rtp.RTCP_PSFB_PLI, self._media_ssrc))

    async def _handle_rtp_packet(self, packet: rtp.RtpPacket, arrival_time_ms: int) -> None:
        if not self._enabled:
            return
        now = time.monotonic()
        self.last_packet_at = now
        codec = self._codecs.get(packet.payload_type)
        if codec is None or not self._knows(packet.ssrc):
            return
        self.packets += 1
        self.octets += len(packet.payload)
        self._statistics[packet.ssrc].add(packet)
        if packet.marker:
            await self._estimate(packet, now)
        if is_rtx(codec):
            original = self._unwrap_retransmission(packet, codec)
            if original is None:
                return
            packet, codec = original, self._codecs[original.payload_type]
        self._media_ssrc = packet.ssrc
        if codec.name != self.codec:
            self._switch_to(codec.name)
        try:
            data = depayload(codec, packet.payload) if packet.payload else b""
        except ValueError as error:
            # It came, so it must not be asked for again; its picture will not decode and says so.
            log.debug("a packet cannot be read", reason=str(error))
            data = b""
        units = self.jitter.add(packet.sequence_number, packet.timestamp, bool(packet.marker), data, now)
        self._hand_out(units)
        if not self.jitter.at_ease or self._timer is not None:
            self._serve_needs()

    def _unwrap_retransmission(self, packet: rtp.RtpPacket, codec: Any) -> rtp.RtpPacket | None:
        """The packet inside an RTX packet (RFC 4588). Senders that do not announce the RTX stream's
        SSRC are understood all the same, by payload type: it can only repeat the one media stream."""
        original_type = codec.parameters.get("apt")
        if len(packet.payload) < 2 or original_type not in self._codecs or self._media_ssrc is None:
            return None
        return rtp.unwrap_rtx(packet, payload_type=original_type, ssrc=self._media_ssrc)

    def _switch_to(self, codec: str) -> None:
        round_trip = self.jitter.round_trip
        feedback = [each for c in self._codecs.values() if c.name == codec for each in c.rtcpFeedback]
        patient = all((each.type, each.parameter) != ("nack", "pli") for each in feedback)
        self.codec, self.jitter = codec, JitterBuffer(_KEY_TESTS[codec], patient=patient)
        self.jitter.round_trip = round_trip

    def _hand_out(self, units: list[AccessUnit]) -> None:
        if self.codec is not None:
            for unit in units:
                self.on_unit(self.codec, unit)

    def _serve_needs(self) -> None:
        """Sends requests that are due, and sets the timer for the next."""
        now = time.monotonic()
        self._hand_out(self.jitter.poll(now))
        if missing := self.jitter.to_request(now):
            self.requested += len(missing)
            self._send_soon(self._nack(missing))
        if self.jitter.key_frame_wanted(now) and self._media_ssrc is not None:
            self._send_soon(self._feedback(rtp.RTCP_PSFB_PLI, self._media_ssrc))
        deadline = self.jitter.deadline()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            delay = max(0.001, deadline - now)
            self._timer = asyncio.get_running_loop().call_later(delay, self._serve_needs)

    async def _estimate(self, packet: rtp.RtpPacket, now: float) -> None:
        """Once a frame: its last packet is the one that waited longest in a queue on the way."""
        sent = packet.extensions.abs_send_time
        seconds = self._send_time(sent) / (1 << 18) if sent is not None else None
        size, self._octets_estimated = self.octets - self._octets_estimated, self.octets
        allowance = self.estimate.add(size, seconds, now)
        if allowance is not None and self._media_ssrc is not None:
            fci = rtp.pack_remb_fci(allowance, [self._media_ssrc])
            await self._send(self._feedback(rtp.RTCP_PSFB_APP, 0, fci))

    def _nack(self, missing: list[int]) -> bytes:
        packet = rtp.RtcpRtpfbPacket(
            fmt=rtp.RTCP_RTPFB_NACK, ssrc=self._own_ssrc, media_ssrc=self._media_ssrc or 0
        )
        packet.lost = sorted(missing[:256])
        return bytes(packet)

    def _feedback(self, fmt: int, media_ssrc: int, fci: bytes = b"") -> bytes:
        return bytes(rtp.RtcpPsfbPacket(fmt=fmt, ssrc=self._own_ssrc, media_ssrc=media_ssrc, fci=fci))
