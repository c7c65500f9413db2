"""Those who watch: their time goes on evenly, whatever happens to the wearer's connection."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from overglass_cloud.config import Settings
from overglass_cloud.problems import Problem
from overglass_cloud.sessions.broadcast import MAX_STEP, Broadcast, Retimer, Viewer
from overglass_cloud.tokens import EVERYBODY
from overglass_protocol.rtc import Handlers, Peer, sdp
from tests.cloud.doors.test_whep import Seen, publish, publishing, until, view
from tests.cloud.parts import LOOPBACK, offering, post, running

RATE = 90_000


def test_time_keeps_the_spacing_it_came_with() -> None:
    retimer = Retimer(RATE)
    first = retimer(5_000, 100.0)
    assert first == 100 * RATE
    late = 0.3  # what our clock says of a picture may waver; what its own says does not
    assert retimer(5_000 + 3000, 100.0 + 1 / 30 + late) == first + 3000


def test_a_stream_that_starts_anew_goes_on_behind_what_was_sent() -> None:
    retimer = Retimer(RATE)
    before = retimer(4_000_000_000, 100.0)
    retimer.restart()
    after = retimer(17, 99.0)  # and its first estimate of the time is too early
    assert after == before + 1
    assert retimer(17 + 3000, 99.1) == after + 3000


def test_a_stream_that_jumps_without_a_word_is_put_back_in_time() -> None:
    retimer = Retimer(RATE)
    retimer(0, 100.0)
    assert retimer(10_000_000, 100.1) == pytest.approx(100.1 * RATE, abs=1)
    assert retimer(10_003_000, 100.1 + 1 / 30) == pytest.approx((100.1 + 1 / 30) * RATE, abs=1)
    assert abs(retimer(10_003_000 + int(MAX_STEP * RATE) // 2, 100.2) / RATE - 100.2) < MAX_STEP


class Keys:
    """In an encoder's place: counts the key frames asked for."""

    def __init__(self) -> None:
        self.count = 0

    def want_key_frame(self) -> None:
        self.count += 1

    def close(self) -> None: ...

    def join(self, timeout: float) -> None: ...


async def test_viewers_who_ask_for_key_frames_without_end_get_one_and_set_one_timer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broadcast = Broadcast(Settings(), lambda frame, envelope: envelope)
    keys = Keys()
    broadcast._viewers["x"] = Viewer("x", Peer(LOOPBACK, Handlers()), None, codec="H264")
    broadcast._encoders["H264"] = keys  # type: ignore[assignment]
    broadcast._key_at["H264"] = 0.0
    timers: list[object] = []
    loop = asyncio.get_running_loop()
    set_timer = loop.call_later

    def call_later(delay: float, callback: Any, *args: Any) -> asyncio.TimerHandle:
        timers.append(callback)
        return set_timer(delay, callback, *args)

    monkeypatch.setattr(loop, "call_later", call_later)
    for _ in range(200):
        broadcast._refresh("x")
    await until(lambda: keys.count == 1)
    for _ in range(200):
        broadcast._refresh("x")
    assert timers.count(broadcast._make_key) == 2
    assert keys.count == 1
    await broadcast.close()


async def test_a_viewer_that_is_lost_while_the_session_ends_is_closed_to_the_end() -> None:
    broadcast = Broadcast(Settings(), lambda frame, envelope: envelope)
    async with offering("recvonly") as (_, offer):
        viewer, _ = await broadcast.admit(sdp.read_offer(offer))
        broadcast._on_lost(viewer.id, "just now")
        await broadcast.close()
    assert viewer.peer._connection.connectionState == "closed"
    async with offering("recvonly") as (_, offer):
        with pytest.raises(Problem, match="no session"):
            await broadcast.admit(sdp.read_offer(offer))


async def test_viewers_stay_when_the_wearer_comes_back_on_a_new_connection() -> None:
    seen = Seen()
    async with (
        running() as client,
        publishing(client) as location,
        offering("recvonly", sound="recvonly", handlers=seen.handlers()) as (viewer, asked),
        offering("sendonly", sound="sendonly") as (again, offer),
    ):
        await view(client, viewer, asked, location)
        await until(lambda: len(seen.frames) > 5 and len(seen.sound) > 5)
        visits = client.app.state.visits  # type: ignore[attr-defined]
        token = visits.find(location.rpartition("/")[2], EVERYBODY).resume_token
        opened = await post(client, offer, headers={"Overglass-Resume": token})
        assert opened.headers["location"] == location
        await again.accept(opened.text)
        await again.connected(10)
        before = len(seen.frames), len(seen.sound)
        going = asyncio.create_task(publish(again))
        await until(lambda: len(seen.frames) > before[0] + 10 and len(seen.sound) > before[1] + 10)
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going
    times = [frame.rtp_time for frame in seen.frames]
    assert times == sorted(times)
    sequence = [packet.sequence for packet, _ in seen.sound]
    assert sequence == sorted(set(sequence))
    assert not seen.lost
