"""Joins the parts of a live session for the command line, runs it, and says how it goes.

What `overglass edge` does once its flags are read.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from overglass_edge.agent import Agent
from overglass_edge.contract import AgentSettings
from overglass_edge.displays import Display, NoDisplay
from overglass_edge.displays.file import FileDisplay
from overglass_edge.door import Door
from overglass_edge.meter import Meter
from overglass_edge.recorder import Recorder
from overglass_edge.reference import read_reference
from overglass_edge.sources import Camera, open_camera
from overglass_protocol import loop, rtc
from overglass_protocol.control import Control, Overlay, Region
from overglass_protocol.errors import ConfigError, PeerError
from overglass_protocol.messages import Report
from overglass_protocol.provenance.settings import TrustSettings


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What the command line asked for."""

    source: str
    cloud: str
    token: str | None
    look: str
    strength: float
    overlays: tuple[Overlay, ...]
    region: Region
    reference: Path | None
    size: tuple[int, int] | None
    fps: float | None
    codecs: tuple[str, ...]
    max_bitrate: int | None
    record: Path | None
    display: str
    mute: bool
    loop: bool
    seconds: float | None
    sign: bool = True
    "Whether the recording is signed at its end."


def run_live(options: LiveOptions) -> None:
    """Runs a session to its end, or until interrupted."""
    loop.run(_run(options))


async def _run(options: LiveOptions) -> None:
    camera = _camera(options)
    display = _display(options)
    reference = read_reference(options.reference) if options.reference is not None else None
    signer = TrustSettings().signer if options.sign else None
    recorder = Recorder(options.record, camera, signer=signer) if options.record is not None else None
    console, meter = Console(stderr=True), Meter()
    async with Door(options.cloud, options.token) as door:
        agent = Agent(
            camera,
            door,
            [display],
            _settings(options, door),
            Control(
                look=options.look,
                strength=options.strength,
                overlays=options.overlays,
                region=options.region,
                reference=reference.id if reference is not None else None,
            ),
            reference=reference,
            recorder=recorder,
            say=lambda name, detail: _print(console, f"[bold]{name}[/]  {detail}"),
            on_trip=meter.add,
        )
        try:
            with Live(console=console, transient=True, refresh_per_second=4) as line:
                status = asyncio.create_task(_show_status(agent, meter, line))
                try:
                    async with asyncio.timeout(options.seconds):
                        await agent.run()
                except TimeoutError:
                    pass  # the time that was asked for is over
                finally:
                    status.cancel()
        finally:
            display.close()
            if agent.tally.captured:  # also when it was interrupted, which is how most sessions end
                _print(console, _summary(agent, meter))
                if recorder is not None:
                    _print(console, f"recorded {recorder.frames} frames into {recorder.folder}")
    if recorder is not None and recorder.error is not None:
        raise recorder.error
    if agent.tally.connections == 0:
        raise PeerError(f"no service was reached at {door.url}", cure="Start one with: overglass cloud.")


def _camera(options: LiveOptions) -> Camera:
    chosen: dict[str, Any] = {"size": options.size, "fps": options.fps}
    if options.loop:
        chosen["loop"] = True
    return open_camera(options.source, **{name: value for name, value in chosen.items() if value is not None})


def _display(options: LiveOptions) -> Display:
    if options.display == "none":
        return NoDisplay()
    path = Path(options.display)
    if path.suffix != ".mp4":
        raise ConfigError(f"there is no display {options.display!r}", cure="Choose none or a file name.mp4.")
    return FileDisplay(path)


def _settings(options: LiveOptions, door: Door) -> AgentSettings:
    peer = rtc.PeerSettings(
        hosts=("127.0.0.1",) if door.loopback else None,
        codecs=options.codecs,
        fps=options.fps or 30.0,
        max_bitrate=options.max_bitrate,
    )
    return AgentSettings(peer=peer, sound=not options.mute)


async def _show_status(agent: Agent, meter: Meter, line: Live) -> None:
    while True:
        await asyncio.sleep(0.25)
        line.update(Text(_status(agent, meter)))


def _status(agent: Agent, meter: Meter) -> str:
    if not agent.connected:
        return f"not connected, {agent.tally.captured} frames captured"
    return (
        f"{agent.control.look}  {meter.fps():.1f} fps  {meter.percentile(50) * 1000:.1f} ms"
        f"  (p95 {meter.percentile(95) * 1000:.1f})" + _limit(agent.report)
    )


def _limit(report: Report | None) -> str:
    if report is None or report.limit == "none":
        return ""
    return f"  limited by {report.limit}" + (f": {report.detail}" if report.detail else "")


def _summary(agent: Agent, meter: Meter) -> str:
    tally = agent.tally
    counts = (
        f"{tally.captured} captured, {tally.sent} sent, {tally.returned} returned, "
        f"{tally.connections} connections"
    )
    if not tally.returned:
        return counts
    middle, most = (meter.percentile(share, whole=True) * 1000 for share in (50, 95))
    return f"{counts}; latency p50 {middle:.1f} ms, p95 {most:.1f} ms"


def _print(console: Console, line: str) -> None:
    """A line as it is, however narrow the window: paths and commands in it are to be copied."""
    console.print(line, highlight=False, soft_wrap=True)
