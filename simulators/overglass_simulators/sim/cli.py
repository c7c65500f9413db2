"""`overglass sim`: glasses on the desk. Chooses the session's parts.

Imports at the top stay light, since every `overglass --help` loads this file.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from overglass_protocol.errors import ConfigError

if TYPE_CHECKING:
    from overglass_simulators.link import LinkSettings
    from overglass_simulators.sim.subject import Mode


def sim(
    context: typer.Context,
    device: Annotated[
        str, typer.Option(help="What to wear: a profile's name or file; --devices lists them.")
    ] = "xreal-one-eye",
    world: Annotated[str, typer.Option(help="room, street, a video file, or a recorded session.")] = "room",
    motion: Annotated[
        str, typer.Option(help="still, constant, sin30, sin20, sin10, walk, or recorded (see --trace).")
    ] = "sin20",
    trace: Annotated[
        Path | None, typer.Option(help="Video or session whose gyro the motion 'recorded' follows.")
    ] = None,
    link: Annotated[str, typer.Option(help="perfect, wifi, lte, hotel, train or bluetooth.")] = "perfect",
    rtt_ms: Annotated[float | None, typer.Option(min=0.0, max=5000.0, help="Round trip instead.")] = None,
    jitter_ms: Annotated[float | None, typer.Option(min=0.0, max=1000.0, help="Jitter each way.")] = None,
    loss: Annotated[float | None, typer.Option(min=0.0, max=0.9, help="Share of packets lost.")] = None,
    look: Annotated[
        str, typer.Option(help="What to see; 'overglass looks' lists more. 'marks' finds the room's marks.")
    ] = "marks",
    strength: Annotated[float, typer.Option(min=0.0, max=1.0)] = 1.0,
    mode: Annotated[
        str, typer.Option(help="Reprojection: none, warp, warp_prediction, plane or delayed.")
    ] = "warp_prediction",
    seed: Annotated[int, typer.Option(help="Of the world, the sensors' noise and the link's losses.")] = 0,
    cloud: Annotated[str | None, typer.Option(help="A service of yours; by default one is started.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Wear a recorded session again.")] = None,
    recordings: Annotated[Path, typer.Option(help="Where the page's recordings go.")] = Path("recordings"),
    full_size: Annotated[
        bool, typer.Option("--full-size", help="All of the camera's pixels, however slow that is here.")
    ] = False,
    devices: Annotated[bool, typer.Option("--devices", help="List the devices and end.")] = False,
    describe: Annotated[
        bool, typer.Option("--describe", help="Tell every number of --device with its source, and end.")
    ] = False,
    headless: Annotated[bool, typer.Option("--headless", help="No page: run --script and report.")] = False,
    script: Annotated[Path | None, typer.Option(help="What is to happen; see examples/README.md.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for what --headless writes.")] = Path("sim-out"),
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The page's port (default 8420, or any free one).")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page.")] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as one JSON object, the last line.")
    ] = False,
) -> None:
    """Wear glasses that you do not have: camera, sensors, radio, display and network of a real device.

    Without --headless a page shows what the camera sees and what the wearer sees, and lets you turn the head,
    change everything and break things.
    """
    from overglass_simulators.sim.plan import SimPlan

    if devices or describe:
        _describe(device, all_of_them=devices)
        return
    if script is not None or headless:
        _refuse_beside_script(context)
        _run_script(script, out, cloud, as_json=as_json)
        return
    plan = SimPlan(
        device=device,
        world=str(replay) if replay is not None else world,
        motion="recorded" if replay is not None else motion,
        trace=replay if replay is not None else trace,
        link=parse_link(link, rtt_ms, jitter_ms, loss),
        look=look,
        strength=strength,
        mode=parse_mode(mode),
        seed=seed,
        cloud=cloud,
        recordings=recordings,
        full_size=full_size,
    )
    from overglass_simulators.sim.session import Sim
    from overglass_simulators.studio.interactive import run_studio
    from overglass_simulators.studio.ours import choices

    run_studio(lambda: Sim(plan), choices(), port, browser=browser)


def parse_link(
    name: str, rtt_ms: float | None = None, jitter_ms: float | None = None, loss: float | None = None
) -> "LinkSettings":
    """A preset, and what is told otherwise. Raises ConfigError."""
    from dataclasses import replace

    from overglass_simulators.link import named

    preset = named(name)
    return replace(
        preset,
        delay=preset.delay if rtt_ms is None else rtt_ms / 2000,
        jitter=preset.jitter if jitter_ms is None else jitter_ms / 1000,
        loss=preset.loss if loss is None else loss,
    )


def parse_mode(name: str) -> "Mode":
    """Raises ConfigError."""
    from overglass_simulators.sim.subject import Mode

    known: dict[str, Mode] = {mode: mode for mode in get_args(Mode)}
    if name not in known:
        raise ConfigError(f"there is no mode {name!r}", cure=f"Choose {', '.join(known)}.")
    return known[name]


BESIDE_SCRIPT = {"headless", "script", "out", "cloud", "as_json"}


def _refuse_beside_script(context: typer.Context) -> None:
    """A script says all that is worn; a flag that it would silently overrule is refused with ConfigError."""
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if name not in BESIDE_SCRIPT and source is not None and source.name == "COMMANDLINE":
            raise ConfigError(
                f"{parameter.opts[0]} says nothing beside a script",
                cure="Say it in the script.",
            )


def _describe(device: str, *, all_of_them: bool) -> None:
    from rich.console import Console

    from overglass_simulators.devices import names, profile
    from overglass_simulators.devices.table import listed, table

    Console().print(listed([profile(name) for name in names()]) if all_of_them else table(profile(device)))


def _run_script(script: Path | None, out: Path, cloud: str | None, *, as_json: bool) -> None:
    from overglass_simulators.sim.scripted.headless import run_script
    from overglass_simulators.sim.scripted.script import read_script

    if script is None:
        raise ConfigError("a session without a page needs to be told what to do", cure="Give --script FILE.")
    run_script(read_script(script), out, cloud=cloud, as_json=as_json)
