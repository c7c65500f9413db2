"""Samples of 4:2:0 pictures to RGB and back, on the device that computes. Knows torch alone."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Scale(NamedTuple):
    """What samples mean, (n, 1, 1, 1) each."""

    black: Tensor
    "The luma sample of black."
    luma: Tensor
    "Samples from black to white."
    chroma: Tensor
    "Samples from the lowest colour difference to the highest."
    red: Tensor
    "How much of luma red is (Kr of ITU-T H.273), and so on."
    blue: Tensor


def split(samples: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """(n, bytes) of pictures of `size` (h, w), without padding; views of luma (n, 1, h, w) and of both colour
    differences (n, 2, h/2, w/2)."""
    height, width = size
    luma = samples[:, : height * width].view(-1, 1, height, width)
    return luma, samples[:, height * width :].view(-1, 2, (height + 1) // 2, (width + 1) // 2)


def to_light(luma: Tensor, chroma: Tensor, scale: Scale) -> tuple[Tensor, Tensor]:
    """Samples to float32: luma 0..1, clipped, colour differences -0.5..0.5."""
    return ((luma - scale.black) / scale.luma).clamp(0, 1), (chroma - 128.0) / scale.chroma


def to_samples(luma: Tensor, chroma: Tensor, scale: Scale) -> tuple[Tensor, Tensor]:
    """The inverse, to the nearest samples in range."""
    # The highest difference in full range would be 255.5, so half a sample is left out at the top.
    luma = luma.clamp(0, 1) * scale.luma + scale.black + 0.5
    chroma = chroma.clamp(-0.5, 0.498) * scale.chroma + 128.5
    return luma.to(torch.uint8), chroma.to(torch.uint8)


def to_rgb(luma: Tensor, chroma: Tensor, scale: Scale) -> Tensor:
    """Light at one size to RGB 0..1, (n, 3, h, w); what has no colour in RGB is clipped."""
    red = luma + 2 * (1 - scale.red) * chroma[:, 1:]
    blue = luma + 2 * (1 - scale.blue) * chroma[:, :1]
    green = (luma - scale.red * red - scale.blue * blue) / (1 - scale.red - scale.blue)
    return torch.cat((red, green, blue), 1).clamp(0, 1)


def from_rgb(rgb: Tensor, scale: Scale) -> tuple[Tensor, Tensor]:
    """The inverse."""
    red, green, blue = rgb.chunk(3, 1)
    luma = scale.red * red + (1 - scale.red - scale.blue) * green + scale.blue * blue
    blueness, redness = (blue - luma) / (2 * (1 - scale.blue)), (red - luma) / (2 * (1 - scale.red))
    return luma, torch.cat((blueness, redness), 1)


def resized(field: Tensor, size: tuple[int, int]) -> Tensor:
    """(n, c, h, w) to another (h, w); averages where it shrinks."""
    if field.shape[2:] == size:
        return field
    return functional.interpolate(field, size, mode="bilinear", antialias=True)
