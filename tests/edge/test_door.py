"""The cloud's door from the edge's side: every answer a service, or something else, may give."""

import httpx
import pytest

from overglass_edge.door import Door
from overglass_protocol.errors import ConfigError, PeerError, RefusedError
from overglass_protocol.reference import Reference
from tests.picture_files import encoded, gradient

PICTURE = Reference(encoded(gradient()))


def door_to(response: httpx.Response | Exception) -> Door:
    """A door behind which somebody always answers like this."""

    def answer(request: httpx.Request) -> httpx.Response:
        if isinstance(response, Exception):
            raise response
        return response

    door = Door("http://127.0.0.1:8400/")
    door._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return door


async def test_an_answer_gives_the_session_and_its_absolute_address() -> None:
    headers = {"Location": "/live/abc", "Overglass-Resume": "token"}
    async with door_to(httpx.Response(201, headers=headers, text="v=0")) as door:
        opened = await door.open("v=0", "none", None)
    assert opened.answer == "v=0"
    assert opened.location == "http://127.0.0.1:8400/live/abc"
    assert opened.resume_token == "token"


async def test_a_problem_is_told_with_its_cure_and_when_to_come_again() -> None:
    body = {"detail": "full", "cure": "Wait."}
    async with door_to(httpx.Response(503, json=body, headers={"Retry-After": "5"})) as door:
        with pytest.raises(RefusedError) as caught:
            await door.open("v=0", "none", None)
    assert str(caught.value) == "full. Wait."
    assert caught.value.status == 503
    assert caught.value.retry_after == 5.0


async def test_a_place_in_the_queue_is_kept_by_showing_its_ticket_until_one_is_inside() -> None:
    shown: list[str | None] = []
    full = httpx.Response(503, headers={"Overglass-Queue": "ticket"})
    answers = [full, full, httpx.Response(201), httpx.Response(201)]

    def answer(request: httpx.Request) -> httpx.Response:
        shown.append(request.headers.get("Overglass-Queue"))
        return answers[len(shown) - 1]

    async with door_to(full) as door:
        door._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        for _ in range(2):
            with pytest.raises(RefusedError):
                await door.open("v=0", "none", None)
        for _ in range(2):
            await door.open("v=0", "none", None)
    assert shown == [None, "ticket", "ticket", None]


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(502, text="<html>Bad gateway</html>"),
        httpx.Response(500, text="not json", headers={"Content-Type": "application/json"}),
        httpx.Response(500, json=["a", "list"]),
    ],
)
async def test_a_refusal_of_somebody_else_is_told_by_its_status(response: httpx.Response) -> None:
    async with door_to(response) as door:
        with pytest.raises(RefusedError, match=str(response.status_code)):
            await door.open("v=0", "none", None)


async def test_nobody_there_is_an_error_with_the_command_that_cures_it() -> None:
    async with door_to(httpx.ConnectError("refused")) as door:
        with pytest.raises(PeerError, match="overglass cloud"):
            await door.open("v=0", "none", None)


def lending_to(*known: str, refusing: httpx.Response | None = None) -> tuple[Door, list[httpx.Request]]:
    """A door that has these pictures, and what it was asked."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.method == "POST":
            return refusing or httpx.Response(201, json={})
        return httpx.Response(204 if request.url.path.rpartition("/")[2] in known else 404)

    door = Door("http://127.0.0.1:8400/")
    door._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return door, asked


async def test_a_picture_is_lent_as_it_is_to_a_service_that_lacks_it() -> None:
    door, asked = lending_to()
    async with door:
        await door.lend(PICTURE)
    assert [(each.method, each.url.path) for each in asked] == [
        ("GET", f"/references/{PICTURE.id}"),
        ("POST", "/references"),
    ]
    assert asked[1].headers["Content-Type"] == "image/png"
    assert asked[1].content == PICTURE.data


async def test_a_picture_that_the_service_has_is_not_sent_again() -> None:
    door, asked = lending_to(PICTURE.id)
    async with door:
        await door.lend(PICTURE)
    assert [each.method for each in asked] == ["GET"]


async def test_a_picture_that_is_refused_is_told_with_the_cure() -> None:
    body = {"detail": "too small", "cure": "Choose another."}
    door, _ = lending_to(refusing=httpx.Response(422, json=body))
    async with door:
        with pytest.raises(RefusedError, match=r"too small\. Choose another\."):
            await door.lend(PICTURE)


async def test_ending_a_session_that_is_gone_is_fine() -> None:
    async with door_to(httpx.Response(404)) as door:
        await door.end("http://127.0.0.1:8400/live/abc")


@pytest.mark.parametrize("url", ["", "8400", "ftp://x", "http://", "127.0.0.1:8400"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="http"):
        Door(url)
