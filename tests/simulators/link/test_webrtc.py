"""Real WebRTC stacks through the relay: all that they say passes it, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aioice.ice
import pytest
from aiortc import RTCDataChannel, RTCIceTransport, RTCPeerConnection, RTCSessionDescription

from overglass_simulators.link import LinkModel, LinkSettings, Relay


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the relay's counters are plain numbers, not events
            await asyncio.sleep(0)


class Talk:
    """Two plain aiortc peers with a data channel, all that they say to each other through a relay."""

    def __init__(self) -> None:
        self.edge, self.cloud = RTCPeerConnection(), RTCPeerConnection()
        self.channel = self.edge.createDataChannel("chat")
        self.heard: list[str] = []
        self.answered: list[str] = []
        self.cloud.on("datachannel", self._answer)
        self.channel.on("message", self.answered.append)

    def ice_transports(self) -> list[RTCIceTransport]:
        sctps = [peer.sctp for peer in (self.edge, self.cloud) if peer.sctp is not None]
        return [sctp.transport.transport for sctp in sctps]

    def _answer(self, channel: RTCDataChannel) -> None:
        def echo(message: str) -> None:
            self.heard.append(message)
            channel.send(f"re: {message}")

        channel.on("message", echo)

    async def connect(self, relay: Relay) -> None:
        await self.edge.setLocalDescription(await self.edge.createOffer())
        offer = relay.rewrite(self.edge.localDescription.sdp)
        await self.cloud.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self.cloud.setLocalDescription(await self.cloud.createAnswer())
        answer = relay.rewrite(self.cloud.localDescription.sdp)
        await self.edge.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def close(self) -> None:
        closing: list[Awaitable[None]] = [self.edge.close(), self.cloud.close()]
        await asyncio.gather(*closing)


@pytest.fixture
async def talk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])
    talk = Talk()
    yield talk
    await asyncio.wait_for(talk.close(), 10)


def note_sizes(model: LinkModel, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    sizes: list[int] = []
    send = model.send

    def noting(size: int, now: float) -> float | None:
        sizes.append(size)
        return send(size, now)

    monkeypatch.setattr(model, "send", noting)
    return sizes


async def test_real_peers_talk_through_the_relay_and_a_cut_silences_them(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Relay(seed=1) as relay:
        await talk.connect(relay)
        await until(lambda: talk.channel.readyState == "open")
        talk.channel.send("before")
        await until(lambda: talk.answered == ["re: before"])
        assert min(relay.up.counts["passed"], relay.down.counts["passed"]) > 5

        relay.cut()
        sizes = note_sizes(relay.up, monkeypatch)
        during = "x" * 1000
        talk.channel.send(during)
        await until(lambda: max(sizes, default=0) > 1000)
        up, down = relay.up.counts["passed"], relay.down.counts["passed"]
        assert talk.heard == ["before"]

        await until(lambda: len([size for size in sizes if size > 1000]) > 1)  # SCTP repeats it in vain
        assert talk.heard == ["before"]
        assert (relay.up.counts["passed"], relay.down.counts["passed"]) == (up, down)

        relay.mend()
        await until(lambda: talk.answered == ["re: before", f"re: {during}"])


async def test_no_peer_knows_an_address_of_the_other(talk: Talk) -> None:
    async with Relay() as relay:
        await talk.connect(relay)
        await until(lambda: talk.channel.readyState == "open")
        own = {
            candidate.port
            for transport in talk.ice_transports()
            for candidate in transport.iceGatherer.getLocalCandidates()
        }
        reached = {
            pair.remote_addr[1]
            for transport in talk.ice_transports()
            for pair in transport._connection._check_list
        }
        assert reached
        assert own.isdisjoint(reached)


async def test_real_peers_connect_over_a_slow_and_lossy_link(talk: Talk) -> None:
    bad = LinkSettings(loss=0.02, delay=0.03, jitter=0.005)
    async with Relay(bad, bad, seed=2) as relay:
        await talk.connect(relay)
        await until(lambda: talk.channel.readyState == "open", 30)
        talk.channel.send("hello")
        await until(lambda: talk.answered == ["re: hello"], 30)
