"""What a measurement ran on. A figure without it means nothing."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import av


def machine() -> dict[str, Any]:
    """As it stands in every result as `machine`; `load` is the load average now, over 1, 5 and 15 min."""
    return {
        "cores": os.cpu_count(),
        "usable_cores": len(usable_cores()) or os.cpu_count(),
        "cpu": _cpu_model(),
        "device": "cpu",
        "os": platform.platform(),
        "python": platform.python_version(),
        "overglass": _version("overglass"),
        "aiortc": _version("aiortc"),
        "av": av.__version__,
        "ffmpeg": av.ffmpeg_version_info,
        "loop": f"uvloop {_version('uvloop')}" if _version("uvloop") else "asyncio",
        "load": [round(load, 2) for load in os.getloadavg()],
    }


def usable_cores() -> list[int]:
    """The cores this process may run on; empty where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def in_words(machine: dict[str, Any]) -> str:
    """One line of it, for people."""
    return (
        f"{machine['usable_cores']} of {machine['cores']} cores, {machine['cpu']}; {machine['os']}; "
        f"Python {machine['python']}, {machine['loop']}, aiortc {machine['aiortc']}, "
        f"FFmpeg {machine['ffmpeg']}; load {machine['load'][0]:g} before"
    )


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    found = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return found[0] if found else platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
