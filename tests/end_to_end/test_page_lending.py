"""Lending a picture on the page: picked, dropped or pasted, shown, and every trouble in plain words."""

import base64
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Browser, Page

from overglass_cloud.doors import references
from overglass_cloud.references import CAPACITY
from overglass_cloud.style.picture_file import read_picture
from overglass_protocol.reference import Reference
from tests import shared
from tests.cloud.style.styles import mosaic
from tests.end_to_end.browser import Rgb, chromium, findings, pixels, service, until, worn, write_clip
from tests.picture_files import bomb, encoded, gradient

DROP = """({data, type, event}) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "picture", { type }));
  const carried = event === "paste" ? { clipboardData: transfer } : { dataTransfer: transfer };
  const kind = event === "paste" ? ClipboardEvent : DragEvent;
  const happened = new kind(event, { bubbles: true, cancelable: true, ...carried });
  document.querySelector("#result").dispatchEvent(happened);
  return happened.defaultPrevented;
}"""
LARGE = np.asarray(cv2.resize(mosaic(512), (2000, 1000), interpolation=cv2.INTER_NEAREST), np.uint8)


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("OVERGLASS_MODELS", str(shared.model("magenta_style_transfer_int8.tflite").parent))
    with service() as address:
        yield address


@asynccontextmanager
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """Its camera sees a grey slope, in which colours are the style's."""
    grey = np.repeat(gradient(320, 240)[..., :1], 3, axis=2)
    async with chromium(write_clip(tmp_path / "grey.mjpeg", [grey] * 10)) as running:
        yield running


async def choose(page: Page, data: bytes, kind: str = "image/png", name: str = "picture.png") -> None:
    await page.set_input_files("#reference", {"name": name, "mimeType": kind, "buffer": data})


async def note(page: Page, says: str) -> str:
    """What the picker says, once it says this."""
    await page.locator("#reference-note", has_text=says).wait_for(state="visible")
    return await page.locator("#reference-note").inner_text()


async def colourful(page: Page) -> None:
    """Waits until the picture that came back is in the mosaic's colours."""
    for _ in range(150):
        if np.ptp(await pixels(page), axis=2).mean() > 40:
            return
        count = await page.evaluate("overglass.frames.length")
        await until(page, f"overglass.frames.length > {count}")
    raise AssertionError("it never was painted like the picture")


@pytest.mark.parametrize("phone", [False, True])
async def test_a_look_that_takes_a_picture_asks_for_one_and_paints_like_it(
    url: str, phone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Reference] = []

    def noted(reference: Reference) -> Rgb:
        sent.append(reference)
        return read_picture(reference)

    monkeypatch.setattr(references, "read_picture", noted)
    async with browser(tmp_path) as running:
        page = await worn(running, url, phone=phone)
        assert await page.locator("#reference-row").is_hidden()
        await page.locator('#looks input[value="any-picture"]').click()
        await note(page, "This look goes by a picture: choose one.")
        assert await page.locator("#toast").is_hidden()
        assert await findings(page) == []
        exif = Image.Exif()
        exif[0x010F] = "Somebody's camera"
        await choose(page, encoded(LARGE, "JPEG", exif=exif), "image/jpeg")
        await note(page, "another to change it")
        assert await page.locator("#reference-thumbnail").is_visible()
        thumbnail = await pixels(page, "#reference-thumbnail")
        await colourful(page)
        assert await findings(page) == []
        await page.locator('#looks input[value="ink"]').click()
        assert await page.locator("#reference-row").is_hidden()
    assert np.ptp(thumbnail, axis=2).mean() > 60
    (lent,) = sent
    with Image.open(io.BytesIO(lent.data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1024, 512))
        assert not picture.getexif()


@pytest.mark.parametrize("event", ["drop", "paste"])
async def test_a_picture_may_be_dropped_anywhere_or_pasted_when_it_is_of_use(
    event: str, url: str, tmp_path: Path
) -> None:
    data = {"data": base64.b64encode(encoded(mosaic())).decode(), "type": "image/png", "event": event}
    async with browser(tmp_path) as running:
        page = await worn(running, url)
        prevented = await page.evaluate(DROP, data)
        assert prevented == (event == "drop"), "a picture that is dropped must not be opened in its place"
        assert await page.evaluate("overglass.control.reference") is None
        await page.locator('#looks input[value="any-picture"]').click()
        await page.evaluate(DROP, data)
        await colourful(page)


