"""Pipelines of the real classes with tiny random weights, saved as a person's folder would be."""

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AnimateDiffVideoToVideoPipeline,
    AutoencoderKL,
    AutoencoderKLLTXVideo,
    AutoencoderKLWan,
    DDIMScheduler,
    FlowMatchEulerDiscreteScheduler,
    LTXConditionPipeline,
    LTXVideoTransformer3DModel,
    MotionAdapter,
    UNet2DConditionModel,
    WanImageToVideoPipeline,
    WanTransformer3DModel,
    WanVACEPipeline,
    WanVACETransformer3DModel,
    WanVideoToVideoPipeline,
)
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
    UMT5Config,
    UMT5EncoderModel,
)

from tests.cloud.remix.generation import tiny_ltx2

WORDS = ("<pad>", "</s>", "<unk>", "a", "red", "fox", "in", "the", "snow")


def save(name: str, folder: Path) -> None:
    """The pipeline of a model of the catalogue."""
    torch.manual_seed(7)
    make = {
        "wan-video": wan_video,
        "wan-image": wan_image,
        "vace": vace,
        "ltx-video": ltx,
        "ltx-image": ltx,
        "ltx2-image": lambda: tiny_ltx2.pipeline(tokenizer(), len(WORDS)),
        "animatediff": animatediff,
    }
    make[name]().save_pretrained(folder)


def tokenizer(length: int = 64) -> Any:
    words = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=length,
    )


def words_of(config: Any, model: Any) -> Any:
    return model(config(vocab_size=len(WORDS), d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)).eval()


def wan_parts(channels: int, **more: Any) -> dict[str, Any]:
    return {
        "vae": AutoencoderKLWan(
            base_dim=4,
            z_dim=16,
            dim_mult=[1, 1, 1, 1],
            num_res_blocks=1,
            temperal_downsample=[False, True, True],
        ),
        "scheduler": FlowMatchEulerDiscreteScheduler(shift=3.0),
        "text_encoder": words_of(UMT5Config, UMT5EncoderModel),
        "tokenizer": tokenizer(),
        **more,
    }


def wan_net(kind: Any, channels: int, **more: Any) -> Any:
    return kind(
        patch_size=(1, 2, 2),
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=channels,
        out_channels=16,
        text_dim=16,
        freq_dim=16,
        ffn_dim=24,
        num_layers=2,
        rope_max_seq_len=32,
        **more,
    )


def wan_video() -> Any:
    return WanVideoToVideoPipeline(**wan_parts(16, transformer=wan_net(WanTransformer3DModel, 16)))


def wan_image() -> Any:
    return WanImageToVideoPipeline(**wan_parts(36, transformer=wan_net(WanTransformer3DModel, 36)))


def vace() -> Any:
    net = wan_net(WanVACETransformer3DModel, 16, vace_layers=[0], vace_in_channels=96)
    return WanVACEPipeline(**wan_parts(16, transformer=net))


def ltx() -> Any:
    return LTXConditionPipeline(
        transformer=LTXVideoTransformer3DModel(
            in_channels=8,
            out_channels=8,
            num_attention_heads=2,
            attention_head_dim=8,
            cross_attention_dim=16,
            num_layers=1,
            caption_channels=16,
        ),
        vae=AutoencoderKLLTXVideo(
            latent_channels=8,
            block_out_channels=(8, 8, 8, 8),
            decoder_block_out_channels=(8, 8, 8, 8),
            layers_per_block=(1, 1, 1, 1, 1),
            decoder_layers_per_block=(1, 1, 1, 1, 1),
            patch_size=4,
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=words_of(T5Config, T5EncoderModel),
        tokenizer=tokenizer(),
    )


def animatediff() -> Any:
    text = CLIPTextConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=16,
        eos_token_id=1,
    )
    return AnimateDiffVideoToVideoPipeline(
        unet=UNet2DConditionModel(
            block_out_channels=(8, 16),
            layers_per_block=1,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            cross_attention_dim=16,
            norm_num_groups=2,
            attention_head_dim=4,
        ),
        motion_adapter=MotionAdapter(
            block_out_channels=(8, 16),
            motion_layers_per_block=1,
            motion_norm_num_groups=2,
            motion_num_attention_heads=2,
        ),
        vae=AutoencoderKL(
            block_out_channels=(8, 8, 8, 8),
            norm_num_groups=2,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
        ),
        scheduler=DDIMScheduler(clip_sample=False),
        text_encoder=CLIPTextModel(text),
        tokenizer=tokenizer(16),
    )
