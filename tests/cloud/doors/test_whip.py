"""POST /live as a WHIP endpoint (RFC 9725), clause by clause: what any camera that pushes may rely on."""

import re

import httpx
import pytest
from pydantic import SecretStr

from overglass_cloud.config import Settings
from overglass_cloud.doors.exchange import created
from overglass_cloud.tokens import Scope, make_token
from tests.cloud.doors.test_sessions import SECRET, assert_problem
from tests.cloud.parts import offering, post, running

FRAGMENT = "a=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host\r\n"
TRICKLE = {"Content-Type": "application/trickle-ice-sdpfrag"}


async def patch(client: httpx.AsyncClient, opened: httpx.Response, **headers: str) -> httpx.Response:
    return await client.patch(opened.headers["location"], content=FRAGMENT, headers={**TRICKLE, **headers})


async def test_4_2_an_offer_is_answered_201_with_sdp_and_an_unguessable_location() -> None:
    async with running() as client, offering("sendonly") as (_, a), offering("sendonly") as (_, b):
        first, second = await post(client, a), await post(client, b)
        assert first.status_code == 201
        assert first.headers["content-type"].startswith("application/sdp")
        assert re.fullmatch(r"/live/[\w-]{22,}", first.headers["location"])
        assert first.headers["location"] != second.headers["location"]


async def test_4_2_another_type_is_a_415_and_malformed_sdp_a_400() -> None:
    async with running() as client, offering("sendonly") as (_, offer):
        wrong = await post(client, offer, headers={"Content-Type": "text/plain"})
        assert_problem(wrong, 415, "wrong-content-type")
        assert_problem(await post(client, "v=0\r\nm=video x"), 400, "malformed-sdp")


async def test_4_2_the_answer_is_recvonly_with_all_candidates_bundle_and_rtcp_mux_only() -> None:
    async with running() as client, offering("sendonly", sound="sendonly") as (_, offer):
        answer = (await post(client, offer)).text
        sections = answer.split("m=")[1:]
        assert [section.split()[0] for section in sections] == ["video", "audio", "application"]
        for section in sections[:2]:
            assert "a=recvonly" in section
            assert "a=rtcp-mux\r\n" in section
            assert "a=rtcp-mux-only\r\n" in section
        assert re.search(r"a=group:BUNDLE 0 1 2", answer)
        assert "a=candidate:" in answer
        assert "a=end-of-candidates" in answer


async def test_4_4_2_more_than_one_video_or_audio_is_a_422() -> None:
    async with running() as client, offering("sendonly") as (_, offer):
        head, video = offer.split("m=video")[0], "m=video" + offer.split("m=video")[1].split("m=")[0]
        two = head + video + video.replace("a=mid:0", "a=mid:9")
        assert_problem(await post(client, two), 422, "unusable-offer")


async def test_an_offer_that_sends_nothing_is_a_422_that_names_the_other_door() -> None:
    async with running() as client, offering("recvonly") as (_, offer):
        refused = await post(client, offer)
        assert_problem(refused, 422, "not-sending")
        assert "/view" in refused.json()["cure"]


@pytest.mark.parametrize("path", ["/live", "/live/anything", "/live/x/view", "/live/x/view/y"])
async def test_4_1_get_and_head_answer_2xx_without_content(path: str) -> None:
    async with running() as client:
        for method in ("GET", "HEAD"):
            response = await client.request(method, path)
            assert response.status_code == 204
            assert response.content == b""


async def test_4_1_options_answers_with_cors_and_accept_post_and_exposes_what_clients_read() -> None:
    async with running() as client, offering("sendonly") as (_, offer):
        origin = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
        response = await client.options("/live", headers=origin)
        assert response.status_code == 204
        assert response.headers["accept-post"] == "application/sdp"
        assert response.headers["access-control-allow-origin"] == "http://localhost:3000"
        assert "authorization" in response.headers["access-control-allow-headers"].lower()
        assert {"POST", "PATCH", "DELETE"} <= set(
            response.headers["access-control-allow-methods"].split(", ")
        )
        assert (await client.options("/live")).headers["accept-post"] == "application/sdp"
        patched = await client.options("/live/some", headers=origin)
        assert patched.headers["accept-patch"] == "application/trickle-ice-sdpfrag"
        opened = await post(client, offer, headers=origin)
        exposed = opened.headers["access-control-expose-headers"].lower().split(", ")
        assert {"location", "etag", "link"} <= set(exposed)


async def test_pages_from_elsewhere_may_not_use_a_service_without_tokens() -> None:
    async with running(Settings(origins=("https://friend.example",))) as client:
        for origin, allowed in (("https://evil.example", None), ("https://friend.example",) * 2):
            response = await client.options("/live", headers={"Origin": origin})
            assert response.headers.get("access-control-allow-origin") == allowed
            answered = await client.get("/looks", headers={"Origin": origin})
            assert answered.headers.get("access-control-allow-origin") == allowed


async def test_with_tokens_pages_from_anywhere_may_come() -> None:
    async with running(Settings(host="0.0.0.0", secret=SECRET)) as client:
        response = await client.options("/live", headers={"Origin": "https://some.example"})
        assert response.headers["access-control-allow-origin"] == "*"


