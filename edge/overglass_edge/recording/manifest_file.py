"""session.json as it is written: whole or not at all, and what it says of this machine and its camera."""

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from overglass_edge.sources import Camera
from overglass_protocol.recording.layout import MANIFEST
from overglass_protocol.recording.manifest import CameraInfo, Manifest


def write(manifest: Manifest, folder: Path) -> None:
    """Replaces the file whole, or leaves the old one. Raises OSError."""
    target, fresh = folder / MANIFEST, folder / f".{MANIFEST}.new"
    with fresh.open("wb") as file:
        file.write(manifest.model_dump_json(indent=2).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)
    sync_folder(folder)


def camera_info(camera: Camera) -> CameraInfo:
    i = camera.intrinsics
    return CameraInfo(
        name=camera.name,
        width=camera.width,
        height=camera.height,
        fps=camera.fps,
        fx=i.fx,
        fy=i.fy,
        cx=i.cx,
        cy=i.cy,
    )


def program() -> str:
    try:
        return f"overglass {version('overglass')}"
    except PackageNotFoundError:
        return "overglass from source"


def sync_folder(folder: Path) -> None:
    """Makes the new name survive a power cut, where the platform lets a folder be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
