"""How much noise is laid over a picture, and how it is taken off in a few steps.

Euler's method along the noise level (Karras et al. 2022, algorithm 2 without churn), as diffusers'
`EulerDiscreteScheduler` does with trailing steps, and at every strength between its own. Knows torch alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from overglass_cloud.engines.diffusion.plan import unfit

Predicts = Literal["epsilon", "v_prediction"]
"What the network says: the noise, or the velocity (Salimans & Ho 2022)."


@dataclass(frozen=True, slots=True)
class Schedule:
    """The noise that the network was trained on; as it stands here, Stable Diffusion's."""

    start: float = 0.00085
    end: float = 0.012
    curve: str = "scaled_linear"
    training_steps: int = 1000
    predicts: Predicts = "epsilon"

    def sigmas(self) -> Tensor:
        """Noise over signal at each training step, (training_steps,)."""
        root = 2 if self.curve == "scaled_linear" else 1
        betas = torch.linspace(
            self.start ** (1 / root), self.end ** (1 / root), self.training_steps, dtype=torch.float32
        )
        kept = torch.cumprod(1 - betas**root, 0)
        return ((1 - kept) / kept).sqrt()

    def steps(self, noise: float, count: int) -> list[int]:
        """The training steps at which to ask the network, for a share of all noise, 0 excluded, to 1."""
        first = max(count, round(noise * self.training_steps))
        return [round(first * (1 - step / count)) - 1 for step in range(count)]

    def clean(self, x: Tensor, said: Tensor, sigma: Tensor) -> Tensor:
        """What is left when the noise that the network sees in `x` is taken out."""
        if self.predicts == "epsilon":
            return x - sigma * said
        return (x - sigma * (sigma**2 + 1).sqrt() * said) / (sigma**2 + 1)


def shown(x: Tensor, sigma: Tensor) -> Tensor:
    """Latents under noise as the network was trained to see them, about as wide as without."""
    return x / (sigma**2 + 1).sqrt()


def schedule_of(config: Mapping[str, Any]) -> Schedule:
    """The schedule in a `scheduler_config.json` of diffusers. Raises LookError for another kind."""
    curve, predicts = config["beta_schedule"], config.get("prediction_type", "epsilon")
    for name in ("trained_betas", "rescale_betas_zero_snr"):
        if config.get(name):
            raise unfit(f"its schedule has {name}")
    if curve not in ("linear", "scaled_linear") or predicts not in get_args(Predicts):
        raise unfit(f"its schedule is {curve} and predicts {predicts}")
    return Schedule(config["beta_start"], config["beta_end"], curve, config["num_train_timesteps"], predicts)
