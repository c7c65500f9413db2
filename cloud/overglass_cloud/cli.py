"""`overglass cloud`, `token`, `overlays`: the commands that choose the service's parts.

Imports at the top stay light, since every `overglass --help` loads this file.
"""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from overglass_protocol.errors import ConfigError


def cloud(
    host: Annotated[str | None, typer.Option(help="Address to listen on (default 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Port (default 8400); 0 picks a free one.")] = None,
    look: Annotated[str | None, typer.Option(help="Look of sessions that ask for none.")] = None,
    max_sessions: Annotated[int | None, typer.Option(help="Sessions served at once (default 8).")] = None,
    resume_seconds: Annotated[
        float | None, typer.Option(help="How long a session that lost its connection is kept (default 30).")
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="Serve HTTPS with this certificate (PEM, its chain included).")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's private key (PEM).")] = None,
    dev_tls: Annotated[
        bool,
        typer.Option(
            "--dev-tls",
            help="Serve HTTPS with a certificate made here, to try the page from a phone: listens on "
            "0.0.0.0 unless --host says otherwise, and shows a QR code to open, with a token in it.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say where it listens as one JSON object.")] = False,
) -> None:
    """Run the service that paints: the program beside the GPU."""
    from overglass_cloud.config import settings_from
    from overglass_cloud.greeting import for_phones, invitation
    from overglass_cloud.neural.folder import looks_here
    from overglass_cloud.serve import bind, serve, url
    from overglass_cloud.tls import pair_of

    settings = settings_from(
        host=host,
        port=port,
        look=look,
        max_sessions=max_sessions,
        resume_seconds=resume_seconds,
        tls_cert=tls_cert,
        tls_key=tls_key,
        dev_tls=dev_tls or None,
    )
    looks = looks_here(settings)
    looks[settings.look]
    pair = pair_of(settings)
    listener = bind(settings)
    address = url(listener, tls=settings.tls)
    invited = invitation(settings, listener.getsockname()[1]) if settings.dev_tls else None
    if as_json:
        said = {"url": address, "pid": os.getpid()} | ({"open_url": invited.url} if invited else {})
        typer.echo(json.dumps(said))
    else:
        if invited:
            typer.echo(for_phones(invited, colour=sys.stdout.isatty()))
        typer.echo(f"Overglass listens on {address}; looks: {', '.join(looks.names)}. Ctrl-C ends it.")
    serve(settings, looks, listener, pair)


def token(
    scope: Annotated[
        str, typer.Option(help="session (opens sessions, one at a time) or view (only views).")
    ] = "session",
    minutes: Annotated[float, typer.Option(min=0.1, help="How long it is valid.")] = 60.0,
    session: Annotated[str | None, typer.Option(help="For a view token: the session it may view.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a token that lets somebody into a service beyond loopback."""
    from overglass_cloud.config import Machine, read
    from overglass_cloud.tokens import make_token

    if scope not in ("session", "view"):
        raise ConfigError(f"there is no scope {scope!r}", cure="Choose session or view.")
    secret = read(Machine).secret
    made = make_token(
        secret.get_secret_value() if secret is not None else None,
        "view" if scope == "view" else "session",
        minutes,
        session,
    )
    said = {"token": made, "scope": scope, "minutes": minutes, "session": session}
    typer.echo(json.dumps(said) if as_json else made)


def overlays(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """List what can be found in the picture here, and how to get what is missing."""
    from rich.console import Console
    from rich.table import Table

    from overglass_cloud.models.cli import store_here
    from overglass_cloud.scenes.capabilities import Capabilities

    found = Capabilities(store_here()).describe()
    if as_json:
        typer.echo(json.dumps(found))
        return
    table = Table("overlay", "what is found", "needs", "here")
    for overlay in found:
        here = "yes" if overlay["available"] else overlay["cure"]
        table.add_row(overlay["name"], overlay["summary"], ", ".join(overlay["needs"]), here)
    Console().print(table)
