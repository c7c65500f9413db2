"""`overglass sim`: serves the studio from the process that simulates the glasses, until somebody ends it."""

import asyncio
import contextlib
import socket
import webbrowser
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import typer
from rich.console import Console

from overglass_protocol import loop
from overglass_simulators.signals import ended_by_signals
from overglass_simulators.sim.subject import Subject
from overglass_simulators.studio.app import create_app
from overglass_simulators.studio.choices import Choices
from overglass_simulators.web.serving import bind, serving

USUAL_PORT = 8420
"Beside the demo's."


def run_studio(
    subject: Callable[[], AbstractAsyncContextManager[Subject]],
    choices: Choices,
    port: int | None,
    *,
    browser: bool,
    seconds: float | None = None,
) -> None:
    """Shows the page until Ctrl-C, or for so long. Raises OverglassError with the cure.

    `subject` is called within the event loop; its context is left when the page has ended.
    """
    with contextlib.closing(bind(port, USUAL_PORT)) as listener:
        loop.run(_show(subject, choices, listener, browser=browser, seconds=seconds))


async def _show(
    subject: Callable[[], AbstractAsyncContextManager[Subject]],
    choices: Choices,
    listener: socket.socket,
    *,
    browser: bool,
    seconds: float | None,
) -> None:
    ended, ending = asyncio.Event(), asyncio.Event()
    with ended_by_signals(ended.set):
        async with AsyncExitStack() as stack:
            with Console(stderr=True).status("Putting the glasses on"):
                glasses = await stack.enter_async_context(subject())
            page = create_app(glasses, choices, ending)
            url = await stack.enter_async_context(serving(page, listener, ending))
            typer.echo(f"The studio is on {url}  (Ctrl-C ends it)", err=True)
            if browser:
                await asyncio.to_thread(webbrowser.open, url)
            await _until_over(glasses, ended, seconds)


async def _until_over(glasses: Subject, ended: asyncio.Event, seconds: float | None) -> None:
    """Raises what the glasses gave up with."""
    waits = {asyncio.create_task(ended.wait()), asyncio.create_task(glasses.failed())}
    try:
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in waits:
            task.cancel()
