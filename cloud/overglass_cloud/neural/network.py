"""The network that every neural look is: 4:2:0 planes in, 4:2:0 planes out, no conversion between.

A U of two levels, a quarter and an eighth of the picture's size, without normalisation by the picture at
hand: what stands still in the world stands still here. Knows tensors alone.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

QUARTER = 4
"Luma pixels a side that become one of the upper level's."
MULTIPLE = 8
"Luma sides are padded to a multiple of this for the lower level."
SAMPLES = QUARTER**2 + 2 * (QUARTER // 2) ** 2
"Numbers in one place of the upper level: 16 of luma, 4 each of Cb and Cr."


class Network(nn.Module):
    """Paints. `wide` and `deep` are the channels of the upper and of the lower level."""

    def __init__(self, wide: int = 32, deep: int = 56, blocks: int = 2) -> None:
        super().__init__()
        self.wide, self.deep, self.blocks = wide, deep, blocks
        self.enter = nn.Conv2d(SAMPLES, wide, 3, padding=1)
        self.fine = Residual(wide)
        self.down = nn.Conv2d(wide, deep, 3, stride=2, padding=1)
        self.coarse = nn.Sequential(*(Residual(deep) for _ in range(blocks)))
        self.up = nn.Conv2d(deep, 4 * wide, 1)
        self.merge = Residual(wide)
        self.leave = nn.Conv2d(wide + SAMPLES, SAMPLES, 3, padding=1)

    def forward(self, source: Tensor) -> Tensor:
        """(n, SAMPLES, h/4, w/4), sides even: `folded` luma and chroma, both -0.5..0.5 (half precision is
        finest near zero). The same painted, not clipped."""
        fine = self.fine(functional.relu(self.enter(source)))
        coarse = self.coarse(functional.relu(self.down(fine)))
        fine = self.merge(functional.relu(fine + functional.pixel_shuffle(self.up(coarse), 2)))
        painted: Tensor = self.leave(torch.cat((fine, source), 1))
        return painted


class Residual(nn.Module):
    """Two convolutions that add to what they are given."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(functional.relu(self.first(x))))


def folded(luma: Tensor, chroma: Tensor) -> Tensor:
    """(n, 1, h, w) and (n, 2, h/2, w/2), h and w multiples of 8, as (n, SAMPLES, h/4, w/4). Of any type."""
    return torch.cat(
        (functional.pixel_unshuffle(luma, QUARTER), functional.pixel_unshuffle(chroma, QUARTER // 2)), 1
    )


def unfolded(painted: Tensor) -> tuple[Tensor, Tensor]:
    """The inverse of `folded`."""
    luma, chroma = painted[:, : QUARTER**2], painted[:, QUARTER**2 :]
    return functional.pixel_shuffle(luma, QUARTER), functional.pixel_shuffle(chroma, QUARTER // 2)
