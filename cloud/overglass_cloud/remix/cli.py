"""`overglass remix`: a finished clip from recorded ones.

Imports at the top stay light, since every `overglass --help` loads this file.
"""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from overglass_protocol.errors import ConfigError, RemixError

if TYPE_CHECKING:
    from overglass_cloud.remix.recipe import Recipe


def remix(
    clip: Annotated[
        Path | None,
        typer.Argument(
            help="The clip to remake, or a recorded session's folder, which is painted as it was worn.",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        Path | None, typer.Argument(help="The MP4 to write (default: beside the clip).", show_default=False)
    ] = None,
    look: Annotated[str | None, typer.Option(help="Restyle it with this look.")] = None,
    strength: Annotated[float, typer.Option(min=0, max=1, help="Of the look.")] = 1.0,
    preset: Annotated[str | None, typer.Option(help="Another preset; --presets lists them.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--set", help="A preset's parameter, as NAME=VALUE; may be repeated.")
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(help="A file that a parameter names, such as captions; may be repeated."),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option(help="A recipe file, as one lies beside each result.")
    ] = None,
    codec: Annotated[str, typer.Option(help="h264, hevc or av1.")] = "h264",
    crf: Annotated[int, typer.Option(min=0, max=51, help="Lower is better and larger.")] = 18,
    presets: Annotated[bool, typer.Option("--presets", help="List what can be made, and end.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a target that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
) -> None:
    """Make a clip from a recorded one: every time kept, its sound carried over as it is."""
    if presets:
        _list(as_json)
        return
    if clip is None:
        raise ConfigError("no clip was named", cure="Run: overglass remix CLIP --look NAME")
    if clip.is_dir() and look is None and recipe is None:
        preset = preset or "session"
    chosen = _recipe(look, strength, preset, parameter or [], recipe, codec, crf)
    target = target or clip.with_name(f"{clip.stem}.remix.mp4")
    _check_target(clip, target, force)
    started = time.monotonic()
    said = _made(chosen, clip, file or [], target)
    seconds = time.monotonic() - started
    if as_json:
        typer.echo(json.dumps({"target": str(target), "seconds": round(seconds, 2), **said}))
        return
    for note in (*said["notes"], *said["left_out"]):
        typer.echo(note)
    typer.echo(f"{target} was made in {seconds:.1f} s; {target.name}.recipe.json makes it again.")


def _recipe(
    look: str | None,
    strength: float,
    preset: str | None,
    parameters: list[str],
    file: Path | None,
    codec: str,
    crf: int,
) -> "Recipe":
    from pydantic import ValidationError

    from overglass_cloud.remix.recipe import Delivery, Recipe, Step
    from overglass_cloud.remix.recipe_file import read_recipe

    if sum(given is not None for given in (look, preset, file)) != 1:
        raise ConfigError(
            "what is to be made has to be said in one way", cure="Give one of --look, --preset and --recipe."
        )
    if file is not None:
        return read_recipe(file)
    values: dict[str, Any] = {"look": look, "strength": strength} if look is not None else {}
    values |= dict(_parameter(each) for each in parameters)
    try:
        delivery = Delivery.model_validate({"codec": codec, "crf": crf})
    except ValidationError as error:
        raise ConfigError(f"there is no codec {codec!r}", cure="Choose h264, hevc or av1.") from error
    return Recipe(steps=(Step(preset=preset or "restyle", parameters=values),), delivery=delivery)


def _parameter(text: str) -> tuple[str, Any]:
    """NAME=VALUE, the value as JSON where it is some, else as text."""
    name, is_there, value = text.partition("=")
    if not is_there or not name:
        raise ConfigError(f"--set {text!r} is not NAME=VALUE", cure="For instance: --set strength=0.5")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _check_target(clip: Path, target: Path, force: bool) -> None:
    if target.suffix.lower() != ".mp4":
        raise ConfigError(f"{target} is not an MP4", cure="Name a target that ends in .mp4.")
    if target.exists() and (target.samefile(clip) if clip.exists() else False):
        raise ConfigError("the target is the clip itself", cure="Name another target.")
    if target.exists() and not force:
        raise ConfigError(f"{target} is there already", cure="Name another target, or add --force.")
    if not target.absolute().parent.is_dir():
        raise ConfigError(f"there is no folder {target.absolute().parent}", cure="Make it first.")


def _made(recipe: "Recipe", clip: Path, files: list[Path], target: Path) -> dict[str, Any]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from overglass_cloud.remix.here import commissioned, make
    from overglass_cloud.remix.recipe_file import SUFFIX, write_recipe
    from overglass_cloud.remix.work import Item

    names = {"plan": "Reading", "paint": "Painting", "assemble": "Joining"}
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}")
    with Progress(*columns, TimeRemainingColumn(), transient=True) as progress:
        bar = progress.add_task("Reading", total=None)

        def watched(item: Item, done: int, whole: int) -> None:
            progress.update(bar, description=names[item.stage], completed=done, total=whole)

        said = make(commissioned(recipe, *_inputs(clip, files)), target, _itinerary(), watched)
    try:
        write_recipe(recipe, target.with_name(target.name + SUFFIX))
    except OSError as error:
        raise RemixError(f"the recipe of {target} cannot be written: {error.strerror}") from error
    return dict(said)


def _inputs(clip: Path, files: list[Path]) -> tuple[list[Path], list[Path]]:
    """Clips, and files that go along. Raises RecordingError for a folder that is no session."""
    from overglass_protocol.recording.layout import CAPTURE, TIMELINE
    from overglass_protocol.recording.manifest import Manifest

    if clip.is_dir():
        Manifest.read(clip)
    return ([clip / CAPTURE], [clip / TIMELINE, *files]) if clip.is_dir() else ([clip], files)


def _itinerary() -> Any:
    from overglass_cloud.config import Machine, read
    from overglass_cloud.looks import Workshop
    from overglass_cloud.models.manifest import Manifest
    from overglass_cloud.models.store import Store
    from overglass_cloud.neural.folder import looks_here
    from overglass_cloud.remix.itinerary import Remix
    from overglass_cloud.remix.presets.registry import Presets
    from overglass_protocol.provenance.settings import TrustSettings

    machine = read(Machine)
    store = Store(machine.models, Manifest.shipped())
    workshop = Workshop(store, diffusion=machine.diffusion_choice(), exact=1)
    return Remix(Presets.installed(), looks_here(machine), workshop, signer=TrustSettings().signer)


def _list(as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    itinerary = _itinerary()
    found = itinerary.presets.describe(itinerary.workshop)
    if as_json:
        typer.echo(json.dumps(found))
        return
    table = Table("preset", "what it makes", "parameters", "licence", "here")
    for each in found:
        fields = ", ".join(each["parameters"]["properties"])
        table.add_row(each["name"], each["summary"], fields, each["licence"], each["cure"] or "yes")
    Console().print(table)
