"""What can go wrong, told on the page with its cure, and what heals by itself."""

from pathlib import Path

import pytest
from playwright.async_api import Route

from overglass_cloud.tokens import make_token
from overglass_simulators.service import Service
from tests.end_to_end.browser import (
    NAME,
    chromium,
    findings,
    opened,
    service,
    signing,
    told,
    until,
    worn,
    write_clip,
)

SECRET = "a secret that is long enough for its job"
BUSY = """
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("in use", "NotReadableError"); };
"""

DEADLINES = """
  const deadlines = [];
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    deadlines.push([ms, controller]);
    return controller.signal;
  };
  window.pass = (time) => {
    for (const [ms, controller] of deadlines) if (ms <= time) controller.abort();
  };
"""
"Whatever waits at most so long for an answer gives up when `pass(ms)` says that the time is over."


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "signing.mjpeg", signing()[:60])


@pytest.mark.parametrize(
    ("allowed", "devices", "script", "title", "cure"),
    [
        (False, True, "", "The camera was refused", "address bar"),
        (True, False, "", "No camera was found", "on your phone"),
        (True, True, BUSY, "The camera is busy", "Close what else uses"),
    ],
    ids=["refused", "none", "busy"],
)
async def test_a_camera_that_cannot_be_had_is_told_with_its_cure(
    allowed: bool, devices: bool, script: str, title: str, cure: str
) -> None:
    with service() as url:
        async with chromium(allowed=allowed, devices=devices) as browser:
            page = await opened(browser, url, script=script, phone=True)
            await page.click("#start")
            words = await told(page)
            assert title in words
            assert cure in words
            assert await findings(page) == []
            assert await page.evaluate("overglass.phase") == "trouble"
            assert await page.locator("#retry").is_enabled()


async def test_a_camera_that_is_taken_away_ends_the_session(camera: Path) -> None:
    with service(max_sessions=1) as url:
        async with chromium(camera) as browser:
            page = await worn(browser, url)
            await page.evaluate("overglass.camera.dispatchEvent(new Event('ended'))")
            words = await told(page)
            assert "The camera was taken away" in words
            assert await page.evaluate("overglass.camera") is None
            await page.click("#retry")
            await until(page, "overglass.phase === 'live'")


async def test_without_https_the_page_says_what_brings_it() -> None:
    with service(beyond=True, secret=SECRET) as url:
        async with chromium() as browser:
            page = await opened(browser, url.replace("127.0.0.1", NAME))
            assert not await page.evaluate("isSecureContext")
            await page.click("#start")
            words = await told(page)
    assert "needs a secure page" in words
    assert "overglass cloud --dev-tls" in words


async def test_a_browser_without_webrtc_is_told_so() -> None:
    with service() as url:
        async with chromium() as browser:
            page = await opened(browser, url, script="delete window.RTCPeerConnection;")
            await page.click("#start")
            words = await told(page)
            assert await page.locator("#retry").is_hidden()
    assert "This browser cannot be glasses" in words
    assert "Chrome, Edge, Safari or Firefox" in words


async def test_a_missing_token_is_asked_for_and_kept_out_of_the_address(camera: Path) -> None:
    with service(secret=SECRET) as url:
        async with chromium(camera) as browser:
            page = await opened(browser, url)
            await page.click("#start")
            assert "A token is needed" in await told(page)
            assert await findings(page) == []
            await page.fill("#token", "nonsense")
            await page.keyboard.press("Enter")
            await until(page, "overglass.trouble?.title === 'The token is not valid here'")
            await page.fill("#token", make_token(SECRET, "session", 5))
            await page.keyboard.press("Enter")
            await until(page, "overglass.phase === 'live' && overglass.frames.length > 5")
            fresh = await opened(browser, f"{url}/#token={make_token(SECRET, 'session', 5)}")
            assert fresh.url == f"{url}/"
            await fresh.click("#start")
            await until(fresh, "overglass.phase === 'live' && overglass.frames.length > 5")


@pytest.mark.parametrize("kind", ["expired", "view"])
async def test_a_token_that_opens_nothing_is_told_with_its_reason(kind: str, camera: Path) -> None:
    expected = {
        "expired": ("The token has expired", "overglass token"),
        "view": ("The token does not open this door", "--scope session"),
    }
    with service(secret=SECRET) as url:
        async with chromium(camera) as browser:
            token = make_token(
                SECRET, "view" if kind == "view" else "session", -5 if kind == "expired" else 5
            )
            page = await opened(browser, f"{url}/#token={token}")
            await page.click("#start")
            words = await told(page)
            assert await page.locator("#token").is_visible()
    title, cure = expected[kind]
    assert title in words
    assert cure in words


async def test_a_token_in_use_is_waited_for_until_the_other_page_is_gone_for_good(camera: Path) -> None:
    with service(secret=SECRET, resume_seconds=2) as url:
        async with chromium(camera) as browser:
            address = f"{url}/#token={make_token(SECRET, 'session', 5)}"
            first = await worn(browser, address)
            second = await opened(browser, address, phone=True)
            await second.click("#start")
            words = await told(second)
            assert "The glasses are on elsewhere" in words
            assert "tries again by itself" in words
            assert await second.locator("#retry").is_visible()
            assert await second.locator("#token").is_hidden()
            assert await findings(second) == []
            await first.close()
            await until(second, "overglass.phase === 'live' && overglass.frames.length > 5")
            assert await second.locator("#trouble").is_hidden()


