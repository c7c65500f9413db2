"""The link: fates decided without sockets, the relay on a jumping clock, and session descriptions."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_protocol.errors import PeerError
from overglass_simulators import virtual_time
from overglass_simulators.link import LinkModel, LinkSettings, Relay, rewrite_candidates


def fates(settings: LinkSettings, seed: int = 1, packets: int = 1000) -> list[float | None]:
    model = LinkModel(settings, seed)
    return [model.send(1000, n * 0.01) for n in range(packets)]


def test_a_plain_link_delivers_at_once() -> None:
    assert fates(LinkSettings(), packets=3) == [0.0, 0.01, 0.02]


def test_the_same_seed_loses_the_same_packets() -> None:
    settings = LinkSettings(loss=0.1, delay=0.05, jitter=0.02)
    assert fates(settings, seed=5) == fates(settings, seed=5)
    assert fates(settings, seed=5) != fates(settings, seed=6)


def test_a_packets_luck_does_not_hang_on_delay_rate_or_cuts() -> None:
    def lost(settings: LinkSettings) -> list[int]:
        return [n for n, due in enumerate(fates(settings)) if due is None]

    plain = lost(LinkSettings(loss=0.1))
    assert plain == lost(LinkSettings(loss=0.1, delay=1.0, jitter=0.5, rate=1e6))
    model = LinkModel(LinkSettings(loss=0.1), 1)
    model.is_cut = True
    assert [model.send(1000, 0.0) for _ in range(500)] == [None] * 500
    model.is_cut = False
    assert [n for n in range(500, 1000) if model.send(1000, 0.0) is None] == [n for n in plain if n >= 500]


def test_loss_is_about_what_was_asked_for() -> None:
    model = LinkModel(LinkSettings(loss=0.02), 3)
    lost = sum(model.send(1000, 0.0) is None for _ in range(20_000))
    assert 300 < lost < 500
    assert model.counts["lost"] == lost


@given(st.integers(0, 1000), st.floats(0, 0.2), st.floats(0, 0.2))
def test_jitter_keeps_order_and_its_bounds(seed: int, delay: float, jitter: float) -> None:
    dues = [due for due in fates(LinkSettings(delay=delay, jitter=jitter), seed, 100) if due is not None]
    assert dues == sorted(dues)
    # A packet may wait for the one before it, so never longer than that one's own bound.
    assert all(-1e-9 <= due - n * 0.01 - delay <= jitter + 1e-9 for n, due in enumerate(dues))


def test_packets_overtake_only_where_that_is_asked_for() -> None:
    dues = [due for due in fates(LinkSettings(jitter=0.1, reorder=True)) if due is not None]
    assert dues != sorted(dues)


def test_a_rate_spaces_packets_by_their_size() -> None:
    model = LinkModel(LinkSettings(rate=80_000), 1)
    assert [model.send(1000, 0.0), model.send(500, 0.0)] == pytest.approx([0.1, 0.15])
    assert model.send(1000, 10.0) == pytest.approx(10.1)


def test_a_full_queue_drops_the_newest() -> None:
    model = LinkModel(LinkSettings(rate=80_000, queue=0.25), 1)
    dues = [model.send(1000, 0.0) for _ in range(6)]
    assert dues == [pytest.approx(0.1), pytest.approx(0.2), pytest.approx(0.3), None, None, None]
    assert model.counts == {"overflowed": 3}


def test_a_stall_holds_everything_until_it_ends() -> None:
    model = LinkModel(LinkSettings(delay=0.1), 1)
    model.stall(0.8, now=1.0)
    assert [model.send(10, now) for now in (1.0, 1.5, 1.75)] == pytest.approx([1.8, 1.8, 1.85])


# --- the relay, on a clock that jumps ------------------------------------------------------------


class End:
    """A UDP socket that notes what came, from where and when."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port: int = self.socket.getsockname()[1]
        self.inbox: asyncio.Queue[tuple[bytes, int, float]] = asyncio.Queue()
        self.loop.add_reader(self.socket, self._arrived)

    def _arrived(self) -> None:
        data, (_, port) = self.socket.recvfrom(100)
        self.inbox.put_nowait((data, port, round(self.loop.time(), 6)))

    def close(self) -> None:
        self.loop.remove_reader(self.socket)
        self.socket.close()

    def send(self, data: bytes, port: int) -> None:
        self.socket.sendto(data, ("127.0.0.1", port))

    async def receive(self, within: float = 5.0) -> tuple[bytes, int, float]:
        async with asyncio.timeout(within):
            return await self.inbox.get()


@asynccontextmanager
async def ends(number: int) -> AsyncIterator[list[End]]:
    made = [End() for _ in range(number)]
    try:
        yield made
    finally:
        for end in made:
            end.close()


