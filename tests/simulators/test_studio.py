"""The studio's doors over made-up glasses, through HTTP."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from overglass_simulators.sim.faults import FAULTS
from overglass_simulators.sim.subject import STAGES, Picture
from overglass_simulators.studio import app as studio
from overglass_simulators.studio.links import link
from tests.simulators.studio_devices import CHOICES, MOTIONS
from tests.simulators.studio_parts import LOOKS, MadeUpGlasses

WITHIN = 30.0
"Seconds that any wait here may take on a busy machine; none is expected to."


@pytest.fixture
async def glasses(tmp_path: Path) -> MadeUpGlasses:
    return MadeUpGlasses(tmp_path / "recordings")


def client(glasses: MadeUpGlasses, host: str = "127.0.0.1:8420") -> httpx.AsyncClient:
    ending = asyncio.Event()
    ending.set()  # a stream that never ends cannot be read through this transport
    transport = httpx.ASGITransport(studio.create_app(glasses, CHOICES, ending))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")


def seen(glasses: MadeUpGlasses, pictures: int = 12) -> MadeUpGlasses:
    for _ in range(pictures):
        glasses.advance()
    return glasses


def news_in(answer: httpx.Response) -> Any:
    return json.loads(answer.text.splitlines()[1].removeprefix("data: "))


async def test_the_page_has_all_it_names_and_nothing_from_elsewhere(glasses: MadeUpGlasses) -> None:
    answers: dict[str, httpx.Response] = {}
    async with client(glasses) as browser:
        answers[""] = await browser.get("/")
        pending = ["index.html"]
        while pending:
            name = pending.pop()
            answers[name] = answer = await browser.get(f"/{name}")
            found = re.findall(r'(?:src|href)="([^"#]+)[#"]|from "\./([^"]+)"', answer.text)
            pending += [each for pair in found for each in pair if each and each not in answers]
    assert {"page.js", "timeline.js", "strands.js", "base.css", "icon.svg", "icons.svg"} <= set(answers)
    for name, answer in answers.items():
        assert answer.status_code == 200, name
        assert not re.search(r"https?://(?!www\.w3\.org)", answer.text), name
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not re.search(r'\s(style|on\w+)="', answer.text), f"{name} breaks its own policy"


async def test_every_fault_has_a_picture_of_its_own(glasses: MadeUpGlasses) -> None:
    async with client(glasses) as browser:
        icons = (await browser.get("/icons.svg")).text
    assert set(FAULTS) <= set(re.findall(r'<symbol id="([^"]+)"', icons))


async def test_a_name_that_is_not_this_machine_is_refused(glasses: MadeUpGlasses) -> None:
    async with client(glasses, host="evil.example") as browser:
        assert (await browser.get("/")).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/turn", {"yaw": 1, "pitch": 0}),
        ("POST", "/fault", {"kind": "outage", "seconds": 1}),
        ("POST", "/device", {"name": "phone"}),
        ("POST", "/recording", None),
        ("GET", "/recordings", None),
    ],
)
async def test_a_page_from_elsewhere_can_do_nothing(
    glasses: MadeUpGlasses, method: str, path: str, body: Any
) -> None:
    before = glasses.state()
    async with client(glasses) as browser:
        elsewhere = {"Origin": "http://evil.example"}
        answer = await browser.request(method, path, json=body, headers=elsewhere)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert glasses.state() == before


async def test_one_request_brings_all_three_pictures(glasses: MadeUpGlasses) -> None:
    glasses.set_motion("sway")
    seen(glasses)
    async with client(glasses) as browser:
        answer = await browser.get("/pictures")
    camera, worn, plain = parts_of(answer)
    views = await glasses.views(-1, 0)
    assert views is not None
    assert answer.headers["Overglass-Frame"] == str(views.frame_id)
    for one, other in ((camera, views.camera), (worn, views.worn), (plain, views.plain)):
        assert apart(one, other) < 6
    assert apart(worn, plain) > 8


async def test_without_reprojection_the_third_picture_is_left_out(glasses: MadeUpGlasses) -> None:
    glasses.set_mode("none")
    seen(glasses)
    async with client(glasses) as browser:
        answer = await browser.get("/pictures")
    assert answer.headers["Overglass-Sizes"].endswith(",0")
    assert len(parts_of(answer)) == 2


async def test_no_picture_is_sent_twice(glasses: MadeUpGlasses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "PICTURE_WAIT", 0.0)
    async with client(glasses) as browser:
        assert (await browser.get("/pictures")).status_code == 204
        number = (await browser.get("/pictures", params={"after": -1})).status_code
        assert number == 204
        seen(glasses)
        newest = (await browser.get("/pictures")).headers["Overglass-Number"]
        assert (await browser.get("/pictures", params={"after": newest})).status_code == 204
        glasses.advance()
        assert (await browser.get("/pictures", params={"after": newest})).status_code == 200


async def test_who_asks_early_gets_the_picture_as_soon_as_there_is_one(
    glasses: MadeUpGlasses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "PICTURE_WAIT", WITHIN)
    async with client(glasses) as browser, asyncio.timeout(WITHIN):
        asked = [asyncio.create_task(browser.get("/pictures")) for _ in range(2)]
        while not all(each.done() for each in asked):
            await asyncio.sleep(0)
            glasses.advance()
    first, second = [each.result() for each in asked]
    assert first.status_code == second.status_code == 200
    assert first.content == second.content


async def test_the_same_number_in_another_session_is_another_picture(glasses: MadeUpGlasses) -> None:
    async with client(glasses) as browser:
        first = await browser.get("/pictures", params={"after": seen(glasses).number - 1})
        await glasses.set_device("phone")
        second = await browser.get("/pictures", params={"after": seen(glasses).number - 1})
    assert first.headers["Overglass-Number"] == second.headers["Overglass-Number"]
    assert parts_of(second)[0].shape == (640, 360, 3)


async def test_news_begin_with_the_choices_and_end_with_the_studio(glasses: MadeUpGlasses) -> None:
    seen(glasses)
    async with client(glasses) as browser:
        answer = await browser.get("/news")
    kinds = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert kinds == ["news", "end"]
    news = news_in(answer)
    choices = news["choices"]
    assert [each["name"] for each in choices["stages"]] == list(STAGES)
    assert [each["kind"] for each in choices["faults"]] == list(FAULTS)
    assert choices["looks"] == LOOKS
    assert [each["name"] for each in choices["motions"]] == list(MOTIONS)
    assert [each["name"] for each in choices["links"]] == ["perfect", "wifi", "lte", "hotel", "train"]
    assert news["state"]["device"] == "clear"
    row = news["rows"][0]
    assert row[0] == 1
    assert row[2] == pytest.approx(sum(row[3]), abs=0.1)


async def test_devices_are_told_with_the_source_of_each_number(glasses: MadeUpGlasses) -> None:
    async with client(glasses) as browser:
        devices = {each["name"]: each for each in (await browser.get("/devices")).json()}
    clear = devices["clear"]
    assert (clear["kind"], clear["display"]["field_deg"], clear["camera"]["fps"]) == ("additive", 47.5, 24)
    numbers = {(each["part"], each["name"]): each for each in clear["numbers"]}
    assert numbers["camera", "Picture"]["value"] == "560x420 at 24 fps"
    assert numbers["camera", "Picture"]["source"] == "Made up for tests."
    assert numbers["radio", "Up"]["source"] == ""
    assert devices["frames"]["display"] is None


async def test_what_the_page_asks_for_happens(glasses: MadeUpGlasses) -> None:
    wanted = [
        ("/device", {"name": "headset"}),
        ("/link", {"round_trip": 0.2, "jitter": 0.01, "loss": 0.02, "rate": 2e6}),
        ("/look", {"look": "ink", "strength": 0.5}),
        ("/motion", {"name": "sway"}),
        ("/mode", {"mode": "delayed"}),
        ("/turn", {"yaw": 0.3, "pitch": -0.1}),
        ("/turn", {"yaw": 0.2, "pitch": 0.0}),
        ("/fault", {"kind": "microphone", "seconds": 3}),
    ]
    async with client(glasses) as browser:
        for path, body in wanted:
            answer = await browser.post(path, json=body)
            assert (path, answer.status_code) == (path, 204)
    state = glasses.state()
    assert (state.device.name, state.look, state.strength) == ("headset", "ink", 0.5)
    assert (state.motion, state.mode) == ("sway", "delayed")
    assert state.link == link(0.2, 0.01, 0.02, 2e6)
    assert glasses.head == pytest.approx((0.5, -0.1))
    assert [(fault.kind, fault.seconds) for fault in state.faults] == [("microphone", 3)]


@pytest.mark.parametrize(
    ("path", "body", "status", "detail", "cure"),
    [
        ("/look", {"look": "x", "strength": 1}, 409, "no look called 'x'", "Choose one of: none, ink, neon."),
        ("/device", {"name": "x"}, 404, "no device called 'x'", "Choose one of: desk, phone"),
        ("/motion", {"name": "x"}, 404, "no motion called 'x'", "Choose one of: still"),
        ("/replay", {"name": "../x"}, 404, "no recording called '../x'", "Make a recording first."),
        ("/fault", {"kind": "flood", "seconds": 1}, 422, "kind: ", "Give another kind."),
        ("/fault", {"kind": "stall", "seconds": 1e9}, 422, "seconds: ", "Give another seconds."),
        ("/turn", {"yaw": 99, "pitch": 0}, 422, "yaw: ", "Give another yaw."),
        ("/link", {"round_trip": 0, "jitter": 0, "loss": 0.9, "rate": None}, 422, "loss: ", "another loss."),
    ],
)
async def test_what_cannot_be_done_is_refused_with_the_cure(
    glasses: MadeUpGlasses, path: str, body: Any, status: int, detail: str, cure: str
) -> None:
    before = glasses.state()
    async with client(glasses) as browser:
        answer = await browser.post(path, json=body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert detail in answer.json()["detail"]
    assert cure in answer.json()["cure"]
    assert glasses.state() == before


async def test_a_session_is_recorded_listed_and_worn_again(glasses: MadeUpGlasses) -> None:
    async with client(glasses) as browser:
        name = (await browser.post("/recording")).json()["name"]
        assert glasses.recording is not None
        assert (await browser.delete("/recording")).json() == {"name": name}
        assert (await browser.delete("/recording")).json() == {"name": None}
        listed = (await browser.get("/recordings")).json()
        assert [(each["name"], each["bytes"]) for each in listed] == [(name, 200_000)]
        assert (await browser.post("/replay", json={"name": name})).status_code == 204
    assert glasses.replaying == glasses.recordings()[0]


def parts_of(answer: httpx.Response) -> list[Picture]:
    parts, start = [], 0
    for size in map(int, answer.headers["Overglass-Sizes"].split(",")):
        if size:
            data = np.frombuffer(answer.content[start : start + size], np.uint8)
            picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
            assert picture is not None
            parts.append(np.asarray(picture, np.uint8))
        start += size
    assert start == len(answer.content)
    return parts


def apart(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(int) - other).mean())
