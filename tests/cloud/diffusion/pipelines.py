"""Tiny pipelines of the classes that real ones have, with random weights, saved as diffusers saves them."""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderTiny,
    EulerDiscreteScheduler,
    StableDiffusionImg2ImgPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

WORDS = 32
"Numbers for each token."


def unet(**changes: Any) -> UNet2DConditionModel:
    """Two levels; latent sides are multiples of 2."""
    torch.manual_seed(1)
    shape: dict[str, Any] = {
        "sample_size": 8,
        "block_out_channels": (32, 64),
        "layers_per_block": 1,
        "attention_head_dim": (2, 4),
        "use_linear_projection": True,
        "cross_attention_dim": WORDS,
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
        "norm_num_groups": 8,
    }
    made = UNet2DConditionModel(**shape | changes).eval()
    made.conv_out.weight.data *= 4  # as loud as the noise it is to find
    return made


def autoencoder(**changes: Any) -> AutoencoderTiny:
    torch.manual_seed(2)
    channels = {"encoder_block_out_channels": (16,) * 4, "decoder_block_out_channels": (16,) * 4}
    made = AutoencoderTiny(**channels | changes).eval()
    for part in made.modules():  # as they come, every picture is all but grey
        if isinstance(part, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
            part.weight.data *= 0.8
    return made


def scheduler(**changes: Any) -> EulerDiscreteScheduler:
    """SD-Turbo's."""
    usual: dict[str, Any] = {
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "timestep_spacing": "trailing",
        "steps_offset": 1,
    }
    return EulerDiscreteScheduler(**usual | changes)


def tokenizer(folder: Path) -> CLIPTokenizer:
    """Each letter is a token, and `ab` is one."""
    letters = [chr(code) for code in range(33, 127)]
    names = [
        *letters,
        *(f"{letter}</w>" for letter in letters),
        "ab",
        "ab</w>",
        "<|startoftext|>",
        "<|endoftext|>",
    ]
    (folder / "vocab.json").write_text(json.dumps({name: index for index, name in enumerate(names)}))
    (folder / "merges.txt").write_text("#version: 0.2\na b\na b</w>\n")
    return CLIPTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77, pad_token="!"
    )


def text_encoder(vocabulary: int) -> CLIPTextModel:
    torch.manual_seed(3)
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=WORDS,
            intermediate_size=2 * WORDS,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=77,
            bos_token_id=vocabulary - 2,
            eos_token_id=vocabulary - 1,
            pad_token_id=0,
        )
    ).eval()


def pipeline(folder: Path, **changes: Any) -> StableDiffusionImg2ImgPipeline:
    """A whole one, saved in `folder`. `changes` are of the schedule."""
    words = folder / "words"
    words.mkdir(parents=True)
    reader = tokenizer(words)
    made = StableDiffusionImg2ImgPipeline(
        vae=autoencoder(),
        text_encoder=text_encoder(len(reader)),
        tokenizer=reader,
        unet=unet(),
        scheduler=scheduler(**changes),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    made.set_progress_bar_config(disable=True)
    made.save_pretrained(folder)
    return made
