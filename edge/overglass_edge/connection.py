"""One connection to the cloud, from the offer to its loss. `lifeline` makes another when it breaks.

Joins the door, the peer and the sans-I/O session; keeps their time, and notices silence. Runs on the
event loop.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Self

import structlog

from overglass_edge.door import Door, Opened
from overglass_protocol import rtc
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import PeerError, RefusedError
from overglass_protocol.events import Complained, Ended, Event, StampArrived
from overglass_protocol.frame import Frame
from overglass_protocol.messages import Hello
from overglass_protocol.reference import MISSING, Reference
from overglass_protocol.session import EdgeSession

log = structlog.get_logger()

CHECK_AFTER, CHECK_EVERY = 0.25, 0.15
"Seconds without a sign of life until the path is looked at, and between two looks: a hundred bytes each."
WORRY_AFTER = 0.4
"The same until key frames are made and asked for: pings alone bring a sign every quarter second."
LISTEN_EVERY = 0.05
"Seconds between two looks whether a quiet connection is heard again."


class Connection:
    """A connection, to be opened and closed; also an async context manager that does so.

    `frame` is called in the decoder's thread, `encoded` in the encoder's, `event` on the loop.
    """

    def __init__(
        self,
        door: Door,
        settings: rtc.PeerSettings,
        hello: Hello,
        *,
        frame: Callable[[Frame], None],
        encoded: Callable[[Envelope, float], None],
        event: Callable[[Event], None],
        sound: bool = False,
        reference: Reference | None = None,
        lent_again: Callable[[], object] = lambda: None,
        moved: Callable[[], None] = lambda: None,
        resume_token: str | None = None,
        connect_seconds: float = 10.0,
        silence_seconds: float = 1.0,
        patience: float | None = None,
    ) -> None:
        """`sound`: whether to offer some. `silence_seconds` without any sign of life from the cloud and
        the connection is in trouble. `patience` bounds HTTP and media each while connecting, within
        `connect_seconds`. `reference` is lent to the service before anything else, and once more when
        the service has forgotten it; `lent_again` is called then, on the loop. `moved` is called when the
        service sees us at another address than before, and the connection went on."""
        self.session = EdgeSession(hello)
        self.opened: Opened | None = None
        self._door = door
        self._hello = hello
        self._event = event
        self._sound = "sendonly" if sound else None
        self._reference = reference
        self._lent_again = lent_again
        self._lending: asyncio.Task[None] | None = None
        self._resume_token = resume_token
        self._patience = min(patience, connect_seconds) if patience is not None else None
        self._connect_seconds = self._patience or connect_seconds
        self._silence_seconds = silence_seconds
        self.heard_at = time.monotonic()
        "When the cloud last gave a sign of life, as far as it was looked for."
        self._checked_at: float | None = None
        "When the path was last looked at; None while there is no reason to."
        self._worried = False
        self._silent, self._audible = asyncio.Event(), asyncio.Event()
        self._frame = frame
        self._retired = False
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None
        self.peer = rtc.Peer(
            settings,
            rtc.Handlers(
                frame=self._on_frame,
                encoded=encoded,
                message=self._on_message,
                stamp=self._on_stamp,
                lost=self._lose,
                moved=moved,
            ),
        )

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Connects. Raises RefusedError or PeerError; it is closed then."""
        try:
            if self._reference is not None:
                await self._door.lend(self._reference)
            offer = await self.peer.offer(sound=self._sound)
            wanted = self._hello.control
            self.opened = await self._door.open(
                offer, wanted.look, self._resume_token, wanted.reference, self._patience
            )
            await self.peer.accept(self.opened.answer)
            await self.peer.connected(self._connect_seconds)
        except PeerError:
            await self.peer.close()
            await self._give_up()
            raise
        except BaseException:
            await self.peer.close()
            raise
        self.heard_at = time.monotonic()
        self.peer.check_path()  # learns our address as the service sees it, so that a change is noticed
        self._flush()
        self._task = asyncio.create_task(self._keep())

    async def _give_up(self) -> None:
        """Ends a new session that no media reached, so that each retry does not take another place."""
        if self.opened is not None and self._resume_token is None:
            with contextlib.suppress(PeerError, RefusedError):
                await self._door.end(self.opened.location)

    async def close(self) -> None:
        """Says goodbye, unless it is lost or replaced, and closes."""
        for task in (self._task, self._lending):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if not self._lost.done():
            self.session.end("the edge closes the connection")
            self._flush()
            await asyncio.sleep(0)  # lets the goodbye out before the transport goes
        await self.peer.close()

    def retire(self) -> None:
        """Another has taken its place: it says nothing more, a goodbye included, and hands out no frame."""
        self._retired = True
        self._lose("replaced by another connection")

    def send(self, frame: Frame) -> None:
        """Sends a picture."""
        self.peer.send(frame)

    def set_control(self, control: Control) -> Control:
        """Asks for a new document; returns it with its version."""
        numbered = self.session.set_control(control)
        self._flush()
        return numbered

    @property
    def is_lost(self) -> bool:
        """Whether it is gone for good."""
        return self._lost.done()

    @property
    def silent(self) -> bool:
        """Whether nothing has been heard for so long that something is wrong."""
        return self._silent.is_set()

    @property
    def trouble(self) -> str:
        """What is wrong with it, in words."""
        if self._lost.done():
            return self._lost.result()
        return f"the service has been silent for {self._silence_seconds:g} s"

    async def troubled(self) -> None:
        """Waits until it is silent or lost."""
        await self._silent.wait()

    async def decided(self) -> None:
        """For one that is silent: waits until it is heard again, or lost."""
        await self._audible.wait()

    async def _keep(self) -> None:
        """Keeps the session's time, and listens."""
        while not self._lost.done():
            now = time.monotonic()
            self.heard_at = max(self.heard_at, self.peer.last_packet_at or 0.0)
            self._judge(now)
            due = self.session.tick(now)
            self._flush()
            listen = LISTEN_EVERY if self._checked_at is not None else self.heard_at + CHECK_AFTER - now
            await asyncio.sleep(max(0.005, min(due - now, listen)))

    def _judge(self, now: float) -> None:
        """Acts on how long it has been quiet. What helps, a new key frame among it, has to be under way when
        the network comes back: nobody can tell us that it has."""
        quiet = now - self.heard_at
        if quiet < CHECK_AFTER:
            if self._checked_at is not None:
                self._checked_at = None
                self._silent.clear()
                self._audible.set()
            if self._worried:
                self._worried = False
                self.peer.revive()
            return
        if self._checked_at is None or now - self._checked_at >= CHECK_EVERY:
            self._checked_at = now
            self.peer.check_path()
            if quiet >= WORRY_AFTER:
                self._worried = True
                self.peer.want_key_frame()
        if quiet >= self._silence_seconds and not self._silent.is_set():
            self._audible.clear()
            self._silent.set()

    def _on_frame(self, frame: Frame) -> None:
        """In the decoder's thread."""
        if not self._retired:
            self._frame(frame)

    def _on_message(self, data: str | bytes) -> None:
        self.heard_at = time.monotonic()
        self._pass_on(self.session.receive_message(data, self.heard_at))

    def _on_stamp(self, data: bytes) -> None:
        self.heard_at = time.monotonic()
        self._pass_on(self.session.receive_stamp(data, self.heard_at))

    def _pass_on(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, StampArrived):
                self.peer.keep_envelope(event.stamp)
            else:
                self._event(event)
            if isinstance(event, Ended):
                self._lose(f"the service ended the session: {event.reason}")
            if isinstance(event, Complained) and event.error.code == MISSING and self._lending is None:
                self._lending = asyncio.create_task(self._lend_again())
        self._flush()

    async def _lend_again(self) -> None:
        """Once a connection: a service that forgets at once has no room, and would be sent it for ever."""
        if self._reference is None:
            return
        try:
            await self._door.lend(self._reference)
        except (RefusedError, PeerError) as error:
            log.warning("the picture could not be lent again", reason=str(error))
        else:
            self._lent_again()

    def _flush(self) -> None:
        for outgoing in self.session.to_send():
            self.peer.say(outgoing)

    def _lose(self, reason: str) -> None:
        if not self._lost.done():
            self._lost.set_result(reason)
            self._silent.set()
            self._audible.set()
