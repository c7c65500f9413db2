"""Where pictures come from: one face for cameras, files and whatever else can be opened by name."""

from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

from overglass_edge.sources.camera import CameraDevice
from overglass_edge.sources.captured import (
    Camera,
    Captured,
    assumed_intrinsics,
)
from overglass_edge.sources.file import FileCamera
from overglass_edge.sources.rtmp import RtmpCamera
from overglass_protocol.errors import SourceError

__all__ = [
    "SCHEMES",
    "Camera",
    "CameraDevice",
    "Captured",
    "FileCamera",
    "RtmpCamera",
    "assumed_intrinsics",
    "open_camera",
]

SCHEMES: dict[str, Callable[..., Camera]] = {"camera": CameraDevice, "file": FileCamera, "rtmp": RtmpCamera}
"""What may stand before the colon in a name, and what makes a camera of the rest. Other programs
register theirs here."""


def open_camera(spec: str, **options: Any) -> Camera:
    """The camera that `spec` names; it is opened by entering it.

    `camera:0` is the first camera of this machine, `/dev/video2` a device, anything else a file, unless
    it starts with one of SCHEMES and a colon. `options` are those of the source's own constructor.
    Raises SourceError for a name that means nothing, or an option that this source does not have.
    """
    make, rest = _parse(spec)
    try:
        signature(make).bind(rest, **options)
    except TypeError as error:
        raise SourceError(
            f"{spec} cannot be opened like that: {error}", cure="Leave that option out."
        ) from error
    return make(rest, **options)


def _parse(spec: str) -> tuple[Callable[..., Camera], str]:
    scheme, colon, rest = spec.partition(":")
    if colon and scheme in SCHEMES:
        return SCHEMES[scheme], rest
    if spec.startswith("/dev/"):
        return CameraDevice, spec
    # A single letter before a colon is a drive of Windows.
    if colon and len(scheme) > 1 and scheme.isalnum() and not Path(spec).exists():
        known = ", ".join(f"{name}:" for name in sorted(SCHEMES))
        raise SourceError(f"{spec} names no source of pictures", cure=f"Give a file, or one of {known}")
    return FileCamera, spec
