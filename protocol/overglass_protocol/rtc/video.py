"""Pictures both ways over one connection: encoder and sender, receiver and decoder, and the envelopes
that travel in the pictures or beside them.

Crosses between the loop and the codecs' threads; nothing else in the project has to.
"""

import asyncio
import contextlib
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aiortc
from aiortc.rtcrtpsender import RTCRtpSender

from overglass_protocol import stamps
from overglass_protocol.envelope import Envelope
from overglass_protocol.events import Outgoing
from overglass_protocol.frame import Frame
from overglass_protocol.rtc.bitstream import envelope_of, with_envelope
from overglass_protocol.rtc.capture_clock import CaptureClock
from overglass_protocol.rtc.contract import Handlers, PeerSettings, Statistics
from overglass_protocol.rtc.decoder import DecoderThread
from overglass_protocol.rtc.encoder import CLOCK_RATE, Encoded, EncoderThread
from overglass_protocol.rtc.jitter import AccessUnit
from overglass_protocol.rtc.rate import SendRate
from overglass_protocol.rtc.receiver import VideoReceiver
from overglass_protocol.rtc.sender import VideoSender
from overglass_protocol.stamps import FrameStamp

STAMPS_KEPT = 64
"Envelopes that came beside their pictures and wait for them: two seconds at 30 fps."
STAMP_PATIENCE = 0.005
"Seconds that a decoded picture waits for the envelope beside it; usually it has come by then."


