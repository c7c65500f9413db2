"""A wearer's session as light as can be: pictures go out as they were encoded before, and of those that
come back only the envelope is read. For load, where the sender must not be what is measured.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from overglass_edge.door import Door
from overglass_protocol import rtc
from overglass_protocol.envelope import Envelope
from overglass_protocol.messages import Hello
from overglass_protocol.rtc.jitter import AccessUnit
from overglass_protocol.session import EdgeSession

CONNECT_SECONDS = 15.0
CLOCK_RATE = 90_000


@dataclass(frozen=True, slots=True)
class Back:
    """A picture that came back."""

    capture_time: float
    latency: float
    "Seconds from handing it over to having the last packet of the result."


class Session:
    """A connection, without any camera. An async context manager."""

    def __init__(self, door: Door) -> None:
        self.lost: str | None = None
        "Why, once the connection is gone."
        self._door = door
        self._talk = EdgeSession(Hello(device="bench", program="overglass bench"))
        settings = rtc.PeerSettings(hosts=("127.0.0.1",), codecs=("H264",))
        handlers = rtc.Handlers(
            unit=self._on_unit,
            key_frame=self.on_key_frame_wanted,
            message=self._on_message,
            stamp=self._on_stamp,
            lost=self._on_lost,
        )
        self.peer = rtc.Peer(settings, handlers)

    async def __aenter__(self) -> Self:
        """Raises RefusedError or PeerError."""
        try:
            opened = await self._door.open(await self.peer.offer(), "none", None)
            await self.peer.accept(opened.answer)
            await self.peer.connected(CONNECT_SECONDS)
        except BaseException:
            await self.peer.close()
            raise
        self._flush()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._talk.end("the bench is over")
        self._flush()
        await asyncio.sleep(0)
        await self.peer.close()

    def tick(self, now: float) -> None:
        """Says what the session has to say now."""
        self._talk.tick(now)
        self._flush()

    def on_key_frame_wanted(self) -> None:
        """The service asks for a key frame."""

    def on_back(self, unit: AccessUnit, envelope: Envelope | None) -> None:
        """A picture came back."""

    def _on_unit(self, codec: str, unit: AccessUnit) -> None:
        self.on_back(unit, self.peer.envelope_of(unit))

    def _on_message(self, data: str | bytes) -> None:
        self._talk.receive_message(data, time.monotonic())
        self._flush()

    def _on_stamp(self, data: bytes) -> None:
        self._talk.receive_stamp(data, time.monotonic())

    def _on_lost(self, reason: str) -> None:
        self.lost = reason

    def _flush(self) -> None:
        for outgoing in self._talk.to_send():
            self.peer.say(outgoing)


class Wearer(Session):
    """Sends `units` in a round at `fps`; starts the round again whenever a key frame is asked for."""

    def __init__(self, door: Door, units: Sequence[bytes], fps: float) -> None:
        super().__init__(door)
        self.sent: list[float] = []
        "Capture times."
        self.back: list[Back] = []
        self._units, self._fps = units, fps
        self._at = 0

    async def send_regularly(self, start: float) -> None:
        """For ever, the first picture at `start`; lateness does not add up."""
        turn = 0
        while True:
            await asyncio.sleep(max(0.0, start + turn / self._fps - time.monotonic()))
            now = time.monotonic()
            turn = max(turn, int((now - start) * self._fps)) + 1  # who is late has missed turns
            self._send(now)
            self.tick(now)

    def on_key_frame_wanted(self) -> None:
        self._at = 0

    def on_back(self, unit: AccessUnit, envelope: Envelope | None) -> None:
        if envelope is not None:
            self.back.append(Back(envelope.capture_time, unit.completed - envelope.capture_time))

    def _send(self, now: float) -> None:
        envelope = Envelope(len(self.sent), now)
        self.peer.send_unit(self._units[self._at], int(now * CLOCK_RATE), envelope)
        self._at = (self._at + 1) % len(self._units)
        self.sent.append(now)
