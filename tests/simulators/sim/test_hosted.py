"""Somebody's application on loopback: it answers while it is hosted, and says so when it cannot start."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from overglass_protocol.errors import OverglassError
from overglass_simulators.sim.hosted import hosted


def test_an_application_answers_while_it_is_hosted_and_is_ended() -> None:
    told: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        told.append("begun")
        yield
        told.append("ended")

    app = FastAPI(lifespan=lifespan)
    app.get("/hello")(lambda: "hi")
    with hosted(app) as url:
        assert httpx.get(f"{url}/hello", trust_env=False).json() == "hi"
    assert told == ["begun", "ended"]
    assert not [thread for thread in threading.enumerate() if thread.name == "hosted application"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/hello", trust_env=False)


def test_an_application_that_cannot_start_is_told_and_leaves_no_thread() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        raise ZeroDivisionError("no model")
        yield

    with (
        pytest.raises(OverglassError, match="ended before it had started"),
        hosted(FastAPI(lifespan=lifespan)),
    ):
        pass
    assert not [thread for thread in threading.enumerate() if thread.name == "hosted application"]


def test_what_is_no_application_is_told() -> None:
    with pytest.raises(OverglassError, match="ended before it had started"), hosted("no.such.module:app"):
        pass
