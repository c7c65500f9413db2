"""Processes on this machine, one device each, kept warm between orders. Knows no job.

Processes and not threads: what crashes a decoder or a driver then costs one item.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from overglass_cloud.jobs.executors.contract import Broken, Outcome, UnitsTold
from overglass_cloud.jobs.executors.worker import work
from overglass_cloud.remix.work import Order

_FRESH = get_context("spawn")
"Forking a process that has threads or a GPU open is not safe."


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    device: str
    handle: int | None = None


class LocalExecutor:
    """One worker a device. A device named twice has two."""

    def __init__(self, devices: Sequence[str] = ("cpu",), *, threads: int = 0) -> None:
        """`threads`: of each worker; 0 shares the cores out."""
        self._threads = threads or max(1, (os.cpu_count() or 1) // len(devices))
        self._idle = list(reversed(devices))
        "Devices without a process so far."
        self._workers: list[_Worker] = []
        self._submitted = 0

    @property
    def room(self) -> int:
        return len(self._idle) + sum(worker.handle is None for worker in self._workers)

    def submit(self, itinerary: str, order: Order) -> int:
        for dead in [each for each in self._workers if each.handle is None and not each.process.is_alive()]:
            self._end(dead)  # while idle: no order's fault
        worker = next((each for each in self._workers if each.handle is None), None) or self._start()
        self._submitted += 1
        worker.handle = self._submitted
        with suppress(OSError):  # it died idle: its sentinel says so next, and the order counts as broken
            worker.pipe.send((worker.handle, itinerary, order))
        return worker.handle

    def outcomes(self, timeout: float) -> Sequence[Outcome]:
        heard: list[Outcome] = []
        ready = set(wait([worker.pipe for worker in self._workers], timeout))
        for worker in [each for each in self._workers if each.pipe in ready]:
            heard += self._hear(worker)
        return heard

    def cancel(self, handle: int) -> None:
        for worker in [each for each in self._workers if each.handle == handle]:
            self._end(worker)

    def close(self) -> None:
        for worker in list(self._workers):
            self._end(worker)

    @property
    def pids(self) -> Sequence[int]:
        """The running workers' process ids."""
        return [worker.process.pid for worker in self._workers if worker.process.pid]

    def _hear(self, worker: _Worker) -> list[Outcome]:
        """What it sent. A pipe that ends is a worker that died: the system closes it, whatever killed it."""
        heard: list[Outcome] = []
        try:
            while worker.pipe.poll():
                outcome: Outcome = worker.pipe.recv()
                heard.append(outcome)
                if not isinstance(outcome, UnitsTold):
                    worker.handle = None
        except (EOFError, OSError):
            lost = worker.handle
            code = self._end(worker)
            if lost is not None:
                heard.append(Broken(lost, f"its worker died ({_cause(code)})"))
        return heard

    def _start(self) -> _Worker:
        device = self._idle.pop()
        ours, theirs = _FRESH.Pipe()
        process = _FRESH.Process(target=work, args=(theirs, device, self._threads), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, ours, device)
        self._workers.append(worker)
        return worker

    def _end(self, worker: _Worker) -> int | None:
        self._workers.remove(worker)
        self._idle.append(worker.device)
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        return worker.process.exitcode


def _cause(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
