"""`overglass demo --headless`: a measured run without a page, then what can be shown of it.

Nothing is encoded and drawn while it runs: pictures only go to disk, figures only to memory.
"""

import asyncio
import json
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from overglass_edge.meter import percentile
from overglass_protocol import loop
from overglass_protocol.errors import OverglassError
from overglass_simulators.demo.plan import Plan
from overglass_simulators.demo.plot import write_plot
from overglass_simulators.demo.report import make_report
from overglass_simulators.demo.results import CLIP, PLOT, Results
from overglass_simulators.demo.run import Run
from overglass_simulators.demo.side_by_side import write_side_by_side
from overglass_simulators.demo.source import length_of
from overglass_simulators.demo.spool import Spool
from overglass_simulators.signals import ended_by_signals

RECENT = 90
"Frames whose median the bar shows: three seconds at 30 fps."
BARS_A_SECOND = 4
"Each drawing takes about a millisecond from whatever is under way."


def run_headless(plan: Plan, out: Path, *, as_json: bool) -> None:
    """Runs, writes the three files and says where. Raises OverglassError with the cure."""
    console = Console(stderr=True)
    with ExitStack() as stack:
        results = stack.enter_context(Results(out))
        spool = stack.enter_context(Spool(results.draft("pictures.yuv")))
        run = Run(plan, [spool.keep])
        loop.run(_measure(run, console))
        for detail in run.journal.complaints():
            console.print(f"[bold red]![/] {detail}", highlight=False)
        spool.finish()
        report = make_report(run.account())
        if not run.journal.trips:
            refusal = run.journal.refusal()
            if refusal:
                raise OverglassError(f"no picture came back: {refusal}")
            raise OverglassError(
                "no picture came back",
                cure="Give it longer with --seconds, or see why: overglass --debug demo.",
            )
        report["side_by_side"] = {
            "frames": len(spool.kept),
            "left_out": len(run.journal.trips) - len(spool.kept),
        }
        write_plot(results.draft(PLOT), report, list(run.journal.trips))
        if spool.kept:
            _write_clip(results.draft(CLIP), spool, report, console)
        files = results.publish(report)
    if as_json:
        typer.echo(json.dumps({**report, "files": files}))
    else:
        _tell(report, files)


async def _measure(run: Run, console: Console) -> None:
    async with AsyncExitStack() as stack:
        with console.status("Starting the service"):
            await stack.enter_async_context(run)
        with ended_by_signals(run.end), _bar(console) as bar:
            task = bar.add_task("Measuring", total=length_of(run.plan), figures="")
            drawing = asyncio.create_task(_draw(bar, task, run))
            try:
                await run.play()
            finally:
                drawing.cancel()


async def _draw(bar: Progress, task: TaskID, run: Run) -> None:
    while True:
        await asyncio.sleep(1 / BARS_A_SECOND)
        recent = [trip.latency for trip in run.journal.latest(run.journal.count - RECENT)]
        middle = percentile(recent, 50)
        figures = (
            f"{middle * 1000:.1f} ms, {run.journal.count} frames" if middle is not None else "connecting"
        )
        bar.update(task, completed=run.tee.seconds, figures=figures)


def _write_clip(path: Path, spool: Spool, report: dict[str, Any], console: Console) -> None:
    with _bar(console) as bar:
        task = bar.add_task("Writing the clip", total=len(spool.kept), figures="")
        fps = f"{report['fps']['out'] or 0:.0f} fps"
        codec = (report["codec"] or "").upper().replace("H264", "H.264")
        look = f"strength {report['strength']:.0%}" if report["strength"] < 1 else "over WebRTC and back"
        write_side_by_side(
            path,
            spool,
            ("Camera", report["look"].capitalize()),
            (
                report["source"]["name"],
                ", ".join(part for part in (look, codec, report["size"], fps) if part),
            ),
            lambda: bar.advance(task),
        )


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[figures]}"),
        console=console,
        refresh_per_second=BARS_A_SECOND,
        transient=True,
    )


def _tell(report: dict[str, Any], files: dict[str, str]) -> None:
    latency, fps = report["latency_ms"], report["fps"]
    typer.echo(
        f"{latency['p50']:.1f} ms from camera to display (p95 {latency['p95']:.1f}), "
        f"{fps['out'] or 0:.1f} of {fps['in'] or 0:.1f} pictures a second."
    )
    for path in files.values():
        typer.echo(f"  {path}")
