"""The tiny autoencoder (TAESD, madebyollin/taesd): pictures to latents an eighth of their size, and back.

The same function and the same names as `AutoencoderTiny` of diffusers. Knows tensors alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from overglass_cloud.engines.diffusion.plan import unfit

REDUCTION = 8
"Pixels a side that become one of a latent's."


@dataclass(frozen=True, slots=True)
class Plan:
    """Channels, and blocks by level; as it stands here, it is TAESD's."""

    encoder: tuple[int, ...] = (64, 64, 64, 64)
    decoder: tuple[int, ...] = (64, 64, 64, 64)
    encoder_blocks: tuple[int, ...] = (1, 3, 3, 3)
    decoder_blocks: tuple[int, ...] = (3, 3, 3, 1)


class Autoencoder(nn.Module):
    """Pictures are RGB from 0 to 1; latents have four channels and are about as wide as noise."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.encoder = nn.ModuleDict({"layers": nn.Sequential(*_encoder(plan))})
        self.decoder = nn.ModuleDict({"layers": nn.Sequential(*_decoder(plan))})

    def encode(self, pictures: Tensor) -> Tensor:
        """(n, 3, h, w), sides multiples of 8; (n, 4, h/8, w/8)."""
        latents: Tensor = self.encoder["layers"](pictures)
        return latents

    def decode(self, latents: Tensor) -> Tensor:
        """The inverse, as nearly as it can."""
        pictures: Tensor = self.decoder["layers"](torch.tanh(latents / 3) * 3)
        return pictures

    def load_published(self, weights: Mapping[str, Tensor]) -> None:
        """Takes the weights. Raises LookError."""
        try:
            self.load_state_dict(weights)
        except RuntimeError as error:
            why = str(error).splitlines()[-1].strip()
            raise unfit(f"its autoencoder is another one ({why})") from error


class Block(nn.Module):
    """Three convolutions that add to what they are given."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.conv(x) + x)


_DEFAULTS: Mapping[str, Any] = {
    "act_fn": "relu", "upsample_fn": "nearest", "latent_channels": 4, "scaling_factor": 1.0,
    "shift_factor": 0.0, "upsampling_scaling_factor": 2, "in_channels": 3, "out_channels": 3,
}  # fmt: skip
"What this family has in common, by the names in diffusers' `config.json`."


def plan_of(config: Mapping[str, Any]) -> Plan:
    """The plan in a `config.json` of diffusers. Raises LookError for another autoencoder."""
    for name, value in _DEFAULTS.items():
        if config.get(name, value) != value:
            raise unfit(f"its autoencoder has {name} {config[name]!r}, not {value!r}")
    plan = Plan(
        tuple(config["encoder_block_out_channels"]),
        tuple(config["decoder_block_out_channels"]),
        tuple(config["num_encoder_blocks"]),
        tuple(config["num_decoder_blocks"]),
    )
    if any(len(set(channels)) > 1 or len(channels) != 4 for channels in (plan.encoder, plan.decoder)):
        raise unfit(f"its autoencoder has the channels {plan.encoder} and {plan.decoder}")
    return plan


def _encoder(plan: Plan) -> Sequence[nn.Module]:
    channels = plan.encoder[0]
    layers: list[nn.Module] = []
    for level, blocks in enumerate(plan.encoder_blocks):
        down = nn.Conv2d(channels, channels, 3, stride=2, padding=1, bias=False)
        layers.append(down if level else nn.Conv2d(3, channels, 3, padding=1))
        layers += [Block(channels) for _ in range(blocks)]
    return [*layers, nn.Conv2d(channels, 4, 3, padding=1)]


def _decoder(plan: Plan) -> Sequence[nn.Module]:
    channels = plan.decoder[0]
    layers: list[nn.Module] = [nn.Conv2d(4, channels, 3, padding=1), nn.ReLU()]
    for blocks in plan.decoder_blocks[:-1]:
        layers += [Block(channels) for _ in range(blocks)]
        layers += [nn.Upsample(scale_factor=2.0), nn.Conv2d(channels, channels, 3, padding=1, bias=False)]
    layers += [Block(channels) for _ in range(plan.decoder_blocks[-1])]
    return [*layers, nn.Conv2d(channels, 3, 3, padding=1)]
