"""The schedule: the published scheduler's steps and noise, and every strength between."""

from typing import Any

import pytest
import torch

from overglass_cloud.engines.diffusion.schedule import schedule_of
from overglass_protocol.errors import LookError
from tests.cloud.diffusion import pipelines

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of diffusers


@pytest.mark.parametrize("steps", [1, 2, 4])
@pytest.mark.parametrize("curve", ["scaled_linear", "linear"])
def test_at_all_noise_the_steps_and_their_noise_are_the_published_ones(steps: int, curve: str) -> None:
    published = pipelines.scheduler(beta_schedule=curve)
    published.set_timesteps(steps)
    ours = schedule_of(published.config)
    asked = ours.steps(1.0, steps)
    assert asked == published.timesteps.tolist()
    torch.testing.assert_close(ours.sigmas()[asked], published.sigmas[:-1], rtol=1e-4, atol=1e-4)


def test_a_share_of_the_noise_starts_later_and_ends_at_the_same_place() -> None:
    ours = schedule_of(pipelines.scheduler().config)
    assert ours.steps(0.5, 1) == [499]
    assert ours.steps(0.5, 2) == [499, 249]
    assert ours.steps(0.3, 4) == [299, 224, 149, 74]


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_however_little_the_noise_every_step_is_asked_once(steps: int) -> None:
    ours = schedule_of(pipelines.scheduler().config)
    asked = ours.steps(1e-6, steps)
    assert asked == sorted(set(asked), reverse=True)
    assert asked[-1] >= 0


@pytest.mark.parametrize("predicts", ["epsilon", "v_prediction"])
def test_what_is_clean_is_what_the_published_scheduler_finds(predicts: str) -> None:
    published = pipelines.scheduler(prediction_type=predicts)
    published.set_timesteps(2)
    x, said = torch.randn(2, 1, 4, 8, 8)
    step = published.timesteps[0]
    published.scale_model_input(x, step)
    expected = published.step(said, step, x).pred_original_sample
    ours = schedule_of(published.config)
    torch.testing.assert_close(ours.clean(x, said, published.sigmas[0]), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "changes",
    [{"beta_schedule": "squaredcos_cap_v2"}, {"prediction_type": "sample"}, {"rescale_betas_zero_snr": True}],
)
def test_another_kind_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(LookError, match="its schedule"):
        schedule_of(dict(pipelines.scheduler().config) | changes)
