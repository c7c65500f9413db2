"""One frame through the model: samples of 4:2:0 pictures in, those of painted ones out, on one device.

All that is read and written lies in the fixed memory of a `Batch`, so that a whole frame can be one CUDA
graph; and nothing depends on the values, so that what was captured once is right for ever. Knows torch alone.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from overglass_cloud.engines.diffusion import colour, schedule
from overglass_cloud.engines.diffusion.autoencoder import REDUCTION, Autoencoder
from overglass_cloud.engines.diffusion.schedule import Schedule
from overglass_cloud.engines.diffusion.unet import Unet

STILL = 0.15
"How far a place's latents may move, root mean square, and still pass for the same with sensor noise on it."
FIXED = 7
"Numbers a picture before those of the steps."


class Wish(NamedTuple):
    """How one picture is to be painted, beside what lies in the batch as tensors."""

    scale: tuple[float, float, float, float, float]
    "As `colour.Scale`."
    presence: float
    "How much of the painted picture replaces the source, 0..1."
    calm: float
    "How much of what was painted before stays where the source stands still, 0..1; 0 with no memory."
    steps: tuple[int, ...]
    "Training steps at which the network is asked, falling."


class Batch:
    """Memory on a model's device for `count` pictures of one `size` (h, w), a row of each tensor for one."""

    def __init__(self, model: "Model", size: tuple[int, int], count: int, work: tuple[int, int]) -> None:
        """`work` (h, w): the size at which it is painted, multiples of `model.multiple`."""
        self.size, self.work, self.count = size, work, count
        height, width = size
        samples = height * width + 2 * ((height + 1) // 2) * ((width + 1) // 2)
        latent = (work[0] // REDUCTION, work[1] // REDUCTION)
        self.samples = torch.zeros((count, samples), dtype=torch.uint8, device=model.device)
        self.painted = torch.zeros_like(self.samples)
        self.given, self.taken = _within_reach(self.samples), _within_reach(self.painted)
        "Where the host leaves samples and finds the painted ones."
        self.numbers = torch.ones((count, FIXED + 2 * model.steps + 1), device=model.device)
        self.noise = torch.zeros((count, 4, *latent), device=model.device)
        self.memory = torch.zeros((count, 8, *latent), device=model.device)
        "Latents of the source, calmed, and of what was painted from it."
        self.words = torch.zeros(
            (count, model.tokens, model.unet.width), dtype=model.dtype, device=model.device
        )


class Model(nn.Module):
    """A U-Net, an autoencoder and a schedule that belong together."""

    def __init__(self, unet: Unet, autoencoder: Autoencoder, schedule: Schedule, steps: int = 1) -> None:
        super().__init__()
        self.unet, self.autoencoder, self.schedule = unet, autoencoder, schedule
        self.steps = steps
        self.tokens = 77
        "Of a prompt: what CLIP's text encoder was trained for (Radford et al. 2021)."
        self._sigmas = schedule.sigmas().tolist()

    @property
    def device(self) -> torch.device:
        return self.unet.conv_in.weight.device

    @property
    def dtype(self) -> torch.dtype:
        return self.unet.conv_in.weight.dtype

    @property
    def multiple(self) -> int:
        """Sides that are painted at are multiples of this."""
        return REDUCTION * self.unet.plan.multiple

    def compile_parts(self) -> None:
        """Lets torch.compile fuse what is small. It takes minutes when a shape is first painted."""
        for part in (self.unet, self.autoencoder.encoder["layers"], self.autoencoder.decoder["layers"]):
            part.compile(dynamic=False, mode="max-autotune-no-cudagraphs")

    def numbers(self, wish: Wish) -> list[float]:
        """A row of `Batch.numbers`."""
        sigmas = [self._sigmas[step] for step in wish.steps]
        return [*wish.scale, wish.presence, wish.calm, *map(float, wish.steps), *sigmas, 0.0]

    @torch.no_grad()
    def paint(self, batch: Batch) -> None:
        """Paints `batch.samples` into `batch.painted` and brings `batch.memory` up to date."""
        columns = [column[:, None, None, None] for column in batch.numbers.unbind(1)]
        scale, presence, calm = colour.Scale(*columns[:5]), columns[5], columns[6]
        luma, chroma = colour.to_light(*colour.split(batch.samples, batch.size), scale)
        small = colour.resized(luma, batch.work), colour.resized(chroma, batch.work)
        latents = self._encoded(colour.to_rgb(small[0], small[1], scale))
        before, painted_before = batch.memory.chunk(2, 1)
        moved = (latents - before).square().mean(1, keepdim=True)
        held = calm * torch.exp(-moved / STILL**2)
        latents = torch.lerp(latents, before, held)
        painted = torch.lerp(self._denoised(latents, batch, columns[FIXED:]), painted_before, held)
        before.copy_(latents)
        painted_before.copy_(painted)
        fields = colour.from_rgb(self._decoded(painted), scale)
        luma = torch.lerp(luma, colour.resized(fields[0], batch.size), presence)
        chroma = torch.lerp(chroma, colour.resized(fields[1], (chroma.shape[2], chroma.shape[3])), presence)
        places = colour.split(batch.painted, batch.size)
        for place, samples in zip(places, colour.to_samples(luma, chroma, scale), strict=True):
            place.copy_(samples)

    def _denoised(self, latents: Tensor, batch: Batch, columns: list[Tensor]) -> Tensor:
        steps, sigmas = columns[: self.steps], columns[self.steps :]
        x = latents + batch.noise * sigmas[0]
        for step, sigma, following in zip(steps, sigmas, sigmas[1:], strict=False):
            seen = schedule.shown(x, sigma).to(self.dtype, memory_format=torch.channels_last)
            said = self.unet(seen, step.flatten(), batch.words).float()
            clean = self.schedule.clean(x, said, sigma)
            x = clean + (x - clean) * (following / sigma)
        return x

    def _encoded(self, rgb: Tensor) -> Tensor:
        return self.autoencoder.encode(rgb.to(self.dtype, memory_format=torch.channels_last)).float()

    def _decoded(self, latents: Tensor) -> Tensor:
        latents = latents.to(self.dtype, memory_format=torch.channels_last)
        return self.autoencoder.decode(latents).float().clamp(0, 1)


def _within_reach(tensor: Tensor) -> Tensor:
    """Memory like this on the host, pinned so that copies need not wait; itself where it is on the host."""
    if tensor.device.type == "cpu":
        return tensor
    return torch.zeros_like(tensor, device="cpu", pin_memory=True)


def work_size(size: tuple[int, int], pixels: int, multiple: int) -> tuple[int, int]:
    """The (h, w) to paint a picture of `size` (h, w) at: about so many pixels, about its shape.

    An error of shape weighs four times one of area: the first distorts what is seen, the second blurs it.
    """
    height, width = size
    pixels = min(pixels, _upwards(height, multiple) * _upwards(width, multiple))
    sides = range(multiple, 2 * _upwards(math.isqrt(pixels), multiple) + 1, multiple)

    def error(candidate: tuple[int, int]) -> float:
        tall, wide = candidate
        area, shape = tall * wide / pixels, wide * height / (tall * width)
        return abs(math.log(area)) + 4 * abs(math.log(shape))

    return min(((tall, wide) for tall in sides for wide in sides), key=error)


def _upwards(side: int, multiple: int) -> int:
    return -(-side // multiple) * multiple
