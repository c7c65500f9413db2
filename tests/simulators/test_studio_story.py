"""What the studio notes while it looks on: sessions, faults and their ends, and what is new to a page."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from overglass_simulators.devices.device import Thermal
from overglass_simulators.sim.faults import Fault
from overglass_simulators.sim.subject import STAGES, FrameRow
from overglass_simulators.studio.choices import Choices, Described, described, devices_in_words
from overglass_simulators.studio.feed import Feed
from overglass_simulators.studio.story import Story
from tests.simulators.studio_devices import CHOICES, DEVICES
from tests.simulators.studio_parts import LOOKS, TICK, MadeUpGlasses


@pytest.fixture
async def glasses(tmp_path: Path) -> MadeUpGlasses:
    return MadeUpGlasses(tmp_path / "recordings")


def advance(glasses: MadeUpGlasses, story: Story, seconds: float) -> None:
    for _ in range(round(seconds / TICK)):
        glasses.advance()
        story.read()


async def test_a_fault_is_followed_until_pictures_are_live_again(glasses: MadeUpGlasses) -> None:
    story = Story(glasses)
    advance(glasses, story, 1.0)
    glasses.provoke(Fault("outage", 2.0))
    began = glasses.time
    advance(glasses, story, 1.0)
    (episode,) = story.episodes
    assert episode.began == pytest.approx(began + TICK)
    assert (episode.kind, episode.recovery) == ("outage", None)
    assert episode.ends == pytest.approx(began + 2.0)
    advance(glasses, story, 2.0)
    (episode,) = story.episodes
    first = next(row for row in glasses.rows(-1) if row.exposed >= episode.ends)
    assert episode.live_again == first.exposed + first.latency
    assert episode.recovery is not None
    assert 0 < episode.recovery < 0.5


async def test_a_fault_provoked_again_while_it_lasts_is_longer_and_not_another(
    glasses: MadeUpGlasses,
) -> None:
    story = Story(glasses)
    glasses.provoke(Fault("stall", 1.0))
    advance(glasses, story, 0.5)
    glasses.provoke(Fault("stall", 1.0))
    advance(glasses, story, 2.0)
    assert [episode.kind for episode in story.episodes] == ["stall"]
    assert story.episodes[0].ends == pytest.approx(1.5, abs=2 * TICK)
    glasses.provoke(Fault("stall", 1.0))
    advance(glasses, story, 0.2)
    assert [episode.number for episode in story.episodes] == [1, 2]


async def test_other_glasses_are_another_session(glasses: MadeUpGlasses) -> None:
    story = Story(glasses)
    glasses.provoke(Fault("stall", 1.0))
    advance(glasses, story, 1.0)
    assert (story.session, len(story.episodes)) == (1, 1)
    await glasses.set_device("phone")
    story.read()
    assert (story.session, len(story.episodes)) == (2, 0)


async def test_a_recording_is_timed_from_when_it_began(glasses: MadeUpGlasses) -> None:
    story = Story(glasses)
    advance(glasses, story, 1.0)
    assert story.recorded_for(story.read()) is None
    await glasses.start_recording()
    story.read()
    advance(glasses, story, 2.0)
    assert story.recorded_for(story.read()) == pytest.approx(2.0)


async def test_news_tell_what_is_new_and_only_that(glasses: MadeUpGlasses) -> None:
    story = Story(glasses)
    advance(glasses, story, 1.0)
    feed = Feed(glasses, story, CHOICES, LOOKS)
    first, second = feed.news(), feed.news()
    assert first["fresh"]
    assert first["choices"]["looks"] == LOOKS
    assert len(first["rows"]) == len(glasses.rows(-1)) > 0
    assert [each["name"] for each in first["said"]] == ["connected"]
    assert (second["fresh"], second["rows"], second["said"], "choices" in second) == (False, [], [], False)
    glasses.provoke(Fault("stall", 1.0))
    glasses.advance()
    third = feed.news()
    assert [each["name"] for each in third["said"]] == ["fault"]
    assert len(third["rows"]) == 1
    assert third["state"]["faults"] == [{"kind": "stall", "seconds": pytest.approx(1 - TICK, abs=0.01)}]


async def test_each_page_hears_of_a_new_session_once_and_of_its_first_frames(glasses: MadeUpGlasses) -> None:
    story = Story(glasses)
    advance(glasses, story, 2.0)
    pages = [Feed(glasses, story, CHOICES, LOOKS) for _ in range(2)]
    for page in pages:
        page.news()
    await glasses.set_device("phone")
    advance(glasses, story, 0.5)
    for page in pages:
        news = page.news()
        assert (news["fresh"], news["state"]["device"]) == (True, "phone")
        assert news["rows"][0][0] == 1
        assert not page.news()["fresh"]


async def test_stages_that_nobody_knows_are_said_to_be_unknown(
    glasses: MadeUpGlasses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glasses, "rows", lambda after: [FrameRow(3, 1.0, {"encode": 0.004}, 0.05)])
    told = Feed(glasses, Story(glasses), CHOICES, LOOKS).news()["rows"]
    assert told == [[3, 1.0, 50.0, [4.0 if name == "encode" else None for name in STAGES]]]


def test_what_the_wearer_s_picture_spans_is_told() -> None:
    (wide,), (same,) = (
        devices_in_words(Choices((each,), {}, {}))
        for each in (Described(DEVICES[3], (), math.pi / 4), Described(DEVICES[3], ()))
    )
    assert (wide["worn_deg"], same["worn_deg"]) == (45.0, same["camera"]["field_deg"])


def test_a_number_without_a_source_says_none_and_heat_is_told() -> None:
    hot = replace(DEVICES[0], thermal=Thermal(300.0, 7.0, 600.0), imu=None)
    numbers = {(each.part, each.name): each for each in described(hot).numbers}
    assert numbers["heat", "Slows down"].value == "after 300 s, to 7 fps"
    assert numbers["heat", "Stops"].value == "after 600 s"
    assert numbers["motion sensor", "Gyroscope"].value == "none"
    assert {each.source for each in numbers.values()} == {""}
