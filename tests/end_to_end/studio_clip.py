"""Makes the studio's moving picture for README: `python -m tests.end_to_end.studio_clip FILE.webp ADDRESS`.

ADDRESS is that of a running `overglass sim`. Chromium casts its screen; what it gives is kept with its times.
"""

import asyncio
import base64
import io
import sys
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import CDPSession, Page

from tests.end_to_end.browser import chromium
from tests.end_to_end.studio_screenshots import opened
from tests.end_to_end.studio_watch import middle

WIDTH, HEIGHT = 1280, 820
SHOWN = 880
"Pixels across, in the file."
FPS = 8


class Cast:
    """What the page looked like, and when."""

    def __init__(self, session: CDPSession) -> None:
        self.frames: list[tuple[float, bytes]] = []
        self._session = session
        self._tasks: set[asyncio.Task[Any]] = set()
        session.on("Page.screencastFrame", self._keep)

    def _keep(self, shown: dict[str, Any]) -> None:
        self.frames.append((time.monotonic(), base64.b64decode(shown["data"])))
        told = self._session.send("Page.screencastFrameAck", {"sessionId": shown["sessionId"]})
        task = asyncio.ensure_future(told)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def even(self) -> list[Image.Image]:
        """FPS a second: of each moment, the newest picture before it."""
        first, last = self.frames[0][0], self.frames[-1][0]
        pictures, at, number = [], first, 0
        while at <= last:
            while number + 1 < len(self.frames) and self.frames[number + 1][0] <= at:
                number += 1
            picture = Image.open(io.BytesIO(self.frames[number][1])).convert("RGB")
            pictures.append(picture.resize((SHOWN, round(SHOWN * picture.height / picture.width))))
            at += 1 / FPS
        return pictures


async def cast_of(address: str) -> Cast:
    async with chromium() as browser:
        page = await opened(browser, address, WIDTH, HEIGHT)
        await page.locator("#links input[value=lte]").evaluate("(each) => each.click()")
        await page.wait_for_timeout(5000)
        session = await page.context.new_cdp_session(page)
        cast = Cast(session)
        options = {"format": "jpeg", "quality": 90, "everyNthFrame": 1}
        await session.send("Page.startScreencast", options)
        await play(page)
        await session.send("Page.stopScreencast")
    return cast


def save(cast: Cast, file: Path) -> None:
    first, *rest = cast.even()
    each = round(1000 / FPS)
    first.save(file, save_all=True, append_images=rest, duration=each, loop=0, quality=62, method=4)
    print(f"{file}: {len(rest) + 1} pictures, {file.stat().st_size / 1e6:.1f} MB")


async def play(page: Page) -> None:
    """The slider to either side, a turn of the head, an outage and its end."""
    x, y = await middle(page, "#split")
    box = await page.locator("#worn-picture").bounding_box()
    assert box is not None
    await page.wait_for_timeout(800)
    await page.mouse.move(x, y)
    await page.mouse.down()
    for share in (0.9, 0.1, 0.5):
        await page.mouse.move(box["x"] + box["width"] * share, y, steps=18)
        await page.wait_for_timeout(350)
    await page.mouse.up()
    await page.locator("#seconds input[value='1']").evaluate("(each) => each.click()")
    await page.click("[data-kind=outage]")
    await page.wait_for_timeout(3500)


if __name__ == "__main__":
    save(asyncio.run(cast_of(sys.argv[2])), Path(sys.argv[1]))
