"""Those who watch, and what is kept: the shared link in another browser, its sound, and a recording."""

from pathlib import Path

import av
import pytest
from playwright.async_api import Page

from overglass_cloud.tokens import make_token
from tests.end_to_end.browser import (
    chromium,
    difference,
    findings,
    opened,
    pixels,
    service,
    signing,
    told,
    until,
    worn,
    write_clip,
)

SECRET = "a secret that is long enough for its job"
HEARD = """async () => {
  const reports = [...(await overglass.peer.getStats()).values()];
  return reports.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio")?.totalAudioEnergy ?? 0;
}"""


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "still.mjpeg", [signing()[0]] * 30)


async def shared(wearer: Page) -> str:
    """The link that the wearer's page gives away."""
    await wearer.click("#share")
    await wearer.locator("#share-dialog").wait_for(state="visible")
    link = await wearer.locator("#share-url").input_value()
    await wearer.keyboard.press("Escape")
    return link


async def test_a_shared_link_shows_and_sounds_what_the_wearer_sees(camera: Path) -> None:
    with service(secret=SECRET) as url:
        async with chromium(camera) as browser:
            token = make_token(SECRET, "session", 5)
            wearer = await worn(browser, f"{url}/?size=square&look=ink#token={token}")
            await wearer.click("#microphone")
            link = await shared(wearer)
            viewer = await opened(browser, link, phone=True)
            await until(viewer, "overglass.phase === 'live' && overglass.frames.length > 40")
            assert "token" not in viewer.url
            assert difference(await pixels(viewer), await pixels(wearer)) < 9
            assert await findings(viewer) == []
            await viewer.locator("#sound").click()
            assert not await viewer.evaluate("overglass.sound.muted")
            await viewer.wait_for_function(f"async () => (await ({HEARD})()) > 0")
            await wearer.locator("#watchers").wait_for(state="visible")
            assert "1 watching" in await wearer.locator("#watchers").inner_text()
            await wearer.click("#stop")
            words = await told(viewer)
            assert "glasses are off" in words or "over" in words
            await until(viewer, "overglass.trouble?.title === 'It is over'")
            await wearer.click("#start")
            await until(wearer, "overglass.phase === 'live'")
            newer = await shared(wearer)
            assert newer != link
            await viewer.evaluate("(link) => { location.href = link; }", newer)
            # The page loads anew, and for a moment there is none.
            await until(viewer, "window.overglass?.phase === 'live' && overglass.frames.length > 10")


async def test_a_viewer_waits_for_glasses_that_are_off_for_a_while(camera: Path) -> None:
    with service() as url:
        async with chromium(camera) as browser:
            wearer = await worn(browser, url)
            link = await shared(wearer)
            viewer = await opened(browser, link)
            await until(viewer, "overglass.phase === 'live'")
            await wearer.goto("about:blank")
            words = await told(viewer)
            assert "The glasses are off" in words
            assert "by itself" in words
            await wearer.goto(url)
            count = await viewer.evaluate("overglass.frames.length")
            await until(viewer, f"overglass.phase === 'live' && overglass.frames.length > {count + 5}")
            assert await viewer.locator("#trouble").is_hidden()


@pytest.mark.parametrize(
    ("fragment", "title"),
    [("", "There is nothing to watch here"), ("#id=x&token=nonsense", "This link does not open")],
)
async def test_a_link_that_leads_nowhere_is_told(fragment: str, title: str) -> None:
    with service(secret=SECRET) as url:
        async with chromium() as browser:
            page = await opened(browser, f"{url}/watch{fragment}")
            words = await told(page)
            assert title in words
            assert "share it again" in words
            assert await findings(page) == []


async def test_a_recording_holds_what_was_seen_and_said(camera: Path, tmp_path: Path) -> None:
    with service() as url:
        async with chromium(camera) as browser:
            page = await worn(browser, f"{url}/?size=square&look=neon")
            await page.click("#microphone")
            await until(page, "document.getElementById('microphone').ariaPressed === 'true'")
            await page.click("#record")
            await until(page, "document.getElementById('record').innerText.trim() === '0:02'")
            shown = await pixels(page)
            async with page.expect_download() as download:
                await page.click("#record")
            kept = await download.value
            assert kept.suggested_filename.startswith("overglass-neon-20")
            file = tmp_path / kept.suggested_filename
            await kept.save_as(file)
            assert kept.suggested_filename in await page.locator("#toast").inner_text()
    with av.open(str(file)) as container:
        assert len(container.streams.audio) == 1
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) > 15
    assert difference(pictures[-1].astype("uint8"), shown) < 9
