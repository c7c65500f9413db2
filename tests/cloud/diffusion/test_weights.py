"""A pipeline's folder: what is read, and what is said of folders that are none."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from overglass_cloud.engines.diffusion import weights
from overglass_cloud.engines.diffusion.frame import Model
from overglass_protocol.errors import LookError
from tests.cloud.diffusion import pipelines

CPU = torch.device("cpu")


def load(folder: Path) -> Model:
    return weights.load(folder, CPU, torch.float32, 1, lambda done, total: None)


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    """A pipeline's folder that may be spoilt."""
    return Path(shutil.copytree(folder, tmp_path / "copied"))


def test_how_far_it_is_is_told_up_to_the_end(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    weights.load(folder, CPU, torch.float32, 1, lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 10
    assert told[-1][0] == told[-1][1] > 1 << 20


def test_the_model_is_never_trained_and_laid_out_channels_last(folder: Path) -> None:
    model = load(folder)
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert model.unet.conv_in.weight.is_contiguous(memory_format=torch.channels_last)
    assert not model.training


def test_half_precision_weights_are_taken_where_there_are_some(copied: Path) -> None:
    network = pipelines.unet().half()
    network.save_pretrained(copied / "unet", variant="fp16")
    (copied / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    expected = pipelines.unet().conv_in.weight
    torch.testing.assert_close(load(copied).unet.conv_in.weight, expected, rtol=1e-3, atol=1e-3)


def test_the_tiny_autoencoder_may_lie_beside_a_large_one(copied: Path) -> None:
    shutil.move(copied / "vae", copied / "taesd")
    (copied / "vae").mkdir()
    (copied / "vae" / "config.json").write_text('{"_class_name": "AutoencoderKL"}')
    assert isinstance(load(copied), Model)


def test_no_folder_names_the_command_that_gets_one(tmp_path: Path) -> None:
    with pytest.raises(LookError, match="there is no diffusion pipeline in") as caught:
        load(tmp_path / "nowhere")
    assert "overglass models pull sd_turbo" in caught.value.cure


def test_a_folder_of_something_else_is_no_pipeline(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"")
    with pytest.raises(LookError, match="is no diffusion pipeline"):
        load(tmp_path)


def test_a_large_autoencoder_alone_says_where_the_tiny_one_belongs(copied: Path) -> None:
    (copied / "vae" / "config.json").write_text('{"_class_name": "AutoencoderKL"}')
    with pytest.raises(LookError, match="no tiny autoencoder") as caught:
        load(copied)
    assert "madebyollin/taesd" in caught.value.cure
    assert str(copied / "taesd") in caught.value.cure


@pytest.mark.parametrize("part", ["unet", "vae"])
@pytest.mark.parametrize("kept", [0, 5, 3000, -1000])
def test_half_a_download_is_known_for_one(copied: Path, part: str, kept: int) -> None:
    file = copied / part / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(LookError, match="half a download") as caught:
        load(copied)
    assert str(file) in caught.value.message
    assert "overglass models pull" in caught.value.cure


def test_missing_weights_are_named(copied: Path) -> None:
    (copied / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(LookError, match=r"the weights in .*unet are missing"):
        load(copied)


def test_a_damaged_configuration_is_named(copied: Path) -> None:
    (copied / "unet" / "config.json").write_text("{")
    with pytest.raises(LookError, match=r"unet/config.json cannot be read"):
        load(copied)


@pytest.mark.parametrize(
    ("name", "value"), [("block_out_channels", None), ("block_out_channels", 7), ("norm_num_groups", 0)]
)
def test_a_configuration_without_sense_is_of_no_known_family(copied: Path, name: str, value: object) -> None:
    file = copied / "unet" / "config.json"
    config = json.loads(file.read_text())
    config[name] = value
    file.write_text(json.dumps({key: given for key, given in config.items() if given is not None}))
    with pytest.raises(LookError, match="do not fit"):
        load(copied)
