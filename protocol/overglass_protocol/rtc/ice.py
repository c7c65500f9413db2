"""How a connection finds its way: which of this machine's addresses it offers, and how soon it notices
that the way has changed.

aiortc has no say in either: its ICE skips loopback, on which a service on a desk must be reachable
without any network, asks again with doubling pauses, and looks at its path once in five seconds. The
addresses are chosen while the connection object is being built.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import aioice
import aiortc
import aiortc.rtcicetransport
from aioice import stun
from aioice.candidate import Candidate
from aioice.ice import CandidatePair

ASK_AGAIN = 0.15
"Seconds between two checks of a pair that has not answered, so that a way is used soon after it opens."
MOST_CANDIDATES = 32
"Of the other end, those included that it was seen to move to."

_hosts: ContextVar[tuple[str, ...] | None] = ContextVar("hosts", default=None)


class HostConnection(aioice.Connection):
    """An ICE connection that offers the addresses chosen when it was made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hosts = _hosts.get()
        self._asked: dict[CandidatePair, stun.Message] = {}
        self._seen_at: dict[CandidatePair, Any] = {}
        "Our address as the other end saw it last."
        self._looking: set[asyncio.Task[None]] = set()

    async def get_component_candidates(
        self, component: int, addresses: list[str], timeout: int = 5
    ) -> list[Candidate]:
        chosen = list(self._hosts) if self._hosts is not None else addresses
        return await super().get_component_candidates(component, chosen, timeout)

    def build_request(self, pair: CandidatePair, nominate: bool) -> stun.Message:
        request = super().build_request(pair, nominate)
        self._asked[pair] = request
        return request

    async def check_start(self, pair: CandidatePair) -> None:
        """Asks at even intervals besides aioice's own, which grow to seconds."""
        repeating = asyncio.create_task(self._repeat(pair))
        try:
            await super().check_start(pair)
        finally:
            repeating.cancel()
            self._asked.pop(pair, None)

    async def _repeat(self, pair: CandidatePair) -> None:
        while True:
            await asyncio.sleep(ASK_AGAIN)
            request = self._asked.get(pair)
            if request is not None and request.transaction_id in pair.protocol.transactions:
                pair.protocol.send_stun(request, pair.remote_addr)

    def check_path(self, moved: Callable[[], None]) -> None:
        """Asks at once whether the path in use still leads there. `moved` is called if the answer names
        another address of ours than the one before did.

        The question nominates the pair anew. An end that hears it from an address it does not know
        learns that address from it, if its integrity is right, checks it in its turn, and sends there
        from then on (RFC 8445, 7.3.1.3 to 7.3.1.5): so a peer is followed that has moved.
        """
        for pair in self._nominated.values():
            task = asyncio.create_task(self._look(pair, moved))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def _look(self, pair: CandidatePair, moved: Callable[[], None]) -> None:
        assert self.remote_password is not None
        request = super().build_request(pair, nominate=True)
        key = self.remote_password.encode("utf8")
        with suppress(stun.TransactionError):
            answer, _ = await pair.protocol.request(
                request, pair.remote_addr, integrity_key=key, retransmissions=0
            )
            seen = answer.attributes.get("XOR-MAPPED-ADDRESS")
            before, self._seen_at[pair] = self._seen_at.get(pair), seen
            if before is not None and seen != before:
                moved()

    def check_incoming(
        self, message: stun.Message, addr: tuple[str, int], protocol: aioice.ice.StunProtocol
    ) -> None:
        super().check_incoming(message, addr, protocol)
        self._forget_old()

    def _forget_old(self) -> None:
        """A peer that moves again and again must not fill memory."""
        while len(self._remote_candidates) > MOST_CANDIDATES:
            used = {pair.remote_candidate for pair in self._nominated.values()}
            old = next(c for c in self._remote_candidates if c not in used)
            self._remote_candidates.remove(old)
            for pair in [p for p in self._check_list if p.remote_candidate is old]:
                if pair.task is not None:
                    pair.task.cancel()
                self._check_list.remove(pair)

    async def close(self) -> None:
        for task in tuple(self._looking):
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        await super().close()


@contextmanager
def offering(hosts: tuple[str, ...] | None) -> Iterator[None]:
    """Connections made inside offer these addresses; None: every address but loopback."""
    token = _hosts.set(hosts)
    try:
        yield
    finally:
        _hosts.reset(token)


def check_paths(connection: aiortc.RTCPeerConnection, moved: Callable[[], None]) -> None:
    """Asks at once whether the ways in use still lead there; see `HostConnection.check_path`."""
    parts: list[Any] = [each.receiver for each in connection.getTransceivers()]
    for transport in {part.transport.transport for part in parts}:
        transport._connection.check_path(moved)


def install() -> None:
    """Makes aiortc build its connections of this class."""
    module: Any = aiortc.rtcicetransport
    module.Connection = HostConnection
