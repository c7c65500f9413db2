"""What a network of Stable Diffusion's family looks like, and whether a published one is of it.

Knows neither tensors nor files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from overglass_protocol.errors import LookError


@dataclass(frozen=True, slots=True)
class Plan:
    """What differs between networks of this family; as it stands, it is SD-Turbo's, 866 million numbers."""

    channels: tuple[int, ...] = (320, 640, 1280, 1280)
    "By level, from the finest; each level is half the size of the one before."
    attends: tuple[bool, ...] = (True, True, True, False)
    "Whether the level looks at itself and at the prompt."
    heads: tuple[int, ...] = (5, 10, 20, 20)
    layers: int = 2
    "Blocks a level on the way down; one more on the way up."
    words: int = 1024
    "Numbers for each token of a prompt."
    groups: int = 32
    epsilon: float = 1e-5
    shift: float = 0.0
    "Of the frequencies that a time is told in."

    @property
    def multiple(self) -> int:
        """Latent sides have to be multiples of this."""
        return 1 << (len(self.channels) - 1)


def unfit(why: str) -> LookError:
    """Weights that are not of this family."""
    return LookError(
        f"the diffusion pipeline's weights do not fit: {why}",
        cure="Give one of Stable Diffusion 1 or 2 in the layout of diffusers, such as stabilityai/sd-turbo.",
    )


_DEFAULTS: Mapping[str, Any] = {
    "in_channels": 4, "out_channels": 4, "center_input_sample": False, "flip_sin_to_cos": True,
    "mid_block_type": "UNetMidBlock2DCrossAttn", "only_cross_attention": False, "act_fn": "silu",
    "transformer_layers_per_block": 1, "dual_cross_attention": False, "addition_embed_type": None,
    "class_embed_type": None, "num_class_embeds": None, "encoder_hid_dim": None, "time_cond_proj_dim": None,
    "resnet_time_scale_shift": "default", "conv_in_kernel": 3, "conv_out_kernel": 3, "downsample_padding": 1,
    "attention_type": "default", "time_embedding_type": "positional", "mid_block_scale_factor": 1,
}  # fmt: skip
"What this family has in common, by the names in diffusers' `config.json`."


def plan_of(config: Mapping[str, Any]) -> Plan:
    """The plan in a `config.json` of diffusers. Raises LookError for a network of another family."""
    for name, usual in _DEFAULTS.items():
        if config.get(name, usual) != usual:
            raise unfit(f"its unet has {name} {config[name]!r}, not {usual!r}")
    channels = tuple(config["block_out_channels"])
    kinds = {"CrossAttnDownBlock2D": True, "DownBlock2D": False}
    if set(config["down_block_types"]) - set(kinds) or len(config["down_block_types"]) != len(channels):
        raise unfit(f"its unet has the blocks {', '.join(config['down_block_types'])}")
    heads = config.get("num_attention_heads") or config["attention_head_dim"]  # misnamed there, so kept
    return Plan(
        channels,
        tuple(kinds[kind] for kind in config["down_block_types"]),
        (heads,) * len(channels) if isinstance(heads, int) else tuple(heads),
        config["layers_per_block"],
        config["cross_attention_dim"],
        config["norm_num_groups"],
        config["norm_eps"],
        config["freq_shift"],
    )
