"""The result for those who watch beside the wearer: painted once, encoded once a codec, sent to each.

A slow viewer lowers the others' picture only so far, and gets key frames no oftener than others can
stand. Knows nothing of HTTP, of tokens, or of how a picture was painted.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from overglass_cloud.config import Settings
from overglass_cloud.marking.label import Label
from overglass_cloud.problems import Problem, no_such_session
from overglass_cloud.sessions.tasks import Tasks
from overglass_protocol import rtc
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import PeerError
from overglass_protocol.frame import Frame, copied
from overglass_protocol.rtc.encoder import CLOCK_RATE, Encoded, EncoderThread
from overglass_protocol.rtc.rate import best_bitrate
from overglass_protocol.rtc.sdp import Offer, credentials_of

log = structlog.get_logger()

KEY_EVERY = 0.5
"Seconds between two key frames for those who lost their way; one who comes gets one at once."
SILENCE = 10.0
"Seconds without a report and a viewer is gone; browsers report every second."
ENCODER_ENDS_WITHIN = 2.0
"Seconds; a picture takes hundredths."
LEAST_SHARE = 0.4
"Of the best bitrate: what one bad link may lower the others' picture to."
MAX_STEP = 2.0
"Seconds between what a stream's own clock says and ours, beyond which it has started anew."


class Retimer:
    """Lets timestamps go on evenly when their source changes or starts anew. `rate` in ticks a second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._shift: int | None = None
        self._last = 0

    def restart(self) -> None:
        """What comes next counts from another origin."""
        self._shift = None

    def __call__(self, rtp_time: int, captured: float) -> int:
        """The time to send with; `captured` in seconds of our clock."""
        due = round(captured * self._rate)
        if self._shift is None or abs(rtp_time + self._shift - due) > MAX_STEP * self._rate:
            self._shift = max(due, self._last + 1) - rtp_time
        self._last = rtp_time + self._shift
        return self._last


@dataclass(slots=True, eq=False)
class Viewer:
    """Somebody who watches."""

    id: str
    peer: rtc.Peer
    credentials: tuple[str, str] | None
    "ICE user name fragment and password."
    codec: str | None = None
    "Once connected."


