"""Serves a page on loopback from within a running event loop. Knows no page."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from overglass_protocol.errors import ConfigError

HOST = "127.0.0.1"


def bind(port: int | None, usual: int) -> socket.socket:
    """A listening socket on loopback; None: the usual port, or any while that is taken.

    Raises ConfigError when a port that was asked for cannot be had.
    """
    for candidate in (usual, 0) if port is None else (port,):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
            # From here on a browser waits instead of being refused.
            listener.listen()
            return listener
        except OSError as error:
            listener.close()
            refusal = error
    raise ConfigError(
        f"the page cannot be shown on port {port}: {refusal.strerror}",
        cure="Choose another --port, or leave it out.",
    ) from refusal


@asynccontextmanager
async def serving(app: FastAPI, listener: socket.socket, ending: asyncio.Event) -> AsyncIterator[str]:
    """Serves until the block is left, and gives the address. Sets `ending` first, so that streams let go."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}/"
    finally:
        ending.set()
        server.should_exit = True
        await running


class _Server(uvicorn.Server):
    """Leaves signals alone: they end the run, and the run ends the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
