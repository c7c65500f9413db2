"""A worker process: performs one order after another, and dies with who started it. Knows no database."""

import os
import signal
import threading
import time
from dataclasses import replace
from multiprocessing import parent_process
from multiprocessing.connection import Connection

from overglass_cloud.jobs.executors.contract import Broken, Outcome, Performed, UnitsTold
from overglass_cloud.jobs.named import itinerary
from overglass_cloud.remix.work import Order, Told
from overglass_protocol.errors import OverglassError


def perform(name: str, order: Order, handle: int, told: Told) -> Outcome:
    """Performs it here, and says what came of it instead of raising."""
    began = time.perf_counter()
    try:
        result = itinerary(name).perform(order, told)
    except OverglassError as error:
        return Broken(handle, error.message, error.cure, final=True)
    except Exception as error:
        return Broken(handle, f"{type(error).__name__}: {error}")
    return Performed(handle, result, time.perf_counter() - began)


def work(pipe: Connection, device: str, threads: int) -> None:
    """The life of a local worker. `pipe` brings (handle, itinerary, order) and takes outcomes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to act on
    threading.Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            handle, name, order = pipe.recv()
        except EOFError:
            return

        def told(units: int, handle: int = handle) -> None:
            pipe.send(UnitsTold(handle, units))

        pipe.send(perform(name, replace(order, device=device, threads=threads), handle, told))


def _die_with_parent() -> None:
    """Its sentinel is a pipe that closes however the parent ends."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
