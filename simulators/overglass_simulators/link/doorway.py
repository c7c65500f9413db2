"""The HTTP side of a bad network: TCP to a service, which is cut and moved together with the media.

Knows nothing of HTTP. Bytes are kept through an outage and go on when TCP would send them again.
"""

import asyncio
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from overglass_protocol.errors import ConfigError
from overglass_simulators.link.description import HOST
from overglass_simulators.link.model import LinkModel
from overglass_simulators.link.relay import Relay

FIRST_HANDSHAKE = 1.0
"Seconds until TCP asks again for a connection that nobody answered; twice as long each time (RFC 6298, 2.1)."
FIRST_REPEAT = 0.2
"The same for bytes on a connection, as Linux has it for a short round trip."
CHUNK = 65536


class Doorway:
    """Stands before the service at `url`; `self.url` is where to ask instead. An async context manager."""

    def __init__(self, url: str, relay: Relay) -> None:
        """Raises ConfigError when `url` names no host and port."""
        parts = urlsplit(url)
        if not parts.hostname or not parts.port:
            raise ConfigError(f"{url!r} names no host and port", cure="Give one like http://127.0.0.1:8400.")
        self.url = ""
        "Once entered."
        self._scheme = parts.scheme
        self._target = parts.hostname, parts.port
        self._relay = relay
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"{self._scheme}://{HOST}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)

        def done(_: asyncio.Task[None]) -> None:  # also of one that was cancelled before it began
            self._tasks.discard(task)
            writer.close()

        task.add_done_callback(done)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began = self._relay.moves
        await self._pass(self._relay.up, FIRST_HANDSHAKE)
        try:
            onward_reader, onward_writer = await asyncio.open_connection(*self._target)
        except OSError:
            return  # nobody listens there: the client sees its connection closed
        up = asyncio.create_task(self._carry(reader, onward_writer, self._relay.up, began))
        down = asyncio.create_task(self._carry(onward_reader, writer, self._relay.down, began))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (up, down):
                task.cancel()
            onward_writer.close()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, model: LinkModel, began: int
    ) -> None:
        """Until one end closes. A connection of an address that is gone carries nothing any more."""
        with suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                await self._pass(model, FIRST_REPEAT)
                if self._relay.moves == began:
                    writer.write(data)
                    await writer.drain()

    async def _pass(self, model: LinkModel, repeat: float) -> None:
        """Takes the time of the link, and of an outage as TCP notices its end."""
        loop = asyncio.get_running_loop()
        while model.is_cut:
            await asyncio.sleep(repeat)
            repeat *= 2
        await asyncio.sleep(max(model.settings.delay, model.held_until - loop.time()))