async def test_what_is_wrong_with_a_file_is_said_beside_it_and_the_next_one_is_taken(
    url: str, tmp_path: Path
) -> None:
    cases = [
        (b"hello", "text/plain", "no picture that this browser can read"),
        (b"", "image/png", "no picture that this browser can read"),
        (encoded(gradient())[:60], "image/png", "no picture that this browser can read"),
        (bomb(), "image/png", "no picture that this browser can read"),
        (encoded(gradient(1, 1)), "image/png", "only 1×1 pixels. Choose one with at least 32"),  # noqa: RUF001
    ]
    async with browser(tmp_path) as running:
        page = await worn(running, f"{url}/?look=any-picture")
        for data, kind, says in cases:
            await choose(page, data, kind)
            await note(page, says)
            assert await page.locator("#reference-row[data-bad]").is_visible()
            assert await findings(page) == []
        assert await page.evaluate("overglass.control.reference") is None
        await choose(page, encoded(mosaic()))
        await note(page, "another to change it")
        assert await page.locator("#reference-row[data-bad]").count() == 0


async def test_what_the_service_says_of_a_picture_is_said_beside_it(url: str, tmp_path: Path) -> None:
    problem = '{"detail": "the picture is no good", "cure": "Choose a better one.", "type": "urn:x:bad"}'
    async with browser(tmp_path) as running:
        page = await worn(running, f"{url}/?look=any-picture")
        await page.route(
            "**/references",
            lambda route: route.fulfill(status=422, body=problem, content_type="application/problem+json"),
        )
        await choose(page, encoded(mosaic()))
        assert await note(page, "no good") == "The picture is no good. Choose a better one."
        await page.unroute("**/references")
        await page.route("**/references", lambda route: route.abort())
        await choose(page, encoded(mosaic()))
        await note(page, "The service does not answer")


async def test_of_two_pictures_chosen_at_once_the_later_one_counts(url: str, tmp_path: Path) -> None:
    async with browser(tmp_path) as running:
        page = await worn(running, f"{url}/?look=any-picture")
        await choose(page, encoded(gradient(3000, 3000)))
        await choose(page, encoded(mosaic()))
        await colourful(page)
        thumbnail = await pixels(page, "#reference-thumbnail")
        assert np.abs(np.diff(thumbnail.astype(int), axis=1)).mean() > 8, "the mosaic, not the slope"


async def test_a_picture_that_the_service_forgot_is_lent_again_without_a_word(
    url: str, tmp_path: Path
) -> None:
    async with browser(tmp_path) as running:
        page = await worn(running, f"{url}/?look=any-picture")
        await choose(page, encoded(mosaic()))
        await colourful(page)
        name = await page.evaluate("overglass.control.reference")
        start = await page.evaluate("performance.now()")
        await until(page, f"performance.now() > {start + 5000}")  # it is not lent again sooner
        await page.click("#stop")
        async with httpx.AsyncClient(base_url=url, trust_env=False) as others:
            for n in range(CAPACITY):
                data = encoded(gradient(64 + n, 64))
                await others.post("/references", content=data, headers={"Content-Type": "image/png"})
            assert (await others.get(f"/references/{name}")).status_code == 404
        assert np.ptp(await pixels(page), axis=2).max() == 0, "nothing of before is left to be seen"
        await page.click("#start")
        await until(page, "overglass.phase === 'live'")
        await colourful(page)
        async with httpx.AsyncClient(base_url=url, trust_env=False) as others:
            assert (await others.get(f"/references/{name}")).status_code == 204
        assert "Lend it again" not in (await page.locator("#toast").text_content() or "")


async def test_a_page_that_is_loaded_anew_still_has_the_picture(url: str, tmp_path: Path) -> None:
    async with browser(tmp_path) as running:
        page = await worn(running, f"{url}/?look=any-picture")
        await choose(page, encoded(mosaic()))
        await colourful(page)
        name = await page.evaluate("overglass.control.reference")
        await page.reload()
        await until(page, "overglass.phase === 'live' && overglass.frames.length > 5")
        await note(page, "another to change it")
        assert await page.locator("#reference-thumbnail").is_visible()
        assert await page.evaluate("overglass.control.reference") == name
        await colourful(page)
