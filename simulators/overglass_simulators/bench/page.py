"""A browser as glasses: how long from its camera to its canvas, by the page's own measure.

The tests hold that measure against barcodes. Headless Chromium plays the pictures as its camera; it is
driven by playwright, which only those who develop here have.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from overglass_edge.meter import percentile
from overglass_protocol.errors import ConfigError, OverglassError
from overglass_simulators.bench.content import Content
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.rig import Advance, Result, Setup, bar, pictures_of, settle
from overglass_simulators.service import Service

PROMISES = (Promise("p50_ms", 45.0),)
"At 512x512 and 30 fps."
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND,EXCLUDE 127.0.0.1",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
START_MS = 30_000
LIVE = "() => overglass.phase === 'live' && overglass.frames.length > 10"
TAKE = "() => overglass.frames.splice(0)"
LOOK_EVERY = 1.0
"Seconds; the page keeps its frames until they are taken."


def result_of(frames: Sequence[dict[str, Any]], seconds: float) -> Result:
    """The measured keys, of frames as the page keeps them."""
    latencies = [frame["latency"] for frame in frames if frame.get("latency") is not None]
    sizes = sorted({f"{frame['width']}x{frame['height']}" for frame in frames})
    return {
        "p50_ms": _ms(percentile(latencies, 50)),
        "p95_ms": _ms(percentile(latencies, 95)),
        "fps": round(len(frames) / seconds, 1),
        "measured_share": round(len(latencies) / len(frames), 3) if frames else None,
        "sizes": sizes,
    }


def run(setup: Setup) -> Result:
    """Raises ConfigError where there is no browser, OverglassError when the page does not go live."""
    if setup.size[0] != setup.size[1]:
        raise ConfigError(f"the page is measured square, not {setup.size}", cure="Use --size 512x512.")
    pictures = pictures_of(setup)
    with tempfile.TemporaryDirectory() as folder, Service(look=setup.look, fps=setup.fps) as service:
        camera = _camera_file(Path(folder) / "camera.mjpeg", pictures, setup.fps)
        settle()
        with bar("page", setup.warmup + setup.seconds) as advance, _chromium(camera) as browser:
            url = f"{service.url}/?size=square&codec={setup.codec.lower()}&look={setup.look}"
            frames, seconds = _wear(browser, url, setup, advance)
    found = result_of(frames, seconds)
    return judged({"bench": "page", **found, **setup.describe(pictures.name)}, PROMISES)


def _wear(browser: Any, url: str, setup: Setup, advance: Advance) -> tuple[list[dict[str, Any]], float]:
    page = browser.new_page()
    page.goto(url)
    page.click("#start")
    try:
        page.wait_for_function(LIVE, timeout=START_MS)
    except Exception as error:
        trouble = page.evaluate("overglass.trouble")
        raise OverglassError(f"the page did not go live: {trouble}") from error
    page.wait_for_timeout(setup.warmup * 1000)
    page.evaluate(TAKE)
    frames: list[dict[str, Any]] = []
    started = time.monotonic()
    while (passed := time.monotonic() - started) < setup.seconds:
        page.wait_for_timeout(min(LOOK_EVERY, setup.seconds - passed) * 1000)
        frames += page.evaluate(TAKE)
        advance(LOOK_EVERY)
    return frames, time.monotonic() - started


@contextmanager
def _chromium(camera: Path) -> Iterator[Any]:
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - not everybody has it
    except ModuleNotFoundError as error:
        raise ConfigError(
            "the page is measured in a browser, and nothing here drives one",
            cure="Run: pip install playwright.",
        ) from error
    flags = [*FLAGS, f"--use-file-for-fake-video-capture={camera}"]
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=flags)
        except Error as error:
            raise ConfigError(
                f"there is no Chromium at {CHROMIUM}", cure="Run: apt install chromium."
            ) from error
        try:
            yield browser
        finally:
            browser.close()


def _camera_file(path: Path, content: Content, fps: float) -> Path:
    """The pictures as motion JPEG, which Chromium plays over and over."""
    rate = Fraction(fps).limit_denominator(1001)
    with av.open(str(path), "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=rate)
        stream.width, stream.height = content.size
        stream.pix_fmt, stream.options = "yuvj420p", {"qscale": "2"}
        stream.codec_context.time_base = 1 / rate
        for n, picture in enumerate(content.pictures):
            frame = picture.reformat(format="yuvj420p")
            frame.pts, frame.time_base = n, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)
