"""`overglass models list|pull|verify`: what models there are, getting them, checking them.

Imports at the top stay light, since every `overglass --help` loads this file.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from overglass_protocol.errors import ModelError

if TYPE_CHECKING:
    from rich.progress import Progress

    from overglass_cloud.models.manifest import Model
    from overglass_cloud.models.store import Store

models = typer.Typer(
    help="The model files that detectors and looks need: list, pull, verify. "
    "They lie in the folder OVERGLASS_MODELS, by default in your cache.",
    no_args_is_help=True,
)

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON list.")]


def store_here() -> "Store":
    """The store of this machine."""
    from overglass_cloud.config import Machine, read
    from overglass_cloud.models.manifest import Manifest
    from overglass_cloud.models.store import Store

    return Store(read(Machine).models, Manifest.shipped())


@models.command("list")
def list_models(as_json: Json = False) -> None:
    """List the models: what each is for, its size and licence, and whether it is here."""
    from rich.console import Console
    from rich.filesize import decimal
    from rich.table import Table

    store = store_here()
    if as_json:
        typer.echo(json.dumps([_described(store, name) for name in store.manifest.names]))
        return
    table = Table("model", "here", "what it is for", "size", "licence", caption=f"in {store.folder}")
    for name in dict.fromkeys(model.part_of or model.name for model in store.manifest):
        models = store.manifest.called(name)
        licences = ", ".join(dict.fromkeys(model.licence for model in models))
        size = decimal(sum(model.size for model in models))
        table.add_row(name, _state(store, models), models[0].purpose, size, licences)
    Console().print(table)


@models.command()
def pull(names: Names = None) -> None:
    """Fetch models, by default all that are missing but bundles, which are large and have to be named.

    A broken download goes on where it broke.
    """
    store = store_here()
    missing = [model.name for model in store.manifest if model.part_of is None and not store.has(model.name)]
    wanted = _known(store, names) if names else missing
    if not wanted:
        typer.echo(f"All models are in {store.folder}.")
    for n, name in enumerate(wanted, 1):
        try:
            with _bar(store, name) as (progress, task):
                path = store.pull(
                    name, lambda done, doing: progress.update(task, completed=done, doing=doing)
                )
                progress.update(task, completed=store.manifest[name].size, doing="here")
        except ModelError as error:
            raise _and_others(error, wanted[n:]) from error
        typer.echo(f"{name}: {path}")


@models.command()
def verify(names: Names = None, as_json: Json = False) -> None:
    """Read model files to the end and compare their checksums, by default of all that are here.

    A model that is named has to be here.
    """
    store = store_here()
    wanted = _known(store, names) or [n for n in store.manifest.names if store.state(n) != "missing"]
    faults: list[ModelError] = []
    rows: list[dict[str, Any]] = []
    for name in wanted:
        try:
            store.verify(name)
            fault = None
        except ModelError as error:
            faults.append(fault := error)
        rows.append({**_described(store, name), "ok": fault is None, "fault": str(fault) if fault else None})
        if not as_json and fault is None:
            typer.echo(f"{name}: as published")
    if as_json:
        typer.echo(json.dumps(rows))
    elif not wanted:
        typer.echo(f"No model is in {store.folder}. Run: overglass models pull.")
    for fault in faults[:-1]:
        typer.echo(f"overglass: {fault}", err=True)
    if faults:
        raise faults[-1]


def _state(store: "Store", models: "list[Model]") -> str:
    """In a word; of a bundle, the worst of its files'."""
    states = {store.state(model.name) for model in models}
    if "damaged" in states:
        return "[red]damaged[/]"
    if states == {"here"}:
        return "yes"
    return "in part" if "here" in states else "no"


def _and_others(error: ModelError, left: list[str]) -> ModelError:
    """The same error, which says what was not tried any more."""
    if not left:
        return error
    others = f"Not tried any more: {', '.join(left)}; 'overglass models pull' fetches all that are missing."
    return ModelError(error.message, cure=f"{error.cure} {others}")


def _known(store: "Store", names: list[str] | None) -> list[str]:
    """The names, each once and each that of a model, with a bundle's in its place. Raises ModelError."""
    found = (model.name for name in names or () for model in store.manifest.called(name))
    return list(dict.fromkeys(found))


def _described(store: "Store", name: str) -> dict[str, Any]:
    model, state = store.manifest[name], store.state(name)
    return {**model.model_dump(), "state": state, "path": str(store.folder / model.file)}


@contextmanager
def _bar(store: "Store", name: str) -> "Iterator[tuple[Progress, Any]]":
    """A progress bar on standard error, so that standard output holds results alone."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=16),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[doing]}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield progress, progress.add_task(name, total=store.manifest[name].size, doing="asking")