class Broadcast:
    """One session's viewers. Used on the loop, but for `show`."""

    def __init__(self, settings: Settings, finish: Callable[[Frame, Envelope], Envelope]) -> None:
        """`finish` completes an envelope when its picture is encoded, in the encoder's thread."""
        self._settings = settings
        self._finish = finish
        self._loop = asyncio.get_running_loop()
        self._viewers: dict[str, Viewer] = {}
        self._encoders: dict[str, EncoderThread] = {}
        self._key_at: dict[str, float] = {}
        self._key_due: set[str] = set()
        "Codecs whose next key frame is asked for already, and waits for its time."
        self._tasks = Tasks()
        self._picture_time, self._sound_time = Retimer(CLOCK_RATE), Retimer(rtc.SOUND_RATE)
        self._sequence_shift: int | None = None
        self._sequence = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._viewers)

    async def admit(self, offer: Offer) -> tuple[Viewer, str]:
        """A new viewer and the answer to its offer. Raises Problem or UnusableOfferError."""
        if self._closed:
            raise no_such_session()
        if len(self._viewers) >= self._settings.max_viewers:
            raise Problem(
                503,
                "too-many-viewers",
                f"all {self._settings.max_viewers} viewers' places of this session are taken",
                cure="Try again later, or start the service with a higher OVERGLASS_MAX_VIEWERS.",
                headers={"Retry-After": "5"},
            )
        viewer = self._make_viewer(offer)
        self._viewers[viewer.id] = viewer  # before the first wait, so that the limit holds
        try:
            answer = await viewer.peer.answer(offer, sends_sound=True)
        except BaseException:
            await self.dismiss(viewer)
            raise
        self._tasks.spawn(self._attend(viewer))
        return viewer, answer

    def find(self, id: str) -> Viewer | None:
        return self._viewers.get(id)

    async def dismiss(self, viewer: Viewer) -> None:
        """Ends a viewer's connection, and its encoder if nobody else needs it."""
        self._viewers.pop(viewer.id, None)
        if viewer.codec is not None and all(v.codec != viewer.codec for v in self._viewers.values()):
            await self._end_encoder(viewer.codec)
        await viewer.peer.close()

    async def close(self) -> None:
        self._closed = True
        for viewer in list(self._viewers.values()):
            await self.dismiss(viewer)
        await self._tasks.end()

    def restart(self) -> None:
        """Pictures and sound come over a new connection, and count anew."""
        self._picture_time.restart()
        self._sound_time.restart()
        self._sequence_shift = None

    def show(self, frame: Frame, envelope: Envelope, label: Label | None = None) -> None:
        """In the engine's thread: a painted picture, and what viewers are told of it, in the picture by
        `label` too. Never waits."""
        for encoder in list(self._encoders.values()):
            own = copied(frame.picture)  # an encoder writes into the picture it is given
            if label is not None:
                label.draw(own)
            encoder.slot.put(replace(frame, picture=own, envelope=envelope))

    def hear(self, packet: rtc.SoundPacket, captured: float) -> None:
        """Passes a packet of sound on, untouched but for its place in time and sequence."""
        if self._sequence_shift is None:
            self._sequence_shift = self._sequence + 1 - packet.sequence
        self._sequence = packet.sequence + self._sequence_shift
        rtp_time = self._sound_time(packet.rtp_time, captured)
        passed = rtc.SoundPacket(packet.data, rtp_time, self._sequence)
        for viewer in self._viewers.values():
            viewer.peer.send_sound(passed, captured)

    def _make_viewer(self, offer: Offer) -> Viewer:
        id = secrets.token_urlsafe(16)
        handlers = rtc.Handlers(
            lost=lambda reason: self._on_lost(id, reason), key_frame=lambda: self._refresh(id)
        )
        peer = rtc.Peer(self._settings.peer_settings(), handlers)
        return Viewer(id, peer, credentials_of(offer.sdp))

    async def _attend(self, viewer: Viewer) -> None:
        """From the answer until the viewer is gone."""
        try:
            await viewer.peer.connected(self._settings.connect_seconds)
        except PeerError as error:
            return self._on_lost(viewer.id, str(error))
        if viewer.id not in self._viewers:
            return None
        viewer.codec = viewer.peer.codec or "H264"
        self._start_encoder(viewer.codec)
        since = time.monotonic()
        while viewer.id in self._viewers:
            heard = max(since, viewer.peer.heard_at or 0.0)
            if time.monotonic() >= heard + SILENCE:
                return self._on_lost(viewer.id, f"silent for {SILENCE:g} s")
            await asyncio.sleep(heard + SILENCE - time.monotonic())
        return None

    def _start_encoder(self, codec: str) -> None:
        if self._closed:
            return
        if codec not in self._encoders:
            self._encoders[codec] = EncoderThread(
                codec,
                self._settings.fps,
                lambda width, height: self._bitrate(codec, width, height),
                lambda encoded: self._deliver(codec, encoded),
                rtp_time=lambda frame: self._picture_time(frame.rtp_time, frame.captured),
            )
        self._make_key(codec)

    async def _end_encoder(self, codec: str) -> None:
        encoder = self._encoders.pop(codec, None)
        if encoder is not None:
            encoder.close()
            await asyncio.to_thread(encoder.join, ENCODER_ENDS_WITHIN)

    def _bitrate(self, codec: str, width: int, height: int) -> int:
        """In the encoder's thread: what the slowest of its viewers bears, within reason."""
        best = best_bitrate(width, height, self._settings.fps)
        borne = [v.peer.allowance(width, height) for v in list(self._viewers.values()) if v.codec == codec]
        return max(int(LEAST_SHARE * best), min(borne, default=best))

    def _deliver(self, codec: str, encoded: Encoded) -> None:
        """In the encoder's thread."""
        envelope = encoded.frame.envelope
        if envelope is not None:
            envelope = self._finish(encoded.frame, envelope)
        self._cross(lambda: self._send(codec, encoded, envelope))

    def _send(self, codec: str, encoded: Encoded, envelope: Envelope | None) -> None:
        for viewer in list(self._viewers.values()):
            if viewer.codec == codec:
                viewer.peer.send_unit(encoded.data, encoded.rtp_time, envelope, encoded.frame.captured)

    def _refresh(self, id: str) -> None:
        """A viewer lost its way: only a key frame helps."""
        viewer = self._viewers.get(id)
        codec = viewer.codec if viewer is not None else None
        if codec is None or codec not in self._encoders:
            return
        if codec in self._key_due:
            return
        self._key_due.add(codec)
        wait = self._key_at[codec] + KEY_EVERY - time.monotonic()
        self._loop.call_later(max(0.0, wait), self._make_key, codec)

    def _make_key(self, codec: str) -> None:
        self._key_due.discard(codec)
        if codec in self._encoders:
            self._key_at[codec] = time.monotonic()
            self._encoders[codec].want_key_frame()

    def _on_lost(self, id: str, reason: str) -> None:
        viewer = self._viewers.get(id)
        if viewer is not None:
            log.info("a viewer is gone", viewer=id[:8], reason=reason)
            self._tasks.spawn(self.dismiss(viewer), closes=True)

    def _cross(self, call: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may just have closed
            self._loop.call_soon_threadsafe(call)
