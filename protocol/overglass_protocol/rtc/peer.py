"""One connection to the other end: pictures and words both ways.

All that the programs see of WebRTC. A `Peer` is made on an event loop and used on it; frames come
out of, and go into, threads of its own. Nothing is queued: what goes in is the newest frame, what comes
out is handed over at once.
"""

import asyncio
import contextlib
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import aiortc
import aiortc.rtcpeerconnection
import structlog
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtcrtpsender import RTCRtpSender

from overglass_protocol import stamps
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import PeerError, UnusableOfferError
from overglass_protocol.frame import Frame
from overglass_protocol.rtc import ice, sdp
from overglass_protocol.rtc.bitstream import envelope_of, with_envelope
from overglass_protocol.rtc.decoder import DecoderThread
from overglass_protocol.rtc.encoder import Encoded, EncoderThread
from overglass_protocol.rtc.jitter import AccessUnit
from overglass_protocol.rtc.receiver import VideoReceiver
from overglass_protocol.rtc.sender import VideoSender
from overglass_protocol.session import Outgoing
from overglass_protocol.stamps import FrameStamp

log = structlog.get_logger()

STAMPS_KEPT = 64
"Envelopes that came beside their pictures and wait for them: two seconds at 30 fps."

MAX_UNSAID = 64
"Messages that wait for the control channel to open; a peer that never opens one must not fill memory."


