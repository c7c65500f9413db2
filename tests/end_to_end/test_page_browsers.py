"""Browsers that are not like the one we test with: what they lack, and what has to be left alone in them."""

from pathlib import Path

import pytest

from tests.end_to_end.browser import (
    chromium,
    findings,
    opened,
    service,
    signing,
    until,
    worn,
    write_clip,
)
from tests.shared import model

DEVICES = """
  const device = (label, kind = "videoinput") => ({ label, kind, deviceId: label, groupId: "" });
  navigator.mediaDevices.enumerateDevices = async () => [
    device("Avatar camera, facing front"), device("Passthrough left"), device("Passthrough right"),
    device("Microphone", "audioinput"),
  ];
"""
AGENT = """
  Object.defineProperty(navigator, "userAgent", { value: "%s" });
"""
QUEST = "Mozilla/5.0 (X11; Linux x86_64; Quest 3) AppleWebKit/537.36 OculusBrowser/40.0 Chrome/138.0 VR"
WITHOUT_STAMPS = (
    "delete window.RTCRtpScriptTransform;",
    "delete HTMLVideoElement.prototype.requestVideoFrameCallback;",
)
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/138.0"


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "signing.mjpeg", signing()[:60])


@pytest.mark.parametrize(("agent", "front"), [(QUEST, False), (LAPTOP, True)])
async def test_the_front_camera_of_a_headset_is_left_alone(agent: str, front: bool) -> None:
    with service() as url:
        async with chromium() as browser:
            page = await opened(browser, url, script=DEVICES + AGENT % agent)
            labels = await page.evaluate(
                "async () => (await (await import('/assets/camera.js')).cameras()).map(({ label }) => label)"
            )
    assert ("Avatar camera, facing front" in labels) == front
    assert labels[-2:] == ["Passthrough left", "Passthrough right"]


@pytest.mark.parametrize("lacking", WITHOUT_STAMPS)
async def test_a_browser_that_cannot_stamp_pictures_works_and_is_not_measured(
    lacking: str, camera: Path
) -> None:
    with service() as url:
        async with chromium(camera) as browser:
            page = await worn(browser, url, script=lacking)
            assert await page.evaluate("overglass.frames.every((frame) => frame.frameId === null)")
            assert await page.locator("#unmeasured").is_visible()
            assert "not known" in await page.locator("#unmeasured").inner_text()


@pytest.mark.parametrize("lacking", WITHOUT_STAMPS)
async def test_a_browser_that_cannot_stamp_pictures_paints_parts_and_says_why_it_draws_nothing(
    lacking: str, camera: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERGLASS_MODELS", str(model("face_landmarker.task").parent))
    with service() as url:
        async with chromium(camera) as browser:
            page = await worn(browser, url, script=lacking)
            faces = page.locator("#overlays label", has_text="faces").locator("input")
            await faces.wait_for(state="attached")
            assert await faces.is_disabled()
            assert "needs a newer browser" in await page.locator("#overlays-note").inner_text()
            await page.locator("#region label", has_text="Background").click()
            await until(page, "overglass.control.region === 'background' && overglass.applied === 1")
            assert await page.evaluate("overglass.control.overlays") == []
            assert await findings(page) == []
            able = await opened(browser, url)
            await able.locator("#overlays input[value=faces]:enabled").wait_for(state="attached")
            assert await able.locator("#overlays-note").is_hidden()


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_a_browser_that_keeps_its_pictures_shows_them_by_its_video_element(
    codec: str, camera: Path
) -> None:
    with service() as url:
        async with chromium(camera) as browser:
            script = "delete window.MediaStreamTrackProcessor;"
            page = await worn(browser, f"{url}/?codec={codec}", script=script)
            await until(page, "overglass.frames.filter((frame) => frame.stages?.show).length > 10")
            assert await page.locator("#unmeasured").is_hidden()
