"""The two data channels: `control`, reliable and ordered, and `stamps`, neither.

Carries words; reads none.
"""

import asyncio
import contextlib
from typing import Any

import aiortc

from overglass_protocol.events import Outgoing
from overglass_protocol.rtc.contract import Handlers

MAX_UNSAID = 64
"Messages that wait for the control channel to open; a peer that never opens one must not fill memory."


class Channels:
    """A connection's data channels, ours or the other end's. Used on the loop only."""

    def __init__(self, connection: aiortc.RTCPeerConnection, handlers: Handlers) -> None:
        self._connection = connection
        self._handlers = handlers
        self._by_label: dict[str, aiortc.RTCDataChannel] = {}
        self._unsaid: list[Outgoing] = []
        connection.on("datachannel", self._use)

    def create(self) -> None:
        """Makes both; for the end that offers."""
        self._use(self._connection.createDataChannel("control"))
        self._use(self._connection.createDataChannel("stamps", ordered=False, maxRetransmits=0))

    def say(self, outgoing: Outgoing) -> None:
        """Sends words. What is said on `control` before it is open waits for that; on `stamps` it is
        lost, as may happen there at any time."""
        channel = self._by_label.get(outgoing.channel)
        if channel is not None and channel.readyState == "open":
            with contextlib.suppress(ConnectionError, aiortc.InvalidStateError):
                channel.send(outgoing.data)
        elif outgoing.channel == "control" and len(self._unsaid) < MAX_UNSAID:
            self._unsaid.append(outgoing)

    def hurry(self) -> None:
        """Says again at once what has not been acknowledged, instead of when SCTP's timer goes off."""
        sctp: Any = self._connection.sctp
        if sctp is not None and sctp._t3_handle is not None:
            sctp._t3_handle.cancel()
            sctp._t3_expired()

    def _use(self, channel: aiortc.RTCDataChannel) -> None:
        if channel.label not in ("control", "stamps") or channel.label in self._by_label:
            channel.close()
            return
        self._by_label[channel.label] = channel
        if channel.label == "stamps":
            channel.on("message", self._on_stamp)
            return
        channel.on("message", self._handlers.message)
        if channel.readyState == "open":
            asyncio.get_running_loop().call_soon(self._say_unsaid)
        else:
            channel.on("open", self._say_unsaid)

    def _say_unsaid(self) -> None:
        unsaid, self._unsaid = self._unsaid, []
        for outgoing in unsaid:
            self.say(outgoing)

    def _on_stamp(self, data: str | bytes) -> None:
        self._handlers.stamp(data if isinstance(data, bytes) else data.encode())
