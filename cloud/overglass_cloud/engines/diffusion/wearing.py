"""What one wearer keeps between frames: the noise of the seed, the memory of what was painted, and the
prompt, which becomes another over some frames instead of at once. Knows tensors and the control document.
"""

from concurrent.futures import Future
from dataclasses import dataclass, field

import torch
from torch import Tensor

from overglass_protocol.control import Control

BLEND = 12
"Frames over which one prompt becomes another."


@dataclass(slots=True)
class Words:
    """A prompt's keys and values on the device, on their way to another prompt's."""

    shown: Tensor
    "(tokens, width): what the next frame is painted with."
    target: Tensor
    left: int = 0
    "Frames until the target is reached."

    def aim(self, target: Tensor) -> None:
        """From now on becomes `target`."""
        if target is not self.target:
            self.target, self.left = target, BLEND

    def step(self) -> Tensor:
        """The next frame's, one even step nearer to the target."""
        if self.left > 1:
            self.shown = torch.lerp(self.shown, self.target, 1 / self.left)
        elif self.left == 1:
            self.shown = self.target
        self.left = max(0, self.left - 1)
        return self.shown


@dataclass(slots=True)
class Wearing:
    """One session's state."""

    control: Control
    prompt: str
    pending: "Future[Tensor] | None"
    "The prompt's numbers, until they have been taken."
    words: Words | None = None
    memory: Tensor | None = None
    "(8, h, w), a row of `Batch.memory`."
    noise: Tensor | None = None
    "(4, h, w), that of `noise_of` and of no other seed."
    noise_of: int = field(default=-1)

    def fixed_noise(self, size: tuple[int, int]) -> Tensor:
        """Noise for latents of `size` (h, w), on the processor: the same for the same seed everywhere."""
        seed = self.control.seed
        if self.noise is None or self.noise_of != seed or self.noise.shape[1:] != size:
            generator = torch.Generator().manual_seed(seed)
            self.noise, self.noise_of = torch.randn((4, *size), generator=generator), seed
        return self.noise
