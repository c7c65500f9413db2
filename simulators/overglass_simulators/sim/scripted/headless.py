"""`overglass sim --headless`: a scripted session without a page, and a report that a machine can judge."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, assert_never

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from overglass_protocol import loop
from overglass_protocol.errors import DisplayError, OverglassError, PeerError
from overglass_protocol.recording.session_folder import SessionFolder
from overglass_simulators import link as networks
from overglass_simulators.machine import machine
from overglass_simulators.sim.plan import SimPlan
from overglass_simulators.sim.scripted.account import Provoked, figures, recoveries, recovery_figures
from overglass_simulators.sim.scripted.judge import judged
from overglass_simulators.sim.scripted.notes import Notes
from overglass_simulators.sim.scripted.script import Event, Script, mode_of
from overglass_simulators.sim.scripted.waterfall import write_waterfall
from overglass_simulators.sim.session import Sim

REPORT, TIMELINE, RECORDING = "report.json", "timeline.png", "session"
LISTEN_EVERY = 0.05
"Seconds between looks at what has happened."
FIRST_PICTURE_WITHIN = 30.0
"Seconds until it is given up: the script's clock begins with the first picture that is worn."


def run_script(script: Script, out: Path, *, cloud: str | None = None, as_json: bool) -> None:
    """Runs it against a service at `cloud`, or one of its own; writes report and timeline; says how it went.

    Raises OverglassError with the cure, also when an expectation of the script was not met.
    """
    console = Console(stderr=True)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DisplayError(f"{out} cannot be made: {error.strerror}", cure="Choose another --out.") from error
    before, notes = machine(), Notes()
    loop.run(_perform(replace(plan_of(script), cloud=cloud), script, out, notes, console))
    report = {**report_of(script, notes), "machine": before}
    _write(out / REPORT, report)
    if notes.rows:
        write_waterfall(out / TIMELINE, title_of(script), notes.rows, notes.registrations, notes.provoked)
    if as_json:
        typer.echo(json.dumps(report))
    else:
        _tell(report, out)
    missed = [wanted for wanted in report["expected"] if not wanted["kept"]]
    if missed:
        words = "; ".join(f"{w['what']}: {w['measured']}, expected {w['bound']}" for w in missed)
        raise OverglassError(f"the session did not go as expected: {words}")


def report_of(script: Script, notes: Notes) -> dict[str, Any]:
    """Everything that was found, and whether it is what the script expects."""
    found = {
        **asdict(script),
        "trace": None if script.trace is None else str(script.trace),
        "frames": {"sent": notes.sent, "returned": notes.returned, "worn": len(notes.rows)},
        "began": round(notes.began, 3),  # of the session, whose time all times below are in
        "fps": round(_fps(script, notes), 2),
        **figures(notes.rows, [registration for _, registration in notes.registrations]),
        "clock_error_ms": None if notes.clock_error is None else round(notes.clock_error * 1000, 3),
        "faults": [
            recovery_figures(recovery)
            for recovery in recoveries(notes.provoked, notes.rows, notes.said, notes.fps)
        ],
        "told": [{"at": round(s.at, 3), "name": s.name, "detail": s.detail} for s in notes.said],
        "recording": _recorded(notes.recording),
    }
    expected = [asdict(verdict) for verdict in judged(script.expect, found)]
    return {**found, "expected": expected, "kept": all(wanted["kept"] for wanted in expected)}


def title_of(script: Script) -> str:
    """In words, for people."""
    return f"{script.device}, {script.motion} in {script.world}, look {script.look}, network {script.link}"


def plan_of(script: Script) -> SimPlan:
    """What the script begins with. Raises ConfigError."""
    return SimPlan(
        device=script.device,
        world=script.world,
        motion=script.motion,
        trace=script.trace,
        link=networks.named(script.link),
        look=script.look,
        strength=script.strength,
        mode=script.mode,
        seed=script.seed,
    )


def _fps(script: Script, notes: Notes) -> float:
    """Pictures worn a second, outside of faults; 0 where nothing else was."""
    shown = [row.exposed + row.latency for row in notes.rows]
    calm, pictures = 0.0, 0
    for begin, end in _between(notes.began, notes.began + script.seconds, notes.provoked):
        calm += end - begin
        pictures += sum(begin <= at < end for at in shown)
    return pictures / calm if calm > 0 else 0.0


def _between(begin: float, end: float, provoked: Sequence[Provoked]) -> Iterator[tuple[float, float]]:
    """What is left of that time without the faults, which may overlap and outlast it."""
    for fault in sorted(provoked, key=lambda each: each.at):
        if begin < min(fault.at, end):
            yield begin, min(fault.at, end)
        begin = max(begin, fault.ended)
    if begin < end:
        yield begin, end


async def _perform(plan: SimPlan, script: Script, out: Path, notes: Notes, console: Console) -> None:
    async with AsyncExitStack() as stack:
        with console.status("Starting the service and putting the glasses on"):
            sim = await stack.enter_async_context(Sim(plan))
            failing = asyncio.create_task(sim.failed())
            stack.callback(failing.cancel)
            await _first_picture(sim, failing)
        if script.record:
            notes.recording = await sim.wearing.record(out / RECORDING)
        start, pending = time.monotonic(), list(script.events)
        notes.began = notes.now(sim)
        with _bar(console) as bar:
            task = bar.add_task(title_of(script), total=script.seconds)
            while (passed := time.monotonic() - start) < script.seconds:
                while pending and pending[0].at <= passed:
                    await _happen(sim, pending.pop(0), notes)
                notes.listen(sim)
                bar.update(task, completed=passed)
                await asyncio.wait({failing}, timeout=LISTEN_EVERY)
                if failing.done():
                    failing.result()
        if script.record:
            await sim.stop_recording()
        notes.listen(sim)


async def _first_picture(sim: Sim, failing: "asyncio.Task[None]") -> None:
    deadline = time.monotonic() + FIRST_PICTURE_WITHIN
    while not sim.rows(-1):
        await asyncio.wait({failing}, timeout=LISTEN_EVERY)
        if failing.done():
            failing.result()
        if time.monotonic() > deadline:
            said = sim.state().said
            why = f": {said[-1].detail}" if said else ""
            raise PeerError(f"no picture came back within {FIRST_PICTURE_WITHIN:g} s{why}")


async def _happen(sim: Sim, event: Event, notes: Notes) -> None:
    """Does what the script says is to happen now."""
    match event.kind:
        case "fault":
            fault = event.fault
            assert fault is not None
            at = notes.now(sim)
            sim.provoke(fault)
            notes.provoked.append(Provoked(fault, at))
        case "link":
            sim.set_link(networks.named(event.name))
        case "look":
            sim.set_look(event.name, event.strength if event.strength is not None else sim.plan.strength)
        case "motion":
            sim.set_motion(event.name)
        case "device":
            await sim.set_device(event.name)
        case "mode":
            sim.set_mode(mode_of(event.name))
        case _:
            assert_never(event.kind)


def _recorded(folder: Path | None) -> dict[str, Any] | None:
    if folder is None:
        return None
    session = SessionFolder.open(folder)
    return {
        "folder": str(folder),
        "frames": len(session.frames),
        "complete": session.complete and not session.problems,
        "problems": list(session.problems),
    }


def _write(path: Path, report: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(report, indent=2) + "\n")
    except OSError as error:
        raise DisplayError(f"cannot write {path}: {error.strerror}", cure="Free disk space.") from error


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        refresh_per_second=4,
        transient=True,
        disable=not console.is_terminal,
    )


def _tell(report: dict[str, Any], out: Path) -> None:
    latency, off = report["latency_ms"], report["registration_deg"]
    worn = f"{report['frames']['worn']} pictures worn"
    if latency["p50"] is not None:
        worn += f", {latency['p50']:.0f} ms from light to light (p95 {latency['p95']:.0f})"
    typer.echo(f"{worn}.")
    if off["p95"] is not None:
        without = report["without_reprojection_deg"]["p95"]
        typer.echo(f"Overlays {off['p95']} degrees off (p95); {without} without reprojection.")
    for fault in report["faults"]:
        back = fault["live_within_s"]
        how = "did not come back" if back is None else f"live again {back:.2f} s after its end"
        typer.echo(f"  {fault['fault']} at {fault['at']:.1f} s: {how}.")
    for name in (REPORT, TIMELINE):
        typer.echo(f"  {out / name}")
