"""A tiny pipeline, made once: it takes seconds to import what makes one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionImg2ImgPipeline

from overglass_cloud.engines.diffusion import weights
from overglass_cloud.engines.diffusion.frame import Model
from tests.cloud.diffusion import pipelines


@pytest.fixture(scope="package", autouse=True)
def _one_thread() -> Iterator[None]:
    """Several gain nothing on so little, and wait for each other where the machine is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, StableDiffusionImg2ImgPipeline]:
    """A pipeline of diffusers, and the folder it was saved in."""
    folder = tmp_path_factory.mktemp("pipelines") / "tiny"
    return folder, pipelines.pipeline(folder)


@pytest.fixture(scope="session")
def folder(published: tuple[Path, StableDiffusionImg2ImgPipeline]) -> Path:
    return published[0]


@pytest.fixture(scope="session")
def model(folder: Path) -> Model:
    """The same as ours, one step, on the processor."""
    return weights.load(folder, torch.device("cpu"), torch.float32, 1, lambda done, total: None)
