"""A neural look as one file: weights and what is to be known of them (safetensors). Data only, never code.

What a stranger hands over is checked before it is believed: size, header, shapes, numbers.
"""

import json
import math
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from overglass_protocol.errors import LookError

SUFFIX = ".look.safetensors"
FORMAT = "overglass-look-1"
MAX_BYTES = 8 << 20
"More than any network of this shape that runs live."
MAX_CHANNELS, MAX_BLOCKS = 128, 8
SAMPLES = 24
"As in `network`, which needs torch."

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\r\n]+$")]
Weights = dict[str, NDArray[np.float16]]


class Shape(BaseModel):
    """The arguments of `Network`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    wide: int = Field(default=32, ge=8, le=MAX_CHANNELS)
    deep: int = Field(default=56, ge=8, le=MAX_CHANNELS)
    blocks: int = Field(default=2, ge=1, le=MAX_BLOCKS)


class Card(BaseModel):
    """What is known of a look beside its weights."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Name
    summary: Line
    licence: Line = "Apache-2.0"
    strength: float = Field(default=1.0, ge=0.0, le=1.0)
    "How much of the painting is laid over the camera's picture at full strength."
    shape: Shape = Shape()
    trained: dict[str, str | int | float] = Field(default_factory=dict, max_length=32)
    "How: seed, steps, seconds, teacher."
    figures: dict[str, float] = Field(default_factory=dict, max_length=32)
    "Quality measured when it was made."


@dataclass(frozen=True, slots=True)
class LookFile:
    """A checked file. The weights are read when they are wanted."""

    path: Path
    card: Card

    @classmethod
    def open(cls, path: Path) -> "LookFile":
        """Reads the card. Raises LookError with the cure for what is no look."""
        try:
            size = path.stat().st_size
            if size > MAX_BYTES:
                raise _not_a_look(path, f"it has {size} bytes, and a look has at most {MAX_BYTES}")
            with safe_open(path, framework="numpy") as file:
                told = file.metadata() or {}
        except OSError as error:
            raise LookError(f"{path} cannot be read: {error.strerror or error}", cure=_OTHER_FILE) from error
        except SafetensorError as error:
            raise _not_a_look(path, str(error)) from error
        return cls(path, _card(path, told))

    def weights(self) -> Weights:
        """By the names that `Network` has for them, finite. Raises LookError."""
        try:
            with safe_open(self.path, framework="numpy") as file:
                found = {name: file.get_tensor(name) for name in _names(file)}
        except (OSError, SafetensorError, TypeError) as error:  # TypeError: a number type that numpy has not
            raise _not_a_look(self.path, str(error)) from error
        expected = shapes(self.card.shape)
        if found.keys() != expected.keys():
            raise _not_a_look(self.path, "its weights are those of another network")
        for name, tensor in found.items():
            if tensor.dtype != np.float16 or tensor.shape != expected[name]:
                raise _not_a_look(self.path, f"{name} is {tensor.dtype} of shape {tensor.shape}")
            if not np.isfinite(tensor).all():
                raise _not_a_look(self.path, f"{name} is not finite")
        return found


def save(path: Path, card: Card, weights: Weights) -> None:
    """Writes the file whole or not at all. Raises LookError when the folder or the disk does not let it."""
    told = {"format": FORMAT, "card": json.dumps(card.model_dump(), sort_keys=True)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        try:
            save_file({name: np.ascontiguousarray(tensor) for name, tensor in weights.items()}, draft, told)
            Path(draft).chmod(0o644)
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LookError(
            f"cannot write {path}: {reason}", cure="Make room, or choose a folder that can be written."
        ) from error


def shapes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Of each weight of a `Network` of this shape, without making one."""

    def residual(name: str, channels: int) -> dict[str, tuple[int, ...]]:
        return conv(f"{name}.first", channels, channels) | conv(f"{name}.second", channels, channels)

    def conv(name: str, out: int, into: int, kernel: int = 3) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (out, into, kernel, kernel), f"{name}.bias": (out,)}

    wide, deep = shape.wide, shape.deep
    found = conv("enter", wide, SAMPLES) | residual("fine", wide) | conv("down", deep, wide)
    for block in range(shape.blocks):
        found |= residual(f"coarse.{block}", deep)
    return (
        found
        | conv("up", 4 * wide, deep, 1)
        | residual("merge", wide)
        | conv("leave", SAMPLES, wide + SAMPLES)
    )


def _names(file: Any) -> list[str]:
    names: list[str] = file.keys()
    return names


def _card(path: Path, told: dict[str, Any]) -> Card:
    if told.get("format") != FORMAT:
        raise _not_a_look(path, f"its format is {told.get('format', 'not said')!r}, and {FORMAT!r} is known")
    try:
        card = Card.model_validate_json(told.get("card", ""))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "its card"
        raise _not_a_look(path, f"{where}: {first['msg']}") from error
    if not all(math.isfinite(figure) for figure in card.figures.values()):
        raise _not_a_look(path, "its figures are not finite")
    return card


def _not_a_look(path: Path, reason: str) -> LookError:
    return LookError(f"{path} is no look: {reason}", cure=_OTHER_FILE)


_OTHER_FILE = "Use a file made by: overglass looks export NAME."