class Video:
    """One connection's video, both ways or one."""

    def __init__(
        self,
        settings: PeerSettings,
        handlers: Handlers,
        clock: CaptureClock,
        say: Callable[[Outgoing], None],
        lose: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._handlers = handlers
        self._clock = clock
        self._say = say
        self._lose = lose
        self._loop = asyncio.get_running_loop()
        self._closing = False
        self._encoder: EncoderThread | None = None
        self._decoder: DecoderThread | None = None
        self._sender: VideoSender | None = None
        self._receiver: VideoReceiver | None = None
        self._starting = threading.Lock()
        self._stamps: OrderedDict[int, Envelope] = OrderedDict()
        self._stamp_came = threading.Condition()
        self._stamped = False
        self._sent = self._received = 0

    def add_to(self, connection: aiortc.RTCPeerConnection, direction: str, codecs: tuple[str, ...]) -> None:
        """Adds the video to a connection that has none: `sendrecv`, `sendonly` or `recvonly`."""
        transceiver = connection.addTransceiver("video", direction)
        capabilities = RTCRtpSender.getCapabilities("video").codecs
        wanted = [c for name in codecs for c in capabilities if c.name.upper() == name]
        transceiver.setCodecPreferences([*wanted, *(c for c in capabilities if c.name == "rtx")])
        if direction in ("sendrecv", "sendonly"):
            sender: Any = transceiver.sender
            self._sender = sender
            sender.rate = SendRate(self._settings.max_bitrate)
            sender.on_key_frame_request = self._on_key_frame_request
            if direction == "sendrecv":
                sender.show_at_once()
        if direction in ("sendrecv", "recvonly"):
            receiver: Any = transceiver.receiver
            self._receiver = receiver
            receiver.on_unit = self._on_unit
            receiver.on_disconnect = lambda: self._lose("the other end closed the connection")
            receiver.on_sender_report = lambda at, rtp_time: self._clock.on_report("video", at, rtp_time)

    def send(self, frame: Frame) -> None:
        encoder = self._encoder or self._start_encoder()
        if encoder is not None:
            encoder.slot.put(frame)

    def send_unit(
        self, data: bytes, rtp_time: int, envelope: Envelope | None, captured: float | None = None
    ) -> None:
        if self._sender is None or self._sender.codec is None or self._closing:
            return
        if envelope is not None and self._sender.codec == "H264":
            data = with_envelope(data, envelope)
        self._sender.send_unit(data, rtp_time, captured)
        self._sent += 1
        if envelope is not None and self._sender.codec != "H264":
            # Behind the picture's packets: it is read while the picture is being decoded.
            stamp = FrameStamp(self._sender.wire_time(rtp_time), envelope)
            for datagram in stamps.datagrams(stamp):
                self._loop.call_soon(self._say, Outgoing("stamps", datagram))

    def want_key_frame(self) -> None:
        if self._encoder is not None:
            self._encoder.want_key_frame()

    def revive(self) -> None:
        """Only on the loop: both ends begin anew with a key frame."""
        self.want_key_frame()
        if self._receiver is not None:
            self._receiver.ask_for_key_frame()

    def keep_envelope(self, stamp: FrameStamp) -> None:
        with self._stamp_came:
            self._stamped = True
            self._stamps[stamp.rtp_time] = stamp.envelope
            while len(self._stamps) > STAMPS_KEPT:
                self._stamps.popitem(last=False)
            self._stamp_came.notify()

    def envelope_of(self, unit: AccessUnit, patience: float = 0.0) -> Envelope | None:
        inside = envelope_of(unit.data)
        if inside is not None:
            return inside
        rtp_time = unit.rtp_time & 0xFFFFFFFF
        with self._stamp_came:
            # A sender whose stamps never came sends none, and is not waited for.
            if patience and self._stamped:
                self._stamp_came.wait_for(lambda: rtp_time in self._stamps, patience)
            return self._stamps.pop(rtp_time, None)

    @property
    def sends(self) -> bool:
        return self._sender is not None

    @property
    def codec(self) -> str | None:
        return self._sender.codec if self._sender is not None else None

    @property
    def heard_at(self) -> float | None:
        return self._sender.heard_at if self._sender is not None else None

    @property
    def last_packet_at(self) -> float | None:
        return self._receiver.last_packet_at if self._receiver is not None else None

    def statistics(self) -> Statistics:
        sender, receiver = self._sender, self._receiver
        return Statistics(
            codec=(sender.codec if sender else None) or (receiver.codec if receiver else None),
            sent=self._sent,
            received=self._received,
            round_trip=sender.round_trip if sender else None,
            fraction_lost=sender.fraction_lost if sender else 0.0,
            bitrate=sender.rate.target if sender else 0,
            limited_by_network=sender.rate.limited_by_network if sender else False,
            retransmitted=sender.retransmitted if sender else 0,
            repeated=sender.repeated if sender else 0,
            requested=receiver.requested if receiver else 0,
            dropped=dict(self._dropped()),
        )

    def close(self) -> None:
        """Tells both threads to end; `join` waits for them."""
        self._closing = True
        for thread in (self._encoder, self._decoder):
            if thread is not None:
                thread.close()

    async def join(self) -> None:
        for thread in (self._encoder, self._decoder):
            if thread is not None:
                await asyncio.to_thread(thread.join, 2.0)

    def _dropped(self) -> Counter[str]:
        dropped: Counter[str] = Counter()
        if self._encoder is not None:
            dropped.update(self._encoder.slot.dropped)
        if self._sender is not None and self._sender.unsent:
            dropped["transport stands still"] += self._sender.unsent
        if self._decoder is not None:
            dropped.update(self._decoder.dropped)
        if self._receiver is not None:
            dropped.update({f"network: {why}": n for why, n in self._receiver.jitter.dropped.items()})
        return dropped

    def _start_encoder(self) -> EncoderThread | None:
        """At the first picture: an owner that sends encoded ones needs no encoder."""
        with self._starting:
            sender = self._sender
            if (
                self._encoder is None
                and sender is not None
                and sender.codec is not None
                and not self._closing
            ):
                encoder = EncoderThread(
                    sender.codec, self._settings.fps, self.allowance, self._deliver_encoded
                )
                encoder.want_key_frame()
                self._encoder = encoder
            return self._encoder

    def _on_key_frame_request(self) -> None:
        self.want_key_frame()
        self._handlers.key_frame()

    def allowance(self, width: int, height: int) -> int:
        """In the encoder's thread."""
        if self._sender is None:
            return 0
        self._sender.rate.picture(width, height, self._settings.fps)
        return self._sender.rate.target

    def _deliver_encoded(self, encoded: Encoded) -> None:
        """In the encoder's thread: notes when it was done and crosses to the loop."""
        envelope = encoded.frame.envelope
        made_here = envelope is not None and not encoded.frame.arrived
        captured = envelope.capture_time if envelope is not None and made_here else None
        if envelope is not None:
            envelope = self._handlers.finish(encoded.frame, envelope)
            now = time.monotonic()
            if envelope.stages is not None:
                envelope = replace(envelope, stages=replace(envelope.stages, encoded=now))
            self._handlers.encoded(envelope, now)
        with contextlib.suppress(RuntimeError):  # the loop may just have closed
            self._loop.call_soon_threadsafe(
                self.send_unit, encoded.data, encoded.rtp_time, envelope, captured
            )

    def _on_unit(self, codec: str, unit: AccessUnit) -> None:
        if self._closing:
            return
        self._clock.on_packet("video", CLOCK_RATE, unit.rtp_time, unit.arrived)
        if self._handlers.unit is not None:
            self._received += 1
            self._handlers.unit(codec, unit)
            return
        if self._decoder is None:
            self._decoder = DecoderThread(
                codec,
                lambda unit: self.envelope_of(unit, STAMP_PATIENCE),
                self._deliver_decoded,
                self._ask_for_key,
            )
        self._decoder.put(unit)

    def _deliver_decoded(self, frame: Frame) -> None:
        """In the decoder's thread."""
        assert self._receiver is not None
        if self._received == 0:
            picture = frame.picture
            self._receiver.estimate.picture(picture.width, picture.height, self._settings.fps)
        self._received += 1
        captured = self._clock.captured("video", frame.rtp_time)
        self._handlers.frame(replace(frame, captured=captured or frame.arrived))

    def _ask_for_key(self) -> None:
        """In the decoder's thread: only a key frame can help."""
        if self._receiver is not None:
            with contextlib.suppress(RuntimeError):  # the loop may just have closed
                self._loop.call_soon_threadsafe(self._receiver.want_key_frame)