@dataclass(frozen=True, slots=True)
class PeerSettings:
    """How a peer connects and sends."""

    hosts: tuple[str, ...] | None = None
    "Addresses of this machine to offer; None: all but loopback."
    ice_servers: tuple[str, ...] = ()
    "STUN and TURN URLs, only as configured; none by default, so nobody outside is asked."
    ice_username: str | None = None
    ice_password: str | None = None
    codecs: tuple[str, ...] = sdp.VIDEO_CODECS
    "Video codecs in the order we prefer."
    fps: float = 30.0
    "Frames a second that we send, for the encoder's rate control."
    max_bitrate: int | None = None
    "Bits per second, where the device or the link has a ceiling."


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a connection has done so far."""

    codec: str | None
    sent: int
    "Frames that left the encoder."
    received: int
    "Frames that left the decoder."
    round_trip: float | None
    fraction_lost: float
    bitrate: int
    "What the encoder is asked for, bits per second."
    limited_by_network: bool
    retransmitted: int
    requested: int
    dropped: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Handlers:
    """What a peer tells its owner. Each is called on the loop, but for `frame` and `encoded`."""

    frame: Callable[[Frame], None] = lambda frame: None
    "A picture came in. Called in the decoder's thread: hand over and return."
    unit: Callable[[str, AccessUnit], None] | None = None
    "An encoded picture came in: codec and bytes. When this is set, nothing is decoded."
    encoded: Callable[[Envelope, float], None] = lambda envelope, at: None
    "A picture of ours was encoded at that time. Called in the encoder's thread."
    message: Callable[[str | bytes], None] = lambda data: None
    stamp: Callable[[bytes], None] = lambda data: None
    lost: Callable[[str], None] = lambda reason: None
    "The connection is gone; called once."


class Peer:
    """One WebRTC connection. Offer or answer, then send; `close` when done."""

    def __init__(self, settings: PeerSettings, handlers: Handlers) -> None:
        _install()
        self._settings = settings
        self._handlers = handlers
        self._loop = asyncio.get_running_loop()
        self._connected = asyncio.Event()
        self._lost: str | None = None
        self._closing = False
        self._encoder: EncoderThread | None = None
        self._decoder: DecoderThread | None = None
        self._sender: VideoSender | None = None
        self._receiver: VideoReceiver | None = None
        self._channels: dict[str, aiortc.RTCDataChannel] = {}
        self._unsaid: list[Outgoing] = []
        self._stamps: OrderedDict[int, Envelope] = OrderedDict()
        self._sent = self._received = 0
        servers = [
            aiortc.RTCIceServer(url, settings.ice_username, settings.ice_password)
            for url in settings.ice_servers
        ]
        self._connection = aiortc.RTCPeerConnection(
            aiortc.RTCConfiguration(iceServers=servers, bundlePolicy=aiortc.RTCBundlePolicy.MAX_BUNDLE)
        )
        self._connection.on("connectionstatechange", self._on_state)
        self._connection.on("datachannel", self._use_channel)

    async def offer(self, direction: str = "sendrecv") -> str:
        """Makes an offer of one video (`sendrecv` or `sendonly`) and both data channels."""
        with ice.offering(self._settings.hosts):
            self._add_video(direction, self._settings.codecs)
            self._use_channel(self._connection.createDataChannel("control"))
            self._use_channel(self._connection.createDataChannel("stamps", ordered=False, maxRetransmits=0))
            await self._connection.setLocalDescription(await self._connection.createOffer())
        return self._connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """Takes the answer to our offer. Raises PeerError when it does not fit."""
        try:
            await self._connection.setRemoteDescription(aiortc.RTCSessionDescription(answer, "answer"))
        except Exception as error:
            # aiortc raises its own, ValueError, AssertionError and more on a bad answer.
            raise PeerError(f"the service's answer cannot be used: {error}") from error

    async def answer(self, offer: sdp.Offer) -> str:
        """Answers an offer that `sdp.read_offer` let through.

        Raises UnusableOfferError when it cannot be answered all the same.
        """
        direction = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly"}[offer.video]
        codecs = tuple(name for name in self._settings.codecs if name in offer.codecs)
        try:
            with ice.offering(self._settings.hosts):
                self._add_video(direction, codecs)
                remote = aiortc.RTCSessionDescription(offer.sdp, "offer")
                await self._connection.setRemoteDescription(remote)
                self._be_passive(offer.sdp)
                await self._connection.setLocalDescription(await self._connection.createAnswer())
        except Exception as error:
            # aiortc raises its own, ValueError, AssertionError and more on what a stranger may send.
            raise UnusableOfferError(
                f"the offer cannot be answered: {error or type(error).__name__}",
                malformed=False,
                cure="Offer H264 (packetization-mode 1) or VP8, with BUNDLE and rtcp-mux.",
            ) from error
        return sdp.mend_answer(self._connection.localDescription.sdp)

    async def add_candidates(self, fragment: str) -> None:
        """Takes the other end's later candidates (trickle ICE)."""
        for mid, line in sdp.candidates_of(fragment):
            try:
                candidate = aiortc.sdp.candidate_from_sdp(line)
            except (AssertionError, ValueError, IndexError) as error:
                raise UnusableOfferError("a candidate cannot be read", malformed=True) from error
            candidate.sdpMid = mid if mid is not None else "0"
            await self._connection.addIceCandidate(candidate)

    async def connected(self, timeout: float) -> None:
        """Waits until media can flow. Raises PeerError after `timeout` seconds or when it cannot."""
        try:
            async with asyncio.timeout(timeout):
                await self._connected.wait()
        except TimeoutError:
            raise PeerError(
                f"no media connection within {timeout:g} s",
                cure="Check that UDP passes between the two machines, or configure a TURN server.",
            ) from None
        if self._lost is not None:
            raise PeerError(f"the media connection failed: {self._lost}")

    def send(self, frame: Frame) -> None:
        """Sends a picture; displaces one that still waits for the encoder. From any thread."""
        if self._encoder is not None:
            self._encoder.slot.put(frame)

    def send_unit(self, data: bytes, rtp_time: int, envelope: Envelope | None = None) -> None:
        """Sends a picture that is encoded already, in the negotiated codec. Only on the loop.

        `data` is one access unit, `rtp_time` its time in 90 kHz. Nothing is sent before media flows.
        """
        if self._sender is None or self._sender.codec is None or self._closing:
            return
        if envelope is not None and self._sender.codec == "H264":
            data = with_envelope(data, envelope)
        elif envelope is not None:
            stamp = FrameStamp(self._sender.wire_time(rtp_time), envelope)
            self.say(Outgoing("stamps", stamps.encode(stamp)))
        self._sender.send_unit(data, rtp_time)
        self._sent += 1

    def say(self, outgoing: Outgoing) -> None:
        """Sends words on a data channel. Only on the loop.

        What is said on `control` before it is open waits for that; on `stamps` it is lost, as may happen
        there at any time.
        """
        channel = self._channels.get(outgoing.channel)
        if channel is not None and channel.readyState == "open":
            with contextlib.suppress(ConnectionError, aiortc.InvalidStateError):
                channel.send(outgoing.data)
        elif outgoing.channel == "control" and len(self._unsaid) < MAX_UNSAID:
            self._unsaid.append(outgoing)

    def want_key_frame(self) -> None:
        """Makes the next picture sent a key frame. From any thread."""
        if self._encoder is not None:
            self._encoder.want_key_frame()

    @property
    def last_packet_at(self) -> float | None:
        """When a video packet last came in, monotonic seconds."""
        return self._receiver.last_packet_at if self._receiver is not None else None

    def statistics(self) -> Statistics:
        sender, receiver = self._sender, self._receiver
        dropped: Counter[str] = Counter()
        if self._encoder is not None:
            dropped.update(self._encoder.slot.dropped)
        if self._decoder is not None:
            dropped.update(self._decoder.dropped)
        if receiver is not None:
            dropped.update({f"network: {why}": n for why, n in receiver.jitter.dropped.items()})
        return Statistics(
            codec=(sender.codec if sender else None) or (receiver.codec if receiver else None),
            sent=self._sent,
            received=self._received,
            round_trip=sender.round_trip if sender else None,
            fraction_lost=sender.fraction_lost if sender else 0.0,
            bitrate=sender.rate.target if sender else 0,
            limited_by_network=sender.rate.limited_by_network if sender else False,
            retransmitted=sender.retransmitted if sender else 0,
            requested=receiver.requested if receiver else 0,
            dropped=dict(dropped),
        )

    async def close(self) -> None:
        """Ends the connection and its threads. Safe to call twice."""
        if self._closing:
            return
        self._closing = True
        threads = [thread for thread in (self._encoder, self._decoder) if thread is not None]
        for thread in threads:
            thread.close()
        await self._connection.close()
        for thread in threads:
            await asyncio.to_thread(thread.join, 2.0)
        self._connected.set()

    def _add_video(self, direction: str, codecs: tuple[str, ...]) -> None:
        transceiver = self._connection.addTransceiver("video", direction)
        capabilities = RTCRtpSender.getCapabilities("video").codecs
        wanted = [c for name in codecs for c in capabilities if c.name.upper() == name]
        transceiver.setCodecPreferences([*wanted, *(c for c in capabilities if c.name == "rtx")])
        sender: Any = transceiver.sender
        receiver: Any = transceiver.receiver
        if direction in ("sendrecv", "sendonly"):
            self._sender = sender
            sender.rate = type(sender.rate)(self._settings.max_bitrate)
            sender.on_started = self._start_encoder
            sender.on_key_frame_request = self.want_key_frame
        if direction in ("sendrecv", "recvonly"):
            self._receiver = receiver
            receiver.on_unit = self._on_unit
            receiver.on_disconnect = lambda: self._lose("the other end closed the connection")

    def _be_passive(self, offer: str) -> None:
        """Where we may choose, the other end starts the DTLS handshake: then its certificate may be
        RSA, which our cipher list, all ECDSA, would refuse in a server."""
        if "a=setup:actpass" not in offer:
            return
        for transceiver in self._connection.getTransceivers():
            transceiver.receiver.transport._set_role("server")
        if self._connection.sctp is not None:
            self._connection.sctp.transport._set_role("server")

    def _on_state(self) -> None:
        match self._connection.connectionState:
            case "connected":
                self._connected.set()
            case "failed":
                self._lose("ICE or DTLS failed")
            case "closed":
                self._lose("closed")

    def _lose(self, reason: str) -> None:
        if self._lost is None and not self._closing:
            self._lost = reason
            self._connected.set()
            self._handlers.lost(reason)

    def _use_channel(self, channel: aiortc.RTCDataChannel) -> None:
        if channel.label not in ("control", "stamps") or channel.label in self._channels:
            channel.close()
            return
        self._channels[channel.label] = channel
        if channel.label == "control":
            channel.on("message", self._handlers.message)
            if channel.readyState == "open":
                self._loop.call_soon(self._say_unsaid)
            else:
                channel.on("open", self._say_unsaid)
        else:
            channel.on("message", self._on_stamp)

    def _say_unsaid(self) -> None:
        unsaid, self._unsaid = self._unsaid, []
        for outgoing in unsaid:
            self.say(outgoing)

    def _on_stamp(self, data: str | bytes) -> None:
        self._handlers.stamp(data if isinstance(data, bytes) else data.encode())

    def keep_envelope(self, stamp: FrameStamp) -> None:
        """Keeps an envelope that came beside its picture until the picture is decoded."""
        self._stamps[stamp.rtp_time] = stamp.envelope
        while len(self._stamps) > STAMPS_KEPT:
            self._stamps.popitem(last=False)

    def _start_encoder(self) -> None:
        assert self._sender is not None
        assert self._sender.codec is not None
        if not self._closing:
            self._encoder = EncoderThread(
                self._sender.codec, self._settings.fps, self._bitrate, self._deliver_encoded
            )
            self._encoder.want_key_frame()

    def _bitrate(self, width: int, height: int) -> int:
        assert self._sender is not None
        self._sender.rate.picture(width, height, self._settings.fps)
        return self._sender.rate.target

    def _deliver_encoded(self, encoded: Encoded) -> None:
        """In the encoder's thread: notes when it was done and crosses to the loop."""
        envelope = encoded.frame.envelope
        if envelope is not None and envelope.stages is not None:
            envelope = replace(envelope, stages=replace(envelope.stages, encoded=encoded.encoded))
        if envelope is not None:
            self._handlers.encoded(envelope, encoded.encoded)
        with contextlib.suppress(RuntimeError):  # the loop may just have closed
            self._loop.call_soon_threadsafe(self.send_unit, encoded.data, encoded.rtp_time, envelope)

    def _on_unit(self, codec: str, unit: AccessUnit) -> None:
        if self._closing:
            return
        if self._handlers.unit is not None:
            self._received += 1
            self._handlers.unit(codec, unit)
            return
        if self._decoder is None:
            self._decoder = DecoderThread(codec, self.envelope_of, self._deliver_decoded, self._ask_for_key)
        self._decoder.put(unit)

    def envelope_of(self, unit: AccessUnit) -> Envelope | None:
        """The envelope that came in the unit, or beside it."""
        return envelope_of(unit.data) or self._stamps.pop(unit.rtp_time & 0xFFFFFFFF, None)

    def _deliver_decoded(self, frame: Frame) -> None:
        assert self._receiver is not None
        if self._received == 0:
            picture = frame.picture
            self._receiver.estimate.picture(picture.width, picture.height, self._settings.fps)
        self._received += 1
        self._handlers.frame(frame)

    def _ask_for_key(self) -> None:
        if self._receiver is not None:
            with contextlib.suppress(RuntimeError):  # the loop may just have closed
                self._loop.call_soon_threadsafe(self._receiver.want_key_frame)


def _make_receiver(kind: str, transport: Any) -> RTCRtpReceiver:
    return (VideoReceiver if kind == "video" else RTCRtpReceiver)(kind, transport)


def _make_sender(track_or_kind: Any, transport: Any) -> RTCRtpSender:
    kind = track_or_kind if isinstance(track_or_kind, str) else track_or_kind.kind
    return (VideoSender if kind == "video" else RTCRtpSender)(track_or_kind, transport)


def _install() -> None:
    """Puts our parts in aiortc's place. Idempotent."""
    module: Any = aiortc.rtcpeerconnection
    module.RTCRtpReceiver, module.RTCRtpSender = _make_receiver, _make_sender
    ice.install()
