"""The page against a made-up run."""

import asyncio
import json
import re

import cv2
import httpx
import numpy as np
import pytest

from overglass_edge.contract import Tally
from overglass_edge.trip import STAGES
from overglass_protocol.control import Control
from overglass_protocol.errors import ConfigError
from overglass_protocol.scene import Scene, Thing
from overglass_simulators.demo import app as page
from overglass_simulators.demo.feed import Feed
from overglass_simulators.demo.journal import Journal
from overglass_simulators.demo.pairs import Pair
from overglass_simulators.demo.pictures import Pictures
from overglass_simulators.demo.service import known_look
from overglass_simulators.web.serving import HOST, bind
from tests.simulators.demo_parts import WITHIN, grey, returned, trip


class MadeUpRun:
    """What the page needs of a run, with a journal that a test fills."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.looks = [{"name": "none", "summary": "plain"}, {"name": "ink", "summary": "drawn"}]
        self.control = Control(version=1)
        self.tally = Tally()
        self.connected = True
        self.description = {"name": "made up", "width": 128, "height": 96, "fps": 25.0}
        self.captured_rate: float | None = None

    def set_control(self, look: str, strength: float) -> Control:
        version = self.control.version + 1
        self.control = Control(version=version, look=known_look(look, self.looks), strength=strength)
        self.journal.asked(self.control)
        return self.control


def client(run: MadeUpRun, pictures: Pictures, host: str = "127.0.0.1:8410") -> httpx.AsyncClient:
    ending = asyncio.Event()
    ending.set()  # a stream that never ends cannot be read through this transport
    transport = httpx.ASGITransport(page.create_app(run, pictures, ending))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")


async def test_the_page_has_all_it_names_and_nothing_from_elsewhere() -> None:
    with Pictures() as pictures:
        async with client(MadeUpRun(), pictures) as browser:
            answers = {"": await browser.get("/")}
            pending = ["index.html"]
            while pending:
                name = pending.pop()
                answers[name] = answer = await browser.get(f"/{name}")
                found = re.findall(r'(?:src|href)="([^"]+)"|from "\./([^"]+)"', answer.text)
                pending += [each for pair in found for each in pair if each and each not in answers]
    assert {"page.js", "chart.js", "page.css", "icon.svg"} <= set(answers)
    for name, answer in answers.items():
        assert answer.status_code == 200, name
        assert not re.search(r"https?://(?!www\.w3\.org)", answer.text), name
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_a_name_that_is_not_this_machine_is_refused() -> None:
    with Pictures() as pictures:
        async with client(MadeUpRun(), pictures, host="evil.example") as browser:
            assert (await browser.get("/")).status_code == 400


async def test_a_control_change_reaches_the_agent() -> None:
    run = MadeUpRun()
    with Pictures() as pictures:
        async with client(run, pictures) as browser:
            answer = await browser.post("/control", json={"look": "ink", "strength": 0.5})
            assert answer.json() == {"version": 2}
            assert (run.control.look, run.control.strength) == ("ink", 0.5)
            unknown = await browser.post("/control", json={"look": "x", "strength": 0.5})
            assert (unknown.status_code, unknown.json()["cure"]) == (422, "Choose one of: none, ink.")
            too_much = await browser.post("/control", json={"look": "ink", "strength": 2})
            assert too_much.status_code == 422
            elsewhere = {"Origin": "http://evil.example"}
            foreign = await browser.post("/control", json={"look": "none", "strength": 1}, headers=elsewhere)
            assert foreign.status_code == 403
    assert run.control.version == 2


async def test_the_newest_pair_is_encoded_once_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Scene((Thing("object", 1, "", 0.9, (0.2, 0.2, 0.6, 0.6)),))
    pair = Pair(grey(60), grey(200), trip(7, 0.0123), found)
    with Pictures() as pictures:
        assert not pictures.watched
        async with client(MadeUpRun(), pictures) as browser:
            monkeypatch.setattr(page, "PICTURE_WAIT", 0.0)
            nothing = await browser.get("/picture")
            pictures.take(pair)
            monkeypatch.setattr(page, "PICTURE_WAIT", WITHIN)
            answer = await browser.get("/picture", params={"after": 0})
            monkeypatch.setattr(page, "PICTURE_WAIT", 0.0)
            no_newer = await browser.get("/picture", params={"after": 1})
    assert (nothing.status_code, answer.status_code, no_newer.status_code) == (204, 200, 204)
    assert (answer.headers["Overglass-Frame"], answer.headers["Overglass-Latency-Ms"]) == ("7", "12.30")
    pixels = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert pixels is not None
    assert pixels.shape == (96, 256)
    assert pixels[:, :120].mean() < 70
    assert pixels[:, 136:].mean() > 200
    assert pixels[:, :120].std() < 3
    assert pixels[:, 136:].std() > 5  # the box of what was found


async def test_news_begin_with_the_whole_and_end_with_the_demo() -> None:
    with Pictures() as pictures:
        async with client(MadeUpRun(), pictures) as browser:
            answer = await browser.get("/news")
    kinds = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert kinds == ["whole", "end"]
    whole = json.loads(answer.text.splitlines()[1].removeprefix("data: "))
    assert [look["name"] for look in whole["looks"]] == ["none", "ink"]
    assert [stage["name"] for stage in whole["stages"]] == list(STAGES)


def test_news_tell_what_is_new_and_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    run = MadeUpRun()
    monkeypatch.setattr("time.monotonic", lambda: 101.0)
    feed = Feed(run)
    run.journal.show(returned(trip(1)), trip(1))
    run.journal.say("connected", "connected, session x")
    first, second = feed.news(), feed.news()
    assert first["frames"] == [[1, 100.06, 20.0, [2.22] * 9]]
    assert [event["detail"] for event in first["events"]] == ["connected, session x"]
    assert second["frames"] == second["events"] == []
    run.set_control("ink", 0.5)
    assert feed.news()["control"]["change"] == {"version": 2, "look": "ink", "strength": 0.5, "lag_ms": None}


def test_a_port_that_was_asked_for_must_be_free() -> None:
    with bind(0, usual=0) as taken:
        number = taken.getsockname()[1]
        assert taken.getsockname()[0] == HOST
        with pytest.raises(ConfigError, match=f"port {number}"):
            bind(number, usual=0)
