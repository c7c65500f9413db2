"""What a measurement ran on. A figure without it means nothing."""

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import av
import psutil

IDLE = ("idle", "iowait", "guest", "guest_nice")


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


class Neighbours:
    """Watches what the rest of the machine does: figures taken beside another's work are not the best.

    Our own children count once they have ended.
    """

    def __init__(self) -> None:
        self._start = self._now()

    def cores(self) -> float:
        """Cores that others, the hypervisor's included, kept busy on average since this was made."""
        (before, busy, own), (now, busy_now, own_now) = self._start, self._now()
        return round(max(0.0, busy_now - busy - (own_now - own)) / max(now - before, 1e-6), 2)

    def _now(self) -> tuple[float, float, float]:
        """The time, the processor seconds used by all, and those by us."""
        times = psutil.cpu_times()._asdict()
        # Linux counts the time of guests in that of users, too.
        busy = sum(seconds for kind, seconds in times.items() if kind not in IDLE)
        return time.monotonic(), busy, sum(os.times()[:4])


def usable_cores() -> list[int]:
    """The cores this process may run on; empty where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def in_words(machine: dict[str, Any]) -> str:
    """One line of it, for people."""
    return (
        f"{machine['usable_cores']} of {machine['cores']} cores, {machine['cpu']}; {machine['os']}; "
        f"Python {machine['python']}, {machine['loop']}, aiortc {machine['aiortc']}, "
        f"FFmpeg {machine['ffmpeg']}; load {machine['load'][0]:g} before, "
        f"{machine['others_cores']:g} cores busy with other things meanwhile"
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
