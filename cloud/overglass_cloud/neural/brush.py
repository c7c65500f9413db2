"""Paints one picture's samples with one network. Knows samples and levels; knows no session and no file."""

from typing import Self

import numpy as np
import torch
from torch import Tensor

from overglass_cloud.engines.planes import Levels, Plane, Planes
from overglass_cloud.neural.look_file import LookFile, Shape, Weights
from overglass_cloud.neural.network import MULTIPLE, QUARTER, SAMPLES, Network, folded, unfolded
from overglass_cloud.neural.way import Way

LUMA = QUARTER**2
"The first so many of SAMPLES are luma."


class Brush:
    """A network with its weights, ready to paint in one way."""

    def __init__(self, shape: Shape, weights: Weights, way: Way) -> None:
        network = Network(shape.wide, shape.deep, shape.blocks)
        network.load_state_dict({name: torch.from_numpy(w.astype(np.float32)) for name, w in weights.items()})
        self._network = way.ready(network)
        self._way = way

    @classmethod
    def of(cls, file: LookFile, way: Way) -> Self:
        """Raises LookError when the file's weights are none."""
        return cls(file.card.shape, file.weights(), way)

    def paint(self, planes: Planes, scale: Levels, strength: float, over: Planes | None = None) -> Planes:
        """What is painted of `planes`, laid over them with `strength`, or over others of the same size."""
        self._way.enter()
        height, width = planes[0].shape
        with torch.inference_mode():
            source = folded(*_tensors(planes)).to(self._way.device)
            zero, span = self._levels(scale)
            samples = source.to(torch.float32, memory_format=torch.channels_last)
            light = ((samples - zero) * (1 / span)).to(self._way.dtype)
            painted = self._network(light).float() * span + zero
            if strength < 1:
                below = samples if over is None else folded(*_tensors(over)).to(samples)
                painted = torch.lerp(below, painted, strength)
            luma, chroma = unfolded(painted.round_().clamp_(0, 255).to(torch.uint8).cpu())
        y, cb, cr = luma[0, 0].numpy(), chroma[0, 0].numpy(), chroma[0, 1].numpy()
        rows, columns = (height + 1) // 2, (width + 1) // 2
        return y[:height, :width], cb[:rows, :columns], cr[:rows, :columns]

    def _levels(self, scale: Levels) -> tuple[Tensor, Tensor]:
        """Samples are `zero + span * light`, for light from -0.5 to 0.5; (1, SAMPLES, 1, 1) each."""
        zero, span = (
            torch.full((1, SAMPLES, 1, 1), 128.0),
            torch.full((1, SAMPLES, 1, 1), float(scale.colour)),
        )
        zero[:, :LUMA], span[:, :LUMA] = scale.black + scale.luma / 2, float(scale.luma)
        return zero.to(self._way.device), span.to(self._way.device)


def _tensors(planes: Planes) -> tuple[Tensor, Tensor]:
    """(1, 1, h, w) and (1, 2, h/2, w/2) of uint8, the sides grown to multiples by repeating the border."""
    height, width = (side + -side % MULTIPLE for side in planes[0].shape)
    luma = _grown(planes[0], height, width)
    chroma = np.stack([_grown(plane, height // 2, width // 2) for plane in planes[1:]])
    return torch.from_numpy(luma)[None, None], torch.from_numpy(chroma)[None]


def _grown(plane: Plane, height: int, width: int) -> Plane:
    """A copy; torch takes no view that is read-only."""
    if plane.shape == (height, width):
        return plane.copy()
    below, right = height - plane.shape[0], width - plane.shape[1]
    return np.pad(plane, ((0, below), (0, right)), mode="edge")
