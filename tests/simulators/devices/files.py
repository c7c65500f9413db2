"""Device files of a test's own: a shipped one with something changed."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

PROFILES = Path(str(files("overglass_simulators.devices").joinpath("profiles")))


def shipped(name: str) -> dict[str, Any]:
    """The file of this device, to be changed."""
    loaded: dict[str, Any] = json.loads((PROFILES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def changed(name: str, field: str, to: Any) -> bytes:
    """The file with this field, dots between, set to something else; None takes it out."""
    data = part = shipped(name)
    *way, last = field.split(".")
    for step in way:
        part = part[step]
    if to is None:
        del part[last]
    else:
        part[last] = to
    return json.dumps(data).encode()


def said(value: Any) -> dict[str, Any]:
    return {"value": value, "source": "a test"}
