"""The studio's page when something cannot be done, when it is left alone, and for those who do not see it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from overglass_simulators.studio.app import create_app
from overglass_simulators.web.serving import bind, serving
from tests.end_to_end.browser import chromium, findings, opened, pixels
from tests.end_to_end.studio_desk import LIVE, Desk, at_a_desk
from tests.end_to_end.studio_watch import changed, until
from tests.simulators.studio_devices import CHOICES
from tests.simulators.studio_parts import living

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with at_a_desk(tmp_path) as desk:
        yield desk


async def test_what_is_refused_is_said_with_the_cure(desk: Desk) -> None:
    page = await desk.page()
    await desk.glasses.set_device("phone")
    await until(page, "document.querySelector('#device-title').textContent.startsWith('Phone')")
    await page.locator("#modes input[value=plane]").evaluate("(each) => each.click()")
    toast = page.locator("#toasts .bad")
    await toast.wait_for()
    assert "A phone knows no planes." in await toast.inner_text()
    assert "Choose another mode, or other glasses." in await toast.inner_text()
    await until(page, "document.querySelector('#modes input:checked').value === 'warp_prediction'")


async def test_a_studio_that_goes_away_is_missed_and_found_again(tmp_path: Path) -> None:
    async with living(tmp_path) as glasses, chromium() as browser:
        listener = bind(0, 0)
        port, ending = listener.getsockname()[1], asyncio.Event()
        with contextlib.closing(listener):
            async with serving(create_app(glasses, CHOICES, ending), listener, ending) as url:
                page = await opened(browser, url)
                await until(page, LIVE)
        await page.locator("#away").wait_for()
        assert "The studio has ended" in await page.inner_text("#away")
        before = await pixels(page, "#camera")
        ending = asyncio.Event()
        with contextlib.closing(bind(port, 0)) as listener:
            async with serving(create_app(glasses, CHOICES, ending), listener, ending):
                await until(page, LIVE)
                await page.locator("#away").wait_for(state="hidden")
                await changed(page, "#camera", before, 3)


async def test_the_studio_keeps_nobody_out(desk: Desk) -> None:
    """axe, on a desk and on a phone: as it is, with a fault under way, and in both dialogs."""
    for phone in (False, True):
        page = await desk.page(phone=phone)
        assert await findings(page) == []
        await page.click("[data-kind=backlog]")
        await until(page, "document.querySelector('[data-kind=backlog]').hasAttribute('data-running')")
        assert await findings(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        for opener in ("#device", "#recordings"):
            await page.click(opener)
            assert await findings(page) == []
            await page.keyboard.press("Escape")
