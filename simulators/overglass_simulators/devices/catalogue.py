"""Devices by name or from a file, and what is wrong with a file that describes none."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from overglass_protocol.errors import ConfigError
from overglass_simulators.devices.device import Device
from overglass_simulators.devices.profile import Profile

SUFFIX = ".json"
SCHEMA_FILE = "device.schema.json"
_SHIPPED = files(__package__).joinpath("profiles")
_A_NUMBER = (
    'Write {"value": ..., "source": "the public document"} or, where none says it, '
    '{"value": "unknown", "assumed": ..., "why": "..."}.'
)
_SCHEMA_CURE = f"All fields and their bounds are in {SCHEMA_FILE}, beside the package's profiles."


@cache
def names() -> tuple[str, ...]:
    """The devices of this version, in order."""
    found = (entry.name for entry in _SHIPPED.iterdir())
    return tuple(
        sorted(name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX) and name != SCHEMA_FILE)
    )


def load(name: str | Path) -> Device:
    """The device of this name, or the one that a file of one's own describes.

    Raises ConfigError that names the file and the field and says what to do.
    """
    return profile(name).device()


def profile(name: str | Path) -> Profile:
    """The same with every number's source. Raises ConfigError as `load` does."""
    if isinstance(name, str) and name in names():
        return parse(_SHIPPED.joinpath(name + SUFFIX).read_bytes(), name + SUFFIX)
    path = Path(name)
    if path.suffix != SUFFIX and len(path.parts) == 1 and not path.exists():
        raise ConfigError(
            f"there is no device called {str(name)!r}",
            cure=f"Choose one of: {', '.join(names())}; or give the path of a {SUFFIX} file of your own.",
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"the device file {path} cannot be read: {error.strerror or error}",
            cure="Check its path and that you may read it.",
        ) from error
    return parse(data, str(path))


def parse(data: bytes, file: str) -> Profile:
    """A profile from a file's bytes. Raises ConfigError that names `file`."""
    try:
        return Profile.model_validate_json(data)
    except ValidationError as error:
        raise _in_words(error.errors(include_url=False)[0], file) from error


def schema() -> dict[str, Any]:
    """JSON Schema of a profile, as it lies beside the profiles."""
    return {"title": "a device that overglass can simulate", **Profile.model_json_schema()}


def _in_words(error: ErrorDetails, file: str) -> ConfigError:
    """What is wrong first. Pydantic's own words name forms and types that nobody wrote."""
    context = error.get("ctx", {})
    place = [str(part) for part in error["loc"] if not str(part).startswith("(")]
    field, said = ".".join([*place, *context.get("field", [])]) or "all of it", error["msg"]
    match error["type"]:
        case "json_invalid":
            message, cure = f"the device file {file} is not JSON: {context['error']}", "Correct it there."
        case "extra_forbidden":
            message, cure = f"{file}: there is no field {field}", f"Leave it out. {_SCHEMA_CURE}"
        case "missing" if place[-1] in ("source", "value", "assumed", "why"):
            message, cure = f"{file}: {'.'.join(place[:-1])} has no {place[-1]}", _A_NUMBER
        case "missing":
            message, cure = f"{file}: {field} is missing", _SCHEMA_CURE
        case "model_type" | "model_attributes_type":
            message, cure = f"{file}: {field} has to be an object with its source", _A_NUMBER
        case "contradiction":
            message, cure = f"{file}: {field} contradicts the rest: {said}", "Correct one of the two."
        case _:
            message, cure = f"{file}: {field} cannot be {error['input']!r}: {said}", _SCHEMA_CURE
    return ConfigError(message, cure=cure)
