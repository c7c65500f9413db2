"""Camera and microphone are on only while somebody wears the glasses, however late they were allowed."""

import pytest
from playwright.async_api import Page

from tests.end_to_end.browser import chromium, opened, service, until, worn

ASKING = """
  const grant = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.granted = [];
  window.asking = [];
  navigator.mediaDevices.getUserMedia = async (what) => {
    if (window.prompts) await new Promise((allow) => asking.push(allow));
    const stream = await grant(what);
    granted.push(...stream.getTracks());
    return stream;
  };
"""
"From `prompts = true` on, each device waits until its call in `asking` is answered."


async def allowed(page: Page, number: int = 0) -> None:
    """The person allows what was asked for in this place; the page has had its turn then."""
    before = await page.evaluate("granted.length")
    await page.evaluate(f"asking[{number}]()")
    await until(page, f"granted.length > {before}")
    await page.evaluate("new Promise((resolve) => setTimeout(resolve))")


async def on(page: Page) -> int:
    """How many devices are on."""
    return int(await page.evaluate("granted.filter(({ readyState }) => readyState === 'live').length"))


async def test_a_camera_that_is_allowed_after_take_off_is_switched_off_at_once() -> None:
    with service() as url:
        async with chromium() as browser:
            page = await opened(browser, url, script=f"{ASKING} window.prompts = true;")
            await page.click("#start")
            await until(page, "asking.length === 1")
            await page.click("#stop")
            await allowed(page)
            assert await page.evaluate("overglass.phase") == "idle"
            assert await page.evaluate("overglass.camera") is None
            assert await on(page) == 0
            await page.click("#start")
            await until(page, "asking.length === 2")
            await allowed(page, 1)
            await until(page, "overglass.phase === 'live' && overglass.frames.length > 5")


@pytest.mark.parametrize("control", ["#microphone", "#size"])
async def test_a_device_that_is_allowed_after_take_off_while_live_is_switched_off_at_once(
    control: str,
) -> None:
    with service() as url:
        async with chromium() as browser:
            page = await worn(browser, url, script=ASKING)
            await page.evaluate("window.prompts = true")
            if control == "#size":
                await page.select_option("#size", "square")
            else:
                await page.click(control)
            await until(page, "asking.length === 1")
            await page.click("#stop")
            await allowed(page)
            assert await page.evaluate("overglass.phase") == "idle"
            assert await on(page) == 0


async def test_of_two_cameras_asked_for_the_newer_one_is_on() -> None:
    with service() as url:
        async with chromium() as browser:
            page = await worn(browser, url, script=ASKING)
            await page.evaluate("window.prompts = true")
            await page.select_option("#size", "square")
            await page.select_option("#size", "high")
            await until(page, "asking.length === 2")
            await allowed(page, 1)
            await allowed(page, 0)
            assert await on(page) == 1
            assert await page.evaluate("overglass.camera.getSettings().width") == 1280
            count = await page.evaluate("overglass.frames.length")
            await until(page, f"overglass.frames.length > {count + 5}")
