"""Networks that nobody trained: small, and the same for the same seed; and what may be sent instead."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from overglass_cloud.neural.look_file import FORMAT, Card, LookFile, Shape, Weights, save, shapes

TINY = Shape(wide=8, deep=8, blocks=1)


def weights(shape: Shape = TINY, seed: int = 0) -> Weights:
    """Small enough that no picture is painted beyond white."""
    random = np.random.default_rng(seed)
    return {
        name: (random.standard_normal(sides) * 0.08).astype(np.float16)
        for name, sides in shapes(shape).items()
    }


def card(name: str = "dusk", shape: Shape = TINY, **more: Any) -> Card:
    return Card(name=name, summary="Violet and calm.", shape=shape, **more)


def look_file(folder: Path, name: str = "dusk", seed: int = 0, **more: Any) -> LookFile:
    """A file as `overglass looks export` writes it."""
    path = folder / f"{name}.look.safetensors"
    save(path, card(name, **more), weights(seed=seed))
    return LookFile.open(path)


def raw(header: Any, body: bytes = b"", *, length: int | None = None) -> bytes:
    """A safetensors file with this header, and with any length of it claimed."""
    told = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(told) if length is None else length) + told + body


def metadata(**changes: str) -> dict[str, str]:
    """What a good file says of itself, but for the changes."""
    return {"format": FORMAT, "card": card().model_dump_json()} | changes
