"""`overglass bench`: every promise of README as a command.

Imports at the top stay light, since every `overglass --help` loads this file.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from overglass_protocol.errors import ConfigError

if TYPE_CHECKING:
    from overglass_simulators.bench.promise import Promise
    from overglass_simulators.bench.rig import Setup

bench = typer.Typer(
    help="Measure what is promised. Each bench runs the real programs on this machine.",
    no_args_is_help=True,
    add_completion=False,
)

Size = Annotated[str, typer.Option(help="Picture size, WIDTHxHEIGHT.")]
Fps = Annotated[float, typer.Option(min=1.0, max=120.0, help="Pictures a second.")]
Seconds = Annotated[float, typer.Option(min=1.0, help="How long to measure.")]
Codec = Annotated[str, typer.Option(help="h264 or vp8.")]
LookName = Annotated[str, typer.Option("--look", help="What paints; 'overglass looks' lists them.")]
Clip = Annotated[Path | None, typer.Option(help="Video file; by default generated pictures.")]
Warmup = Annotated[float, typer.Option(min=0.0, help="Seconds that do not count, after the first picture.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]


@bench.callback()
def _prepare() -> None:
    import structlog

    from overglass_edge.command import configure_log

    if not structlog.is_configured():
        configure_log(20)


@bench.command()
def echo(
    size: Size = "512x512",
    fps: Fps = 30.0,
    seconds: Seconds = 20.0,
    codec: Codec = "h264",
    look: LookName = "none",
    clip: Clip = None,
    warmup: Warmup = 2.0,
    as_json: AsJson = False,
) -> None:
    """Latency there and back on loopback, and what it costs."""
    from overglass_simulators.bench import echo as this

    setup = _setup(size, fps, seconds, codec, look, clip, warmup)
    _tell(lambda: this.run(setup), this.promises(setup), as_json)


@bench.command()
def overload(
    model_ms: Annotated[float, typer.Option(min=0.0, help="What the model takes a frame.")] = 50.0,
    size: Size = "512x512",
    fps: Fps = 30.0,
    seconds: Seconds = 10.0,
    codec: Codec = "h264",
    clip: Clip = None,
    warmup: Warmup = 2.0,
    as_json: AsJson = False,
) -> None:
    """Latency when the model cannot keep up."""
    from overglass_simulators.bench import overload as this

    setup = _setup(size, fps, seconds, codec, "model", clip, warmup)
    _tell(lambda: this.run(setup, model_ms), this.PROMISES, as_json)


@bench.command()
def stall(
    stall: Annotated[float, typer.Option(min=0.05, max=30.0, help="Seconds of standing still.")] = 0.8,
    what: Annotated[str, typer.Option(help="process (all of the service) or engine.")] = "process",
    repeat: Annotated[int, typer.Option(min=1, help="How often; the worst counts.")] = 4,
    size: Size = "512x512",
    fps: Fps = 30.0,
    codec: Codec = "h264",
    clip: Clip = None,
    warmup: Warmup = 2.0,
    as_json: AsJson = False,
) -> None:
    """How soon latency is back after a stall."""
    from overglass_simulators.bench import stall as this

    stalled = this.checked(what)
    setup = _setup(size, fps, this.BASELINE_SECONDS, codec, this.LOOKS[stalled], clip, warmup)
    _tell(lambda: this.run(setup, stalled, stall, repeat), this.PROMISES, as_json)


@bench.command()
def control(
    rounds: Annotated[int, typer.Option(min=1, help="Drags of two seconds; the worst counts.")] = 5,
    size: Size = "512x512",
    fps: Fps = 30.0,
    codec: Codec = "h264",
    look: LookName = "none",
    clip: Clip = None,
    warmup: Warmup = 2.0,
    as_json: AsJson = False,
) -> None:
    """Whether the last of many control updates is applied, and when it is seen."""
    from overglass_simulators.bench import control as this

    setup = _setup(size, fps, rounds * this.UPDATES / this.RATE, codec, look, clip, warmup)
    _tell(lambda: this.run(setup, rounds), this.promises(fps), as_json)


@bench.command()
def loss(
    loss: Annotated[float, typer.Option(min=0.0, max=0.9, help="Share of packets lost, each way.")] = 0.02,
    rtt_ms: Annotated[float, typer.Option(min=0.0, max=2000.0, help="Round trip.")] = 60.0,
    seed: Annotated[int, typer.Option(help="Of which packets are lost.")] = 1,
    size: Size = "512x512",
    fps: Fps = 30.0,
    seconds: Seconds = 30.0,
    codec: Codec = "h264",
    look: LookName = "none",
    clip: Clip = None,
    warmup: Warmup = 2.0,
    as_json: AsJson = False,
) -> None:
    """How a bad network shows."""
    from overglass_simulators.bench import loss as this

    setup = _setup(size, fps, seconds, codec, look, clip, warmup)
    network = this.Network(loss, rtt_ms / 1000, seed)
    _tell(lambda: this.run(setup, network), this.PROMISES, as_json)


@bench.command()
def fleet(
    sessions: Annotated[int, typer.Option(min=1, max=500, help="Wearers at once.")] = 4,
    up_to: Annotated[int | None, typer.Option(min=1, max=500, help="Step up to so many instead.")] = None,
    bad: Annotated[str | None, typer.Option(help="An extra client: stalled or garbage.")] = None,
    pin: Annotated[bool, typer.Option(help="Give the service a core of its own, the load the rest.")] = True,
    size: Size = "512x512",
    fps: Fps = 30.0,
    seconds: Seconds = 10.0,
    clip: Clip = None,
    warmup: Warmup = 2.0,
    as_json: AsJson = False,
) -> None:
    """What each of many sessions costs, and whether one spoils it for the others."""
    from overglass_simulators.bench import fleet as this

    setup = _setup(size, fps, seconds, "h264", "none", clip, warmup)
    numbers, one_bad = this.steps(up_to) if up_to else [sessions], this.checked(bad)
    _tell(lambda: this.run(setup, numbers, one_bad, pin), this.PROMISES, as_json)


@bench.command()
def crowd(
    up_to: Annotated[int, typer.Option(min=1, max=200, help="Wearers who want in, at most.")] = 64,
    base_ms: Annotated[float, typer.Option(min=0.0, help="What any batch takes.")] = 4.0,
    each_ms: Annotated[float, typer.Option(min=0.1, help="And each 512x512 picture in it.")] = 6.0,
    max_batch: Annotated[int, typer.Option(min=1, max=64, help="Pictures painted at once.")] = 8,
    seconds: Annotated[float, typer.Option(min=5.0, help="Virtual seconds that count.")] = 15.0,
    seed: Annotated[int, typer.Option(help="Of the pictures' jitter.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Where to draw it, as PNG.")] = None,
    as_json: AsJson = False,
) -> None:
    """How long pictures wait when ever more wearers share one modelled device. In virtual time."""
    from overglass_simulators.bench import crowd as this
    from overglass_simulators.crowd import Device

    device = Device(base_ms / 1000, each_ms / 1000, max_batch)
    _tell(lambda: this.run(device, this.steps(up_to), seconds, seed, out), this.PROMISES, as_json)


@bench.command()
def overlays(
    size: Size = "640x480",
    fps: Fps = 30.0,
    seconds: Seconds = 20.0,
    codec: Codec = "h264",
    look: LookName = "none",
    clip: Clip = None,
    warmup: Warmup = 2.0,
    as_json: AsJson = False,
) -> None:
    """What looking for faces adds to the picture's latency."""
    from overglass_simulators.bench import overlays as this

    setup = _setup(size, fps, seconds, codec, look, clip, warmup)
    _tell(lambda: this.run(setup), this.PROMISES, as_json)


