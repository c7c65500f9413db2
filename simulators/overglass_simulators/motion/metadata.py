"""Inertial samples out of a video's own metadata, as GoPro, Sony, Insta360 and others write them.

The package `telemetry-parser` knows the formats; this file knows the package, and axes.
"""

import importlib
import math
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from overglass_protocol.errors import SourceError
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Vector

_CURE = "Name a session folder, or a video of a GoPro, Sony or Insta360 that stores its gyroscope."
_INSTALL = "pip install 'overglass[sim]'"


def imu_of_video(path: Path | str) -> tuple[ImuSample, ...]:
    """What the camera measured, in the axes of `pose`; times in seconds from the video's first picture.

    The acceleration is zero where only the gyroscope was stored. Raises SourceError.
    """
    rows = _rows(Path(path))
    gyro = [_vector(row.get("gyro")) for row in rows]
    accel = [_vector(row.get("accl")) for row in rows]
    turn = _to_head([a for a in accel if a is not None])
    found = [
        ImuSample(float(row["timestamp_ms"]) / 1e3, turn.of(_radians(g)), turn.of(a or (0.0, 0.0, 0.0)))
        for row, g, a in zip(rows, gyro, accel, strict=True)
        if g is not None
    ]
    if not found:
        raise SourceError(f"{path} stores no gyroscope's samples", cure=_CURE)
    return tuple(found)


def _rows(path: Path) -> list[dict[str, Any]]:
    package = _package()
    if path.is_dir():
        raise SourceError(f"{path} is a folder, not a video", cure=_CURE)
    try:
        return list(package.Parser(str(path)).normalized_imu())
    except FileNotFoundError as error:
        raise SourceError(f"there is no file {path}", cure="Check the name.") from error
    except PermissionError as error:
        raise SourceError(f"{path} may not be read", cure=f"Allow it: chmod +r {path}") from error
    except (KeyboardInterrupt, SystemExit):
        raise
    # The package's panics are no Exceptions, and a cut file makes it panic.
    except BaseException as error:
        raise SourceError(f"{path} has no motion in its metadata: {error}", cure=_CURE) from error


def _package() -> ModuleType:
    try:
        return importlib.import_module("telemetry_parser")
    except ImportError as error:
        raise SourceError("reading a video's motion needs telemetry-parser", cure=_INSTALL) from error


class _ToHead:
    """From the camera's axes, whose z looks forward, to the head's."""

    def __init__(self, up: Vector) -> None:
        """`up` is one of the camera's axes across its view."""
        x, y, _ = up
        self._right = -y, x  # forward cross up
        self._up = x, y

    def of(self, vector: Vector) -> Vector:
        x, y, z = vector
        return self._right[0] * x + self._right[1] * y, self._up[0] * x + self._up[1] * y, -z


def _to_head(accel: Sequence[Vector]) -> _ToHead:
    """The quarter turn about the way it looks that brings gravity nearest to straight down.

    The parser's own convention is x up, as walk and flow of a GoPro Max show; gravity knows better where a
    camera was mounted on its side.
    """
    if not accel:
        return _ToHead((1.0, 0.0, 0.0))
    x, y = (sum(a[i] for a in accel) / len(accel) for i in range(2))
    if math.hypot(x, y) < 1.0:  # it looks straight up or down, and gravity says nothing
        return _ToHead((1.0, 0.0, 0.0))
    if abs(x) >= abs(y):
        return _ToHead((math.copysign(1.0, x), 0.0, 0.0))
    return _ToHead((0.0, math.copysign(1.0, y), 0.0))


def _vector(of: Sequence[float] | None) -> Vector | None:
    if of is None or len(of) != 3:
        return None
    x, y, z = (float(part) for part in of)
    return x, y, z


def _radians(degrees: Vector) -> Vector:
    x, y, z = degrees
    return math.radians(x), math.radians(y), math.radians(z)
