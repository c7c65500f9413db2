"""The page in a real browser: its camera's picture comes back painted, with its envelopes, and stays good."""

from pathlib import Path

import av
import numpy as np
import pytest

from overglass_cloud.looks import ALONE, Looks
from overglass_protocol.control import Control
from overglass_simulators.service import Service
from tests.cloud.parts import workshop
from tests.end_to_end.browser import Rgb, chromium, difference, pixels, signing, until, worn, write_clip
from tests.shared import model

ONES_CODING = 7.0
"Grey levels that two encoders and a resize leave of a picture's own; a look changes several times as much."


def painted(picture: Rgb, look: str) -> Rgb:
    """What the service paints of it."""
    engine = Looks.installed()[look].start(workshop())
    control = Control(look=look)
    frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuv420p")
    [result] = engine.paint([frame], [engine.prepare(control, None, ALONE)])
    return np.asarray(result.to_ndarray(format="rgb24"), np.uint8)


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_the_cameras_picture_comes_back_painted_with_its_envelope(codec: str, tmp_path: Path) -> None:
    still = signing()[0]
    camera = write_clip(tmp_path / "still.mjpeg", [still] * 30)
    with Service() as service:
        async with chromium(camera) as browser:
            page = await worn(browser, f"{service.url}/?size=square&look=ink&codec={codec}")
            await until(page, "overglass.frames.filter((f) => f.stages && f.controlVersion > 0).length > 20")
            shown = await pixels(page)
            frames = await page.evaluate("overglass.frames.filter((f) => f.stages)")
            used = await page.evaluate(
                """async () => { const all = [...(await overglass.peer.getStats()).values()];
                return all.filter((s) => s.type === 'inbound-rtp' && s.kind === 'video')
                    .map((s) => all.find(({ id }) => id === s.codecId).mimeType.toLowerCase()); }"""
            )
    assert used == [f"video/{codec}"]
    assert difference(shown, painted(still, "ink")) < ONES_CODING
    assert difference(shown, still) > 3 * ONES_CODING
    ids = [frame["frameId"] for frame in frames]
    assert ids == sorted(set(ids))
    for frame in frames:
        assert frame["width"] == frame["height"] == 512
        assert frame["captureTime"] < frame["shown"]
        known = {"encode", "cloudDecode", "queue", "paint", "cloudEncode"}
        assert known <= set(frame["stages"]) or frame is frames[0]


async def test_a_change_of_look_is_seen_and_acknowledged(tmp_path: Path) -> None:
    still = signing()[0]
    camera = write_clip(tmp_path / "still.mjpeg", [still] * 30)
    with Service() as service:
        async with chromium(camera) as browser:
            page = await worn(browser, f"{service.url}/?size=square")
            assert difference(await pixels(page), still) < ONES_CODING
            await page.locator('#looks input[value="ink"]').click()
            for percent in range(0, 101, 10):
                await page.locator("#strength").fill(str(percent))
            version = await page.evaluate("overglass.control.version")
            await until(page, f"overglass.applied === {version}")
            # The first few pictures of a new look are coarse, until the encoder has caught up.
            await until(page, f"overglass.frames.at(-25)?.controlVersion === {version}")
            shown = await pixels(page)
            await page.dispatch_event("#compare", "pointerdown", {"pointerId": 1})
            await until(page, "document.getElementById('shown').textContent === 'camera'")
            count = await page.evaluate("overglass.frames.length")
            await until(page, f"overglass.frames.length > {count + 2}")
            compared = await pixels(page)
    assert version == 12
    assert difference(shown, painted(still, "ink")) < ONES_CODING
    assert difference(compared, still) < ONES_CODING


async def test_after_some_seconds_the_picture_is_still_whole_and_at_its_full_rate(tmp_path: Path) -> None:
    camera = write_clip(tmp_path / "signing.mjpeg", signing())
    with Service() as service:
        async with chromium(camera) as browser:
            page = await worn(browser, f"{service.url}/?size=square&look=comic")
            # Chromium throttles a picture after 15 s when the other end's estimate tells it to.
            start = await page.evaluate("overglass.frames.at(-1).shown")
            await until(page, f"overglass.frames.at(-1).shown > {start + 30}", within=40_000)
            late = await page.evaluate(f"overglass.frames.filter((f) => f.shown > {start + 26})")
    assert {(frame["width"], frame["height"]) for frame in late} == {(512, 512)}
    assert len(late) / (late[-1]["shown"] - late[0]["shown"]) > 20


async def test_two_browsers_at_once_keep_their_pictures(tmp_path: Path) -> None:
    camera = write_clip(tmp_path / "signing.mjpeg", signing())
    with Service() as service:
        async with chromium(camera) as browser:
            pages = [
                await worn(browser, f"{service.url}/?size=square&look={look}") for look in ("none", "ink")
            ]
            since = [await page.evaluate("overglass.frames.at(-1).shown") for page in pages]
            for page, start in zip(pages, since, strict=True):
                await until(page, f"overglass.frames.at(-1).shown > {start + 6}")
            seen = [await page.evaluate("overglass.frames") for page in pages]
    for frames, start in zip(seen, since, strict=True):
        these = [frame for frame in frames if frame["shown"] > start]
        assert {(frame["width"], frame["height"]) for frame in these} == {(512, 512)}
        assert len(these) / (these[-1]["shown"] - start) > 15


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_a_face_is_drawn_on_the_picture_it_was_found_in(
    codec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERGLASS_MODELS", str(model("face_landmarker.task").parent))
    still = signing()[0]
    camera = write_clip(tmp_path / "still.mjpeg", [still] * 30)
    with Service() as service:
        async with chromium(camera) as browser:
            page = await worn(browser, f"{service.url}/?size=square&codec={codec}")
            plain = await pixels(page)
            await page.locator("#overlays label", has_text="faces").click()
            await until(page, "overglass.frames.filter((f) => f.scene?.things.length === 1).length > 10")
            for _ in range(10):  # a picture whose envelope was lost on its way has no drawing
                drawn = await pixels(page)
                if await page.evaluate("Boolean(overglass.frames.at(-1).scene)"):
                    break
            thing = await page.evaluate(
                "overglass.frames.findLast((f) => f.scene?.things.length).scene.things[0]"
            )
            missing = page.locator("#overlays label", has_text="hands")
            assert await missing.locator("input").is_disabled()
            assert "overglass models pull" in await missing.inner_text()
    assert (thing["kind"], len(thing["points"]), len(thing["expression"])) == ("face", 2 * 478, 52)
    side = plain.shape[0]
    left, top, width, height = (round(value * side) for value in thing["box"])
    change = np.abs(drawn.astype(int) - plain.astype(int)).max(axis=2)
    face = change[top : top + height, left : left + width]
    far = change[round(side * 0.7) :, :]
    assert (face > 60).mean() > 0.05
    assert (far > 60).mean() < 0.005


async def test_a_page_worn_on_additive_glasses_gets_light_on_clear(tmp_path: Path) -> None:
    still = signing()[0]
    camera = write_clip(tmp_path / "still.mjpeg", [still] * 30)
    with Service() as service:
        async with chromium(camera) as browser:
            page = await worn(browser, f"{service.url}/?size=square&look=ink&display=additive")
            await until(page, "overglass.frames.filter((f) => f.stages && f.controlVersion > 0).length > 10")
            shown = await pixels(page)
    assert (painted(still, "ink").max(axis=2) < 40).mean() < 0.2, "ink is drawn on paper"
    assert (shown.max(axis=2) < 40).mean() > 0.5, "which is clear"
    assert (shown.max(axis=2) > 120).mean() > 0.01, "and its strokes are light"
