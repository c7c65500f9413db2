"""Makes the pictures of the page for README: `python -m tests.end_to_end.screenshots docs`.

The page is worn in a headless Chromium by somebody who signs; needs ../shared for the clip and the models.
"""

import asyncio
import io
import os
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page

from overglass_cloud import web
from overglass_simulators.demo.service import AwaitedService
from tests.end_to_end.browser import chromium, signing, until, write_clip
from tests.shared import MODELS

COLOURS = 256
"A picture of so many colours is a third as large and looks the same."
FLAT = 64
"Of them are what there is most of: the page, which is flat."
ASSETS = Path(web.__file__).parent / "assets"
WEBCAM = """
  const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  navigator.mediaDevices.enumerateDevices = async () => (await list()).map((device) => (
    { deviceId: device.deviceId, kind: device.kind, groupId: device.groupId, label: "Webcam" }));
"""
"The fake camera is named after its file."


async def main(folder: Path) -> None:
    os.environ.setdefault("OVERGLASS_MODELS", str(MODELS))
    with tempfile.TemporaryDirectory() as scratch:
        async with AwaitedService() as service:
            await _take(service.url, Path(scratch), folder)


async def _take(url: str, scratch: Path, folder: Path) -> None:
    wide = write_clip(scratch / "wide.mjpeg", signing(size=(640, 480)))
    upright = write_clip(scratch / "upright.mjpeg", signing(size=(480, 640)))
    async with chromium(wide) as browser:
        page = await _page(browser, f"{url}/?look=ink", 1440, 900)
        await _wear(page, "faces", "people")
        await _save(page, folder / "glasses-desktop.png")
    async with chromium(upright) as browser:
        page = await _page(browser, f"{url}/?look=comic", 390, 844, phone=True)
        await _wear(page, "faces")
        await _save(page, folder / "glasses-phone.png")
    async with chromium(allowed=False) as browser:
        page = await _page(browser, url, 1440, 900)
        await page.click("#start")
        await page.locator("#trouble").wait_for(state="visible")
        await _save(page, folder / "glasses-error.png")


async def _page(browser: Browser, address: str, width: int, height: int, phone: bool = False) -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if phone else 1,
        is_mobile=phone,
        has_touch=phone,
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.add_init_script(WEBCAM)
    await page.goto(address)
    return page


async def _wear(page: Page, *overlays: str) -> None:
    await page.click("#start")
    await until(page, "overglass.frames.length > 10")
    for name in overlays:
        box = page.locator(f"#overlays input[value={name}]")
        await box.evaluate("(box) => { box.click(); }")
    await until(page, "overglass.frames.at(-1).scene?.things.length > 0")
    start = await page.evaluate("overglass.frames.at(-1).shown")
    await until(page, f"overglass.frames.at(-1).shown > {start + 15}")
    await page.mouse.move(5, 5)


async def _save(page: Page, file: Path) -> None:
    whole = await page.screenshot()
    with Image.open(io.BytesIO(whole)) as picture:
        reduced(picture.convert("RGB"), ASSETS).save(file, optimize=True)


def reduced(picture: Image.Image, page: Path, files: str = "**/*.[cj]s*") -> Image.Image:
    """In few colours: those of the folder `page` and the commonest as they are, the rest as it falls out."""
    counted = picture.getcolors(picture.width * picture.height) or []
    frequent = sorted(counted, key=lambda each: each[0], reverse=True)[:FLAT]
    named = re.findall("#([0-9a-f]{6})", "".join(file.read_text() for file in page.glob(files)))
    colours = {(int(each[:2], 16), int(each[2:4], 16), int(each[4:], 16)) for each in named}
    colours |= {colour for _, colour in frequent if isinstance(colour, tuple)}
    rest = picture.quantize(COLOURS - len(colours), Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(channel for colour in colours for channel in colour), *rest][: 3 * COLOURS])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
