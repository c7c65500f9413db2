"""POST /live/{id}/view as a WHEP endpoint, clause by clause, with real pictures and sound."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
import numpy as np

from overglass_cloud.config import Settings
from overglass_cloud.tokens import make_token
from overglass_protocol.envelope import Envelope
from overglass_protocol.frame import Frame
from overglass_protocol.rtc import SOUND_RATE, Handlers, Peer, SoundPacket
from tests.cloud.doors.test_sessions import SECRET, assert_problem
from tests.cloud.parts import offering, picture, post, running

WITHIN = 15.0


@dataclass
class Seen:
    """What a viewer got."""

    frames: list[Frame] = field(default_factory=list)
    sound: list[tuple[SoundPacket, float]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def handlers(self) -> Handlers:
        return Handlers(
            frame=self.frames.append,
            sound=lambda packet, captured: self.sound.append((packet, captured)),
            lost=self.lost.append,
        )


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN):
        while not condition():  # noqa: ASYNC110 - frames come in threads of their own
            await asyncio.sleep(0.005)


@asynccontextmanager
async def publishing(
    client: httpx.AsyncClient, direction: str = "sendonly", **headers: str
) -> AsyncIterator[str]:
    """A publisher with sound, whose picture has arrived; its session's path."""
    async with offering(direction, sound="sendonly") as (peer, offer):
        opened = await post(client, offer, headers=headers)
        await peer.accept(opened.text)
        await peer.connected(WITHIN)
        going = asyncio.create_task(publish(peer))
        try:
            visits = client.app.state.visits  # type: ignore[attr-defined]
            await until(lambda: any(summary.received for summary in visits.summaries()))
            yield opened.headers["location"]
        finally:
            going.cancel()
            with suppress(asyncio.CancelledError):
                await going


async def publish(peer: Peer) -> None:
    """Fifty pictures and fifty packets of sound a second."""
    n = 0
    while True:
        now = time.monotonic()
        peer.send(Frame(picture(60 + n % 100), Envelope(n, now)))
        peer.send_sound(SoundPacket(b"sound" + n.to_bytes(4, "big"), int(now * SOUND_RATE), n), now)
        n += 1
        await asyncio.sleep(0.02)


async def view(
    client: httpx.AsyncClient, peer: Peer, offer: str, location: str, **headers: str
) -> httpx.Response:
    answered = await post(client, offer, f"{location}/view", headers=headers)
    if answered.status_code == 201:
        await peer.accept(answered.text)
        await peer.connected(WITHIN)
    return answered


async def test_a_viewer_sees_the_result_and_hears_the_sound_in_either_codec() -> None:
    async with running() as client, publishing(client) as location:
        for codec in ("H264", "VP8"):
            seen = Seen()
            async with offering(
                "recvonly", sound="recvonly", channels=False, handlers=seen.handlers(), codecs=(codec,)
            ) as (peer, offer):
                answered = await view(client, peer, offer, location)
                assert answered.status_code == 201
                await until(lambda seen=seen: len(seen.frames) > 10 and len(seen.sound) > 10)  # type: ignore[misc]
                assert peer.statistics().codec == codec
                levels = [int(frame.picture.to_ndarray()[:64].mean()) for frame in seen.frames]
                assert all(58 <= level <= 162 for level in levels)
                assert len(set(levels)) > 5
                assert seen.sound[0][0].data.startswith(b"sound")


async def test_the_answer_is_sendonly_and_bundled_with_a_location_and_an_etag() -> None:
    async with (
        running() as client,
        publishing(client) as location,
        offering("recvonly", sound="recvonly", channels=False) as (peer, offer),
    ):
        answered = await view(client, peer, offer, location)
        assert answered.headers["content-type"].startswith("application/sdp")
        assert answered.headers["location"].startswith(f"{location}/view/")
        assert answered.headers["etag"]
        for section in answered.text.split("m=")[1:]:
            assert "a=sendonly" in section
            assert "a=rtcp-mux-only" in section
        assert "a=group:BUNDLE 0 1" in answered.text


async def test_no_picture_yet_is_a_409_with_retry_after() -> None:
    async with running() as client, offering("sendonly") as (_, sent), offering("recvonly") as (_, offer):
        location = (await post(client, sent)).headers["location"]
        early = await post(client, offer, f"{location}/view")
        assert_problem(early, 409, "no-picture")
        assert int(early.headers["retry-after"]) > 0


async def test_an_unknown_session_is_a_404_and_an_offer_that_sends_a_422() -> None:
    async with running() as client, publishing(client) as location, offering("sendrecv") as (_, offer):
        assert_problem(await post(client, offer, "/live/nobody/view"), 404, "no-such-session")
        assert_problem(await post(client, offer, f"{location}/view"), 422, "not-receiving")


