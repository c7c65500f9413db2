"""The door for lent pictures: what it takes, and what each refusal says."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import numpy as np
import pytest

from overglass_cloud.config import Settings
from overglass_cloud.doors import references as door
from overglass_cloud.looks import Look, Sitter, State, Workshop
from overglass_cloud.tokens import make_token
from overglass_protocol.control import Control
from overglass_protocol.reference import MAX_BYTES, MEDIA_TYPES, Reference
from tests.cloud.doors.test_sessions import SECRET, assert_problem
from tests.cloud.parts import running
from tests.picture_files import bomb, encoded, gradient, wide_webp

PNG = encoded(gradient())


async def lend(
    client: httpx.AsyncClient, data: Any, media_type: str = "image/png", **headers: str
) -> httpx.Response:
    return await client.post("/references", content=data, headers={"Content-Type": media_type, **headers})


@pytest.mark.parametrize(("kind", "media_type"), list(zip(["PNG", "JPEG", "WEBP"], MEDIA_TYPES, strict=True)))
async def test_a_lent_picture_is_named_measured_and_there(kind: str, media_type: str) -> None:
    data = encoded(gradient(3000, 1500), kind)
    async with running() as client:
        response = await lend(client, data, media_type)
        assert response.status_code == 201
        assert response.json() == {"id": Reference(data).id, "width": 1024, "height": 512}
        assert response.headers["Location"] == f"/references/{Reference(data).id}"
        assert (await client.get(response.headers["Location"])).status_code == 204
        assert (await lend(client, data, media_type)).status_code == 201, "again is fine"


async def test_a_look_sees_the_picture_that_was_lent() -> None:
    lent: list[Workshop] = []

    class Curious:
        max_batch = 1

        def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State: ...

        def paint(self, pictures: Any, states: Any) -> Any: ...

    def start(workshop: Workshop) -> Curious:
        lent.append(workshop)
        return Curious()

    async with running(Settings(look="curious"), Look("curious", "", "test", start)) as client:
        await lend(client, PNG)
    seen = lent[0].references.picture_for(Control(reference=Reference(PNG).id))
    assert np.array_equal(seen, gradient())


async def test_a_picture_that_nobody_lent_is_not_there() -> None:
    async with running() as client:
        assert_problem(await client.get(f"/references/{'0' * 64}"), 404, "reference-missing")


@pytest.mark.parametrize(
    ("data", "media_type", "status", "code"),
    [
        (bomb(), "image/png", 422, "too-many-pixels"),
        (wide_webp(), "image/webp", 422, "too-many-pixels"),
        (encoded(gradient(1, 1)), "image/png", 422, "picture-too-small"),
        (PNG[:100], "image/png", 422, "picture-broken"),
        (b"\xff\xd8\xff" + b"\0" * 100, "image/jpeg", 422, "picture-broken"),
        (b"", "image/png", 415, "unknown-picture-type"),
        (b"GIF89a" + b"\0" * 100, "image/png", 415, "unknown-picture-type"),
        (PNG, "image/jpeg", 415, "wrong-content-type"),
        (PNG, "image/gif", 415, "wrong-content-type"),
        (PNG, "", 415, "wrong-content-type"),
        (PNG + b"\0" * MAX_BYTES, "image/png", 413, "picture-too-large"),
    ],
)
async def test_what_cannot_be_taken_is_a_problem_and_nothing_is_kept(
    data: bytes, media_type: str, status: int, code: str
) -> None:
    async with running() as client:
        assert_problem(await lend(client, data, media_type), status, code)
        assert_problem(await client.get(f"/references/{Reference(PNG).id}"), 404, "reference-missing")
        assert (await lend(client, PNG)).status_code == 201, "the service goes on"


async def test_a_wrong_kind_is_told_which_are_right() -> None:
    async with running() as client:
        response = await lend(client, PNG, "image/gif")
        assert response.headers["Accept-Post"] == "image/png, image/jpeg, image/webp"
        asked = await client.options("/references")
        assert asked.headers["Accept-Post"] == "image/png, image/jpeg, image/webp"


async def test_a_body_that_never_ends_is_cut_off_where_the_limit_is() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield PNG
        while True:
            sent += 2**20
            yield b"\0" * 2**20

    async with running() as client:
        assert_problem(await lend(client, endless()), 413, "picture-too-large")
    assert sent <= MAX_BYTES + 2 * 2**20


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BODY_SECONDS", 0.05)

    async def stuck() -> AsyncIterator[bytes]:
        yield PNG[:20]
        await asyncio.Event().wait()

    async with running() as client:
        assert_problem(await lend(client, stuck()), 408, "too-slow")


async def test_beyond_loopback_only_a_session_token_may_lend() -> None:
    settings = Settings(host="0.0.0.0", secret=SECRET)
    view, session = (f"Bearer {make_token(SECRET, scope, 5)}" for scope in ("view", "session"))
    async with running(settings) as client:
        assert_problem(await lend(client, PNG), 401, "unauthorized")
        assert_problem(await lend(client, PNG, Authorization=view), 403, "wrong-scope")
        assert_problem(await client.get(f"/references/{Reference(PNG).id}"), 401, "unauthorized")
        assert (await lend(client, PNG, Authorization=session)).status_code == 201
