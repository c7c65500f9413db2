"""One network learning one style, step by step; can be put aside and taken up again.

Knows no teacher and no screen: it gets lessons, and whoever drives it looks at what it has become.
"""

import math
import pickle
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from overglass_cloud.neural.look_file import Shape, Weights
from overglass_cloud.neural.network import Network, folded, unfolded
from overglass_cloud.neural.way import laid_out
from overglass_cloud.training import losses
from overglass_cloud.training.lessons import Lessons, Views
from overglass_protocol.errors import LookError

WARMUP = 0.05
"Share of the course in which the rate rises."


@dataclass(frozen=True, slots=True)
class Plan:
    """What decides the weights, together with the examples."""

    seed: int = 0
    shape: Shape = field(default_factory=Shape)
    crops: int = 6
    "In a step; each is seen twice."
    rate: float = 2e-3
    "The highest learning rate (AdamW)."
    subject: str = ""
    "Tells the examples from others."
    calm: float = 0.25
    "How much stillness weighs against likeness."


class Course:
    """Training at a point in time. `device`: where it computes, with half precision inside."""

    def __init__(self, plan: Plan, lessons: Lessons, device: torch.device) -> None:
        self.steps = 0
        self.seconds = 0.0
        "Of training; whoever drives it counts them."
        self.loss = math.nan
        "Of late, smoothed."
        self.plan = plan
        self._lessons = lessons
        self._device = device
        torch.manual_seed(plan.seed)
        shape = plan.shape
        self._network = Network(shape.wide, shape.deep, shape.blocks)
        laid_out(self._network.to(device))
        self._optimizer = torch.optim.AdamW(self._network.parameters(), plan.rate, weight_decay=1e-4)

    def step(self, done: float) -> None:
        """One batch. `done`, 0..1, is how much of the course lies behind and sets the rate.

        Raises LookError when the network has diverged.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = self.plan.rate * rate_at(done)
        views = self._lessons.draw(self.plan.crops).to(self._device)
        loss = losses.total(*self._paint(views), views, self.plan.calm)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimizer.step()
        self.steps += 1
        value = loss.item()
        if not math.isfinite(value):
            raise LookError("the training has diverged", cure="Train again with another --seed.")
        self.loss = value if math.isnan(self.loss) else 0.98 * self.loss + 0.02 * value

    def weights(self) -> Weights:
        """As they are now, in half precision."""
        state = self._network.state_dict()
        return {
            name: tensor.detach().float().cpu().numpy().astype(np.float16) for name, tensor in state.items()
        }

    def save(self, path: Path) -> None:
        """Puts the course aside. Raises LookError when the disk does not let it."""
        draft = path.with_suffix(".draft")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.save(self._state(), draft)
            draft.replace(path)
        except (OSError, RuntimeError) as error:  # torch wraps a full disk in a RuntimeError
            draft.unlink(missing_ok=True)
            raise LookError(
                f"the training cannot be saved in {path.parent}: {error}",
                cure="Make room there; what was saved before is kept, and the same command goes on from it.",
            ) from error

    def resume(self, path: Path) -> bool:
        """Takes up what `save` put aside, if it is of this very plan. False when there is none such."""
        try:
            state = torch.load(path, map_location=self._device, weights_only=True)
        except FileNotFoundError:
            return False
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise LookError(f"{path} cannot be read: {error}", cure="Begin anew with --fresh.") from error
        try:
            return self._take_up(state)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise LookError(f"{path} holds no training: {error}", cure="Begin anew with --fresh.") from error

    def _take_up(self, state: dict[str, Any]) -> bool:
        if state["plan"] != _plain(self.plan):
            return False
        self._network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._lessons.random.bit_generator.state = state["random"]
        self.steps, self.seconds, self.loss = state["steps"], state["seconds"], state["loss"]
        return True

    def _state(self) -> dict[str, Any]:
        return {
            "plan": _plain(self.plan),
            "network": self._network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "random": self._lessons.random.bit_generator.state,
            "steps": self.steps,
            "seconds": self.seconds,
            "loss": self.loss,
        }

    def _paint(self, views: Views) -> tuple[Tensor, Tensor]:
        source = folded(views.luma - 0.5, views.chroma).to(memory_format=torch.channels_last)
        with torch.autocast(self._device.type, torch.bfloat16):
            painted = self._network(source)
        luma, chroma = unfolded(painted.float())
        return luma + 0.5, chroma


def rate_at(done: float) -> float:
    """Share of the highest rate: up in a straight line, down on a cosine to nearly nothing."""
    if done < WARMUP:
        return max(done / WARMUP, 0.02)
    return 0.5 + 0.4999 * math.cos(math.pi * min(1.0, (done - WARMUP) / (1 - WARMUP)))


def _plain(plan: Plan) -> dict[str, Any]:
    return {**asdict(plan), "shape": plan.shape.model_dump()}
