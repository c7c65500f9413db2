"""`overglass demo`: the command that chooses the demonstration's parts.

Imports at the top stay light, since every `overglass --help` loads this file.
"""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_LOOK = "midnight"
"Unmistakably not the camera's picture, and no model to fetch."


def demo(
    clip: Annotated[Path | None, typer.Option(help="A video file to walk through.")] = None,
    camera: Annotated[int | None, typer.Option(min=0, help="A camera of this machine, by number.")] = None,
    look: Annotated[str, typer.Option(help="What to see; 'overglass looks' lists them.")] = DEFAULT_LOOK,
    strength: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How far from the camera's picture.")
    ] = 1.0,
    overlays: Annotated[
        str | None, typer.Option(help="What to look for and draw: faces, people, hands, poses, objects.")
    ] = None,
    region: Annotated[str, typer.Option(help="What the look paints: all, people or background.")] = "all",
    reference: Annotated[
        Path | None, typer.Option(help="A picture to go by, for looks that take one: PNG, JPEG or WebP.")
    ] = None,
    size: Annotated[str | None, typer.Option(help="WIDTHxHEIGHT to send, cropped to fit.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.5, help="Stop after this long.")] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="No page: measure, and write a report, a clip and a plot.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder for what --headless writes.")] = Path("demo-out"),
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The page's port (default 8410, or any free one).")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as one JSON object, the last line.")
    ] = False,
) -> None:
    """See it work: the service and the glasses on this machine, over real WebRTC on loopback.

    Without --clip or --camera the glasses walk through a generated street.
    """
    from overglass_edge.cli import parse_overlays, parse_region, parse_size
    from overglass_edge.reference import read_reference
    from overglass_simulators.demo.headless import run_headless
    from overglass_simulators.demo.interactive import run_interactive
    from overglass_simulators.demo.plan import Plan

    plan = Plan(
        clip=clip,
        camera=camera,
        look=look,
        strength=strength,
        overlays=parse_overlays(overlays),
        region=parse_region(region),
        reference=read_reference(reference) if reference is not None else None,
        size=parse_size(size) if size else None,
        seconds=seconds,
        headless=headless,
    )
    if headless:
        run_headless(plan, out, as_json=as_json)
    else:
        run_interactive(plan, port, browser=browser, as_json=as_json)
