"""What the U-Net is made of. Names within the blocks are those of diffusers, whose weights they take."""

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from overglass_cloud.engines.diffusion.plan import Plan


class Given(NamedTuple):
    """What every block is told beside the latents."""

    times: Tensor
    "(n, all blocks' channels)."
    words: Tensor
    "Keys and values of the prompt for every layer, (n, tokens, `Unet.width`)."


class Residual(nn.Module):
    """Two convolutions that add to what they are given, and are told the time between them."""

    def __init__(self, plan: Plan, enter: int, leave: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(plan.groups, enter, plan.epsilon)
        self.conv1 = nn.Conv2d(enter, leave, 3, padding=1)
        self.norm2 = nn.GroupNorm(plan.groups, leave, plan.epsilon)
        self.conv2 = nn.Conv2d(leave, leave, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(enter, leave, 1) if enter != leave else None
        self.share = leave
        self.start = 0

    def forward(self, x: Tensor, given: Given) -> Tensor:
        """(n, enter, h, w); (n, leave, h, w)."""
        time = given.times[:, self.start : self.start + self.share, None, None]
        inner = self.conv1(functional.silu(self.norm1(x))) + time
        more: Tensor = self.conv2(functional.silu(self.norm2(inner)))
        x = x if self.conv_shortcut is None else self.conv_shortcut(x)
        return x + more


class Attending(nn.Module):
    """Each place looks at all others, then at the prompt, then thinks."""

    def __init__(self, plan: Plan, channels: int, heads: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(plan.groups, channels, 1e-6)
        self.proj_in = nn.Linear(channels, channels)
        self.transformer_blocks = nn.ModuleList([Transformer(channels, heads)])
        self.proj_out = nn.Linear(channels, channels)

    def forward(self, x: Tensor, given: Given) -> Tensor:
        """(n, channels, h, w), in and out."""
        size = x.shape[2:]
        places = self.proj_in(self.norm(x).permute(0, 2, 3, 1).flatten(1, 2))
        seen: Tensor = self.proj_out(self.transformer_blocks[0](places, given))
        return x + seen.reshape(len(x), *size, -1).permute(0, 3, 1, 2)


class Transformer(nn.Module):
    """Over (n, h * w, channels)."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(channels) for _ in range(3))
        self.attn1 = Looking(channels, heads)
        self.attn2 = Reading(channels, heads)
        self.ff = Thinking(channels)

    def forward(self, x: Tensor, given: Given) -> Tensor:
        x = x + self.attn1(self.norm1(x))
        x = x + self.attn2(self.norm2(x), given)
        thought: Tensor = self.ff(self.norm3(x))
        return x + thought


class Looking(nn.Module):
    """Attention of all places to all places."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x: Tensor) -> Tensor:
        queries, keys, values = (_by_head(part, self.heads) for part in self.qkv(x).chunk(3, -1))
        return _joined(self.to_out[0], functional.scaled_dot_product_attention(queries, keys, values))


class Reading(nn.Module):
    """Attention of all places to the prompt's tokens, whose keys and values were made before."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads, self.channels = heads, channels
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])
        self.share = 2 * channels
        self.start = 0

    def forward(self, x: Tensor, given: Given) -> Tensor:
        queries = _by_head(self.to_q(x), self.heads)
        seen = functional.scaled_dot_product_attention(queries, *self._mine(given.words))
        return _joined(self.to_out[0], seen)

    def _mine(self, read: Tensor) -> tuple[Tensor, Tensor]:
        keys, values = read[..., self.start : self.start + self.share].chunk(2, -1)
        return _by_head(keys, self.heads), _by_head(values, self.heads)


class Thinking(nn.Module):
    """Two layers, each place for itself."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.net = nn.Sequential(Gated(channels), nn.Identity(), nn.Linear(4 * channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        thought: Tensor = self.net(x)
        return thought


class Gated(nn.Module):
    """Half of what is made lets the other half pass (Shazeer 2020, GEGLU)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.proj = nn.Linear(channels, 8 * channels)

    def forward(self, x: Tensor) -> Tensor:
        inner, gate = self.proj(x).chunk(2, -1)
        passed: Tensor = inner * functional.gelu(gate)
        return passed


class Down(nn.Module):
    """One level on the way down; what it makes is kept for the way up."""

    def __init__(self, plan: Plan, level: int, enter: int) -> None:
        super().__init__()
        leave = plan.channels[level]
        sizes = pairwise([enter, *[leave] * plan.layers])
        self.resnets = nn.ModuleList(Residual(plan, *size) for size in sizes)
        self.attentions = _attentions(plan, level, plan.layers)
        last = level == len(plan.channels) - 1
        self.downsamplers = nn.ModuleList([] if last else [Resized(leave, stride=2)])

    def forward(self, x: Tensor, given: Given, skips: list[Tensor]) -> Tensor:
        for index, residual in enumerate(self.resnets):
            x = residual(x, given)
            if self.attentions:
                x = self.attentions[index](x, given)
            skips.append(x)
        for smaller in self.downsamplers:
            x = smaller(x)
            skips.append(x)
        return x


class Middle(nn.Module):
    """The bottom of the U."""

    def __init__(self, plan: Plan, channels: int) -> None:
        super().__init__()
        self.attentions = nn.ModuleList([Attending(plan, channels, plan.heads[-1])])
        self.resnets = nn.ModuleList(Residual(plan, channels, channels) for _ in range(2))

    def forward(self, x: Tensor, given: Given) -> Tensor:
        x = self.attentions[0](self.resnets[0](x, given), given)
        return self.resnets[1](x, given)  # type: ignore[no-any-return]


class Up(nn.Module):
    """One level on the way up. `enter`: channels from below; `skips`: of what was kept, in order of use."""

    def __init__(self, plan: Plan, level: int, enter: int, skips: list[int]) -> None:
        super().__init__()
        leave = plan.channels[level]
        enters = [enter, *[leave] * plan.layers]
        self.resnets = nn.ModuleList(
            Residual(plan, below + kept, leave) for below, kept in zip(enters, skips, strict=True)
        )
        self.attentions = _attentions(plan, level, plan.layers + 1)
        self.upsamplers = nn.ModuleList([Resized(leave, stride=1)] if level else [])

    def forward(self, x: Tensor, given: Given, skips: list[Tensor]) -> Tensor:
        for index, residual in enumerate(self.resnets):
            x = residual(torch.cat((x, skips.pop()), 1), given)
            if self.attentions:
                x = self.attentions[index](x, given)
        for larger in self.upsamplers:
            x = larger(functional.interpolate(x, scale_factor=2.0, mode="nearest"))
        return x


class Resized(nn.Module):
    """A convolution where levels meet."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=stride, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        resized: Tensor = self.conv(x)
        return resized


def _attentions(plan: Plan, level: int, count: int) -> nn.ModuleList:
    count = count if plan.attends[level] else 0
    return nn.ModuleList(Attending(plan, plan.channels[level], plan.heads[level]) for _ in range(count))


def _by_head(x: Tensor, heads: int) -> Tensor:
    """(n, tokens, channels) as (n, heads, tokens, channels a head)."""
    return x.view(*x.shape[:-1], heads, -1).transpose(1, 2)


def _joined(out: nn.Module, seen: Tensor) -> Tensor:
    joined: Tensor = out(seen.transpose(1, 2).flatten(2))
    return joined