async def test_4_5_a_bearer_token_is_asked_for_on_post_patch_and_delete() -> None:
    mine = {"Authorization": f"Bearer {make_token(SECRET, 'session', 5)}"}
    view = {"Authorization": f"Bearer {make_token(SECRET, 'view', 5)}"}
    async with running(Settings(host="0.0.0.0", secret=SECRET)) as client, offering("sendonly") as (_, offer):
        opened = await post(client, offer, headers=mine)
        location = opened.headers["location"]
        for method, path in (("POST", "/live"), ("PATCH", location), ("DELETE", location)):
            missing = await client.request(method, path)
            assert_problem(missing, 401, "unauthorized")
            assert missing.headers["www-authenticate"].startswith("Bearer")
            assert_problem(await client.request(method, path, headers=view), 403, "wrong-scope")


async def test_4_2_delete_is_a_200_and_an_unknown_session_a_404() -> None:
    async with running() as client, offering("sendonly") as (_, offer):
        location = (await post(client, offer)).headers["location"]
        assert (await client.delete(location)).status_code == 200
        assert_problem(await client.delete(location), 404, "no-such-session")


async def test_4_3_1_a_trickled_candidate_is_a_204_without_body_or_etag() -> None:
    async with running() as client, offering("sendonly") as (_, offer):
        opened = await post(client, offer)
        taken = await patch(client, opened, **{"If-Match": opened.headers["etag"]})
        assert taken.status_code == 204
        assert taken.content == b""
        assert "etag" not in taken.headers
        gone = await client.patch("/live/nobody", content=FRAGMENT, headers={**TRICKLE, "If-Match": '"x"'})
        assert_problem(gone, 404, "no-such-session")


async def test_4_3_1_patch_takes_trickle_fragments_alone() -> None:
    async with running() as client, offering("sendonly") as (_, offer):
        opened = await post(client, offer)
        match = {"If-Match": opened.headers["etag"]}
        refused = await patch(client, opened, **{"Content-Type": "application/sdp", **match})
        assert_problem(refused, 415, "wrong-content-type")
        assert refused.headers["accept-patch"] == "application/trickle-ice-sdpfrag"
        bad = await client.patch(
            opened.headers["location"], content="a=candidate:nonsense", headers={**TRICKLE, **match}
        )
        assert_problem(bad, 400, "malformed-sdp")


async def test_4_3_1_patch_without_if_match_is_a_428_and_with_another_etag_a_412() -> None:
    async with running() as client, offering("sendonly") as (_, offer):
        opened = await post(client, offer)
        assert_problem(await patch(client, opened), 428, "precondition-required")
        assert_problem(await patch(client, opened, **{"If-Match": '"old"'}), 412, "precondition-failed")


async def test_4_3_3_an_ice_restart_is_a_422() -> None:
    async with running() as client, offering("sendonly") as (_, offer):
        opened = await post(client, offer)
        assert_problem(await patch(client, opened, **{"If-Match": "*"}), 422, "no-ice-restart")
        restarted = await client.patch(
            opened.headers["location"],
            content="a=ice-ufrag:new\r\na=ice-pwd:0123456789012345678901\r\n",
            headers={**TRICKLE, "If-Match": opened.headers["etag"]},
        )
        assert_problem(restarted, 422, "no-ice-restart")


async def test_4_6_redirects_keep_method_and_body_307() -> None:
    async with running() as client, offering("sendonly") as (_, offer):
        moved = await client.post("/live/", content=offer, headers={"Content-Type": "application/sdp"})
        assert moved.status_code == 307
        assert moved.headers["location"].endswith("/live")


async def test_4_7_a_full_service_is_a_503_with_retry_after() -> None:
    async with running(Settings(max_sessions=1)) as client, offering("sendonly") as (_, a):
        await post(client, a)
        full = await post(client, a)
        assert_problem(full, 503, "too-many-sessions")
        assert int(full.headers["retry-after"]) > 0


async def test_4_8_configured_ice_servers_come_as_links() -> None:
    settings = Settings(
        ice_servers=("stun:stun.example.net", "turn:turn.example.net?transport=udp"),
        ice_username="user",
        ice_password="secret",
    )
    async with running() as client, offering("sendonly") as (_, offer):
        assert "link" not in (await post(client, offer)).headers
    async with running(settings.model_copy(update={"secret": SecretStr(SECRET)})) as client:
        doors: tuple[tuple[Scope, str], ...] = (("session", "/live"), ("view", "/live/x/view"))
        for scope, path in doors:
            bearer = {"Authorization": f"Bearer {make_token(SECRET, scope, 5)}"}
            asked = await client.options(path, headers=bearer)
            assert len(asked.headers.get_list("link")) == 2
            assert "link" not in (await client.options(path)).headers
            assert "link" not in (await client.options(f"{path}/x", headers=bearer)).headers
        assert "link" not in (await client.options("/live", headers=bearer)).headers
    async with running(settings) as client:
        assert len((await client.options("/live")).headers.get_list("link")) == 2
        elsewhere = {"Origin": "https://example.net"}
        assert "link" not in (await client.options("/live", headers=elsewhere)).headers
    response = httpx.Response(201, headers=created("v=0", "/live/x", None, settings).raw_headers)
    links = response.headers.get_list("link")
    assert links[0] == '<stun:stun.example.net>; rel="ice-server"'
    assert links[1] == (
        '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; '
        'credential="secret"; credential-type="password"'
    )
