"""The figures of `overglass bench gpu`, taken on the device. Imports torch, and nothing that is less bare."""

import copy
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from overglass_cloud.engines.diffusion import autoencoder, plan, weights
from overglass_cloud.engines.diffusion.autoencoder import REDUCTION, Autoencoder
from overglass_cloud.engines.diffusion.frame import Batch, Model, Wish
from overglass_cloud.engines.diffusion.replay import Replay
from overglass_cloud.engines.diffusion.schedule import Schedule
from overglass_cloud.engines.diffusion.unet import Unet
from overglass_simulators.bench.gpu import Plan, Say
from overglass_simulators.bench.gpu_sessions import arrivals, latencies

TINY = plan.Plan((32, 64), (True, False), (2, 4), 1, 64, 8)
TINY_AUTOENCODER = autoencoder.Plan((16,) * 4, (16,) * 4)
NOISE = 0.5
VIDEO = (16.0, 219.0, 224.0, 0.299, 0.114)
SESSION_SECONDS = 10.0
"Of the simulated wearers' time."
FRESH = 3
"Random inputs that the graph is compared on."


class Bench:
    """A model on the device, and what is measured of it."""

    def __init__(self, plan: Plan, say: Say) -> None:
        """Raises LookError for a folder that is no pipeline."""
        self._plan, self._say = plan, say
        self._device = torch.device(plan.device)
        self._dtype = torch.bfloat16 if plan.device == "cuda" else torch.float32
        torch.backends.cudnn.benchmark = True
        say("making the model")
        self._model = self._made()
        self._exact = copy.deepcopy(self._model).float()
        if plan.compiled:
            self._model.compile_parts()
        pixels = max(width * height for width, height in plan.sizes)
        self._replay = Replay(self._model, pixels, graphs=plan.device == "cuda")

    def describe(self) -> dict[str, Any]:
        """What was measured, for the result."""
        numbers = sum(parameter.numel() for parameter in self._model.unet.parameters())
        random = (
            "random numbers, of the exact architecture: speed does not depend on their values, pictures do"
        )
        return {
            "weights": str(self._plan.weights or random),
            "unet_parameters": numbers,
            "steps": self._plan.steps,
            "number_format": str(self._dtype).removeprefix("torch."),
            "compiled": self._plan.compiled,
            "graphs": self._device.type == "cuda",
        }

    def peak_tflops(self) -> float:
        """The most this device reaches in a product of large matrices, in the number format of painting."""
        self._say("measuring the peak of matrix products")
        side = 8192 if self._device.type == "cuda" else 1024
        a, b = (torch.randn(side, side, device=self._device, dtype=self._dtype) for _ in range(2))
        seconds = self._median(lambda: torch.mm(a, b), self._plan.seconds)
        return round(2 * side**3 / seconds / 1e12, 3)

    def row(self, size: tuple[int, int], count: int, peak: float) -> dict[str, Any]:
        """One size (width, height) and number of pictures at once: bytes on the host to bytes on the host."""
        self._say(f"painting {count} at {size[0]}x{size[1]}")
        batch = self._filled(size, count)
        seconds = self._median(lambda: self._replay.paint(batch), self._plan.seconds)
        tflops = count * self._flops(batch.work) / seconds / 1e12
        return {
            "size": f"{size[0]}x{size[1]}",
            "batch": count,
            "fps": round(count / seconds, 1),
            "ms": round(1000 * seconds, 3),
            "tflops": round(tflops, 3),
            "share_of_peak": round(tflops / peak, 3),
        }

    def sessions(self, count: int, fps: float) -> dict[str, Any]:
        """Wearers at once, each picture painted when its turn comes; waiting counts, the network does not."""
        self._say(f"painting for {count} sessions at {fps:g} fps")
        size, most = self._plan.sizes[0], max(self._plan.batches)
        for ready in range(1, most + 1):
            self._filled(size, ready)

        def paint(pictures: int) -> float:
            batch = self._replay.batch(size[::-1], pictures)
            start = time.perf_counter()
            self._replay.paint(batch)
            return time.perf_counter() - start

        came = arrivals(count, fps, min(SESSION_SECONDS, 5 * self._plan.seconds))
        waits, dropped = latencies(came, paint, most)
        return {
            "sessions": count,
            "sessions_fps": fps,
            "sessions_p50_ms": _percentile_ms(waits, 0.50),
            "sessions_p95_ms": _percentile_ms(waits, 0.95),
            "sessions_dropped": dropped,
        }

    @torch.no_grad()
    def error(self) -> dict[str, Any]:
        """How far what is worn is from the same steps one by one in float32, in samples of 0 to 255."""
        self._say("comparing with float32, step by step")
        size = self._plan.sizes[0]
        differences, spreads = [], []
        for seed in range(FRESH):
            batch = self._filled(size, 1, seed)
            self._replay.paint(batch)
            reference = Batch(self._exact, batch.size, 1, batch.work)
            self._fill(reference, self._exact, seed)
            reference.samples.copy_(reference.given)
            with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
                self._exact.paint(reference)
            exact = reference.painted.cpu().float()
            differences.append((batch.taken.float() - exact).abs())
            spreads.append(exact.std())
        errors = torch.cat(differences)
        return {
            "error_mean": round(errors.mean().item(), 4),
            "error_max": round(errors.max().item(), 1),
            "painted_spread": round(torch.stack(spreads).mean().item(), 2),
        }

    def _made(self) -> Model:
        if self._plan.weights is not None:
            return weights.load(
                self._plan.weights, self._device, self._dtype, self._plan.steps, lambda done, total: None
            )
        torch.manual_seed(0)
        with self._device:
            unet = Unet(TINY if self._plan.tiny else plan.Plan())
            small = Autoencoder(TINY_AUTOENCODER if self._plan.tiny else autoencoder.Plan())
        for part in small.modules():
            if isinstance(part, nn.Conv2d):  # as torch makes them, every picture comes out grey
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
                part.weight.data *= 0.8
        return weights.settled(Model(unet, small, Schedule(), self._plan.steps).to(self._dtype))

    def _filled(self, size: tuple[int, int], count: int, seed: int = 0) -> Batch:
        batch = self._replay.batch(size[::-1], count)
        self._fill(batch, self._model, seed)
        return batch

    def _fill(self, batch: Batch, model: Model, seed: int) -> None:
        """Random pictures, prompts and noise, the same for the same seed and every model."""
        random = torch.Generator().manual_seed(seed)
        coarse = torch.randint(16, 236, (batch.count, batch.given.shape[1] // 64 + 1), generator=random)
        batch.given.copy_(coarse.repeat_interleave(64, 1)[:, : batch.given.shape[1]])
        prompts = torch.randn((batch.count, model.tokens, model.unet.plan.words), generator=random)
        with torch.no_grad():
            batch.words.copy_(model.unet.read(prompts.to(model.device, model.dtype)))
        batch.noise.copy_(torch.randn(batch.noise.shape, generator=random))
        batch.memory.zero_()
        wish = Wish(VIDEO, 1.0, 0.0, tuple(model.schedule.steps(NOISE, model.steps)))
        batch.numbers.copy_(torch.tensor([model.numbers(wish)] * batch.count))

    def _flops(self, work: tuple[int, int]) -> float:
        small = self._model.autoencoder.plan
        return flops_of(self._model.unet.plan, small, work, self._plan.steps)

    def _median(self, work: Callable[[], object], seconds: float) -> float:
        """Seconds that `work` takes, by the median; the first quarter of the time does not count."""
        taken: list[float] = []
        start = time.perf_counter()
        while (now := time.perf_counter()) - start < 1.25 * seconds or len(taken) < 3:
            work()
            if self._device.type == "cuda":
                torch.cuda.synchronize(self._device)
            if now - start >= 0.25 * seconds:
                taken.append(time.perf_counter() - now)
        return statistics.median(taken)


def flops_of(
    unet: plan.Plan | None, small: autoencoder.Plan | None, work: tuple[int, int], steps: int
) -> float:
    """Of one picture painted at `work` (h, w), counted without computing; a prompt's keys and values are made
    elsewhere. None: SD-Turbo's plans."""
    with torch.device("meta"):
        network, pictures = Unet(unet or plan.Plan()), Autoencoder(small or autoencoder.Plan())
        noisy = torch.empty(1, 4, work[0] // REDUCTION, work[1] // REDUCTION)
        words, times = torch.empty(1, 77, network.width), torch.empty(1)
        rgb = torch.empty(1, 3, *work)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        for _ in range(steps):
            network(noisy, times, words)
        pictures.decode(pictures.encode(rgb))
    return float(counter.get_total_flops())


def _percentile_ms(seconds: list[float], share: float) -> float:
    return round(1000 * torch.tensor(seconds, dtype=torch.float64).quantile(share).item(), 2)