@bench.command()
def page(
    size: Size = "512x512",
    fps: Fps = 30.0,
    seconds: Seconds = 20.0,
    codec: Codec = "h264",
    look: LookName = "none",
    clip: Clip = None,
    warmup: Warmup = 3.0,
    as_json: AsJson = False,
) -> None:
    """Latency glass to glass of a browser (headless Chromium) as glasses."""
    from overglass_simulators.bench import page as this

    setup = _setup(size, fps, seconds, codec, look, clip, warmup)
    _tell(lambda: this.run(setup), this.PROMISES, as_json)


@bench.command()
def gpu(
    device: Annotated[str, typer.Option(help="cuda, or cpu to try the bench itself.")] = "cuda",
    weights: Annotated[
        Path | None, typer.Option(help="A pipeline's folder; by default random numbers of SD-Turbo's shape.")
    ] = None,
    tiny: Annotated[bool, typer.Option("--tiny", help="A tiny network, to try the bench itself.")] = False,
    steps: Annotated[int, typer.Option(min=1, max=4, help="Steps for each picture.")] = 1,
    compiled: Annotated[
        bool, typer.Option("--compile", help="Fuse small steps with torch.compile; takes minutes.")
    ] = False,
    seconds: Annotated[float, typer.Option(min=0.01, help="Of measuring, for each row.")] = 2.0,
    as_json: AsJson = False,
) -> None:
    """How fast a GPU paints with SD-Turbo's architecture; see there how to run it on a bare machine."""
    from rich.console import Console

    from overglass_simulators.bench import gpu as this

    if device not in this.DEVICES:
        raise ConfigError(f"there is no device {device!r}", cure="Choose --device cuda or --device cpu.")
    plan = this.Plan(device, weights, tiny, steps, compiled, seconds)
    with Console(stderr=True).status("preparing") as status:
        _tell(lambda: this.run(plan, status.update), this.promises(plan), as_json)