async def test_a_token_that_stays_in_use_is_told_in_the_end_and_may_be_tried_again(camera: Path) -> None:
    with service(secret=SECRET) as url:
        async with chromium(camera) as browser:
            address = f"{url}/#token={make_token(SECRET, 'session', 5)}"
            first = await worn(browser, address)
            second = await opened(browser, address)
            await second.clock.install()
            await second.click("#start")
            await until(second, "overglass.phase === 'away'")
            await second.clock.fast_forward(60_000)
            await until(second, "overglass.phase === 'trouble'")
            words = await told(second)
            assert "The token is in use" in words
            assert "ask for a new token" in words
            assert await second.locator("#token").is_visible()
            assert await findings(second) == []
            await first.click("#stop")
            await second.click("#retry")
            await until(second, "overglass.phase === 'live'")


async def test_a_look_that_starts_slowly_is_waited_for_and_not_asked_for_twice(camera: Path) -> None:
    asked = []
    with service() as url:
        async with chromium(camera) as browser:
            page = await opened(browser, url, script=DEADLINES)

            async def after_half_a_minute(route: Route) -> None:
                asked.append(route.request.method)
                await page.evaluate("pass(30_000)")
                await route.continue_()

            await page.route("**/live?*", after_half_a_minute)
            await page.click("#start")
            await until(page, "overglass.phase === 'live' && overglass.frames.length > 5")
    assert asked == ["POST"]


async def test_a_full_service_is_waited_for(camera: Path) -> None:
    with service(max_sessions=1) as url:
        async with chromium(camera) as browser:
            first = await worn(browser, url)
            second = await opened(browser, url)
            await second.click("#start")
            words = await told(second)
            assert "The service is full" in words
            assert await findings(second) == []
            await first.click("#stop")
            await until(second, "overglass.phase === 'live' && overglass.frames.length > 5")
            assert await second.locator("#trouble").is_hidden()
            assert await first.evaluate("overglass.phase") == "idle"


async def test_a_service_that_is_gone_and_comes_back_is_taken_up_again(camera: Path) -> None:
    with Service(port=0) as running:
        async with chromium(camera) as browser:
            page = await worn(browser, f"{running.url}/?look=ink")
            session = await page.evaluate("overglass.session")
            running.kill()
            await until(page, "overglass.trouble?.title === 'The service does not answer'")
            words = await told(page)
            assert "tries again by itself" in words
            assert await page.locator("#trouble svg").evaluate("(icon) => icon.getBBox().width > 0")
            assert "overglass cloud" in words
            assert await findings(page) == []
            count = await page.evaluate("overglass.frames.length")
            running.restart()
            await until(page, f"overglass.phase === 'live' && overglass.frames.length > {count + 5}")
            assert await page.locator("#trouble").is_hidden()
            assert await page.evaluate("overglass.session") != session
            assert await page.evaluate("overglass.control.look") == "ink"


async def test_a_connection_that_breaks_is_replaced_within_the_same_session(camera: Path) -> None:
    with service() as url:
        async with chromium(camera) as browser:
            page = await worn(browser, f"{url}/?look=neon")
            session = await page.evaluate("overglass.session")
            count = await page.evaluate("overglass.frames.length")
            await page.evaluate("overglass.peer.close()")
            await until(page, "overglass.phase === 'away'")
            await until(page, f"overglass.phase === 'live' && overglass.frames.length > {count + 10}")
            assert await page.evaluate("overglass.session") == session


async def test_a_reload_resumes_the_session_with_its_look(camera: Path) -> None:
    with service() as url:
        async with chromium(camera) as browser:
            page = await worn(browser, url)
            await page.locator('#looks input[value="neon"]').click()
            await until(page, "overglass.applied === 1")
            session = await page.evaluate("overglass.session")
            await page.reload()
            await until(page, "overglass.phase === 'live' && overglass.frames.length > 5")
            assert await page.evaluate("overglass.session") == session
            await until(page, "overglass.control.look === 'neon'")
            assert await page.locator("#looks input:checked").get_attribute("value") == "neon"


async def test_words_stay_on_the_page_but_go_only_to_looks_that_take_them(camera: Path) -> None:
    with Service() as running:
        async with chromium(camera) as browser:
            page = await worn(browser, f"{running.url}/?look=model")
            await page.fill("#prompt", "pause 0")
            applied = "overglass.applied === overglass.control.version"
            await until(page, f"overglass.control.prompt === 'pause 0' && {applied}")
            await page.locator('#looks input[value="ink"]').click()
            await until(page, f"overglass.control.look === 'ink' && {applied}")
            assert await page.evaluate("[overglass.control.look, overglass.control.prompt]") == ["ink", None]
            assert await page.locator("#trouble").is_hidden()
            assert await page.input_value("#prompt") == "pause 0"


async def test_the_page_keeps_nobody_out(camera: Path) -> None:
    """axe, on a desk and on a phone: before, while worn, with all settings open, and sharing."""
    with service() as url:
        async with chromium(camera) as browser:
            for phone in (False, True):
                page = await opened(browser, url, phone=phone)
                assert await findings(page) == []
                await page.click("#start")
                await until(page, "overglass.phase === 'live' && overglass.frames.length > 10")
                if phone:
                    await page.click("#more")
                assert await findings(page) == []
                await page.click("#share")
                await page.locator("#share-dialog").wait_for(state="visible")
                assert await findings(page) == []
                across = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert across <= 0
                await page.keyboard.press("Escape")
                await page.click("#stop")
