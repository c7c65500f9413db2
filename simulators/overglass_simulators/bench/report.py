"""A result for people, as a table, or for programs, as one JSON object on the last line."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from overglass_simulators.bench.promise import Promise
from overglass_simulators.machine import in_words

APART = ("bench", "promise", "kept", "machine")
"Keys that are not rows of the table."


def tell(result: dict[str, Any], promises: Sequence[Promise], *, as_json: bool) -> None:
    """On standard output."""
    if as_json:
        typer.echo(json.dumps(result))
        return
    console = Console()
    console.print(table(result, promises))
    for name, value in result.items():
        if _is_rows(value) and not (len(value) == 1 and value[0].keys() <= result.keys()):
            console.print(_rows(name, value))
    console.print(f"On {in_words(result['machine'])}.", highlight=False)


def table(result: dict[str, Any], promises: Sequence[Promise]) -> Table:
    """What was measured, the promise beside it."""
    found = Table("measured", "", "promised", title=f"overglass bench {result['bench']}")
    by_key = {promise.key: promise for promise in promises}
    for key, text in _lines(result):
        promise = by_key.get(key)
        if promise is None or key not in result.get("promise", {key: None}):
            found.add_row(key, text, "" if promise is None else f"{promise}: not asked for")
        else:
            kept = promise.is_kept(result[key])
            found.add_row(
                key, text, f"[{'green' if kept else 'red'}]{promise}: {'kept' if kept else 'not kept'}"
            )
    return found


def _lines(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in result.items():
        if key in APART or _is_rows(value):
            continue
        if isinstance(value, dict):
            yield from ((f"{key}: {name}", _text(inner)) for name, inner in value.items())
        else:
            yield key, _text(value)


def _text(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}" if abs(value) < 1 else f"{value:.1f}"
        case dict():
            return ", ".join(f"{_text(inner)} {name}" for name, inner in value.items())
        case list():
            return ", ".join(_text(item) for item in value)
        case _:
            return str(value)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _rows(name: str, rows: list[dict[str, Any]]) -> Table:
    found = Table(title=name, box=None, padding=(0, 1, 0, 0))
    columns = [key for key, value in rows[0].items() if not (_is_rows(value) or isinstance(value, dict))]
    for column in columns:
        heading = column.replace("_", " ")
        found.add_column(heading, overflow="fold", min_width=max(map(len, heading.split())))
    for row in rows:
        found.add_row(*(_text(row[column]) for column in columns))
    return found
