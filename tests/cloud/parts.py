"""What the cloud's tests share: engines whose behaviour is known, an app whose life is a `with`, offers."""

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np

from overglass_cloud.app import create_app
from overglass_cloud.config import Settings
from overglass_cloud.engines.echo import Echo
from overglass_cloud.looks import Engine, Look, Looks, Sitter, State, Workshop
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from overglass_protocol.rtc import Handlers, Peer, PeerSettings

LOOPBACK = PeerSettings(hosts=("127.0.0.1",))


class Gated:
    """An engine that says when it has begun and waits until it may go on; paints batches of four."""

    max_batch = 4

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.batches: list[list[State]] = []
        self.prepared: list[tuple[Control, State | None]] = []

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        self.prepared.append((control, previous))
        if control.prompt == "forbidden":
            raise LookError("not that", cure="Ask for something else.")
        return control.version

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        self.batches.append(list(states))
        self.begun.release()
        assert self.go_on.acquire(timeout=10)
        return list(pictures)


class Inverted:
    """An engine that paints negatives, at once; notes the sizes of what it was given."""

    max_batch = 4

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        return None

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        self.sizes += [(picture.width, picture.height) for picture in pictures]
        return [
            av.VideoFrame.from_ndarray(255 - picture.to_ndarray(), format="yuv420p") for picture in pictures
        ]


class Broken(Echo):
    """An engine that fails at its first picture."""

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        raise RuntimeError("out of paint")


def _missing(workshop: Workshop) -> Engine:
    raise LookError("the weights of 'missing' are not here", cure="Run: overglass models pull missing.")


def _crashing(workshop: Workshop) -> Engine:
    raise RuntimeError("driver exploded")


def workshop() -> Workshop:
    """One with an empty store."""
    return Workshop(Store(Path("nowhere"), Manifest([])))


def looks(*more: Look) -> Looks:
    return Looks(
        [
            Look("none", "", "echo", lambda workshop: Echo()),
            Look("broken", "", "test", lambda workshop: Broken()),
            Look("missing", "", "test", _missing),
            Look("crashing", "", "test", _crashing),
            *more,
        ]
    )


def picture(level: int = 128, width: int = 64, height: int = 64) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(np.full((height * 3 // 2, width), level, np.uint8), format="yuv420p")


@asynccontextmanager
async def running(settings: Settings | None = None, *more: Look) -> AsyncIterator[httpx.AsyncClient]:
    """The service's application, started, and a client at its door."""
    app = create_app(settings or Settings(), looks(*more))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            client.app = app  # type: ignore[attr-defined]
            yield client


@asynccontextmanager
async def offering(
    direction: str = "sendrecv",
    *,
    sound: str | None = None,
    channels: bool = True,
    handlers: Handlers | None = None,
    codecs: tuple[str, ...] = ("H264", "VP8"),
) -> AsyncIterator[tuple[Peer, str]]:
    """A peer and its offer."""
    peer = Peer(replace(LOOPBACK, codecs=codecs), handlers or Handlers())
    try:
        yield peer, await peer.offer(direction, sound=sound, channels=channels)
    finally:
        await peer.close()


async def post(client: httpx.AsyncClient, offer: str, path: str = "/live", **parts: Any) -> httpx.Response:
    headers = {"Content-Type": "application/sdp", **parts.pop("headers", {})}
    return await client.post(path, content=offer, headers=headers, **parts)
