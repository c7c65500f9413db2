"""`overglass demo`: the page that shows a run while it happens, served by the process with the glasses."""

import asyncio
import contextlib
import json
import socket
import webbrowser
from contextlib import AsyncExitStack
from typing import Any

import typer
from rich.console import Console

from overglass_protocol import loop
from overglass_simulators.demo.app import create_app
from overglass_simulators.demo.pictures import Pictures
from overglass_simulators.demo.plan import Plan
from overglass_simulators.demo.report import make_report
from overglass_simulators.demo.run import Run
from overglass_simulators.signals import ended_by_signals
from overglass_simulators.web.serving import bind, serving

USUAL_PORT = 8410


def run_interactive(plan: Plan, port: int | None, *, browser: bool, as_json: bool) -> None:
    """Shows the page until Ctrl-C or the plan's end. Raises OverglassError with the cure."""
    report: dict[str, Any] = {}
    with contextlib.closing(bind(port, USUAL_PORT)) as listener:
        loop.run(_show(plan, listener, report, browser=browser, quiet=as_json))
    latency = report["latency_ms"]
    if as_json:
        typer.echo(json.dumps(report))
    elif latency["frames"]:
        typer.echo(
            f"{latency['frames']} pictures in {report['seconds']:.0f} s, "
            f"{latency['p50']:.1f} ms from camera to display (p95 {latency['p95']:.1f})."
        )


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
            url = await stack.enter_async_context(serving(page, listener, ending))
            typer.echo(f"Overglass shows itself on {url}  (Ctrl-C ends it)", err=quiet)
            if browser:
                await asyncio.to_thread(webbrowser.open, url)
            with ended_by_signals(run.end):
                await run.play()
        report.update(make_report(run.account()))
