"""`overglass looks`: what can be generated here, and looks made of any picture, handed on and brought in.

Imports at the top stay light, since every `overglass --help` loads this file.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

looks = typer.Typer(
    help="List what can be generated here; make a look of any picture; hand looks on.",
    invoke_without_command=True,
    add_completion=False,
)

Name = Annotated[str, typer.Argument(help="Of a look that was made or brought here.", show_default=False)]
Replace = Annotated[bool, typer.Option("--replace", help="Take the place of a look of the same name.")]


@looks.callback()
def list_looks(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """List what can be generated here; with a command, do more."""
    if context.invoked_subcommand is not None:
        return
    from rich.console import Console
    from rich.table import Table

    from overglass_cloud.config import Machine, read
    from overglass_cloud.neural.folder import looks_here

    found = [look.describe() for look in looks_here(read(Machine))]
    if as_json:
        typer.echo(json.dumps(found))
        return
    table = Table("look", "engine", "what it does", "needs", "licence")
    for look in found:
        needs = ", ".join(look["needs"]) or "nothing"
        table.add_row(look["name"], look["engine"], look["summary"], needs, look["licence"])
    Console().print(table)


@looks.command()
def train(
    picture: Annotated[
        Path, typer.Argument(help="The style: any picture, PNG, JPEG or WebP.", show_default=False)
    ],
    name: Annotated[str, typer.Option(help="What the look will be called: small letters, digits, hyphens.")],
    clips: Annotated[
        list[Path] | None,
        typer.Option(
            help="A clip of what you will look at; may be given more than once. It learns from these too."
        ),
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.2, help="How long it learns.")] = 9.0,
    strength: Annotated[
        float, typer.Option(min=0.05, max=1.0, help="At which it is meant to be worn.")
    ] = 0.9,
    summary: Annotated[str | None, typer.Option(help="One line for people.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives a slightly different look.")] = 0,
    sheet: Annotated[
        Path | None, typer.Option(help="Where the preview grows (default NAME-preview.png here).")
    ] = None,
    replace: Replace = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier run that did not end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Make a look of a picture: a small network learns to paint like it. Ctrl-C stops it and keeps the look.

    A run that was killed goes on where it was when the same command is given again.
    """
    from overglass_cloud.training.studio import Order, make

    order = Order(
        picture=picture,
        name=name,
        clips=tuple(clips or ()),
        seconds=minutes * 60,
        strength=strength,
        summary=summary or f"Made of {picture.name}.",
        seed=seed,
        sheet=sheet or Path(f"{name}-preview.png"),
        replace=replace,
        fresh=fresh,
    )
    made = make(order)
    if as_json:
        typer.echo(json.dumps(made))


@looks.command()
def export(
    name: Name,
    to: Annotated[Path | None, typer.Option(help="File or folder (default: here).")] = None,
) -> None:
    """Write a look as one file that can be handed on. It holds data only."""
    from overglass_cloud.config import Machine, read
    from overglass_cloud.neural.folder import folder_here

    typer.echo(folder_here(read(Machine)).export(name, to or Path()))


@looks.command("import")
def bring(
    file: Annotated[Path, typer.Argument(help="A look file.", show_default=False)],
    name: Annotated[str | None, typer.Option(help="Call it so instead.")] = None,
    replace: Replace = False,
) -> None:
    """Bring a look in. The file is checked, and nothing in it is ever run."""
    from overglass_cloud.config import Machine, read
    from overglass_cloud.neural.folder import folder_here

    card = folder_here(read(Machine)).bring(file, name=name, replace=replace).card
    typer.echo(f"{card.name}: {card.summary} Wear it with: overglass demo --look {card.name}")


@looks.command()
def remove(name: Name) -> None:
    """Delete a look that was made or brought here."""
    from overglass_cloud.config import Machine, read
    from overglass_cloud.neural.folder import folder_here

    folder_here(read(Machine)).remove(name)
    typer.echo(f"{name} is gone.")
