"""Signs a finished MP4 or MOV: what was done to what, by whom. The last thing that happens to a file.

Makes the file that C2PA (specification 2.2) asks for, in a temporary neighbour, and renames it into
place. Knows nothing of how the clip was made, and keeps no picture of it inside.
"""

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import c2pa

from overglass_protocol.errors import TrustError
from overglass_protocol.provenance import seal
from overglass_protocol.provenance.formats import MP4, Burden, burden_of, form_of
from overglass_protocol.provenance.keys import Signer
from overglass_protocol.provenance.terms import Act, SourceType

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

UNKNOWN = "a source that is not known"
"What stands for the origin of a clip whose maker claims none."
SETTINGS: Mapping[str, object] = {
    "version": 1,
    # A file may name any address as the place of its manifest: never ask there.
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
    # A thumbnail from before a blur would show what was blurred.
    "builder": {"thumbnail": {"enabled": False}},
}


def program() -> str:
    """Our version, as a plain number."""
    try:
        return version("overglass")
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that was done to the pictures."""

    act: Act
    description: str = ""
    "A sentence for people."
    source: SourceType | None = None
    "What this action brought in, where that is not plain editing."
    model: str = ""
    "Name and version of what painted."
    recipe: str = ""
    "SHA-256 of the recipe, in hexadecimal."
    parameters: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """What the signer says of a clip."""

    title: str
    source: SourceType | None = None
    "What its pictures are; None for plain edits, or where nothing may be claimed."
    actions: tuple[Action, ...] = ()
    parents: tuple[Path, ...] = ()
    "The clips it was made of: the first as its parent, as C2PA allows one; the others as its components."
    facts: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    "More to be signed, by a label of our own: `org.overglass.session` with its id and a hash, for instance."
    when: datetime | None = None
    "When it was made; None: now."


def sign(source: Path, target: Path, statement: Statement, signer: Signer) -> None:
    """Writes `source`, signed, to `target`, which may be the same file. Raises TrustError.

    What was at `target` stays whole until the signed file has reached the disk, also when this is killed.
    """
    form = form_of(source)
    fresh: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.stem[:40]}-", suffix=".signing", dir=target.parent)
        fresh = Path(name)
        with os.fdopen(handle, "w+b") as out, source.open("rb") as clip:
            if burden_of(clip) is not Burden.LIGHT:
                raise TrustError(f"{source} has too many parts to be signed", cure="Remux it to plain MP4.")
            os.fchmod(handle, source.stat().st_mode & 0o777)
            _sign(clip, out, form, statement, signer)
            seal.seal(out)
            out.flush()
            os.fsync(handle)
        fresh.replace(target)
    except c2pa.C2paError as error:
        raise TrustError(f"{source} cannot be signed: {error}", cure="Play it: is it whole?") from error
    except OSError as error:
        raise TrustError(
            f"{target} cannot be signed: {error.strerror or error}",
            cure="Signing needs as much room again as the file takes.",
        ) from error
    finally:
        if fresh is not None:
            fresh.unlink(missing_ok=True)


def _sign(clip: BinaryIO, out: BinaryIO, form: str, statement: Statement, signer: Signer) -> None:
    said: list[str] = []

    def signature(data: bytes) -> bytes:
        try:
            return signer.sign(data)
        except Exception as error:
            said.append(str(error) or repr(error))
            raise

    with ExitStack() as stack:
        context = stack.enter_context(c2pa.Context.from_dict(dict(SETTINGS)))
        builder = stack.enter_context(c2pa.Builder(_manifest(statement, seal.promise(clip)), context))
        for number, parent in enumerate(statement.parents):
            described = {
                "title": parent.name,
                "relationship": "componentOf" if number else "parentOf",
                "label": _ingredient(number),
            }
            with parent.open("rb") as file:
                builder.add_ingredient(described, form_of(parent), file)
        clip.seek(0)
        key = stack.enter_context(
            c2pa.Signer.from_callback(signature, c2pa.C2paSigningAlg.ES256, signer.chain, signer.time_stamps)
        )
        try:
            builder.sign(key, form, clip, out)
        except c2pa.C2paError as error:
            if said:
                raise TrustError(f"the key did not sign: {said[0]}", cure="Try again.") from error
            raise


def _ingredient(number: int) -> str:
    return f"parent-{number}"


def _manifest(statement: Statement, sealed: dict[str, str]) -> dict[str, Any]:
    actions = [*_beginning(statement), *(_action(action) for action in statement.actions)]
    if statement.parents and statement.source and all(a.source is None for a in statement.actions):
        actions.append(_action(Action(Act.EDITED, source=statement.source)))
    when = statement.when or datetime.now(UTC)
    for action in actions:
        action["when"] = f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    assertions = [{"label": "c2pa.actions.v2", "data": {"actions": actions}}]
    assertions.append({"label": seal.LABEL, "data": sealed})
    assertions += [{"label": label, "data": dict(data)} for label, data in statement.facts.items()]
    told: dict[str, Any] = {
        "title": statement.title,
        "claim_generator_info": [{"name": "Overglass", "version": program()}],
        "assertions": assertions,
    }
    if not statement.parents and statement.source is None:
        # C2PA has no word for "from somewhere": it came of a clip without a record.
        unknown = {"title": UNKNOWN, "format": MP4, "relationship": "parentOf", "label": _ingredient(0)}
        told["ingredients"] = [unknown]
    return told


def _beginning(statement: Statement) -> list[dict[str, Any]]:
    """C2PA: the first action says how it was made, or from what."""
    if not statement.parents and statement.source is not None:
        created: dict[str, Any] = {"action": Act.CREATED, "softwareAgent": _agent()}
        created["digitalSourceType"] = statement.source.address
        return [created]
    first: dict[str, Any] = {"action": Act.OPENED, "parameters": {"ingredientIds": [_ingredient(0)]}}
    placed = [
        {"action": Act.PLACED, "parameters": {"ingredientIds": [_ingredient(number)]}}
        for number in range(1, len(statement.parents))
    ]
    return [first, *placed]


def _action(action: Action) -> dict[str, Any]:
    told: dict[str, Any] = {"action": action.act, "softwareAgent": _agent()}
    if action.description:
        told["description"] = action.description
    if action.source is not None:
        told["digitalSourceType"] = action.source.address
    parameters = dict(action.parameters)
    if action.model:
        parameters["org.overglass.model"] = action.model
    if action.recipe:
        parameters["org.overglass.recipe.sha256"] = action.recipe
    if parameters:
        told["parameters"] = parameters
    return told


def _agent() -> dict[str, str]:
    return {"name": "Overglass", "version": program()}
