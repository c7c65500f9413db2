"""The event loop and the interpreter, set up for latency. Each program calls this once, at its start."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

SWITCH_INTERVAL = 0.0005
"Seconds a thread may keep the interpreter while another wants it. Python's 5 ms is a frame's whole budget."


def tune() -> None:
    """Lets codec, engine and network threads take turns within a fraction of a frame."""
    sys.setswitchinterval(SWITCH_INTERVAL)


def run(work: Coroutine[Any, Any, None]) -> None:
    """Runs a program's main coroutine, on uvloop where there is one."""
    tune()
    try:
        import uvloop  # noqa: PLC0415 - not to be had on every system
    except ModuleNotFoundError:
        asyncio.run(work)
    else:
        uvloop.run(work)
