"""A studio over made-up glasses, and a browser in front of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page

from overglass_simulators.studio.app import create_app
from overglass_simulators.web.serving import bind, serving
from tests.end_to_end.browser import chromium, opened
from tests.end_to_end.studio_watch import until
from tests.simulators.studio_devices import CHOICES
from tests.simulators.studio_parts import MadeUpGlasses, living

LIVE = "document.body.dataset.state === 'live'"


@dataclass
class Desk:
    glasses: MadeUpGlasses
    browser: Browser
    url: str
    errors: list[str] = field(default_factory=list)
    "What went wrong in its pages."

    async def page(self, *, phone: bool = False) -> Page:
        page = await opened(self.browser, self.url, phone=phone)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        await until(page, LIVE)
        return page


@contextlib.asynccontextmanager
async def at_a_desk(scratch: Path) -> AsyncIterator[Desk]:
    ending = asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(bind(0, 0)))
        glasses = await stack.enter_async_context(living(scratch / "recordings"))
        browser = await stack.enter_async_context(chromium())
        app = create_app(glasses, CHOICES, ending)
        url = await stack.enter_async_context(serving(app, listener, ending))
        desk = Desk(glasses, browser, url)
        yield desk
        assert desk.errors == []
