"""One session whose connection is made anew from several sides at once."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from overglass_cloud.config import Settings
from overglass_cloud.engines.echo import Echo
from overglass_cloud.looks import Look
from overglass_cloud.tokens import EVERYBODY
from overglass_protocol import rtc
from overglass_protocol.frame import Frame
from overglass_protocol.rtc import sdp
from tests.cloud.doors.test_sessions import assert_problem
from tests.cloud.doors.test_whep import until
from tests.cloud.parts import offering, post, running
from tests.protocol.rtc.test_codecs import picture

WITHIN = 20.0
HELD = 1
"Which of the service's peers waits with its answer."


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> list[rtc.Peer]:
    """Every peer that the service makes; one waits with its answer until it is told `go_on`."""
    made: list[rtc.Peer] = []

    class Kept(rtc.Peer):
        def __init__(self, settings: rtc.PeerSettings, handlers: rtc.Handlers) -> None:
            super().__init__(settings, handlers)
            self.go_on = asyncio.Event()
            made.append(self)

        async def answer(self, offer: sdp.Offer, *, sends_sound: bool = False) -> str:
            answer = await super().answer(offer, sends_sound=sends_sound)
            if made.index(self) == HELD:
                await self.go_on.wait()
            return answer

    monkeypatch.setattr(rtc, "Peer", Kept)
    return made


def are_open(peers: list[rtc.Peer]) -> int:
    return sum(peer._connection.connectionState != "closed" for peer in peers)


async def test_resumes_at_once_leave_one_connection(peers: list[rtc.Peer]) -> None:
    async with running() as client, offering() as (_, a), offering() as (_, b), offering() as (_, c):
        opened = await post(client, a)
        resume = {"Overglass-Resume": opened.headers["overglass-resume"]}
        resuming = asyncio.gather(*(post(client, offer, headers=resume) for offer in (b, c)))
        await until(lambda: len(peers) > HELD)
        peers[HELD].go_on.set()  # type: ignore[attr-defined]
        answers = await resuming
        assert [answer.status_code for answer in answers] == [201, 201]
        assert are_open(peers) == 1
        await client.delete(opened.headers["location"])
        assert are_open(peers) == 0


async def test_a_session_that_ends_while_it_is_resumed_stays_ended(peers: list[rtc.Peer]) -> None:
    async with running() as client, offering() as (_, a), offering() as (_, b):
        opened = await post(client, a)
        location = opened.headers["location"]
        visits = client.app.state.visits  # type: ignore[attr-defined]
        visit = visits.find(location.rpartition("/")[2], EVERYBODY)
        resuming = asyncio.create_task(
            post(client, b, headers={"Overglass-Resume": opened.headers["overglass-resume"]})
        )
        await until(lambda: len(peers) > HELD)
        assert (await client.delete(location)).status_code == 200
        peers[HELD].go_on.set()  # type: ignore[attr-defined]
        assert_problem(await resuming, 404, "no-such-session")
        assert visit.ended is not None
        assert are_open(peers) == 0


async def test_an_edge_without_words_gets_what_its_look_sees_looked_for(tmp_path: Path) -> None:
    seer = Look("seer", "", "test", lambda workshop: Echo(), sees=("people",))
    async with running(Settings(models=tmp_path), seer) as client, offering("sendonly") as (_, offer):
        opened = await post(client, offer, "/live?look=seer")
        visits = client.app.state.visits  # type: ignore[attr-defined]
        visit = visits.find(opened.headers["location"].rpartition("/")[2], EVERYBODY)
        assert visit._seat.control.look == "none", "its model is not here"


async def test_a_connection_in_use_serves_on_until_the_edge_speaks_over_the_new_one() -> None:
    async with running() as client, offering() as (first, a), offering() as (second, b):
        opened = await post(client, a)
        await first.accept(opened.text)
        await first.connected(WITHIN)
        visits = client.app.state.visits  # type: ignore[attr-defined]
        visit = visits.find(opened.headers["location"].rpartition("/")[2], EVERYBODY)
        await _send(first, lambda: visit.summary().received)
        used = visit._peer
        resumed = await post(client, b, headers={"Overglass-Resume": opened.headers["overglass-resume"]})
        await second.accept(resumed.text)
        await second.connected(WITHIN)
        received = visit.summary().received
        await _send(first, lambda: visit.summary().received > received + 3)
        assert visit._peer is used
        await _send(second, lambda: visit._peer is not used)
        await until(lambda: used._closing)
        assert visit.summary().connected
        await client.delete(opened.headers["location"])


async def test_a_new_connection_that_nobody_speaks_over_is_dropped_and_the_old_one_stays() -> None:
    settings = Settings(connect_seconds=0.2, silence_seconds=0.2, resume_seconds=60)
    async with running(settings) as client, offering() as (first, a), offering() as (_, b):
        opened = await post(client, a)
        await first.accept(opened.text)
        await first.connected(WITHIN)
        visits = client.app.state.visits  # type: ignore[attr-defined]
        visit = visits.find(opened.headers["location"].rpartition("/")[2], EVERYBODY)
        await _send(first, lambda: visit.summary().received)
        used = visit._peer
        await post(client, b, headers={"Overglass-Resume": opened.headers["overglass-resume"]})
        coming = visit._lines.newest
        assert coming is not used
        await until(lambda: coming._closing)
        assert visit._lines.newest is used
        await until(lambda: not visit.summary().connected)  # silent by now, and kept
        assert visit._peer is used
        await _send(first, lambda: visit.summary().connected)
        await client.delete(opened.headers["location"])


async def _send(peer: rtc.Peer, condition: Callable[[], object]) -> None:
    n = 0
    async with asyncio.timeout(WITHIN):
        while not condition():
            peer.send(Frame(picture(n)))
            n += 1
            await asyncio.sleep(0.01)
