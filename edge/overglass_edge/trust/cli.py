"""`overglass trust` and `overglass verify`: the keys of this machine, and where a clip comes from.

Light, as it is installed beside a camera. Whoever can find more in a clip than its record, such as a
watermark, adds an entry point to `overglass.detectors`.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import structlog
import typer

if TYPE_CHECKING:
    from overglass_protocol.provenance.chain import Chain

log = structlog.get_logger()

DETECTORS = "overglass.detectors"
"Entry points: `(path) -> what was found, as anything with a __str__, or None`."

trust = typer.Typer(help="Keys that sign what is recorded and remixed here.", no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector found besides the record."""

    detector: str
    words: str


@trust.command("init")
def init(
    renew: Annotated[
        bool, typer.Option("--renew", help="Make new keys; the old ones are kept beside, and stay trusted.")
    ] = False,
) -> None:
    """Make this machine's keys, unless there are some."""
    from overglass_protocol.provenance.keys import AUTHORITY, Keys
    from overglass_protocol.provenance.settings import TrustSettings

    folder = TrustSettings().folder
    keys = Keys.here(folder, renew=renew)
    typer.echo(f"{keys.signer.name}, valid until {keys.signer.expires:%Y-%m-%d}, in {folder}")
    typer.echo(
        f"Give {folder / AUTHORITY} to whoever shall see your clips as trusted; others see that they are "
        "unchanged, and not by whom."
    )


@trust.command("show")
def show() -> None:
    """Who signs here, and until when."""
    from overglass_protocol.errors import TrustError
    from overglass_protocol.provenance.keys import KEY
    from overglass_protocol.provenance.settings import TrustSettings

    settings = TrustSettings()
    if settings.chain is None and settings.key is None and not (settings.folder / KEY).exists():
        raise TrustError(f"there are no keys in {settings.folder}", cure="Run 'overglass trust init'.")
    signer = settings.signer()
    where = settings.chain or settings.folder
    typer.echo(f"{signer.name}, valid until {signer.expires:%Y-%m-%d}, from {where}")
    if signer.time_stamps:
        typer.echo(f"time stamps from {signer.time_stamps}")


def verify(
    file: Annotated[Path, typer.Argument(help="An MP4 or MOV.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
    anchors: Annotated[
        Path | None, typer.Option(help="Certificates whose word you trust (PEM), besides those set here.")
    ] = None,
) -> None:
    """Show where a clip comes from and what was done to it. Exit status 3 if it was tampered with."""
    from overglass_edge.trust.report import report
    from overglass_protocol.errors import TrustError
    from overglass_protocol.provenance.chain import State
    from overglass_protocol.provenance.reading import read
    from overglass_protocol.provenance.settings import TrustSettings

    trusted = TrustSettings().trusted()
    if anchors is not None:
        try:
            trusted = f"{trusted}\n{anchors.read_text('ascii')}"
        except (OSError, UnicodeDecodeError) as error:
            raise TrustError(f"{anchors} cannot be read", cure="Name a PEM file.") from error
    chain, findings = read(file, trusted), tuple(detected(file))
    if as_json:
        typer.echo(json.dumps(as_document(file, chain, findings), indent=2, default=str))
    else:
        from rich.console import Console

        Console().print(report(file, chain, [(finding.detector, finding.words) for finding in findings]))
    if chain.state in (State.TAMPERED, State.UNREADABLE):
        raise typer.Exit(3)


def detected(file: Path) -> Iterator[Finding]:
    """What the installed detectors find. One that fails is logged and left out."""
    for point in entry_points(group=DETECTORS):
        try:
            found = point.load()(file)
        except Exception:
            log.exception("a detector failed", detector=point.name)
            continue
        if found is not None:
            yield Finding(point.name, str(found))


def as_document(file: Path, chain: "Chain", findings: tuple[Finding, ...]) -> dict[str, Any]:
    """What `verify --json` prints."""
    return {
        "file": file.name,
        "state": chain.state.name.lower(),
        "words": chain.state.words,
        "problems": [
            {"code": problem.code, "state": problem.state.name.lower(), "words": problem.words}
            for problem in chain.problems
        ],
        "links": [
            {
                "title": link.title,
                "state": link.state.name.lower(),
                "depth": link.depth,
                "signer": link.signer,
                "program": link.program,
                "when": link.when,
                "steps": [asdict(step) for step in link.steps],
                "problems": [problem.code for problem in link.problems],
                "facts": dict(link.facts),
            }
            for link in chain.links
        ],
        "findings": [asdict(finding) for finding in findings],
    }
