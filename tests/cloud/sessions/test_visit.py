"""One session whose connection is made anew from several sides at once."""

import asyncio
from pathlib import Path

import pytest

from overglass_cloud.config import Settings
from overglass_cloud.engines.echo import Echo
from overglass_cloud.looks import Look
from overglass_cloud.tokens import EVERYBODY
from overglass_protocol import rtc
from overglass_protocol.rtc import sdp
from tests.cloud.doors.test_sessions import assert_problem
from tests.cloud.doors.test_whep import until
from tests.cloud.parts import offering, post, running

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
