from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from overglass_cloud.neural.look_file import Shape
from overglass_cloud.training import run as module
from overglass_cloud.training.course import Course, Plan
from overglass_cloud.training.pace import Pace
from overglass_cloud.training.run import Run, brush_of, figures_of, painted, pan
from overglass_cloud.training.sheet import Sheet
from overglass_protocol.errors import LookError
from tests.cloud.training.lessons_parts import negative, picture

PLAN = Plan(shape=Shape(wide=8, deep=8, blocks=1), crops=1)


@dataclass
class Heard:
    """What a run said."""

    painted: list[tuple[int, int]] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    sheets: int = 0

    def painting(self, number: int, of: int) -> None:
        self.painted.append((number, of))

    def learning(self, done: float, steps: int, loss: float, left: float | None) -> None:
        self.done.append(done)

    def shown(self, path: Path) -> None:
        self.sheets += 1

    def measuring(self) -> None: ...


def run_in(folder: Path, pace: Pace, heard: Heard) -> Run:
    ticks = iter(range(100_000))
    return Run(
        plan=PLAN,
        pace=pace,
        teacher=negative,
        pictures=[picture(0), picture(1)],
        shown=[picture(2)],
        saved=folder / "one.course",
        sheet=Sheet(folder / "sheet.png", "a negative"),
        told=heard,
        device=torch.device("cpu"),
        clock=lambda: float(next(ticks)),
    )


def test_it_says_how_far_it_is_and_draws_what_it_has_become(tmp_path: Path) -> None:
    heard = Heard()
    course = run_in(tmp_path, Pace(steps=8), heard).learn()
    assert course.steps == 8
    assert heard.painted == [(0, 2), (1, 2), (2, 2)]
    assert heard.done == [n / 8 for n in range(1, 9)]
    assert heard.sheets == len(module.SHOWN_AT)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > (2 + len(module.SHOWN_AT)) * 384


def test_one_that_is_killed_goes_on_where_it_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAVE_EVERY", 3.0)  # the clock ticks once a step
    killed = run_in(tmp_path, Pace(steps=8), Heard())

    class KilledError(Exception): ...

    def step(self: Course, done: float, original: object = Course.step) -> None:
        if self.steps == 5:
            raise KilledError
        assert callable(original)
        original(self, done)

    with monkeypatch.context() as patch:
        patch.setattr(Course, "step", step)
        with pytest.raises(KilledError):
            killed.learn()
    heard = Heard()
    course = run_in(tmp_path, Pace(steps=8), heard).learn()
    assert heard.done[0] == 4 / 8
    whole = run_in(tmp_path / "whole", Pace(steps=8), Heard())
    (tmp_path / "whole").mkdir()
    for name, weights in whole.learn().weights().items():
        assert np.array_equal(weights, course.weights()[name])


def test_one_that_is_stopped_comes_to_rest(tmp_path: Path) -> None:
    class Impatient(Heard):
        def learning(self, done: float, steps: int, loss: float, left: float | None) -> None:
            super().learning(done, steps, loss, left)
            run.stop = True

    heard = Impatient()
    run = run_in(tmp_path, Pace(steps=10_000), heard)
    assert run.learn().steps < 30
    assert heard.done[-1] == 1


def test_one_that_is_stopped_before_it_has_learned_anything_leaves_at_once(tmp_path: Path) -> None:
    run = run_in(tmp_path, Pace(steps=10), Heard())
    run.stop = True
    with pytest.raises(KeyboardInterrupt):
        run.learn()
    assert not run.saved.exists()


def test_a_preview_that_cannot_be_written_ends_it_clearly(tmp_path: Path) -> None:
    run = run_in(tmp_path, Pace(steps=4), Heard())
    run.sheet = Sheet(tmp_path / "no such folder" / "sheet.png", "nowhere")
    with pytest.raises(LookError, match="preview"):
        run.learn()


def test_painting_keeps_the_size_but_for_an_odd_line(tmp_path: Path) -> None:
    course = run_in(tmp_path, Pace(steps=1), Heard()).learn()
    brush = brush_of(course, torch.device("cpu"))
    assert painted(brush, picture(0, 101, 67)).shape == (66, 100, 3)
    assert np.array_equal(painted(brush, picture(0, 64, 48), 0.0), painted(brush, picture(0, 64, 48), 0.0))


def test_a_pan_is_a_clip_that_can_be_measured(tmp_path: Path) -> None:
    course = run_in(tmp_path, Pace(steps=1), Heard()).learn()
    clip = pan(picture(3), 4, (128, 72))
    assert [each.shape for each in clip] == [(72, 128, 3)] * 4
    assert not np.array_equal(clip[0], clip[1])
    copied = figures_of(brush_of(course, torch.device("cpu")), clip, 0.0)
    assert copied.structure > 0.8
    assert copied.strength < 0.12  # colours at such a small scale suffer from 4:2:0
