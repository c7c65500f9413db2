"""The HTTP doors: what opens them, and what each refusal says."""

import asyncio
import threading
import time

import httpx
import pytest

from overglass_cloud.config import Settings
from overglass_cloud.engines.echo import Echo
from overglass_cloud.looks import Engine, Look, Workshop
from overglass_cloud.scheduling.costs import KNOWN_FROM
from overglass_cloud.sessions import visits
from overglass_cloud.tokens import make_token
from tests.cloud.parts import offering, post, running

SECRET = "0123456789abcdef0123456789abcdef"


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["type"].endswith(code)
    assert body["detail"]
    assert body["cure"]


async def test_an_offer_opens_a_session_and_delete_ends_it() -> None:
    async with running() as client, offering() as (_, offer):
        response = await post(client, offer)
        assert response.status_code == 201
        assert response.headers["content-type"].startswith("application/sdp")
        assert "a=sendrecv" in response.text
        location = response.headers["location"]
        assert location.startswith("/live/")
        assert len(location) > 20
        assert (await client.delete(location)).status_code == 200
        assert_problem(await client.delete(location), 404, "no-such-session")


async def test_a_sendonly_offer_is_answered_recvonly() -> None:
    async with running() as client, offering("sendonly") as (_, offer):
        assert "a=recvonly" in (await post(client, offer)).text


async def test_a_malformed_description_is_a_400_and_the_service_stays_up() -> None:
    async with running() as client, offering() as (_, offer):
        for text in ("", "nonsense", "v=0\r\nm=video", offer.replace("a=ice-ufrag", "a=x")):
            assert_problem(await post(client, text), 400, "malformed-sdp")
        assert (await post(client, offer)).status_code == 201


async def test_a_description_that_is_no_text_is_a_400() -> None:
    async with running() as client:
        response = await client.post(
            "/live", content=b"\xff\xfe", headers={"Content-Type": "application/sdp"}
        )
        assert_problem(response, 400, "malformed-sdp")


async def test_a_wrong_or_missing_content_type_is_a_415() -> None:
    async with running() as client, offering() as (_, offer):
        response = await post(client, offer, headers={"Content-Type": "application/json"})
        assert_problem(response, 415, "wrong-content-type")
        assert response.headers["accept-post"] == "application/sdp"
        assert_problem(await client.post("/live", content=offer.encode()), 415, "wrong-content-type")


async def test_an_unknown_look_is_a_422_that_names_the_known_ones() -> None:
    async with running() as client, offering() as (_, offer):
        response = await post(client, offer, params={"look": "sepia"})
        assert_problem(response, 422, "unknown-look")
        assert "none" in response.json()["cure"]


async def test_a_session_may_open_with_a_lent_picture_and_nothing_else_passes_for_its_name() -> None:
    async with running() as client, offering() as (_, offer):
        response = await post(client, offer, params={"look": "none", "reference": "ab" * 32})
        assert response.status_code == 201
        (visit,) = client.app.state.visits._by_id.values()  # type: ignore[attr-defined]
        assert visit._seat.control.reference == "ab" * 32
        assert_problem(await post(client, offer, params={"reference": "../x"}), 422, "invalid-request")


@pytest.mark.parametrize(("look", "says"), [("missing", "models pull"), ("crashing", "log")])
async def test_a_look_that_cannot_start_is_a_503_with_the_cure_and_leaves_no_session(
    look: str, says: str
) -> None:
    async with running(Settings(max_sessions=1)) as client, offering() as (_, offer):
        response = await post(client, offer, params={"look": look})
        assert_problem(response, 503, "look-cannot-start")
        assert says in response.json()["cure"]
        assert (await post(client, offer)).status_code == 201


async def test_an_oversized_body_is_a_413() -> None:
    async with running() as client:
        assert_problem(await post(client, "v=0" + "x" * 70_000), 413, "body-too-large")