async def test_delete_ends_one_viewer_and_leaves_the_other() -> None:
    one, other = Seen(), Seen()
    async with (
        running() as client,
        publishing(client) as location,
        offering("recvonly", handlers=one.handlers()) as (a, first),
        offering("recvonly", handlers=other.handlers()) as (b, second),
    ):
        answered = await view(client, a, first, location)
        await view(client, b, second, location)
        await until(lambda: one.frames and other.frames)
        place = answered.headers["location"]
        assert (await client.delete(place)).status_code == 200
        assert_problem(await client.delete(place), 404, "no-such-viewer")
        await until(lambda: one.lost)
        before = len(other.frames)
        await until(lambda: len(other.frames) > before + 5)


async def test_a_viewer_trickles_like_a_publisher() -> None:
    fragment = "a=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host\r\n"
    headers = {"Content-Type": "application/trickle-ice-sdpfrag"}
    async with running() as client, publishing(client) as location, offering("recvonly") as (peer, offer):
        answered = await view(client, peer, offer, location)
        place, match = answered.headers["location"], {"If-Match": answered.headers["etag"]}
        assert (await client.patch(place, content=fragment, headers=headers | match)).status_code == 204
        assert_problem(
            await client.patch(place, content=fragment, headers=headers), 428, "precondition-required"
        )


async def test_more_viewers_than_allowed_are_a_503_with_retry_after() -> None:
    async with (
        running(Settings(max_viewers=1)) as client,
        publishing(client) as location,
        offering("recvonly") as (peer, first),
        offering("recvonly") as (_, second),
    ):
        await view(client, peer, first, location)
        full = await post(client, second, f"{location}/view")
        assert_problem(full, 503, "too-many-viewers")
        assert int(full.headers["retry-after"]) > 0


async def test_viewers_go_with_the_session() -> None:
    seen = Seen()
    async with (
        running() as client,
        publishing(client) as location,
        offering("recvonly", handlers=seen.handlers()) as (peer, offer),
    ):
        await view(client, peer, offer, location)
        await until(lambda: seen.frames)
        await client.delete(location)
        await until(lambda: seen.lost)
        assert_problem(await post(client, offer, f"{location}/view"), 404, "no-such-session")


async def test_a_shared_link_opens_this_session_to_view_and_nothing_else() -> None:
    owner = {"Authorization": f"Bearer {make_token(SECRET, 'session', 5)}"}
    settings = Settings(host="0.0.0.0", secret=SECRET)
    async with running(settings) as client, publishing(client, **owner) as location:
        assert_problem(await client.post(f"{location}/share"), 401, "unauthorized")
        shared = (await client.post(f"{location}/share", headers=owner)).json()
        assert shared["url"].startswith(f"http://127.0.0.1/watch#id={location.rpartition('/')[2]}&token=")
        assert shared["expires"] > time.time()
        guest = {"Authorization": f"Bearer {shared['token']}"}
        seen = Seen()
        async with offering("recvonly", handlers=seen.handlers()) as (peer, offer):
            assert (await view(client, peer, offer, location, **guest)).status_code == 201
            await until(lambda: seen.frames)
            assert_problem(await post(client, offer, "/live", headers=guest), 403, "wrong-scope")
            elsewhere = {"Authorization": f"Bearer {make_token(SECRET, 'view', 5, 'another')}"}
            refused = await post(client, offer, f"{location}/view", headers=elsewhere)
            assert_problem(refused, 404, "no-such-session")
            assert_problem(await client.delete(location, headers=guest), 403, "wrong-scope")


async def test_without_tokens_a_shared_link_carries_none() -> None:
    async with running() as client, publishing(client) as location:
        shared = (await client.post(f"{location}/share")).json()
        assert shared["token"] is None
        assert "token" not in shared["url"]


async def test_a_viewer_who_comes_late_sees_a_picture_at_once_and_the_wearer_still_gets_theirs() -> None:
    """Beside a wearer who gets the result back, in whatever look is worn."""
    async with running() as client, publishing(client, "sendrecv") as location:
        for _ in range(3):
            seen = Seen()
            async with offering("recvonly", handlers=seen.handlers()) as (peer, offer):
                await view(client, peer, offer, location)
                await until(lambda seen=seen: seen.frames)  # type: ignore[misc]


async def test_sound_reaches_viewers_with_the_time_of_its_picture() -> None:
    """On the viewer's side both are on the publisher's clock again, however long painting took."""
    seen = Seen()
    async with (
        running() as client,
        publishing(client) as location,
        offering("recvonly", sound="recvonly", handlers=seen.handlers()) as (peer, offer),
    ):
        await view(client, peer, offer, location)
        await until(lambda: len(seen.frames) > 60 and len(seen.sound) > 60)
    # Picture and packet of one number were captured at once. Numbers: the level, and the bytes.
    sounds = {int.from_bytes(packet.data[5:], "big"): captured for packet, captured in seen.sound}
    gaps = [
        abs(sounds[frame.envelope.frame_id] - frame.captured)
        for frame in seen.frames[30:]
        if frame.envelope is not None and frame.envelope.frame_id in sounds
    ]
    assert len(gaps) > 20
    assert np.median(gaps) < 0.005
