"""One session's life at the cloud: its seat at the engine, its control document, and the connection of
the moment, which may break and be replaced while the session goes on.

Runs on the event loop, except the two callbacks that say otherwise. Knows nothing of HTTP.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace

import structlog

from overglass_cloud.config import Settings
from overglass_cloud.problems import no_such_session
from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scenes.overlays import Overlays
from overglass_cloud.scheduler import Painted, Scheduler
from overglass_cloud.sessions.broadcast import Broadcast
from overglass_cloud.sessions.reporting import REPORT_EVERY, Reporter
from overglass_cloud.sessions.summary import Summary, Totals
from overglass_cloud.sessions.tasks import Tasks
from overglass_protocol import events, rtc
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope, Stages
from overglass_protocol.errors import LookError, MissingReferenceError, OverglassError, PeerError
from overglass_protocol.frame import Frame
from overglass_protocol.messages import Welcome
from overglass_protocol.reference import MISSING
from overglass_protocol.rtc.sdp import Offer, credentials_of
from overglass_protocol.session import CloudSession

log = structlog.get_logger()


class Visit:
    """One session. `opened_by` is the id of the token that opened it."""

    def __init__(
        self,
        settings: Settings,
        scheduler: Scheduler,
        capabilities: Capabilities,
        control: Control,
        opened_by: str,
    ) -> None:
        self.id = secrets.token_urlsafe(16)
        self.resume_token = secrets.token_urlsafe(24)
        self.opened_by = opened_by
        self.ended: str | None = None
        "Why, once the edge said goodbye."
        self.alone_since: float | None = None
        "Since when it has no connection any more, monotonic seconds; None while it has one, or none yet."
        self.log = log.bind(session=self.id[:8])
        self.picture_at: float | None = None
        "When the newest picture came in, monotonic seconds."
        self._settings = settings
        self._looks = scheduler.looks
        self._loop = asyncio.get_running_loop()
        self._overlays = Overlays(
            capabilities, self._send_painted, self._on_overlay_missing, lambda: self._cross(self._steer)
        )
        self.broadcast = Broadcast(settings, self._overlays.finished)
        self._seat = scheduler.seat(control, self._overlays.painted, self._on_look_failed, self._overlays)
        self._talk = CloudSession(self._welcome(control, resumed=False))
        self._peer: rtc.Peer | None = None
        self.credentials: tuple[str, str] | None = None
        "The edge's ICE user name fragment and password."
        self._tasks = Tasks()
        self._connecting = asyncio.Lock()
        self._announced = -1
        self._reporter = Reporter()
        self._past = Totals()

    async def connect(self, offer: Offer) -> str:
        """Answers an offer; an earlier connection of this session is replaced.

        Raises UnusableOfferError, and Problem when the session ended meanwhile; it then has no connection.
        """
        async with self._connecting:
            return await self._connect(offer)

    async def add_candidates(self, fragment: str) -> None:
        """Takes the edge's later candidates. Raises UnusableOfferError."""
        if self._peer is not None:
            await self._peer.add_candidates(fragment)

    async def close(self, reason: str) -> None:
        """Ends the session and frees what it holds."""
        self.ended = self.ended or reason
        self._talk.end(reason)
        self._flush()
        self._seat.leave()
        await self._drop_peer()
        await self.broadcast.close()
        await asyncio.to_thread(self._overlays.close)
        await self._tasks.end()
        self.log.info("ended", reason=self.ended)

    def summary(self) -> Summary:
        now = self._peer.statistics() if self._peer is not None else None
        totals = self._past.with_present(now)
        return Summary(
            id=self.id,
            connected=self._peer is not None,
            look=self._talk.control.look,
            rung=self._seat.standing.rung,
            received=totals.received,
            painted=self._seat.painted,
            sent=totals.sent,
            dropped=dict(totals.dropped + self._seat.dropped + self._overlays.dropped),
            bitrate=now.bitrate if now else 0,
            round_trip=now.round_trip if now else None,
        )

    async def _connect(self, offer: Offer) -> str:
        resumed = self._peer is not None or self._past.received > 0
        await self._drop_peer()
        control = self._talk.control
        self._talk = CloudSession(self._welcome(control, resumed))
        self._announced = -1
        self._seat.control = self._wanted()  # an edge without words never says its document
        self.broadcast.restart()
        self.credentials = credentials_of(offer.sdp)
        peer = self._make_peer()
        try:
            answer = await peer.answer(offer)
            if self.ended is not None:
                raise no_such_session()
        except BaseException:
            await peer.close()
            raise
        self._peer, self.alone_since = peer, None
        self._tasks.spawn(self._watch(peer))
        self.log.info("connected" if not resumed else "resumed", codecs=offer.codecs, direction=offer.video)
        return answer

    def _make_peer(self) -> rtc.Peer:
        handlers = rtc.Handlers(
            frame=self._take,
            finish=self._overlays.finished,
            sound=self.broadcast.hear,
            message=self._on_message,
            stamp=self._on_stamp,
            lost=lambda reason: self._on_lost(peer, reason),
        )
        peer = rtc.Peer(self._settings.peer_settings(), handlers)
        return peer

    def _take(self, frame: Frame) -> None:
        """In the decoder's thread: what nobody sees is not painted."""
        self.picture_at = frame.decoded
        peer = self._peer
        if len(self.broadcast) or (peer is not None and peer.sends):
            self._seat.submit(frame)
            self._overlays.look_at(frame)

    def _welcome(self, control: Control, resumed: bool) -> Welcome:
        return Welcome(
            session=self.id,
            resume_token=self.resume_token,
            resumed=resumed,
            looks=self._looks.names,
            overlays=self._overlays.available,
            control=control,
        )

    async def _watch(self, peer: rtc.Peer) -> None:
        """Notices a connection that never comes up or falls silent, whatever its state says."""
        silence = self._settings.silence_seconds
        try:
            await peer.connected(self._settings.connect_seconds)
        except PeerError as error:
            return self._on_lost(peer, str(error))
        heard, report_at = time.monotonic(), time.monotonic() + REPORT_EVERY
        while peer is self._peer:
            heard = max(heard, peer.last_packet_at or 0.0)
            now = time.monotonic()
            if now >= heard + silence:
                return self._on_lost(peer, f"silent for {silence:g} s")
            if now >= report_at:
                report_at = now + REPORT_EVERY
                self._report(peer)
            await asyncio.sleep(max(0.01, min(heard + silence, report_at) - now))
        return None

    def _report(self, peer: rtc.Peer) -> None:
        self._talk.report(
            self._reporter.report(
                peer.statistics(),
                self._seat.standing,
                painted=self._seat.painted,
                refused=self._seat.dropped["engine busy"] + self._overlays.dropped.total(),
                dropped=self.summary().dropped,
                viewers=len(self.broadcast),
            )
        )
        self._flush()

    def _steer(self) -> None:
        self._seat.control = self._wanted()
        self._flush()

    def _wanted(self) -> Control:
        """The document to paint with, once what it needs found is looked for."""
        control = self._talk.control
        sees = self._looks[control.look].sees if control.look in self._looks else ()
        return self._overlays.steer(control, sees)

    def _send_painted(self, painted: Painted) -> None:
        """In a thread of the scheduler's or the detectors': the result goes to the encoder."""
        frame, version = painted.frame, painted.control.version
        envelope = frame.envelope
        if envelope is not None:
            stages = Stages(frame.arrived, frame.decoded, painted.started, painted.painted, 0.0)
            envelope = envelope.with_stages(stages, version)
        if len(self.broadcast):
            self.broadcast.show(frame, self._for_viewers(frame, version))
        peer = self._peer
        if peer is not None:
            peer.send(replace(frame, picture=painted.worn or frame.picture, envelope=envelope))
        if version > self._announced:
            self._announced = version
            frame_id = envelope.frame_id if envelope is not None else None
            self._cross(lambda: self._announce(version, frame_id))

    def _for_viewers(self, frame: Frame, version: int) -> Envelope:
        """What viewers are told of a picture: its number and time, not where the wearer's head is."""
        number = frame.envelope.frame_id if frame.envelope is not None else self._seat.painted
        return Envelope(number, frame.captured, control_version=version)

    def _on_look_failed(self, control: Control, error: LookError) -> None:
        """In a thread of the scheduler's: the edge is told."""
        self._cross(lambda: self._complain(error, control.look))

    def _on_overlay_missing(self, error: OverglassError) -> None:
        self.log.warning("an overlay cannot be shown", reason=error.message)
        self._talk.complain("overlay-missing", error.message, error.cure)

    def _cross(self, call: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may just have closed
            self._loop.call_soon_threadsafe(call)

    def _announce(self, version: int, frame_id: int | None) -> None:
        self._talk.painted(version, frame_id)
        self._flush()

    def _complain(self, error: LookError, look: str) -> None:
        self.log.warning("a look cannot be shown", look=look, reason=error.message)
        missing = isinstance(error, MissingReferenceError)
        self._talk.complain(MISSING if missing else "look-failed", error.message, error.cure)
        self._flush()

    def _on_message(self, data: str | bytes) -> None:
        self._act_on(self._talk.receive_message(data, time.monotonic()))

    def _on_stamp(self, data: bytes) -> None:
        self._act_on(self._talk.receive_stamp(data, time.monotonic()))

    def _act_on(self, happened: list[events.Event]) -> None:
        for event in happened:
            match event:
                case events.Greeted(hello):
                    self._overlays.show_on(hello.display)
                case events.ControlChanged():
                    self._steer()
                case events.StampArrived(stamp):
                    if self._peer is not None:
                        self._peer.keep_envelope(stamp)
                case events.Ended(reason):
                    self.ended = reason or "the edge said goodbye"
                    self._on_lost(self._peer, self.ended)
                case events.Reported(report):
                    self.log.debug("edge reports", limit=report.limit, fps=report.frames_per_s)
                case events.Complained(error):
                    self.log.warning("edge complains", code=error.code, detail=error.detail)
        self._flush()

    def _flush(self) -> None:
        for outgoing in self._talk.to_send():
            if self._peer is not None:
                self._peer.say(outgoing)

    def _on_lost(self, peer: rtc.Peer | None, reason: str) -> None:
        if peer is not None and peer is self._peer:
            if self.ended is None:
                self.log.info("connection lost", reason=reason)
            self._tasks.spawn(self._drop_peer(), closes=True)

    def _drop_peer(self) -> Coroutine[None, None, None]:
        """The session has no connection from now on; what comes back closes the one it had."""
        peer, self._peer = self._peer, None
        if peer is None:
            return asyncio.sleep(0)
        self.alone_since = time.monotonic()
        self._past.add(peer.statistics())
        return peer.close()
