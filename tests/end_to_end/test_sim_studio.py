"""The studio over real simulated glasses: the real agent, the real service and a real browser."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page

from overglass_protocol.recording.session_folder import SessionFolder
from overglass_simulators.sim.plan import SimPlan
from overglass_simulators.sim.session import Sim
from overglass_simulators.studio.app import create_app
from overglass_simulators.studio.ours import choices
from overglass_simulators.web.serving import bind, serving
from tests.end_to_end.browser import chromium, opened, pixels
from tests.end_to_end.studio_desk import LIVE
from tests.end_to_end.studio_watch import changed, drag, told, until

pytestmark = pytest.mark.timeout(240)


@dataclass
class Studio:
    sim: Sim
    page: Page


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    plan = SimPlan(device="quest-3", motion="still", recordings=tmp_path / "recordings")
    ending = asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(bind(0, 0)))
        browser = await stack.enter_async_context(chromium())
        sim = await stack.enter_async_context(Sim(plan))
        url = await stack.enter_async_context(serving(create_app(sim, choices(), ending), listener, ending))
        page = await opened(browser, url)
        await until(page, LIVE)
        await told(lambda: sim.state().returned > 0)
        yield Studio(sim, page)


async def test_the_head_is_dragged_and_both_pictures_follow(studio: Studio) -> None:
    camera, worn = await pixels(studio.page, "#camera"), await pixels(studio.page, "#worn")
    await drag(studio.page, "#camera-turns", (0.2, 0.3), (160, 0))
    await changed(studio.page, "#camera", camera, 8)
    await changed(studio.page, "#worn", worn, 4)
    await until(studio.page, "!document.querySelector('#straight').hidden")


async def test_other_glasses_are_put_on(studio: Studio) -> None:
    page = studio.page
    await page.click("#device")
    await page.locator("#devices input[value=xreal-one-eye]").click(force=True)
    await page.locator("#numbers").get_by_text("1,920 px").wait_for()
    await page.click("#wear")
    await until(page, "document.querySelector('#device-title').textContent.includes('XREAL')")
    await until(page, LIVE)
    await told(lambda: studio.sim.state().device.name == "xreal-one-eye" and studio.sim.state().returned > 3)


async def test_the_network_is_lost_and_the_page_tells_how_it_came_back(studio: Studio) -> None:
    page = studio.page
    await page.locator("#seconds input[value='2']").click(force=True)
    await page.click("[data-kind=outage]")
    await until(page, "document.querySelector('#state').textContent.trim() === 'Reconnecting'")
    await until(page, "/Outage: live again after \\d+/.test(document.querySelector('#log').textContent)")
    await until(page, "/back after/i.test(document.querySelector('#log').textContent)")
    await until(page, LIVE)


async def test_a_session_is_recorded_replayed_and_left_again(studio: Studio) -> None:
    page, sim = studio.page, studio.sim
    await page.click("#record")
    await until(page, "document.querySelector('#record-time').textContent === '0:02'")
    await page.click("#record")
    await until(page, "document.querySelector('#record-word').textContent === 'Record'")
    await told(lambda: len(sim.recordings()) == 1)
    # The button is ready for the next one before the disk is done with this one.
    await told(lambda: SessionFolder.open(sim.recordings()[0]).complete)
    folder = SessionFolder.open(sim.recordings()[0])
    assert folder.complete
    assert folder.problems == ()
    assert folder.imu
    await page.click("#recordings")
    await page.get_by_role("button", name="Replay ").click()
    await until(page, "document.querySelector('#replaying').textContent.startsWith('replays')")
    await told(lambda: sim.state().replaying == folder.path and sim.state().returned > 3)
    await page.click("#recordings")
    await page.get_by_role("button", name="Go back to the generated world").click()
    await until(page, "document.querySelector('#replaying').hidden")
    await told(lambda: sim.state().replaying is None and sim.state().returned > 3)


async def test_the_split_slider_shows_the_world_with_and_without_reprojection(studio: Studio) -> None:
    page = studio.page
    await page.locator("#motions input[value=sin20]").click(force=True)
    await until(page, "Number(document.querySelector('#plain').textContent) > 3")
    await until(page, "Number(document.querySelector('#warped').textContent) < 3")
    await page.focus("#split")
    await page.keyboard.press("End")
    assert await page.get_attribute("#split", "aria-valuenow") == "100"
    await page.keyboard.press("Home")
    assert await page.get_attribute("#split", "aria-valuenow") == "0"
