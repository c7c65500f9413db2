"""One session's life at the cloud: its seat at the engine, its control document, and the connection of
the moment, which may fall silent, break and be replaced while the session goes on.

Runs on the event loop, except the two callbacks that say otherwise. Knows nothing of HTTP.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from overglass_cloud.config import Settings
from overglass_cloud.marking.label import Label
from overglass_cloud.problems import no_such_session
from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scenes.overlays import Overlays
from overglass_cloud.scheduler import Painted, Scheduler
from overglass_cloud.seat import PLAIN
from overglass_cloud.sessions.broadcast import Broadcast
from overglass_cloud.sessions.line import Line, Lines
from overglass_cloud.sessions.reporting import Reporter
from overglass_cloud.sessions.summary import Summary
from overglass_cloud.sessions.tasks import Tasks
from overglass_protocol import events, rtc
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope, Stages
from overglass_protocol.errors import LookError, MissingReferenceError, OverglassError
from overglass_protocol.frame import Frame
from overglass_protocol.messages import Welcome
from overglass_protocol.reference import MISSING
from overglass_protocol.rtc.sdp import Offer, credentials_of
from overglass_protocol.session import CloudSession

log = structlog.get_logger()

LABEL = Label("modified")
"What viewers read on pictures that a look painted; the wearer, who chose it, sees none."


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
        self.log = log.bind(session=self.id[:8])
        self.picture_at: float | None = None
        "When the newest picture came in, monotonic seconds."
        self._settings = settings
        self._looks = scheduler.looks
        self._loop = asyncio.get_running_loop()
        self._overlays = Overlays(
            capabilities,
            self._send_painted,
            self._on_overlay_missing,
            lambda: self._cross(self._steer),
            self._looks.is_light,
        )
        self.broadcast = Broadcast(settings, self._overlays.finished)
        self._seat = scheduler.seat(control, self._overlays.painted, self._on_look_failed, self._overlays)
        self._talk = CloudSession(self._welcome(control, resumed=False))
        self.credentials: tuple[str, str] | None = None
        "The edge's ICE user name fragment and password."
        self._tasks = Tasks()
        self._lines = Lines(settings, self._tasks, self.log, self._use, self._report)
        self._connecting = asyncio.Lock()
        self._announced = -1
        self._reporter = Reporter()

    @property
    def alone_since(self) -> float | None:
        """Since when nothing is heard of the edge, monotonic seconds; None while it is, and before."""
        return self._lines.alone_since

    @property
    def _peer(self) -> rtc.Peer | None:
        return self._lines.peer

    async def connect(self, offer: Offer) -> str:
        """Answers an offer; an earlier connection of this session is replaced as soon as the edge speaks
        over the new one, and serves on until then.

        Raises UnusableOfferError, and Problem when the session ended meanwhile.
        """
        async with self._connecting:
            return await self._connect(offer)

    async def add_candidates(self, fragment: str) -> None:
        """Takes the edge's later candidates. Raises UnusableOfferError."""
        if (peer := self._lines.newest) is not None:
            await peer.add_candidates(fragment)

    async def close(self, reason: str) -> None:
        """Ends the session and frees what it holds."""
        self.ended = self.ended or reason
        self._talk.end(reason)
        self._flush()
        self._seat.leave()
        await self._lines.drop_coming()
        await self._lines.drop()
        await self.broadcast.close()
        await asyncio.to_thread(self._overlays.close)
        await self._tasks.end()
        self.log.info("ended", reason=self.ended)

    def summary(self) -> Summary:
        now = self._peer.statistics() if self._peer is not None else None
        totals = self._lines.past.with_present(now)
        return Summary(
            id=self.id,
            connected=self._peer is not None and self.alone_since is None,
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
        resumed = self._peer is not None or self._lines.past.received > 0
        await self._lines.drop_coming()
        line = Line(self._make_peer(), CloudSession(self._welcome(self._talk.control, resumed)))
        try:
            answer = await line.peer.answer(offer)
            if self.ended is not None:
                raise no_such_session()
        except BaseException:
            await line.peer.close()
            raise
        self.credentials = credentials_of(offer.sdp)
        self.log.info("resuming" if resumed else "connected", codecs=offer.codecs, direction=offer.video)
        self._lines.add(line)
        return answer

    def _use(self, line: Line) -> None:
        """In place of the connection that was used so far."""
        self._talk = line.talk
        self._announced = -1
        self._seat.control = self._wanted()  # an edge without words never says its document
        self.broadcast.restart()

    def _make_peer(self) -> rtc.Peer:
        handlers = rtc.Handlers(
            frame=lambda frame: self._take(peer, frame),
            finish=self._overlays.finished,
            sound=lambda packet, captured: self._hear(peer, packet, captured),
            message=lambda data: self._on_message(peer, data),
            stamp=lambda data: self._on_stamp(peer, data),
            lost=lambda reason: self._lines.lose(peer, reason),
        )
        peer = rtc.Peer(self._settings.peer_settings(), handlers)
        return peer

    def _take(self, peer: rtc.Peer, frame: Frame) -> None:
        """In the decoder's thread: what nobody sees is not painted."""
        self.picture_at = frame.decoded
        if peer is not self._peer:
            # It takes over from now on; two at once would be seen by turns.
            self._cross(lambda: self._lines.spoken_over(peer))
            return
        if len(self.broadcast) or peer.sends:
            self._seat.submit(frame)
            self._overlays.look_at(frame)

    def _hear(self, peer: rtc.Peer, packet: rtc.SoundPacket, captured: float) -> None:
        if peer is self._peer:
            self.broadcast.hear(packet, captured)

    def _welcome(self, control: Control, resumed: bool) -> Welcome:
        return Welcome(
            session=self.id,
            resume_token=self.resume_token,
            resumed=resumed,
            looks=self._looks.names,
            overlays=self._overlays.available,
            control=control,
        )

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
            label = LABEL if self._settings.label_views and painted.control.look != PLAIN else None
            self.broadcast.show(frame, self._for_viewers(frame, version), label)
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

    def _cross(self, call: Callable[[], object]) -> None:
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

    def _on_message(self, peer: rtc.Peer, data: str | bytes) -> None:
        if self._lines.spoken_over(peer):
            self._act_on(self._talk.receive_message(data, time.monotonic()))

    def _on_stamp(self, peer: rtc.Peer, data: bytes) -> None:
        if peer is self._peer:
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
                    self._lines.lose(self._peer, self.ended)
                case events.Reported(report):
                    self.log.debug("edge reports", limit=report.limit, fps=report.frames_per_s)
                case events.Complained(error):
                    self.log.warning("edge complains", code=error.code, detail=error.detail)
        self._flush()

    def _flush(self) -> None:
        for outgoing in self._talk.to_send():
            if self._peer is not None:
                self._peer.say(outgoing)
