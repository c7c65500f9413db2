"""Somebody else's browser watches a camera that pushes: sees it move, and hears it in step."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Page

from overglass_cloud.config import Settings
from tests.edge.clips import WALK
from tests.end_to_end.browser import chromium, opened, pixels, until
from tests.end_to_end.sync import flashes_and_beeps
from tests.end_to_end.test_visits import serving
from tests.end_to_end.test_whip_publisher import first_picture, push

SECONDS = 25.0
IN_STEP = 0.080
"Seconds between a flash and its beep: viewers notice 125 ms late and 45 ms early (ITU-R BT.1359)."

LISTEN = """
() => {
  const context = new AudioContext({ latencyHint: "interactive" });
  const source = context.createMediaStreamSource(overglass.sound.srcObject);
  const analyser = new AnalyserNode(context, { fftSize: 256 });
  source.connect(analyser);
  const samples = new Float32Array(256);
  const heard = window.heard = { loudest: 0, beeps: [], flashes: [] };
  const small = new OffscreenCanvas(8, 8).getContext("2d", { willReadFrequently: true });
  let loud = false, light = false;
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const level = Math.max(...samples.map(Math.abs));
    heard.loudest = Math.max(heard.loudest, level);
    if (level > 0.1 && !loud) heard.beeps.push(performance.now() / 1000);
    loud = level > 0.1;
  }, 4);
  const look = () => {
    small.drawImage(document.getElementById("result"), 0, 0, 8, 8);
    const level = small.getImageData(4, 4, 1, 1).data[1];
    if (level > 128 && !light) heard.flashes.push(performance.now() / 1000);
    light = level > 128;
    requestAnimationFrame(look);
  };
  look();
}
"""


@asynccontextmanager
async def watched(clip: Path) -> AsyncIterator[Page]:
    """The page of somebody who watches a clip being published, with the sound turned on."""
    async with serving(Settings(port=0)) as (address, visits), chromium() as browser:
        pushing = await push(address, clip, SECONDS)
        try:
            session = await first_picture(visits)
            page = await opened(browser, f"{address}/watch#id={session}")
            await until(page, "overglass.phase === 'live' && overglass.frames.length > 5")
            await page.click("#sound")
            await page.evaluate(LISTEN)
            yield page
        finally:
            if pushing.returncode is None:
                pushing.kill()
            await pushing.wait()


async def heard(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate("heard")
    return found


@pytest.mark.skipif(not WALK.exists(), reason=f"needs {WALK.name}")
async def test_a_browser_sees_and_hears_a_walk_that_ffmpeg_publishes() -> None:
    async with watched(WALK) as page:
        before = await pixels(page)
        size = await page.evaluate("[overglass.frames.at(-1).width, overglass.frames.at(-1).height]")
        assert size == [848, 480]
        assert before.std() > 20
        count = await page.evaluate("overglass.frames.length")
        await until(page, f"overglass.frames.length > {count + 30} && heard.loudest > 0.01")
        assert np.abs((await pixels(page)).astype(int) - before).mean() > 5


async def test_what_a_browser_hears_is_in_step_with_what_it_sees(tmp_path: Path) -> None:
    async with watched(flashes_and_beeps(tmp_path / "sync.mkv", seconds=20)) as page:
        await until(page, "heard.flashes.length >= 10 && heard.beeps.length >= 8")
        found = await heard(page)
    # The first seconds are the browser's own: it moves sound and picture together bit by bit.
    flashes = found["flashes"][-5:]
    gaps = [min((beep - flash for beep in found["beeps"]), key=abs) for flash in flashes]
    assert abs(np.median(gaps)) < IN_STEP, gaps
