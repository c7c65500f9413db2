"""The U-Net: the same function as the one whose weights it takes."""

from typing import Any

import pytest
import torch
from torch import Tensor

from overglass_cloud.engines.diffusion.plan import Plan, plan_of
from overglass_cloud.engines.diffusion.unet import Unet
from overglass_protocol.errors import LookError
from tests.cloud.diffusion import pipelines

THREE_LEVELS = {
    "block_out_channels": (32, 64, 64),
    "attention_head_dim": (2, 4, 4),
    "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    "layers_per_block": 2,
}


def ours_of(published: Any) -> Unet:
    ours = Unet(plan_of(published.config)).eval()
    ours.load_published(published.state_dict())
    return ours


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"use_linear_projection": False, "attention_head_dim": 2, "cross_attention_dim": 24},
        THREE_LEVELS,
        {"freq_shift": 1},
    ],
    ids=["as Stable Diffusion 2", "as Stable Diffusion 1", "three levels", "shifted frequencies"],
)
@torch.no_grad()
def test_it_says_what_the_published_network_says(changes: dict[str, Any]) -> None:
    published = pipelines.unet(**changes)
    ours = ours_of(published)
    prompt = torch.randn(2, 5, published.config.cross_attention_dim)
    latents, times = torch.randn(2, 4, 8, 12), torch.tensor([499.0, 20.0])
    expected = published(latents, times, encoder_hidden_states=prompt).sample
    torch.testing.assert_close(ours(latents, times, ours.read(prompt)), expected, rtol=1e-4, atol=1e-5)


def test_as_it_stands_the_plan_is_sd_turbos_866_million_numbers() -> None:
    with torch.device("meta"):
        network = Unet(Plan())
    assert sum(parameter.numel() for parameter in network.parameters()) == 865_910_724


@torch.no_grad()
def test_between_two_prompts_keys_and_values_lies_the_prompt_between_them() -> None:
    ours = ours_of(pipelines.unet())
    one, other = torch.randn(2, 5, pipelines.WORDS)
    between = torch.lerp(ours.read(one), ours.read(other), 0.3)
    torch.testing.assert_close(between, ours.read(torch.lerp(one, other, 0.3)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("down_block_types", ["AttnDownBlock2D", "DownBlock2D"]),
        ("addition_embed_type", "text_time"),
        ("time_cond_proj_dim", 256),
        ("in_channels", 9),
    ],
)
def test_a_network_of_another_family_is_refused_with_what_is_other(name: str, value: Any) -> None:
    config = dict(pipelines.unet().config) | {name: value}
    with pytest.raises(LookError, match="do not fit") as caught:
        plan_of(config)
    assert "sd-turbo" in caught.value.cure


def test_a_missing_weight_is_named() -> None:
    weights = dict(pipelines.unet().state_dict())
    del weights["mid_block.resnets.0.conv1.weight"]
    with pytest.raises(LookError, match=r"mid_block.resnets.0.conv1.weight is missing"):
        Unet(plan_of(pipelines.unet().config)).load_published(weights)


def test_a_weight_of_another_shape_is_named() -> None:
    weights: dict[str, Tensor] = dict(pipelines.unet().state_dict())
    weights["conv_in.weight"] = weights["conv_in.weight"][:, :3]
    with pytest.raises(LookError, match=r"conv_in.weight has the shape \(32, 3, 3, 3\)"):
        Unet(plan_of(pipelines.unet().config)).load_published(weights)