async def test_one_session_over_the_limit_is_a_503_with_the_time_to_come_again() -> None:
    async with running(Settings(max_sessions=1)) as client, offering() as (_, a), offering() as (_, b):
        first = await post(client, a)
        response = await post(client, b)
        assert_problem(response, 503, "too-many-sessions")
        assert int(response.headers["retry-after"]) > 0
        await client.delete(first.headers["location"])
        assert (await post(client, b)).status_code == 201


async def test_whoever_is_turned_away_is_told_its_place_and_keeps_it_with_the_ticket() -> None:
    async with running(Settings(max_sessions=1)) as client, offering() as (_, a), offering() as (_, b):
        inside = await post(client, a)
        refused = await post(client, b)
        assert_problem(refused, 503, "too-many-sessions")
        ticket = refused.headers["overglass-queue"]
        assert refused.json()["queue_position"] == 1
        assert refused.json()["queue_ticket"] == ticket
        mine = {"Overglass-Queue": ticket}
        assert (await post(client, b, headers=mine)).json()["queue_position"] == 1
        behind = await post(client, a)
        assert behind.json()["queue_position"] == 2
        assert "number 2 in the queue" in behind.json()["detail"]
        await client.delete(inside.headers["location"])
        assert_problem(await post(client, a), 503, "too-many-sessions")
        assert (await post(client, b, headers=mine)).status_code == 201


async def test_one_whom_there_is_no_time_to_paint_is_turned_away_and_told_what_would_do() -> None:
    slow = Look("slow", "", "test", lambda workshop: Echo())
    async with running(Settings(max_sessions=8), slow) as client, offering() as (_, a), offering() as (_, b):
        assert (await post(client, a, params={"look": "slow"})).status_code == 201
        scheduler = client.app.state.visits._scheduler  # type: ignore[attr-defined]
        for _ in range(KNOWN_FROM):
            scheduler._turns.costs.took("slow", (512, 512), 1, 0.2, time.monotonic())
        refused = await post(client, b, params={"look": "slow"})
        assert_problem(refused, 503, "no-time-to-paint")
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json()["queue_position"] == 1
        assert "another look" in refused.json()["cure"]
        assert (await post(client, b, params={"look": "none"})).status_code == 201


