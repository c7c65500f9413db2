"""The studio in a real browser, over made-up glasses: each thing is judged by what the page shows."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page

from overglass_simulators.sim.subject import STAGES
from tests.end_to_end.browser import difference, pixels
from tests.end_to_end.studio_desk import LIVE, Desk, at_a_desk
from tests.end_to_end.studio_watch import (
    across,
    changed,
    drag,
    eventually,
    fault_drawn,
    longest_gap,
    middle,
    shape,
    told,
    until,
    until_like,
)

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with at_a_desk(tmp_path) as desk:
        yield desk


async def test_other_glasses_are_chosen_with_their_numbers_in_sight(desk: Desk) -> None:
    page = await desk.page()
    assert await shape(page, "#camera") == (560, 420)
    desk.glasses.number += 10**6  # these are far ahead, and the next ones count their pictures anew
    await page.wait_for_event("response", lambda each: int(each.headers.get("overglass-number", 0)) > 10**6)
    await page.click("#device")
    await page.locator("#devices input[value=spot]").check(force=True)
    sheet = page.locator("#numbers")
    await sheet.get_by_text("600x600 at 72 Hz").wait_for()
    assert "Made up, too." in await sheet.inner_text()
    await page.click("#wear")
    await until(page, "document.querySelector('#device-title').textContent === 'A small bright spot'")
    assert "see-through, 20°" in await page.inner_text("#device-facts")
    await until(page, "document.querySelector('#camera').width === 360")
    assert await shape(page, "#worn") == (360, 640)
    assert not await page.locator("#devices-dialog").is_visible()
    await until(page, "document.querySelector('#log').textContent.includes('A small bright spot')")


async def test_dragging_either_picture_turns_the_head_and_what_is_seen(desk: Desk) -> None:
    page = await desk.page()
    await still(page, desk)
    for name in ("camera", "worn"):
        before, head = await pixels(page, f"#{name}"), desk.glasses.head
        await drag(page, f"#{name}-turns", (0.2, 0.3), (120, 20))
        await until(page, "!document.querySelector('#straight').hidden")
        # The world stays under the finger.
        field, width = desk.glasses.device.camera.field_of_view, await across(page, f"#{name}-turns")
        expected = pytest.approx(
            (head[0] + 120 / width * field, head[1] + 20 / width * field), rel=0.02, abs=0.002
        )
        await told(lambda aim=expected: desk.glasses.head == aim)  # type: ignore[misc]
        await changed(page, f"#{name}", before, 8)
    await page.click("#straight")
    await told(lambda: abs(desk.glasses.head[0]) < 1e-6)
    assert await page.locator("#straight").is_hidden()


async def test_arrow_keys_turn_the_head(desk: Desk) -> None:
    page = await desk.page()
    await still(page, desk)
    before = await pixels(page, "#camera")
    await page.focus("#camera-turns")
    for _ in range(5):
        await page.keyboard.press("ArrowRight")
    await told(lambda: desk.glasses.head[0] == pytest.approx(-0.25))
    await changed(page, "#camera", before, 8)
    assert await page.inner_text("#turned") == "14° right"
    await page.keyboard.press("Home")
    await told(lambda: abs(desk.glasses.head[0]) < 1e-6)


async def test_a_finger_turns_the_head_on_a_phone(desk: Desk) -> None:
    page = await desk.page(phone=True)
    await page.locator("#camera-turns").evaluate(
        """(place) => {
          const finger = { pointerId: 1, pointerType: "touch", button: 0, clientY: 200 };
          const say = (type, x) => place.dispatchEvent(new PointerEvent(type, { ...finger, clientX: x }));
          place.setPointerCapture = () => {};
          say("pointerdown", 100); say("pointermove", 160); say("pointerup", 160); say("pointermove", 300);
        }"""
    )
    field, width = desk.glasses.device.camera.field_of_view, await across(page, "#camera-turns")
    await told(lambda: desk.glasses.head[0] == pytest.approx(60 / width * field, rel=0.02))


async def test_a_fault_counts_down_leaves_a_gap_and_is_over(desk: Desk) -> None:
    page = await desk.page()
    await page.locator("#seconds input[value='1']").check(force=True)
    await told(lambda: desk.glasses.time > 4)
    assert await longest_gap(page) < 0.15
    assert not await fault_drawn(page)
    await page.click("[data-kind=outage]")
    button = page.locator("[data-kind=outage]")
    await until(
        page, "document.querySelector('[data-kind=outage][data-running] b')?.textContent.endsWith(' s')"
    )
    await until(page, "document.querySelector('#state').textContent.trim() === 'Reconnecting'")
    await until(page, "getComputedStyle(document.querySelector('#worn')).opacity < 0.5")
    await eventually(lambda: fault_drawn(page))
    await until(page, "!document.querySelector('[data-kind=outage]').hasAttribute('data-running')")
    await until(page, LIVE)
    await until(page, "getComputedStyle(document.querySelector('#worn')).opacity === '1'")
    await until(page, "/Outage: live again after \\d+ ms/.test(document.querySelector('#log').textContent)")
    await page.click("#freeze")
    assert await longest_gap(page) > 0.3
    assert await button.locator("b").is_hidden()
    assert "Outage is over" in await page.inner_text("#log")


async def test_every_fault_can_be_provoked(desk: Desk) -> None:
    page = await desk.page()
    kinds = await page.locator(".fault").evaluate_all("(all) => all.map((each) => each.dataset.kind)")
    for kind in kinds:
        await page.click(f"[data-kind={kind}]")
        await until(page, f"document.querySelector('[data-kind={kind}]').hasAttribute('data-running')")
    assert len(kinds) == 8
    assert {fault.kind for fault in desk.glasses.state().faults} <= set(kinds)


async def test_a_session_is_recorded_and_worn_again(desk: Desk) -> None:
    page = await desk.page()
    await still(page, desk)
    before = await pixels(page, "#camera")
    await page.click("#record")
    await until(page, "document.querySelector('#record').getAttribute('aria-pressed') === 'true'")
    await until(page, "document.querySelector('#record-time').textContent === '0:01'")
    await page.keyboard.press("r")
    await until(page, "document.querySelector('#record-word').textContent === 'Record'")
    await until(page, "document.querySelector('#toasts').textContent.includes('session-1')")
    await page.click("#recordings")
    await page.get_by_role("button", name="Replay session-1").click()
    await until(page, "document.querySelector('#replaying').textContent === 'replays session-1'")
    assert await page.locator("#recordings-dialog").is_hidden()
    await changed(page, "#camera", before, 8)
    await page.click("#recordings")
    await page.get_by_role("button", name="Go back to the generated world").click()
    await until(page, "document.querySelector('#replaying').hidden")


async def test_the_split_slider_shows_both_sides_for_what_they_are(desk: Desk) -> None:
    page = await desk.page()
    await still(page, desk)
    desk.glasses.set_look("ink", 1.0)
    box = await page.locator("#worn-picture").bounding_box()
    assert box is not None
    for share in (0.25, 0.8):
        await page.mouse.move(*(await middle(page, "#split")))
        await page.mouse.down()
        await page.mouse.move(box["x"] + box["width"] * share, box["y"] + 90, steps=4)
        await page.mouse.up()
        now = float(await page.get_attribute("#split", "aria-valuenow") or 0)
        assert now == pytest.approx(share * 100, abs=1)
    assert desk.glasses.head == (0.0, 0.0), "the slider is not the head"
    await page.focus("#split")
    await page.keyboard.press("Home")
    assert await page.get_attribute("#split", "aria-valuenow") == "0"
    desk.glasses.set_motion("sway")
    await until(page, "Number(document.querySelector('#plain').textContent) > 5")
    await said_apart(page, desk)


async def said_apart(page: Page, desk: Desk) -> None:
    """With the glasses held in mid-turn, either end of the slider shows one of their two pictures."""
    desk.glasses.held = True
    views = await desk.glasses.views(-1, 0)
    assert views is not None
    worn, plain = (np.asarray(each[:, :, ::-1], np.uint8) for each in (views.worn, views.plain))
    assert difference(worn, plain) > 5
    await until_like(page, "#worn", worn)
    await page.keyboard.press("End")
    await until_like(page, "#worn", plain)
    await page.locator("#split").evaluate("(each) => each.focus()")
    for _ in range(5):
        await page.keyboard.press("PageDown")
    shown, half = await pixels(page, "#worn"), worn.shape[1] // 2
    assert difference(shown[:, :half], plain[:, :half]) < difference(shown[:, :half], worn[:, :half])
    assert difference(shown[:, half:], worn[:, half:]) < difference(shown[:, half:], plain[:, half:])


async def test_without_reprojection_there_is_nothing_to_split(desk: Desk) -> None:
    page = await desk.page()
    await page.locator("#modes input[value=none]").check(force=True)
    await page.locator("#split").wait_for(state="hidden")
    assert desk.glasses.mode == "none"
    words = "document.querySelector('#mode-words').textContent"
    await until(page, f"{words}.includes('late by its whole trip')")


async def test_link_and_look_follow_their_sliders(desk: Desk) -> None:
    page = await desk.page()
    await page.locator("#links input[value=train]").check(force=True)
    await told(lambda: desk.glasses.settings.rate == 2e6)
    assert await page.inner_text("#round-trip + output") == "160 ms"
    await page.locator("#rate").fill("100")
    await told(lambda: desk.glasses.settings.rate is None)
    assert await page.inner_text("#rate + output") == "no limit"
    assert await page.locator("#links input:checked").count() == 0
    await page.select_option("#look", "ink")
    await page.locator("#strength").fill("40")
    await told(lambda: (desk.glasses.look, desk.glasses.strength) == ("ink", 0.4))
    await until(page, "Number(document.querySelector('#latency').textContent) > 200")


async def test_pointing_at_a_strand_tells_the_frame_s_numbers(desk: Desk) -> None:
    page = await desk.page()
    await page.click("#freeze")
    await page.locator("#timeline").scroll_into_view_if_needed()
    box = await page.locator("#timeline").bounding_box()
    assert box is not None
    await page.focus("#timeline")
    await page.keyboard.press("ArrowLeft")
    reading = page.locator("#reading")
    await reading.wait_for()
    by_key = await reading.inner_text()
    row = next(
        row for row in desk.glasses.rows(-1) if f"Frame {row.frame_id}\n" in by_key.replace("\t", "\n")
    )
    numbers = dict(zip(by_key.split("\n")[2::2], by_key.split("\n")[3::2], strict=True))
    assert list(numbers) == list(STAGES)
    for name, seconds in row.stages.items():
        assert float(numbers[name]) == pytest.approx(seconds * 1000, abs=0.06)
    await page.keyboard.press("Escape")
    await reading.wait_for(state="hidden")
    for offset in range(0, 400, 7):
        await page.mouse.move(box["x"] + box["width"] - 60 - offset, box["y"] + box["height"] / 2)
        if await reading.is_visible():
            break
    assert await reading.is_visible()


async def still(page: Page, desk: Desk) -> None:
    """Nothing moves by itself, so that what changes has been changed."""
    desk.glasses.set_motion("still")
    await until(page, "document.querySelector('#motions input:checked').value === 'still'")
    await until(page, "Number(document.querySelector('#plain').textContent) < 0.1")
