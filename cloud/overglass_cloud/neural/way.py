"""How networks run fastest on this machine: device, number type and threads, found by trying once.

Whether half precision is fast, and whether a second thread helps beside the codecs', differs from one
processor to the next, and asking for features tells less than a few pictures do.
"""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import structlog
import torch
from torch import Tensor

from overglass_cloud.neural.network import QUARTER, SAMPLES, Network

log = structlog.get_logger()

TRIED_AT = (288 // QUARTER, 512 // QUARTER)
"Places of the upper level of a 512x288 picture."
ROUNDS = 5
WORTH = 0.85
"A second thread has to bring the time down to this share: it is taken from the codecs."


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run a network. Its weights and pictures lie with channels last, which is fastest on all."""

    device: torch.device
    dtype: torch.dtype
    threads: int
    "Of the processor's, at work on one picture."
    seconds: float = 0.0
    "What a 512x288 picture took when it was chosen."

    def enter(self) -> None:
        """Sets the thread that runs a network up for this way; cheap when it is already."""
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)

    def ready(self, network: Network) -> Network:
        """The network as this way wants it, without gradients."""
        network = network.eval().requires_grad_(False)
        network.to(self.device, self.dtype)
        return laid_out(network)

    @property
    def precision(self) -> str:
        """`bf16` or `fp32`."""
        return "bf16" if self.dtype is torch.bfloat16 else "fp32"

    def describe(self) -> str:
        return f"{self.precision} on {self.device}" + (
            "" if self.device.type == "cuda" else f", {self.threads} threads"
        )


def laid_out(network: Network) -> Network:
    """The same network, its weights with channels last in memory. (torch's types do not know that it can.)"""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def precise(threads: int) -> Way:
    """The way whose result does not depend on how fast this machine happens to be."""
    return Way(torch.device("cuda" if torch.cuda.is_available() else "cpu"), torch.float32, threads)


@lru_cache(maxsize=1)
def fastest() -> Way:
    """The way of this machine, tried once a process; takes about half a second on a processor."""
    if torch.cuda.is_available():
        return _chosen([Way(torch.device("cuda"), kind, torch.get_num_threads()) for kind in _KINDS])
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    few = _chosen([Way(torch.device("cpu"), kind, 1) for kind in _KINDS])
    if cores == 1:
        return few
    many = _chosen([Way(torch.device("cpu"), few.dtype, min(cores, 4))])
    return many if many.seconds < WORTH * few.seconds else few


def _chosen(ways: list[Way]) -> Way:
    network = Network()
    tried = [_tried(way, network) for way in ways]
    best = min(tried, key=lambda way: way.seconds)
    log.info("networks run", way=best.describe(), ms=round(best.seconds * 1000, 1))
    return best


def _tried(way: Way, network: Network) -> Way:
    way.enter()
    brush = way.ready(Network(network.wide, network.deep, network.blocks))
    picture = torch.rand(1, SAMPLES, *TRIED_AT, device=way.device, dtype=way.dtype)
    picture = picture.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        for _ in range(2):
            _timed(lambda: brush(picture), way)
        times = [_timed(lambda: brush(picture), way) for _ in range(ROUNDS)]
    return Way(way.device, way.dtype, way.threads, statistics.median(times))


def _timed(work: Callable[[], Tensor], way: Way) -> float:
    began = time.perf_counter()
    work()
    if way.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


_KINDS = (torch.bfloat16, torch.float32)