async def test_a_look_that_takes_long_to_load_keeps_nobody_at_the_door(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(visits, "LOADS_WITHIN", 0.05)
    go_on = threading.Event()

    def start(workshop: Workshop) -> Engine:
        assert go_on.wait(20)
        return Echo()

    async with running(None, Look("slow", "", "test", start)) as client, offering() as (_, offer):
        assert (await post(client, offer, params={"look": "slow"})).status_code == 201
        go_on.set()


async def test_an_offer_that_cannot_be_answered_takes_no_place() -> None:
    async with running(Settings(max_sessions=1)) as client, offering() as (_, offer):
        unusable = offer.replace("a=setup:actpass", "a=setup:actpass\r\na=extmap:nonsense")
        assert (await post(client, unusable)).status_code in (400, 422)
        assert (await post(client, offer)).status_code == 201


async def test_a_session_is_resumed_by_its_token_and_not_by_another() -> None:
    async with running() as client, offering() as (_, a), offering() as (_, b), offering() as (_, c):
        first = await post(client, a)
        token = first.headers["overglass-resume"]
        again = await post(client, b, headers={"Overglass-Resume": token})
        assert again.headers["location"] == first.headers["location"]
        other = await post(client, c, headers={"Overglass-Resume": "stolen"})
        assert other.status_code == 201
        assert other.headers["location"] != first.headers["location"]


async def test_health_readiness_looks_and_metrics_answer() -> None:
    async with running() as client, offering() as (_, offer):
        await post(client, offer)
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        assert (await client.get("/readyz")).json() == {"status": "ready", "sessions": 1}
        assert (await client.get("/looks")).json()[0]["name"] == "none"
        metrics = (await client.get("/metrics")).text
        assert "overglass_sessions 1.0" in metrics
        assert "overglass_frames_received_total 0.0" in metrics


async def test_what_is_not_there_is_a_problem_too() -> None:
    async with running() as client:
        assert_problem(await client.get("/nothing"), 404, "http-404")
        assert_problem(await client.put("/live"), 405, "http-405")


async def test_a_name_that_somebody_else_controls_does_not_reach_a_loopback_service() -> None:
    async with running() as client:
        refused = await client.get("/looks", headers={"Host": "evil.example"})
        assert_problem(refused, 400, "unknown-host")
        for name in ("localhost:8400", "127.0.0.1", "[::1]:8400", "LOCALHOST"):
            assert (await client.get("/looks", headers={"Host": name})).status_code == 200


async def test_no_page_of_ours_loads_anything_from_elsewhere() -> None:
    async with running() as client:
        for path in ("/docs", "/redoc"):
            assert (await client.get(path)).status_code == 404
        assert (await client.get("/openapi.json")).status_code == 200


async def test_beyond_loopback_a_token_opens_one_session_at_a_time_and_only_its_owner_ends_it() -> None:
    settings = Settings(host="0.0.0.0", secret=SECRET)
    async with running(settings) as client, offering() as (_, a), offering() as (_, b):
        mine = {"Authorization": f"Bearer {make_token(SECRET, 'session', 5)}"}
        other = {"Authorization": f"Bearer {make_token(SECRET, 'session', 5)}"}
        none = await post(client, a)
        assert_problem(none, 401, "unauthorized")
        assert "Bearer" in none.headers["www-authenticate"]
        opened = await post(client, a, headers=mine)
        assert opened.status_code == 201
        assert_problem(await post(client, b, headers=mine), 403, "token-used")
        location = opened.headers["location"]
        assert_problem(await client.delete(location), 401, "unauthorized")
        assert_problem(await client.delete(location, headers=other), 404, "no-such-session")
        resume = {**mine, "Overglass-Resume": opened.headers["overglass-resume"]}
        assert (await post(client, b, headers=resume)).headers["location"] == location
        assert (await client.delete(location, headers=mine)).status_code == 200


async def test_a_token_opens_a_new_session_once_its_last_one_has_ended() -> None:
    settings = Settings(host="0.0.0.0", secret=SECRET)
    mine = {"Authorization": f"Bearer {make_token(SECRET, 'session', 5)}"}
    async with running(settings) as client, offering() as (_, a), offering() as (_, b):
        assert_problem(await post(client, "v=0 nonsense", headers=mine), 400, "malformed-sdp")
        first = await post(client, a, headers=mine)
        assert first.status_code == 201, "one that could not be opened does not count"
        assert_problem(await post(client, b, headers=mine), 403, "token-used")
        assert (await client.delete(first.headers["location"], headers=mine)).status_code == 200
        again = await post(client, b, headers=mine)
        assert again.status_code == 201
        assert again.headers["location"] != first.headers["location"]


async def test_a_goodbye_frees_the_token_at_once() -> None:
    settings = Settings(host="0.0.0.0", secret=SECRET)
    mine = {"Authorization": f"Bearer {make_token(SECRET, 'session', 5)}"}
    async with running(settings) as client, offering() as (_, a), offering() as (_, b):
        assert (await post(client, a, headers=mine)).status_code == 201
        (visit,) = client.app.state.visits._by_id.values()  # type: ignore[attr-defined]
        visit.ended = "the edge said goodbye"
        assert (await post(client, b, headers=mine)).status_code == 201


async def test_two_offers_at_once_with_one_token_open_one_session() -> None:
    settings = Settings(host="0.0.0.0", secret=SECRET)
    mine = {"Authorization": f"Bearer {make_token(SECRET, 'session', 5)}"}
    async with running(settings) as client, offering() as (_, a), offering() as (_, b):
        both = await asyncio.gather(*(post(client, offer, headers=mine) for offer in (a, b)))
        assert sorted(response.status_code for response in both) == [201, 403]
