"""HTTP's way through a bad network: delayed, held through an outage, dead after a move."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from overglass_protocol.errors import ConfigError
from overglass_simulators.link import Doorway, LinkSettings, Relay

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"


class Service:
    """Answers anything with `hi`, once it may."""

    def __init__(self) -> None:
        self.asked = 0
        self.came = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(4096):
            self.asked += 1
            self.came.set()
            await self.may_answer.wait()
            writer.write(ANSWER)
        writer.close()


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Service, str]]:
    service = Service()
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    try:
        yield service, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def client(timeout: float = 10.0) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=timeout) as made:
        yield made


async def test_a_request_takes_the_time_of_the_link_there_and_back() -> None:
    link = LinkSettings(delay=0.1)
    async with (
        serving() as (_, url),
        Relay(link, link) as relay,
        Doorway(url, relay) as doorway,
        client() as asking,
    ):
        start = time.monotonic()
        assert (await asking.get(doorway.url)).text == "hi"
        assert time.monotonic() - start >= 0.3, "for the handshake, the request and the answer"


async def test_a_cut_hangs_requests_and_those_that_waited_pass_when_it_is_mended() -> None:
    async with serving() as (service, url), Relay() as relay, Doorway(url, relay) as doorway:
        relay.cut()
        async with client(0.3) as impatient:
            with pytest.raises(httpx.ReadTimeout):
                await impatient.get(doorway.url)
        assert service.asked == 0
        async with client() as patient:
            waiting = asyncio.create_task(patient.get(doorway.url))
            await asyncio.sleep(0)
            relay.mend()
            assert (await waiting).text == "hi"


async def test_a_connection_of_an_address_that_is_gone_carries_no_answer_and_a_new_one_does() -> None:
    async with serving() as (service, url), Relay() as relay, Doorway(url, relay) as doorway:
        service.may_answer.clear()
        async with client(0.5) as asking:
            waiting = asyncio.create_task(asking.get(doorway.url))
            await asyncio.wait_for(service.came.wait(), 10)
            relay.move()
            service.may_answer.set()
            with pytest.raises(httpx.HTTPError):
                await waiting
        async with client() as asking:
            assert (await asking.get(doorway.url)).text == "hi"


async def test_where_nobody_listens_the_connection_is_closed() -> None:
    async with serving() as (_, url):
        pass
    async with Relay() as relay, Doorway(url, relay) as doorway, client() as asking:
        with pytest.raises(httpx.TransportError):
            await asking.get(doorway.url)


async def test_leaving_ends_what_still_waits() -> None:
    async with serving() as (_, url), Relay() as relay, client() as asking:
        async with Doorway(url, relay) as doorway:
            relay.cut()
            waiting = asyncio.create_task(asking.get(doorway.url))
            while not doorway._tasks:  # noqa: ASYNC110 - a connection being accepted has no event
                await asyncio.sleep(0)
        with pytest.raises(httpx.HTTPError):
            await waiting


async def test_an_address_without_a_port_is_refused_with_an_example() -> None:
    async with Relay() as relay:
        with pytest.raises(ConfigError, match="Give one like"):
            Doorway("http://somewhere", relay)
