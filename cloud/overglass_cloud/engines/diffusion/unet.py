"""The network that takes noise out of latents: the U-Net of Stable Diffusion 1 and 2 (Rombach et al. 2022).

The same function as `UNet2DConditionModel` of diffusers, whose weights it takes, in the shape that a GPU
likes: one product for a layer's queries, keys and values, one for all keys and values of a prompt, made
once for each prompt, and one for what all blocks want to know of the time. Knows tensors alone.
"""

import math
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from overglass_cloud.engines.diffusion.blocks import Down, Given, Middle, Reading, Residual, Up
from overglass_cloud.engines.diffusion.plan import Plan, unfit


class Unet(nn.Module):
    """Says what noise it sees. `width`: numbers a token for the keys and values of all layers."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        first, last, time = plan.channels[0], plan.channels[-1], 4 * plan.channels[0]
        self.conv_in = nn.Conv2d(4, first, 3, padding=1)
        self.time_embedding = nn.ModuleDict(
            {"linear_1": nn.Linear(first, time), "linear_2": nn.Linear(time, time)}
        )
        self.down_blocks = nn.ModuleList(_levels_down(plan))
        self.up_blocks = nn.ModuleList(_levels_up(plan))
        self.mid_block = Middle(plan, last)
        self.conv_norm_out = nn.GroupNorm(plan.groups, first, plan.epsilon)
        self.conv_out = nn.Conv2d(first, 4, 3, padding=1)
        self.times = nn.Linear(time, _share([block for _, block in self._residuals()]))
        self.width = _share([layer for _, layer in self._readers()])
        self.words = nn.Linear(plan.words, self.width, bias=False)

    def forward(self, latents: Tensor, times: Tensor, words: Tensor) -> Tensor:
        """(n, 4, h, w) noisy latents at training steps `times` (n,), with `words` from `read`; the noise."""
        given = Given(self._told(times), words)
        x = self.conv_in(latents)
        skips = [x]
        for level in self.down_blocks:
            x = level(x, given, skips)
        x = self.mid_block(x, given)
        for level in self.up_blocks:
            x = level(x, given, skips)
        noise: Tensor = self.conv_out(functional.silu(self.conv_norm_out(x)))
        return noise

    def read(self, prompt: Tensor) -> Tensor:
        """(tokens, words) of a text encoder as keys and values, (tokens, width). Linear: what lies between
        two prompts' is what the prompt between them would give."""
        read: Tensor = self.words(prompt)
        return read

    def load_published(self, weights: Mapping[str, Tensor]) -> None:
        """Takes the weights under the names that diffusers gives them. Raises LookError."""
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parts = [_named(weights, part) for part in self._published(name)]
                weight = torch.cat(parts) if len(parts) > 1 else parts[0]
                if weight.dim() == 4 and parameter.dim() == 2:
                    weight = weight[:, :, 0, 0]  # a convolution over single pixels is a product
                if weight.shape != parameter.shape:
                    raise unfit(f"{name} has the shape {tuple(weight.shape)}, not {tuple(parameter.shape)}")
                parameter.copy_(weight)

    def _told(self, times: Tensor) -> Tensor:
        """(n,) as (n, all blocks' channels), from sinusoids of the time (Vaswani et al. 2017)."""
        half = self.plan.channels[0] // 2
        octave = torch.arange(half, dtype=torch.float32, device=times.device) / (half - self.plan.shift)
        phase = times.float()[:, None] * torch.exp(-math.log(10_000) * octave)
        told = torch.cat((phase.cos(), phase.sin()), 1).to(self.conv_in.weight.dtype)
        told = functional.silu(self.time_embedding["linear_1"](told))
        times_told: Tensor = self.times(functional.silu(self.time_embedding["linear_2"](told)))
        return times_told

    def _residuals(self) -> Iterator[tuple[str, "Residual"]]:
        return ((name, part) for name, part in self.named_modules() if isinstance(part, Residual))

    def _readers(self) -> Iterator[tuple[str, "Reading"]]:
        return ((name, part) for name, part in self.named_modules() if isinstance(part, Reading))

    def _published(self, name: str) -> list[str]:
        """The names in diffusers' files of what one of our parameters is made of."""
        layer, _, kind = name.rpartition(".")
        if layer == "words":
            return [f"{reader}.to_{x}.weight" for reader, _ in self._readers() for x in "kv"]
        if layer == "times":
            return [f"{block}.time_emb_proj.{kind}" for block, _ in self._residuals()]
        if layer.endswith(".qkv"):
            return [f"{layer.removesuffix('qkv')}to_{x}.{kind}" for x in "qkv"]
        return [name]


def _levels_down(plan: Plan) -> Iterator[Down]:
    enters = (plan.channels[0], *plan.channels)
    return (Down(plan, level, enters[level]) for level in range(len(plan.channels)))


def _levels_up(plan: Plan) -> Iterator[Up]:
    kept = [plan.channels[0]]
    for level, channels in enumerate(plan.channels):
        kept += [channels] * (plan.layers + (level < len(plan.channels) - 1))
    enter = plan.channels[-1]
    for level in reversed(range(len(plan.channels))):
        yield Up(plan, level, enter, [kept.pop() for _ in range(plan.layers + 1)])
        enter = plan.channels[level]


def _share(parts: list[Residual] | list[Reading]) -> int:
    """Gives each its place beside the others; returns what all need together."""
    start = 0
    for part in parts:
        part.start = start
        start += part.share
    return start


def _named(weights: Mapping[str, Tensor], name: str) -> Tensor:
    try:
        return weights[name]
    except KeyError:
        raise unfit(f"{name} is missing") from None