@bench.command()
def looks(
    clip: Clip = None,
    look: Annotated[
        list[str] | None, typer.Option(help="Which look, several times for several; by default all.")
    ] = None,
    size: Size = "512x288",
    seconds: Annotated[
        float, typer.Option(min=0.1, max=10.0, help="Seconds of the clip to measure, from its beginning.")
    ] = 3.0,
    sheet: Annotated[
        Path | None, typer.Option(help="Where to draw every look at four moments (.png, .jpg, .webp).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Speed and quality of every look, and a sheet to see them by."""
    from overglass_edge.cli import parse_size
    from overglass_simulators.bench import looks as this

    setup = this.Setup(clip, look or (), parse_size(size), seconds, sheet)
    _tell(lambda: this.run(setup), (), as_json)


@bench.command()
def registration(
    loop: Annotated[
        bool, typer.Option("--loop/--fast", help="The real loop, or all in virtual time.")
    ] = False,
    motion: Annotated[list[str] | None, typer.Option(help="Repeat for several; by default all.")] = None,
    seconds: Annotated[float, typer.Option(min=2.0, help="Of each case.")] = 8.0,
    clip: Annotated[Path | None, typer.Option(help="Video with a gyroscope, for 'recorded'.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Where to write all rows.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to draw it, as PNG.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of noise, jitter and the world.")] = 1,
    as_json: AsJson = False,
) -> None:
    """How far overlays are from where they belong while the head moves."""
    from overglass_simulators.bench import registration_choice as this

    choice = this.Choice(loop, motion or (), seconds, clip, csv, out, seed)
    _tell(lambda: this.run(choice, whole=as_json), choice.promises, as_json)


def _setup(
    size: str, fps: float, seconds: float, codec: str, look: str, clip: Path | None, warmup: float
) -> "Setup":
    """Raises ConfigError."""
    from overglass_edge.cli import parse_codec, parse_size
    from overglass_simulators.bench.rig import Setup

    return Setup(parse_size(size), fps, seconds, parse_codec(codec)[0], look, clip, warmup)


def _tell(run: Callable[[], dict[str, Any]], promises: "Sequence[Promise]", as_json: bool) -> None:
    from overglass_simulators.bench.report import tell
    from overglass_simulators.bench.rig import on_machine

    tell(on_machine(run), promises, as_json=as_json)
