"""A frame through the model: the published pipeline's picture, and what is ours about it."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionImg2ImgPipeline
from torch import Tensor

from overglass_cloud.engines.diffusion import colour, weights
from overglass_cloud.engines.diffusion.frame import Batch, Model, Wish, work_size
from tests.cloud.diffusion import pipelines

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of diffusers

SIZE = (48, 64)
JPEG = (0.0, 255.0, 255.0, 0.299, 0.114)
VIDEO = (16.0, 219.0, 224.0, 0.299, 0.114)


def filled(model: Model, count: int = 1, size: tuple[int, int] = SIZE, **wish: Any) -> Batch:
    """A batch of smooth random pictures, each with a prompt and noise of its own."""
    batch = Batch(model, size, count, work_size(size, 48 * 64, model.multiple))
    random = torch.Generator().manual_seed(7)
    for row in range(count):
        luma, chroma = colour.split(batch.samples[row : row + 1], size)
        for place in (luma, chroma):
            coarse = 60 + 120 * torch.rand(1, place.shape[1], 4, 4, generator=random)
            place.copy_(torch.nn.functional.interpolate(coarse, place.shape[2:], mode="bilinear"))
        batch.words[row] = model.unet.read(
            torch.randn(model.tokens, pipelines.WORDS, generator=random)
        ).detach()
        batch.noise[row] = torch.randn(batch.noise.shape[1:], generator=random)
    asked: dict[str, Any] = {
        "scale": VIDEO,
        "presence": 1.0,
        "calm": 0.0,
        "steps": tuple(model.schedule.steps(0.5, model.steps)),
    }
    batch.numbers[:] = torch.tensor(model.numbers(Wish(**asked | wish)))
    return batch


def scale_of(batch: Batch) -> colour.Scale:
    return colour.Scale(*(column[:, None, None, None] for column in batch.numbers.unbind(1)[:5]))


@pytest.mark.parametrize("predicts", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("steps", [1, 2, 4])
def test_it_paints_the_published_pipelines_picture(tmp_path: Path, steps: int, predicts: str) -> None:
    published = pipelines.pipeline(tmp_path / "pipeline", prediction_type=predicts)
    model = weights.load(
        tmp_path / "pipeline", torch.device("cpu"), torch.float32, steps, lambda done, total: None
    )
    batch = filled(model, scale=JPEG)
    batch.noise[0] = torch.randn(batch.noise.shape[1:], generator=torch.Generator().manual_seed(5))
    prompt, _ = published.encode_prompt("abc", torch.device("cpu"), 1, False)
    batch.words[0] = model.unet.read(prompt[0]).detach()
    scale = scale_of(batch)
    luma, chroma = colour.to_light(*colour.split(batch.samples, SIZE), scale)
    rgb = colour.to_rgb(luma, colour.resized(chroma, SIZE), scale)
    expected = published(
        prompt_embeds=prompt,
        image=rgb,
        strength=0.5,
        num_inference_steps=2 * steps,
        guidance_scale=0.0,
        generator=torch.Generator().manual_seed(5),
        output_type="pt",
    ).images
    model.paint(batch)
    luma, chroma = colour.from_rgb(expected, scale)
    wanted = colour.to_samples(luma, colour.resized(chroma, (SIZE[0] // 2, SIZE[1] // 2)), scale)
    for painted, samples in zip(colour.split(batch.painted, SIZE), wanted, strict=True):
        assert samples.float().std() > 0.3  # or nothing would be compared
        assert (painted.int() - samples.int()).abs().max() <= 1


def test_two_at_once_are_what_each_is_alone(model: Model) -> None:
    both = filled(model, 2)
    both.numbers[1] = torch.tensor(
        model.numbers(Wish(JPEG, 1.0, 0.0, tuple(model.schedule.steps(0.1, model.steps))))
    )
    model.paint(both)
    for row in range(2):
        alone = Batch(model, SIZE, 1, both.work)
        for name in ("samples", "numbers", "noise", "words"):
            getattr(alone, name)[0] = getattr(both, name)[row]
        model.paint(alone)
        assert (alone.painted[0].int() - both.painted[row].int()).abs().max() <= 1
        torch.testing.assert_close(alone.memory[0], both.memory[row], rtol=1e-3, atol=1e-4)
    assert (both.painted[0].int() - both.painted[1].int()).abs().max() > 8


def test_without_presence_the_source_comes_back(model: Model) -> None:
    batch = filled(model, presence=0.0)
    model.paint(batch)
    assert (batch.painted.int() - batch.samples.int()).abs().max() <= 1


@pytest.mark.parametrize("size", [(46, 62), (47, 63), (90, 120), (30, 50)])
def test_a_picture_of_any_size_comes_back_at_its_size(model: Model, size: tuple[int, int]) -> None:
    batch = filled(model, size=size, presence=0.0)
    model.paint(batch)
    assert batch.painted.shape == batch.samples.shape
    assert (batch.painted.int() - batch.samples.int()).abs().max() <= 1


def test_what_stands_still_under_sensor_noise_flickers_less_with_a_memory(model: Model) -> None:
    def flicker(calm: float) -> float:
        batch = filled(model)
        still, random = batch.samples.clone(), torch.Generator().manual_seed(3)
        painted: list[Tensor] = []
        for number in range(8):
            noise = torch.randint(-3, 4, still.shape, generator=random)
            batch.samples.copy_((still.int() + noise).to(torch.uint8))
            batch.numbers[:, 6] = calm if number else 0.0
            model.paint(batch)
            painted.append(batch.painted.float())
        return float(torch.stack([b - a for a, b in pairwise(painted[3:])]).abs().mean())

    assert flicker(0.6) < 0.7 * flicker(0.0)


def test_where_something_moves_nothing_of_before_stays(model: Model) -> None:
    batch = filled(model)
    batch.samples[:] = 255 - batch.samples
    model.paint(batch)
    before = batch.memory.clone()
    moved = filled(model, calm=0.9)
    alone = filled(model, calm=0.0)
    moved.memory.copy_(before)
    moved.memory[:, :4] += 5.0
    model.paint(moved)
    model.paint(alone)
    assert (moved.painted.int() - alone.painted.int()).abs().max() <= 1


@pytest.mark.parametrize(
    ("size", "work"),
    [((512, 512), (512, 512)), ((720, 1280), (384, 704)), ((1280, 720), (704, 384)), ((480, 640), (448, 576)),
     ((64, 64), (64, 64))],
)  # fmt: skip
def test_the_size_that_is_painted_at_keeps_area_and_shape(
    size: tuple[int, int], work: tuple[int, int]
) -> None:
    assert work_size(size, 512 * 512, 64) == work


def test_the_published_pipeline_of_the_tests_is_of_the_classes_that_real_ones_have(
    published: tuple[Path, StableDiffusionImg2ImgPipeline],
) -> None:
    names = {type(part).__name__ for part in published[1].components.values()}
    assert {"UNet2DConditionModel", "AutoencoderTiny", "CLIPTextModel", "EulerDiscreteScheduler"} <= names
