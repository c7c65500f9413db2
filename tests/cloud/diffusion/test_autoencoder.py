"""The tiny autoencoder: the same function as the one whose weights it takes."""

import pytest
import torch

from overglass_cloud.engines.diffusion.autoencoder import Autoencoder, plan_of
from overglass_protocol.errors import LookError
from tests.cloud.diffusion import pipelines


@torch.no_grad()
def test_it_does_what_the_published_one_does_both_ways() -> None:
    published = pipelines.autoencoder()
    ours = Autoencoder(plan_of(published.config)).eval()
    ours.load_published(published.state_dict())
    pictures = torch.rand(2, 3, 32, 48)
    latents = published.encode(2 * pictures - 1).latents
    torch.testing.assert_close(ours.encode(pictures), latents)
    torch.testing.assert_close(2 * ours.decode(latents) - 1, published.decode(latents).sample)


def test_another_autoencoder_is_refused() -> None:
    with pytest.raises(LookError, match="latent_channels 16"):
        plan_of(dict(pipelines.autoencoder().config) | {"latent_channels": 16})


def test_weights_of_another_one_are_refused() -> None:
    ours = Autoencoder(plan_of(pipelines.autoencoder(decoder_block_out_channels=(8,) * 4).config))
    with pytest.raises(LookError, match="another one"):
        ours.load_published(pipelines.autoencoder().state_dict())
