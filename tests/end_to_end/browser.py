"""What the tests of the page share: a headless Chromium whose camera is a clip, and a service beside it.

Chromium is kept off every network but loopback. Where it is not installed, tests are skipped.
"""

import base64
import contextlib
import shutil
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from numpy.typing import NDArray
from playwright.async_api import Browser, Page, async_playwright

from overglass_cloud.app import create_app
from overglass_cloud.config import Settings
from overglass_cloud.looks import Looks
from overglass_cloud.serve import bind

CHROMIUM = "/usr/bin/chromium"
CLIPS = Path(__file__).parents[2].parent / "shared" / "clips"
WITHIN = 25_000.0
"Milliseconds that any wait of these tests may take on a busy machine; none is expected to."
DESK = {"width": 1200, "height": 800}
PHONE = {"width": 390, "height": 844}
NAME = "glasses.test"
"A name of this machine that browsers take for somebody else's: no secure context."
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    f"--host-resolver-rules=MAP {NAME} 127.0.0.1,MAP * ~NOTFOUND,EXCLUDE 127.0.0.1,EXCLUDE localhost",
)
Rgb = NDArray[np.uint8]


@contextlib.asynccontextmanager
async def chromium(
    camera: Path | None = None, *, allowed: bool = True, devices: bool = True
) -> AsyncIterator[Browser]:
    """A headless Chromium; `camera` is what its camera plays, over and over.

    `allowed`: whether pages may use it; `devices`: whether there is one at all.
    """
    if shutil.which(CHROMIUM) is None:
        pytest.skip("there is no Chromium here: apt install chromium")
    flags = [*_FLAGS]
    flags += ["--use-fake-ui-for-media-stream"] if allowed else ["--deny-permission-prompts"]
    flags += ["--use-fake-device-for-media-stream"] if devices else []
    flags += [f"--use-file-for-fake-video-capture={camera}"] if camera is not None else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True, args=flags, env={"HOME": "/nonexistent"}
        )
        try:
            yield browser
        finally:
            await browser.close()


async def opened(browser: Browser, address: str, *, script: str = "", phone: bool = False) -> Page:
    """A page of its own profile at this address; `script` runs before any of the page's."""
    shape: dict[str, Any] = (
        {"viewport": PHONE, "is_mobile": True, "has_touch": True} if phone else {"viewport": DESK}
    )
    context = await browser.new_context(**shape, reduced_motion="reduce")
    page = await context.new_page()
    page.set_default_timeout(WITHIN)
    if script:
        await page.add_init_script(script)
    await page.goto(address)
    return page


async def worn(browser: Browser, address: str, *, script: str = "", phone: bool = False) -> Page:
    """A page whose camera has been started, with pictures coming back."""
    page = await opened(browser, address, script=script, phone=phone)
    await page.click("#start")
    await until(page, "overglass.phase === 'live' && overglass.frames.length > 10")
    return page


async def until(page: Page, condition: str, within: float = WITHIN) -> None:
    """Waits until the page makes this expression true, `within` milliseconds."""
    try:
        await page.wait_for_function(f"() => {condition}", timeout=within, polling=100)
    except Exception as error:
        state = await page.evaluate("({phase: overglass.phase, trouble: overglass.trouble})")
        raise AssertionError(f"never: {condition}; the page says {state}") from error


async def told(page: Page) -> str:
    """The words of the trouble that the page shows."""
    card = page.locator("#trouble")
    await card.wait_for(state="visible")
    return await card.inner_text()


async def pixels(page: Page, selector: str = "#result") -> Rgb:
    """What a canvas shows now, (height, width, 3)."""
    script = "(canvas) => canvas.toDataURL('image/png').split(',')[1]"
    data = base64.b64decode(await page.locator(selector).evaluate(script))
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(picture[:, :, ::-1], np.uint8)


async def findings(page: Page) -> list[str]:
    """What axe finds in the page as it is, of those that keep people out: serious and critical ones."""
    results = await Axe().run(page)
    found = [each for each in results.response["violations"] if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


@contextlib.contextmanager
def service(beyond: bool = False, **settings: Any) -> Iterator[str]:
    """The service in this process, on loopback, with these settings; gives its address.

    `beyond`: as if it listened on other addresses too, so that it answers to any name.
    """
    listener = bind(Settings(port=0))
    host = "0.0.0.0" if beyond else "127.0.0.1"
    app = create_app(Settings(host=host, **settings), Looks.installed())
    config = uvicorn.Config(app, ws="none", access_log=False, log_config=None, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="service", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()
        assert not thread.is_alive()


def write_clip(path: Path, pictures: Sequence[Rgb], fps: int = 30) -> Path:
    """A clip that Chromium's fake camera plays: motion JPEG."""
    with av.open(str(path), "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=fps)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuvj420p"
        stream.options = {"qscale": "2"}
        stream.codec_context.time_base = Fraction(1, fps)
        for n, picture in enumerate(pictures):
            # Chromium takes a fake camera's luma for 16 to 235, whatever JPEG means by it.
            planes = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuv420p").to_ndarray()
            frame = av.VideoFrame.from_ndarray(planes, "yuvj420p")
            frame.pts, frame.time_base = n, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def signing(name: str = "sign_sister", size: tuple[int, int] = (512, 512)) -> list[Rgb]:
    """The middle of a clip of somebody who signs, as pictures of this width and height."""
    file = CLIPS / f"{name}.mkv"
    if not file.exists():
        pytest.skip(f"there is no clip {file.name}: put it into ../shared/clips")
    width, height = size
    pictures = []
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            whole = frame.to_ndarray(format="rgb24")
            across = min(whole.shape[1], round(whole.shape[0] * width / height))
            left = (whole.shape[1] - across) // 2
            part = np.ascontiguousarray(whole[:, left : left + across], np.uint8)
            pictures.append(np.asarray(cv2.resize(part, size), np.uint8))
    return pictures


def difference(one: Rgb, other: Rgb) -> float:
    """Mean absolute difference of two pictures, both taken to 256x256: 0 to 255."""
    small = [cv2.resize(each, (256, 256), interpolation=cv2.INTER_AREA).astype(int) for each in (one, other)]
    return float(np.abs(small[0] - small[1]).mean())