def on_jumping_clock(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def run() -> None:
        virtual_time.run(test())

    run.__name__ = test.__name__
    return run


@on_jumping_clock
async def test_packets_go_there_and_back_each_with_its_own_delay() -> None:
    async with ends(2) as (edge, cloud), Relay(LinkSettings(delay=0.5), LinkSettings(delay=2)) as relay:
        door = relay.door("127.0.0.1", cloud.port)
        edge.send(b"ping", door)
        data, seen_from, at = await cloud.receive()
        assert (data, at) == (b"ping", 0.5)
        cloud.send(b"pong", seen_from)
        assert await edge.receive() == (b"pong", door, 2.5)
        assert (relay.up.counts, relay.down.counts) == ({"passed": 1}, {"passed": 1})


@on_jumping_clock
async def test_clients_are_kept_apart() -> None:
    async with ends(3) as (one, two, cloud), Relay() as relay:
        door = relay.door("127.0.0.1", cloud.port)
        for client, name in ((one, b"one"), (two, b"two")):
            client.send(name, door)
            data, seen_from, _ = await cloud.receive()
            cloud.send(b"to " + data, seen_from)
        assert (await one.receive())[0] == b"to one"
        assert (await two.receive())[0] == b"to two"


@on_jumping_clock
async def test_a_cut_stops_what_is_under_way_and_what_comes_until_it_is_mended() -> None:
    async with ends(2) as (edge, cloud), Relay(LinkSettings(delay=1)) as relay:
        door = relay.door("127.0.0.1", cloud.port)
        edge.send(b"under way", door)
        await asyncio.sleep(0.5)
        relay.cut()
        edge.send(b"too late", door)
        with pytest.raises(TimeoutError):
            await cloud.receive(within=60)
        relay.mend()
        edge.send(b"again", door)
        data, _, at = await cloud.receive()
        assert (data, at) == (b"again", 61.5)
        assert relay.up.counts == {"cut": 2, "passed": 1}


@on_jumping_clock
async def test_a_stall_flushes_its_backlog_at_once_and_in_order() -> None:
    async with ends(2) as (edge, cloud), Relay(LinkSettings(delay=0.1)) as relay:
        door = relay.door("127.0.0.1", cloud.port)
        edge.send(b"0", door)
        await asyncio.sleep(0.05)
        relay.stall(0.8)
        for n in (b"1", b"2", b"3"):
            edge.send(n, door)
            await asyncio.sleep(0.2)
        got = [await cloud.receive() for _ in range(4)]
        assert [(data, at) for data, _, at in got] == [(b"0", 0.85), (b"1", 0.85), (b"2", 0.85), (b"3", 0.85)]


def test_the_relay_runs_on_uvloop() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def main() -> list[bytes]:
        async with ends(2) as (edge, cloud), Relay(LinkSettings(delay=0.002, jitter=0.002)) as relay:
            door = relay.door("127.0.0.1", cloud.port)
            for n in range(20):
                edge.send(bytes([n]), door)
            return [(await cloud.receive())[0] for _ in range(20)]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(main()) == [bytes([n]) for n in range(20)]


# --- session descriptions ------------------------------------------------------------------------

ANSWER = "\r\n".join(
    [
        "v=0",
        "c=IN IP4 10.0.0.7",
        "m=video 40000 UDP/TLS/RTP/SAVPF 97",
        "c=IN IP6 fe80::1",
        "a=rtcp:40001 IN IP4 10.0.0.7",
        "a=setup:active",
        "a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host",
        "a=candidate:2 1 UDP 2130706430 127.0.0.1 40002 typ srflx raddr 10.0.0.7 rport 40002",
        "a=candidate:3 1 udp 2130706429 10.0.0.7 40000 typ host",
        "a=candidate:4 1 udp 2130706428 ::1 40000 typ host",
        "a=candidate:5 1 tcp 2130706427 127.0.0.1 9 typ host tcptype active",
        "a=candidate:6 1 udp 2130706426 0a1b.local 40000 typ host",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
        "",
    ]
)


def test_a_rewritten_description_has_no_address_but_the_relays() -> None:
    assert rewrite_candidates(ANSWER, lambda host, port: port + 1).splitlines() == [
        "v=0",
        "c=IN IP4 0.0.0.0",
        "m=video 9 UDP/TLS/RTP/SAVPF 97",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=setup:active",
        "a=candidate:1 1 udp 2130706431 127.0.0.1 40001 typ host",
        "a=candidate:2 1 UDP 2130706430 127.0.0.1 40003 typ srflx",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
    ]


def test_a_description_without_a_loopback_candidate_is_refused_with_the_cure() -> None:
    away = ANSWER.replace("127.0.0.1", "10.0.0.8")
    with pytest.raises(PeerError, match="gather candidates on loopback"):
        rewrite_candidates(away, lambda host, port: port)


def test_a_description_without_candidates_stays_without() -> None:
    sdp = "v=0\r\na=setup:active\r\n"
    assert rewrite_candidates(sdp, lambda host, port: 1) == sdp


@on_jumping_clock
async def test_the_same_address_gets_the_same_door() -> None:
    async with Relay() as relay:
        assert relay.rewrite(ANSWER) == relay.rewrite(ANSWER)
