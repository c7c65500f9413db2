"""Sessions at the service, in this process: what is kept, for how long, and what one can do to another."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn

from overglass_cloud.app import create_app
from overglass_cloud.config import Settings
from overglass_cloud.serve import bind, url
from overglass_cloud.sessions.visits import Visits
from overglass_edge.connection import Connection
from overglass_edge.door import Door
from overglass_protocol.control import Control
from overglass_protocol.errors import PeerError
from overglass_protocol.frame import Frame
from overglass_protocol.messages import Hello
from overglass_protocol.rtc import Handlers, Peer, PeerSettings
from tests.cloud.parts import looks
from tests.end_to_end.parts import WITHIN, glasses, picture


async def until(condition: Callable[[], object]) -> None:
    """Gives the loop's other work its turn until the condition holds."""
    async with asyncio.timeout(WITHIN):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[str, Visits]]:
    """The service on a port of its own, in this event loop."""
    app = create_app(settings, looks())
    listener = bind(settings)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=1))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await until(lambda: server.started)
        yield url(listener), app.state.visits
    finally:
        server.should_exit = True
        await running


async def test_the_memory_of_an_edge_that_vanished_is_gone_within_its_timeout() -> None:
    settings = Settings(port=0, silence_seconds=0.3, resume_seconds=0.2)
    async with serving(settings) as (address, visits), Door(address) as door:
        peer = Peer(PeerSettings(hosts=("127.0.0.1",)), Handlers())
        opened = await door.open(await peer.offer(), "none", None)
        await peer.accept(opened.answer)
        await send_until(peer, lambda: visits.summaries()[0].painted >= 5)
        for transport in _transports(peer):
            transport.abort()  # as a killed process does: no goodbye
        await until(lambda: len(visits) == 0)
        assert not visits._scheduler._seats
        await peer.close()


async def send_until(peer: Peer, condition: Callable[[], object]) -> None:
    await peer.connected(WITHIN)
    n = 0
    async with asyncio.timeout(WITHIN):
        while not condition():
            peer.send(Frame(picture(n)))
            n += 1
            await asyncio.sleep(0.01)


def _transports(peer: Peer) -> list[asyncio.DatagramTransport]:
    (ice,) = {t.receiver.transport.transport for t in peer._connection.getTransceivers()}
    return [protocol.transport for protocol in ice._connection._protocols]


async def test_an_offer_without_a_connection_is_forgotten() -> None:
    settings = Settings(port=0, connect_seconds=0.2, resume_seconds=0.1)
    async with serving(settings) as (address, visits), Door(address) as door:
        peer = Peer(PeerSettings(hosts=("127.0.0.1",)), Handlers())
        await door.open(await peer.offer(), "none", None)
        assert len(visits) == 1
        await until(lambda: len(visits) == 0)
        await peer.close()


async def test_a_sender_of_plain_webrtc_is_served_without_words_or_envelopes() -> None:
    settings = Settings(port=0)
    async with serving(settings) as (address, visits), Door(address) as door:
        peer = Peer(PeerSettings(hosts=("127.0.0.1",)), Handlers())
        opened = await door.open(await peer.offer("sendonly"), "none", None)
        await peer.accept(opened.answer)
        await send_until(peer, lambda: visits.summaries()[0].received >= 5)
        assert visits.summaries()[0].painted == 0  # nobody sees it
        await door.end(opened.location)
        assert len(visits) == 0
        await peer.close()


async def test_one_that_sends_garbage_changes_nothing_for_the_others() -> None:
    settings = Settings(port=0)
    async with serving(settings) as (address, visits), glasses(address) as worn, Door(address) as door:
        await worn.until(lambda: len(worn.trips) >= 3)
        rogue = Peer(PeerSettings(hosts=("127.0.0.1",)), Handlers())
        opened = await door.open(await rogue.offer(), "none", None)
        await rogue.accept(opened.answer)
        await rogue.connected(WITHIN)
        sender = rogue._video._sender
        assert sender is not None
        await until(lambda: sender.codec)
        for n in range(200):
            sender.send_unit(b"\x00\x00\x01\x65" + os.urandom(300), n * 3000)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for transport in _transports(rogue):
                stranger.sendto(os.urandom(200), transport.get_extra_info("sockname"))
        shown = len(worn.frames)
        await worn.until(lambda: len(worn.frames) > shown + 15)
        assert len(visits) == 2
        await rogue.close()


async def test_a_look_that_breaks_while_painting_is_complained_of_and_the_plain_picture_goes_on() -> None:
    async with serving(Settings(port=0)) as (address, _), glasses(address) as worn:
        await worn.until(lambda: len(worn.trips) >= 3)
        worn.agent.set_control(Control(look="broken"))
        await worn.until(lambda: "complaint" in worn.names())
        shown = len(worn.frames)
        await worn.until(lambda: len(worn.frames) > shown + 5)
    assert "out of paint" in worn.said[-1][1]


async def test_a_new_session_that_no_media_reached_gives_its_place_back() -> None:
    async with serving(Settings(port=0)) as (address, visits), Door(address) as door:
        connection = Connection(
            door,
            PeerSettings(hosts=("127.0.0.1",)),
            Hello(),
            frame=lambda frame: None,
            encoded=lambda envelope, at: None,
            event=lambda event: None,
        )
        seen: list[int] = []

        async def refuse(answer: str) -> None:
            seen.append(len(visits))
            raise PeerError("no way through")

        connection.peer.accept = refuse  # type: ignore[method-assign]
        with pytest.raises(PeerError, match="no way through"):
            await connection.__aenter__()
        assert seen == [1]
        assert len(visits) == 0
