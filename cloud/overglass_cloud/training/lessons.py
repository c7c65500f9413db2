"""What a network is shown while it learns: crops of pictures beside what the teacher made of them.

Each crop is seen twice, a few pixels apart and under different noise, because the two paintings have to be
the same thing in two places: that keeps a look still while the wearer moves. Knows no network.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Pixels = NDArray[np.uint8]
"(height, width, 3): red, green, blue."

CROP = 160
"Pixels a side; a multiple of 16, so that half of it still folds."
REACH = 8
"Pixels by which the second view may lie away from the first, each way: a whole place of the lower level."
ZOOM = (0.72, 1.3)
"How much larger or smaller a crop may be shown than the teacher saw it: other sizes, other distances."
TURN = math.radians(4)
"More would turn a style whose strokes run one way."
NOISE = 0.02
"Of white: the strongest sensor noise, standard deviation."


@dataclass(frozen=True, slots=True)
class Example:
    """A picture and its painting, as Y, Cb, Cr (BT.601, full range), (height, width, 3) of uint8 each."""

    source: Pixels
    target: Pixels

    @classmethod
    def of(cls, source: Pixels, painted: Pixels) -> "Example":
        """From RGB."""
        return cls(_ycbcr(source), _ycbcr(painted))


@dataclass(frozen=True, slots=True)
class Views:
    """A batch: luma (n, 1, CROP, CROP) 0..1, chroma (n, 2, CROP/2, CROP/2) -0.5..0.5. The first half of n are
    the first views, the second half are the same crops seen again."""

    luma: Tensor
    chroma: Tensor
    target_luma: Tensor
    target_chroma: Tensor
    shifts: Tensor
    "(n/2, 2) of whole pixels: the second view's right and down from the first."

    def to(self, device: torch.device) -> "Views":
        """The same on another device; the shifts stay, being numbers for slicing."""
        return Views(
            self.luma.to(device),
            self.chroma.to(device),
            self.target_luma.to(device),
            self.target_chroma.to(device),
            self.shifts,
        )


class Lessons:
    """Draws batches from examples, the same ones for the same seed."""

    def __init__(self, examples: Sequence[Example], seed: int) -> None:
        self.examples = examples
        self.random = np.random.default_rng(seed)
        self._grain = _grain(self.random)

    def draw(self, crops: int) -> Views:
        """A batch of `crops` crops, each seen twice."""
        shifts = self.random.integers(-REACH, REACH + 1, (crops, 2))
        larger = [self._crop() for _ in range(crops)]
        first = [_window(crop, (0, 0)) for crop in larger]
        second = [_window(crop, (dx, dy)) for crop, (dx, dy) in zip(larger, shifts, strict=True)]
        stack = torch.from_numpy(np.stack(first + second)).permute(0, 3, 1, 2).float().div_(255)
        source, target = stack[:, :3], stack[:, 3:]
        source = source + self._noise(len(stack))
        luma, chroma = _planes(source)
        target_luma, target_chroma = _planes(target)
        return Views(luma.clamp(0, 1), chroma, target_luma, target_chroma, torch.from_numpy(shifts))

    def _crop(self) -> Pixels:
        """(CROP + 2 REACH, the same, 6): of one example, source beside target."""
        example = self.examples[int(self.random.integers(len(self.examples)))]
        height, width = example.source.shape[:2]
        side = CROP + 2 * REACH
        zoom = math.exp(self.random.uniform(math.log(ZOOM[0]), math.log(ZOOM[1])))
        zoom = max(zoom, (side + 2) / min(height, width))
        turn = self.random.uniform(-TURN, TURN)
        cosine, sine = math.cos(turn) / zoom, math.sin(turn) / zoom
        reach = side / zoom / 2
        x = self.random.uniform(reach, max(width - reach, reach + 1e-3))
        y = self.random.uniform(reach, max(height - reach, reach + 1e-3))
        half = (side - 1) / 2
        back = np.array(
            [[cosine, -sine, x - (cosine - sine) * half], [sine, cosine, y - (sine + cosine) * half]]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        both = [
            cv2.warpAffine(image, back, (side, side), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
            for image in (example.source, example.target)
        ]
        return np.concatenate(both, 2)

    def _noise(self, count: int) -> Tensor:
        """(count, 3, CROP, CROP): fine in some crops, in others as coarse as a codec's."""
        reach = len(self._grain[0]) - CROP
        kinds, tops, lefts = (self.random.integers(most, size=count) for most in (2, reach, reach))
        noise = [
            self._grain[kind, y : y + CROP, x : x + CROP]
            for kind, y, x in zip(kinds, tops, lefts, strict=True)
        ]
        level = self.random.uniform(0, NOISE, (count, 1, 1, 1)).astype(np.float32)
        return torch.from_numpy(np.stack(noise) * level).permute(0, 3, 1, 2)


def _grain(random: np.random.Generator) -> NDArray[np.float32]:
    """(2, 4 CROP, 4 CROP, 3) of standard deviation 1: fine, and coarse. Drawn once, since that is slow."""
    fine = random.standard_normal((4 * CROP, 4 * CROP, 3), np.float32)
    coarse = cv2.GaussianBlur(fine, (0, 0), 1.2)
    return np.stack((fine, coarse / coarse.std()))


def _window(crop: Pixels, shift: tuple[int, int]) -> Pixels:
    x, y = REACH + int(shift[0]), REACH + int(shift[1])
    return crop[y : y + CROP, x : x + CROP]


def _planes(ycc: Tensor) -> tuple[Tensor, Tensor]:
    return ycc[:, :1].contiguous(), functional.avg_pool2d(ycc[:, 1:] - 128 / 255, 2)


def _ycbcr(rgb: Pixels) -> Pixels:
    y, cr, cb = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    return np.asarray(cv2.merge((y, cb, cr)), np.uint8)
