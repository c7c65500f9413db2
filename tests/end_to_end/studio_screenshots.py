"""Makes the pictures of the studio: `python -m tests.end_to_end.studio_screenshots docs [ADDRESS]`.

ADDRESS is that of a running `overglass sim`; without one, glasses made up for tests are worn.
"""

import asyncio
import contextlib
import io
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page

from overglass_simulators.studio.app import PAGE, create_app
from overglass_simulators.web.serving import bind, serving
from tests.end_to_end.browser import chromium
from tests.end_to_end.screenshots import reduced
from tests.simulators.studio_devices import CHOICES
from tests.simulators.studio_parts import living


async def main(folder: Path, address: str | None = None) -> None:
    async with contextlib.AsyncExitStack() as stack:
        url = await stack.enter_async_context(made_up()) if address is None else address
        browser = await stack.enter_async_context(chromium())
        page = await opened(browser, url, 1440, 900)
        await troubled(page)
        await save(page, folder / "studio.png")
        await page.click("#device")
        await page.locator("#numbers tr").first.wait_for()
        await save(page, folder / "studio-devices.png")


@contextlib.asynccontextmanager
async def made_up() -> AsyncIterator[str]:
    """The address of a studio over made-up glasses."""
    ending = asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory())
        listener = stack.enter_context(contextlib.closing(bind(0, 0)))
        glasses = await stack.enter_async_context(living(Path(scratch) / "recordings"))
        app = create_app(glasses, CHOICES, ending)
        yield await stack.enter_async_context(serving(app, listener, ending))


async def opened(browser: Browser, url: str, width: int, height: int) -> Page:
    phone = width < 600
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if phone else 1,
        is_mobile=phone,
        has_touch=phone,
    )
    page = await context.new_page()
    page.on("pageerror", lambda error: print(f"the page failed: {error}", file=sys.stderr))
    page.on("console", lambda line: print(f"the page says: {line.text}", file=sys.stderr))
    await page.goto(url)
    await page.wait_for_function("() => document.body.dataset.state === 'live'")
    return page


async def troubled(page: Page) -> None:
    """Looking about, a fault just over and another under way, the slider in the middle."""
    await page.locator("#motions input[value=sway]").evaluate_all(
        "(found) => found.forEach((each) => each.click())"
    )
    await page.locator("#links input[value=lte]").evaluate("(each) => each.click()")
    await page.wait_for_timeout(9000)
    await page.locator("#seconds input[value='1']").evaluate("(each) => each.click()")
    await page.click("[data-kind=outage]")
    await page.wait_for_function(
        "() => /Outage: live again/.test(document.querySelector('#log').textContent)"
    )
    await page.locator("#seconds input[value='5']").evaluate("(each) => each.click()")
    await page.wait_for_timeout(600)
    await page.click("[data-kind=downgrade]")
    await page.wait_for_timeout(300)
    await page.mouse.move(500, 200)
    await page.mouse.down()
    await page.mouse.move(540, 205, steps=4)
    await page.mouse.up()
    await page.wait_for_timeout(250)


async def save(page: Page, file: Path) -> None:
    with Image.open(io.BytesIO(await page.screenshot())) as picture:
        reduced(picture.convert("RGB"), PAGE.parent, "**/*.[cjp]*[sy]").save(file, optimize=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:3]))
