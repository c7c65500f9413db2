"""A connection's way: a peer that moves is followed, one that only pretends is not."""

import asyncio
import copy
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise

import aioice
import pytest
from aioice import stun

from overglass_protocol.rtc import ice

WITHIN = 10.0


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN):
        while not condition():  # noqa: ASYNC110 - ICE's state has no event of its own
            await asyncio.sleep(0.01)


class Nat:
    """Stands between the two, on one port towards each; `rebind` gives the first another one."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.loop = asyncio.get_running_loop()
        self.target = target
        self.client: tuple[str, int] | None = None
        self.dropping = False
        self.inner = self._bind(self._outwards)
        self.outer = self._bind(self._inwards)

    def _bind(self, forward: Callable[[bytes, tuple[str, int]], None]) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        self.loop.add_reader(sock, lambda: forward(*sock.recvfrom(2048)))
        return sock

    def _outwards(self, data: bytes, sender: tuple[str, int]) -> None:
        self.client = sender
        if not self.dropping:
            self.outer.sendto(data, self.target)

    def _inwards(self, data: bytes, sender: tuple[str, int]) -> None:
        if self.client is not None:
            self.inner.sendto(data, self.client)

    def _close(self, sock: socket.socket) -> None:
        self.loop.remove_reader(sock)
        sock.close()

    @property
    def port(self) -> int:
        return int(self.outer.getsockname()[1])

    def rebind(self) -> None:
        self._close(self.outer)
        self.outer = self._bind(self._inwards)

    def close(self) -> None:
        self._close(self.inner)
        self._close(self.outer)


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[ice.HostConnection, ice.HostConnection, Nat]]:
    """The glasses, behind a NAT, and the service."""
    with ice.offering(("127.0.0.1",)):
        edge, cloud = ice.HostConnection(ice_controlling=True), ice.HostConnection(ice_controlling=False)
    await edge.gather_candidates()
    await cloud.gather_candidates()
    for one, other in ((edge, cloud), (cloud, edge)):
        one.remote_username, one.remote_password = other.local_username, other.local_password
    (true,) = cloud.local_candidates
    nat = Nat((true.host, true.port))
    shown = copy.copy(true)
    shown.host, shown.port = nat.inner.getsockname()
    await edge.add_remote_candidate(shown)
    await edge.add_remote_candidate(None)
    try:
        async with asyncio.timeout(WITHIN):
            await asyncio.gather(edge.connect(), cloud.connect())
        yield edge, cloud, nat
    finally:
        await edge.close()
        await cloud.close()
        nat.close()


def sends_to(connection: aioice.Connection) -> int:
    (pair,) = connection._nominated.values()
    return pair.remote_addr[1]


async def test_a_peer_whose_address_changed_is_followed_at_once_and_learns_of_it() -> None:
    async with connected() as (edge, cloud, nat):
        moves: list[int] = []
        edge.check_path(lambda: moves.append(nat.port))
        await until(lambda: edge._seen_at)
        old = nat.port
        assert sends_to(cloud) == old
        nat.rebind()
        await edge.send(b"from a new address")
        assert await asyncio.wait_for(cloud.recv(), WITHIN) == b"from a new address"
        assert sends_to(cloud) == old, "data proves nothing"
        edge.check_path(lambda: moves.append(nat.port))
        await until(lambda: sends_to(cloud) == nat.port)
        await until(lambda: moves)
        assert moves == [nat.port]
        await cloud.send(b"there you are")
        assert await asyncio.wait_for(edge.recv(), WITHIN) == b"there you are"


async def test_a_stranger_who_knows_no_password_is_not_followed() -> None:
    async with connected() as (edge, cloud, nat):
        (protocol,) = cloud._protocols
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{cloud.local_username}:{edge.local_username}"
        request.attributes["PRIORITY"] = 1
        request.attributes["ICE-CONTROLLING"] = 1
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(b"a guess of twenty-two characters")
        known = len(cloud._remote_candidates)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.1", 0))
            stranger.setblocking(False)
            stranger.sendto(bytes(request), (protocol.local_candidate.host, protocol.local_candidate.port))
            refusal = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(stranger, 2048), WITHIN)
        assert stun.parse_message(refusal).message_class == stun.Class.ERROR
        assert len(cloud._remote_candidates) == known
        assert sends_to(cloud) == nat.port


async def test_a_peer_that_moves_again_and_again_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ice, "MOST_CANDIDATES", 3)
    async with connected() as (edge, cloud, nat):
        for _ in range(8):
            nat.rebind()
            edge.check_path(lambda: None)
            await until(lambda: sends_to(cloud) == nat.port)
        assert len(cloud._remote_candidates) == 3
        assert len(cloud._check_list) <= 3


async def test_a_way_that_opens_late_is_used_soon_after() -> None:
    with ice.offering(("127.0.0.1",)):
        edge = ice.HostConnection(ice_controlling=True)
    await edge.gather_candidates()
    edge.remote_username, edge.remote_password = "user", "x" * 22
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        nobody.setblocking(False)
        host, port = nobody.getsockname()
        await edge.add_remote_candidate(
            aioice.Candidate("1", 1, "udp", 1, host, port, "host"),
        )
        await edge.add_remote_candidate(None)
        connecting = asyncio.create_task(edge.connect())
        loop = asyncio.get_running_loop()
        came: list[tuple[float, bytes]] = []
        async with asyncio.timeout(WITHIN):
            while len(came) < 8:
                request = stun.parse_message(await loop.sock_recv(nobody, 2048))
                came.append((loop.time(), request.transaction_id))
        assert len({each for _, each in came}) == 1, "one question, said again"
        # aioice's own pauses double from half a second: these eight would have taken a minute.
        assert max(later - sooner for (sooner, _), (later, _) in pairwise(came)) < WITHIN / 4
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
    await edge.close()
