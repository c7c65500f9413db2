"""How tests look at the studio's page: bounded waits, on words and on pixels."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
from playwright.async_api import Page

from tests.end_to_end.browser import WITHIN, Rgb, difference, pixels

LEGEND = 124
"Pixels left of the timeline's strands."
AXIS = 22
"And below them."
STAGES = 9


async def until(page: Page, condition: str) -> None:
    """Waits until the page makes this expression true."""
    try:
        await page.wait_for_function(f"() => {condition}", timeout=WITHIN, polling=50)
    except Exception as error:
        words = await page.inner_text("body")
        raise AssertionError(f"never: {condition}; the page says {words[:400]!r}") from error


async def told(condition: Callable[[], bool]) -> None:
    """Waits until the glasses have been told."""

    async def check() -> bool:
        return condition()

    await eventually(check)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Waits until this is true."""
    async with asyncio.timeout(WITHIN / 1000):
        while not await condition():  # noqa: ASYNC110 - nobody tells of pixels
            await asyncio.sleep(0.02)


async def changed(page: Page, selector: str, before: Rgb, by: float) -> None:
    """Waits until a canvas differs from what it was."""

    async def differs() -> bool:
        return difference(await pixels(page, selector), before) >= by

    await eventually(differs)


async def until_like(page: Page, selector: str, picture: Rgb) -> None:
    """Waits until a canvas shows this picture, but for what JPEG does to it."""

    async def alike() -> bool:
        return difference(await pixels(page, selector), picture) < 3

    await eventually(alike)


async def fault_drawn(page: Page) -> bool:
    """Whether the timeline marks the beginning of a fault."""
    apart = np.abs((await pixels(page, "#timeline")).astype(int) - (0xEC, 0x70, 0x77)).max(2)
    return bool((apart < 16).sum() > 40)


async def longest_gap(page: Page) -> float:
    """The longest time, as a share of the timeline, in which it shows no picture's light."""
    shown = await pixels(page, "#timeline")
    row = shown.shape[0] - AXIS - (shown.shape[0] - AXIS) // STAGES + 3
    lit = np.flatnonzero(shown[row, LEGEND:].min(1) > 150)
    return float(np.diff(lit).max() / (shown.shape[1] - LEGEND)) if len(lit) > 1 else 1.0


async def drag(page: Page, selector: str, start: tuple[float, float], by: tuple[int, int]) -> None:
    box = await page.locator(selector).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * start[0], box["y"] + box["height"] * start[1]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + by[0], y + by[1], steps=6)
    await page.mouse.up()


async def middle(page: Page, selector: str) -> tuple[float, float]:
    box = await page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def across(page: Page, selector: str) -> float:
    return float(await page.locator(selector).evaluate("(each) => each.clientWidth"))


async def shape(page: Page, selector: str) -> tuple[int, int]:
    width, height = await page.locator(selector).evaluate("(each) => [each.width, each.height]")
    return int(width), int(height)
