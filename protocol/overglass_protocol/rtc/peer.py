"""One connection to the other end: pictures and words both ways.

All that the programs see of WebRTC. A `Peer` is made on an event loop and used on it; frames come
out of, and go into, threads of its own. Nothing is queued: what goes in is the newest frame, what comes
out is handed over at once.
"""

import asyncio
from typing import Any

import aiortc
import aiortc.rtcpeerconnection
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtcrtpsender import RTCRtpSender

from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import PeerError, UnusableOfferError
from overglass_protocol.events import Outgoing
from overglass_protocol.frame import Frame
from overglass_protocol.rtc import ice, playout, sdp
from overglass_protocol.rtc.capture_clock import CaptureClock
from overglass_protocol.rtc.channels import Channels
from overglass_protocol.rtc.contract import Handlers, PeerSettings, Statistics
from overglass_protocol.rtc.jitter import AccessUnit
from overglass_protocol.rtc.receiver import VideoReceiver
from overglass_protocol.rtc.sender import VideoSender
from overglass_protocol.rtc.sound import SOUND_RATE, SoundPacket, SoundReceiver, SoundSender
from overglass_protocol.rtc.video import Video
from overglass_protocol.stamps import FrameStamp

_ANSWERING = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly"}


class Peer:
    """One WebRTC connection. Offer or answer, then send; `close` when done."""

    def __init__(self, settings: PeerSettings, handlers: Handlers) -> None:
        _install()
        self._settings = settings
        self._handlers = handlers
        self._connected = asyncio.Event()
        self._lost: str | None = None
        self._closing = False
        servers = [
            aiortc.RTCIceServer(url, settings.ice_username, settings.ice_password)
            for url in settings.ice_servers
        ]
        self._connection = aiortc.RTCPeerConnection(
            aiortc.RTCConfiguration(iceServers=servers, bundlePolicy=aiortc.RTCBundlePolicy.MAX_BUNDLE)
        )
        self._connection.on("connectionstatechange", self._on_state)
        self._channels = Channels(self._connection, handlers)
        self._clock = CaptureClock()
        self._video = Video(settings, handlers, self._clock, self._channels.say, self._lose)
        self._sound: SoundSender | None = None

    async def offer(
        self, direction: str = "sendrecv", *, sound: str | None = None, channels: bool = True
    ) -> str:
        """Makes an offer of one video in that direction, and sound (`sendonly` or `recvonly`) if it is given.

        Without `channels` there are none for words: as plain WHIP and WHEP clients offer.
        """
        with ice.offering(self._settings.hosts):
            self._video.add_to(self._connection, direction, self._settings.codecs)
            if sound is not None:
                self._use_sound(self._connection.addTransceiver("audio", sound), sound)
            if channels:
                self._channels.create()
            await self._connection.setLocalDescription(await self._connection.createOffer())
        return self._connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """Takes the answer to our offer. Raises PeerError when it does not fit."""
        try:
            await self._connection.setRemoteDescription(aiortc.RTCSessionDescription(answer, "answer"))
        except Exception as error:
            # aiortc raises its own, ValueError, AssertionError and more on a bad answer.
            raise PeerError(f"the service's answer cannot be used: {error}") from error

    async def answer(self, offer: sdp.Offer, *, sends_sound: bool = False) -> str:
        """Answers an offer that `sdp.read_offer` let through; takes its sound, or sends some.

        Raises UnusableOfferError when it cannot be answered all the same.
        """
        codecs = tuple(name for name in self._settings.codecs if name in offer.codecs)
        try:
            with ice.offering(self._settings.hosts):
                self._video.add_to(self._connection, _ANSWERING[offer.video], codecs)
                await self._take_offer(offer)
                self._answer_sound(offer, sends_sound)
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
        """Takes the other end's later candidates (trickle ICE). Raises UnusableOfferError."""
        for mid, line in sdp.candidates_of(fragment):
            try:
                candidate = aiortc.sdp.candidate_from_sdp(line)
            except (AssertionError, ValueError, IndexError) as error:
                raise UnusableOfferError(
                    "a candidate cannot be read", malformed=True, cure=sdp.CANDIDATE_CURE
                ) from error
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
        """Sends a picture; displaces one that still waits for the encoder. From any thread.

        The encoder writes into the picture's metadata, so it must not be shared.
        """
        self._video.send(frame)

    def send_unit(
        self, data: bytes, rtp_time: int, envelope: Envelope | None = None, captured: float | None = None
    ) -> None:
        """Sends a picture that is encoded already, in the negotiated codec. Only on the loop.

        `data` is one access unit, `rtp_time` its time in 90 kHz, `captured` the same in seconds of this
        machine's monotonic clock (now, if it is not known). Nothing is sent before media flows.
        """
        self._video.send_unit(data, rtp_time, envelope, captured)

    def send_sound(self, packet: SoundPacket, captured: float | None = None) -> None:
        """Sends a packet of Opus, `captured` as in `send_unit`. Only on the loop. Nothing happens where
        no sound was agreed on."""
        if self._sound is not None and self._sound.codec is not None and not self._closing:
            self._sound.send_packet(packet, captured)

    def allowance(self, width: int, height: int) -> int:
        """Bits per second that the way bears for pictures of this size, for owners that send encoded ones.

        From one thread only.
        """
        return self._video.allowance(width, height)

    @property
    def sends(self) -> bool:
        """Whether pictures go out here at all."""
        return self._video.sends

    @property
    def codec(self) -> str | None:
        """What pictures are to be sent in, once media can flow."""
        return self._video.codec

    @property
    def heard_at(self) -> float | None:
        """When the other end last reported on what we send, monotonic seconds."""
        return self._video.heard_at

    def say(self, outgoing: Outgoing) -> None:
        """Sends words on a data channel. Only on the loop."""
        self._channels.say(outgoing)

    def want_key_frame(self) -> None:
        """Makes the next picture sent a key frame. From any thread."""
        self._video.want_key_frame()

    def check_path(self) -> None:
        """Asks at once whether the way to the other end is there; it follows us if our address changed."""
        ice.check_paths(self._connection, self._handlers.moved)

    def revive(self) -> None:
        """The other end is heard again: catches up without waiting for anybody's timer. Only on the loop."""
        self._video.revive()
        self._channels.hurry()

    def keep_envelope(self, stamp: FrameStamp) -> None:
        """Keeps an envelope that came beside its picture until the picture is there."""
        self._video.keep_envelope(stamp)

    def envelope_of(self, unit: AccessUnit) -> Envelope | None:
        """The envelope that came in an encoded picture, or beside it."""
        return self._video.envelope_of(unit)

    @property
    def last_packet_at(self) -> float | None:
        """When a video packet last came in, monotonic seconds."""
        return self._video.last_packet_at

    def statistics(self) -> Statistics:
        """What this connection has done so far."""
        return self._video.statistics()

    async def close(self) -> None:
        """Ends the connection and its threads. Safe to call twice."""
        if self._closing:
            return
        self._closing = True
        self._video.close()
        await self._connection.close()
        await self._video.join()
        self._connected.set()

    async def _take_offer(self, offer: sdp.Offer) -> None:
        """Everything goes over the one transport that the video was given, whatever the offer begins with.

        aiortc would take it for one that the bundle's first section replaces, and stop it.
        """
        for part in self._connection.getTransceivers():
            part._bundled = True
        await self._connection.setRemoteDescription(aiortc.RTCSessionDescription(offer.sdp, "offer"))
        parts: list[Any] = [*self._connection.getTransceivers(), self._connection.sctp]
        for part in parts:
            if part is not None:
                part._bundled = part.mid != offer.first_mid

    def _answer_sound(self, offer: sdp.Offer, sends: bool) -> None:
        """Sound goes one way, the one that this end is there for; other sound is declined."""
        wanted = ("recvonly", "sendrecv") if sends else ("sendonly", "sendrecv")
        for transceiver in self._connection.getTransceivers():
            if transceiver.kind == "audio":
                taken = offer.audio in wanted
                direction = ("sendonly" if sends else "recvonly") if taken else "inactive"
                transceiver.direction = direction
                self._use_sound(transceiver, direction)

    def _use_sound(self, transceiver: Any, direction: str) -> None:
        opus = [c for c in RTCRtpSender.getCapabilities("audio").codecs if c.name.lower() == "opus"]
        if direction != "inactive":
            transceiver.setCodecPreferences(opus)
        if direction == "sendonly":
            self._sound = transceiver.sender
        if direction == "recvonly":
            receiver = transceiver.receiver
            receiver.on_packet = self._hear
            receiver.on_sender_report = lambda at, rtp_time: self._clock.on_report("sound", at, rtp_time)

    def _hear(self, packet: SoundPacket) -> None:
        self._clock.on_packet("sound", SOUND_RATE, packet.rtp_time, packet.arrived)
        captured = self._clock.captured("sound", packet.rtp_time)
        self._handlers.sound(packet, packet.arrived if captured is None else captured)

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


def _make_receiver(kind: str, transport: Any) -> RTCRtpReceiver:
    return (VideoReceiver if kind == "video" else SoundReceiver)(kind, transport)


def _make_sender(track_or_kind: Any, transport: Any) -> RTCRtpSender:
    kind = track_or_kind if isinstance(track_or_kind, str) else track_or_kind.kind
    return (VideoSender if kind == "video" else SoundSender)(track_or_kind, transport)


def _install() -> None:
    """Puts our parts in aiortc's place. Idempotent."""
    module: Any = aiortc.rtcpeerconnection
    module.RTCRtpReceiver, module.RTCRtpSender = _make_receiver, _make_sender
    ice.install()
    playout.install()
