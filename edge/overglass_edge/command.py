"""The one command, `overglass`. Its sub-commands are entry points of the packages (`overglass.commands`),
loaded when called, so that an edge never imports what only a cloud needs.

Errors of ours are one line with the cure and exit status 1; a traceback only with `--debug`.
"""

import logging
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points, version
from typing import Annotated

import structlog
import typer

from overglass_protocol.errors import OverglassError

EXTRA_OF = {"overglass_cloud": "cloud", "overglass_simulators": "sim"}
"Which extra brings what a package's commands need."


def app_for(arguments: Sequence[str], points: Sequence[EntryPoint]) -> typer.Typer:
    """The command line with the one sub-command that is called, or with all when none is."""
    app = typer.Typer(
        help="See, and later remake, the world through your glasses.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    called = [point for point in points if point.name in arguments[:2]]
    for point in called[:1] or sorted(points, key=lambda point: point.name):
        target = point.load()
        if isinstance(target, typer.Typer):
            app.add_typer(target, name=point.name)
        else:
            app.command(name=point.name)(target)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"overglass {version('overglass')}")
        raise typer.Exit


def _root(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and debug messages.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    configure_log(logging.DEBUG if debug else logging.INFO)


def configure_log(level: int) -> None:
    """Logs go to standard error, so that standard output holds results alone."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S.%f", utc=False),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def main() -> None:
    """Runs the command line."""
    debug = "--debug" in sys.argv[1:2]
    try:
        app_for(sys.argv[1:], list(entry_points(group="overglass.commands")))()
    except OverglassError as error:
        if debug:
            raise
        _fail(str(error))
    except ModuleNotFoundError as error:
        if debug:
            raise
        _fail(f"{error.name!r} is not installed. {_cure_for_missing(error)}")


def _cure_for_missing(error: ModuleNotFoundError) -> str:
    frame, extras = error.__traceback__, []
    while frame is not None:
        package = frame.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        extras += [EXTRA_OF[package]] if package in EXTRA_OF else []
        frame = frame.tb_next
    return f"Run: pip install 'overglass[{extras[-1] if extras else 'sim'}]'."


def _fail(line: str) -> None:
    typer.echo(f"overglass: {line}", err=True)
    sys.exit(1)
