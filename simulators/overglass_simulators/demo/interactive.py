"""`overglass demo`: the page that shows a run while it happens, served by the process with the glasses."""

import asyncio
import contextlib
import json
import socket
import webbrowser
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console

from overglass_protocol import loop
from overglass_protocol.errors import ConfigError
from overglass_simulators.demo.app import create_app
from overglass_simulators.demo.pictures import Pictures
from overglass_simulators.demo.plan import Plan
from overglass_simulators.demo.report import make_report
from overglass_simulators.demo.run import Run, ended_by_signals

HOST, USUAL_PORT = "127.0.0.1", 8410


def run_interactive(plan: Plan, port: int | None, *, browser: bool, as_json: bool) -> None:
    """Shows the page until Ctrl-C or the plan's end. Raises OverglassError with the cure."""
    report: dict[str, Any] = {}
    with contextlib.closing(bind(port)) as listener:
        loop.run(_show(plan, listener, report, browser=browser, quiet=as_json))
    latency = report["latency_ms"]
    if as_json:
        typer.echo(json.dumps(report))
    elif latency["frames"]:
        typer.echo(
            f"{latency['frames']} pictures in {report['seconds']:.0f} s, "
            f"{latency['p50']:.1f} ms from camera to display (p95 {latency['p95']:.1f})."
        )


def bind(port: int | None) -> socket.socket:
    """A listening socket on loopback; None: the usual port, or any while that is taken.

    Raises ConfigError when a port that was asked for cannot be had.
    """
    for candidate in (USUAL_PORT, 0) if port is None else (port,):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
            # From here on a browser waits instead of being refused.
            listener.listen()
            return listener
        except OSError as error:
            listener.close()
            refusal = error
    raise ConfigError(
        f"the page cannot be shown on port {port}: {refusal.strerror}",
        cure="Choose another --port, or leave it out.",
    ) from refusal


async def _show(
    plan: Plan, listener: socket.socket, report: dict[str, Any], *, browser: bool, quiet: bool
) -> None:
    console = Console(stderr=True)
    with Pictures() as pictures:
        async with AsyncExitStack() as stack:
            with console.status("Starting the service"):
                run = await stack.enter_async_context(Run(plan, [pictures.take]))
            ending = asyncio.Event()
            page = create_app(run, pictures, ending)
            url = await stack.enter_async_context(_serving(page, listener, ending))
            typer.echo(f"Overglass shows itself on {url}  (Ctrl-C ends it)", err=quiet)
            if browser:
                await asyncio.to_thread(webbrowser.open, url)
            with ended_by_signals(run.end):
                await run.play()
        report.update(make_report(run.account()))


@asynccontextmanager
async def _serving(app: FastAPI, listener: socket.socket, ending: asyncio.Event) -> AsyncIterator[str]:
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}/"
    finally:
        ending.set()
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Leaves signals alone: they end the run, and the run ends the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
