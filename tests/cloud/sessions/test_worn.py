"""What a session's wearer gets goes by the display that the edge named, and by nothing else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import av
import httpx
import numpy as np
import pytest

from overglass_cloud.engines.echo import Echo
from overglass_cloud.looks import Look, State
from overglass_protocol import messages
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.events import Outgoing
from overglass_protocol.frame import Frame
from overglass_protocol.messages import Display, Hello
from overglass_protocol.rtc import Handlers, Peer
from tests.cloud.doors.test_whep import Seen, until, view
from tests.cloud.parts import offering, picture, post, running

SIDE = 128
ADDITIVE = Display(kind="additive", width=600, height=600, field_of_view=14.3)


class Draughtsman(Echo):
    """Draws a dark grid on white paper, whatever it is shown."""

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        samples = np.full((SIDE * 3 // 2, SIDE), 128, np.uint8)
        samples[:SIDE] = 235
        samples[8:SIDE:16] = samples[9:SIDE:16] = 16
        drawn = [av.VideoFrame.from_ndarray(samples, format="yuv420p") for _ in pictures]
        for result, source in zip(drawn, pictures, strict=True):
            result.pts = source.pts
            if source.time_base is not None:
                result.time_base = source.time_base
        return drawn


PAPER = Look("paper", "", "test", lambda workshop: Draughtsman())


@asynccontextmanager
async def worn(client: httpx.AsyncClient, hello: Hello) -> AsyncIterator[tuple[list[Frame], Peer, str]]:
    """Glasses that say this and send grey pictures; what comes back, and their session's path."""
    back: list[Frame] = []
    async with offering(handlers=Handlers(frame=back.append)) as (peer, offer):
        opened = await post(client, offer)
        await peer.accept(opened.text)
        await peer.connected(10)
        peer.say(Outgoing("control", messages.encode(hello)))
        sending = asyncio.create_task(_send(peer))
        try:
            yield back, peer, opened.headers["location"]
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending


async def _send(peer: Peer) -> None:
    n = 0
    while True:
        peer.send(Frame(picture(120, SIDE, SIDE), Envelope(n, 0.0)))
        n += 1
        await asyncio.sleep(0.02)


def painted(frames: Sequence[Frame], version: int) -> list[Frame]:
    """Those painted with this version of the control document."""
    return [f for f in frames if f.envelope is not None and f.envelope.control_version == version]


def luma(frame: Frame) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.asarray(frame.picture.to_ndarray()[:SIDE], np.uint8)


def hello(display: Display | None, look: str = "paper") -> Hello:
    return Hello(display=display, control=Control(version=1, look=look))


async def test_an_additive_display_gets_light_strokes_on_clear() -> None:
    async with running(None, PAPER) as client, worn(client, hello(ADDITIVE)) as (back, _, _):
        await until(lambda: len(painted(back, 1)) > 2)
        seen = luma(painted(back, 1)[-1])
        assert (seen < 40).mean() > 0.6, "paper is clear"
        assert seen[8:10].mean() > 150, "ink is light"


@pytest.mark.parametrize("kind", [None, "screen", "video-see-through"])
async def test_any_other_display_gets_the_painting_as_it_is(kind: messages.DisplayKind | None) -> None:
    display = Display(kind=kind, width=600, height=600, field_of_view=90.0) if kind is not None else None
    async with running(None, PAPER) as client, worn(client, hello(display)) as (back, _, _):
        await until(lambda: len(painted(back, 1)) > 2)
        seen = luma(painted(back, 1)[-1])
        assert (seen > 200).mean() > 0.7
        assert seen[8:10].mean() < 60


async def test_the_plain_picture_stays_plain_on_an_additive_display() -> None:
    async with running() as client, worn(client, hello(ADDITIVE, "none")) as (back, _, _):
        await until(lambda: len(painted(back, 1)) > 2)
        assert luma(painted(back, 1)[-1]).mean() == pytest.approx(120, abs=3)


async def test_viewers_of_an_additive_wearer_see_the_painting_on_their_screens() -> None:
    async with running(None, PAPER) as client, worn(client, hello(ADDITIVE)) as (back, _, location):
        await until(lambda: len(painted(back, 1)) > 2)
        seen = Seen()
        async with offering(
            "recvonly", sound="recvonly", channels=False, handlers=seen.handlers(), codecs=("H264",)
        ) as (peer, offer):
            assert (await view(client, peer, offer, location)).status_code == 201
            await until(lambda: len(seen.frames) > 3)
            assert (luma(seen.frames[-1]) > 200).mean() > 0.7
        assert luma(painted(back, 1)[-1]).mean() < 90
