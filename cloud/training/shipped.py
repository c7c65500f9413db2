"""One look of the package: what it learns from, and its file. Runs in a process of its own."""

import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from overglass_cloud.neural.look_file import SUFFIX, Card, save
from overglass_cloud.quality import Figures
from overglass_cloud.training.course import Plan
from overglass_cloud.training.lessons import Pixels
from overglass_cloud.training.pace import Pace
from overglass_cloud.training.pictures import carried, moments, sized
from overglass_cloud.training.run import Run, brush_of, figures_of, pan, with_figures
from overglass_cloud.training.sheet import Sheet
from overglass_simulators.world import World
from training.recipes import RECIPES

HELD_OUT = "chelsea.png"
WALKED = 16
"Pictures of the generated street."


@dataclass(frozen=True, slots=True)
class Job:
    """One look to train."""

    name: str
    clips: tuple[Path, ...]
    steps: int
    out: Path
    work: Path


class Line:
    """Says now and then how far one look is."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._said = 0.0

    def painting(self, number: int, of: int) -> None:
        if number == of:
            self._say(f"{of} pictures painted")

    def learning(self, done: float, steps: int, loss: float, left: float | None) -> None:
        if time.monotonic() > self._said + 30:
            self._said = time.monotonic()
            self._say(f"{done:.0%}, loss {loss:.4f}, {(left or 0) / 60:.1f} minutes to go")

    def shown(self, path: Path) -> None:
        pass

    def measuring(self) -> None:
        pass

    def _say(self, what: str) -> None:
        print(f"{self._name}: {what}", flush=True)


def train(job: Job) -> str:
    """Trains one look and writes its file; a line about it."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    recipe = RECIPES[job.name]
    seen = [picture for clip in job.clips for picture in moments(clip)]
    run = Run(
        plan=Plan(subject=recipe.name, calm=recipe.calm),
        pace=Pace(steps=job.steps),
        teacher=recipe.teacher,
        pictures=[*seen, *street(), *carried(but=HELD_OUT)],
        shown=[*seen[5 :: max(6, len(seen) // 3)], *carried("astronaut.png", "coffee.png")],
        saved=job.work / f"{recipe.name}.course",
        sheet=Sheet(job.work / f"{recipe.name}.png", f"{recipe.name}: {recipe.summary}"),
        told=Line(recipe.name),
        device=torch.device("cpu"),
    )
    course = run.learn()
    figures = figures_of(brush_of(course, run.device), pan(carried(HELD_OUT)[0]), recipe.strength)
    card = Card(
        name=recipe.name,
        summary=recipe.summary,
        strength=recipe.strength,
        trained={"seed": run.plan.seed, "steps": course.steps, "seconds": round(course.seconds)},
    )
    save(job.out / f"{recipe.name}{SUFFIX}", with_figures(card, figures), course.weights())
    return f"{recipe.name}: made in {course.seconds / 60:.1f} minutes; {_said(figures)}"


def street() -> list[Pixels]:
    """Moments of a walk through the generated world, as RGB."""
    world = World()
    return [sized(np.ascontiguousarray(world.render(time)[..., ::-1])) for time in np.linspace(0, 45, WALKED)]


def _said(figures: Figures) -> str:
    names = "warp_ratio", "seam_ratio", "structure", "strength"
    return ", ".join(f"{name} {getattr(figures, name):.2f}" for name in names)
