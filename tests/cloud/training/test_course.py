import math
from pathlib import Path

import numpy as np
import pytest
import torch

from overglass_cloud.neural.look_file import Shape
from overglass_cloud.training.course import Course, Plan, rate_at
from overglass_cloud.training.lessons import Lessons
from overglass_protocol.errors import LookError
from tests.cloud.training.lessons_parts import examples

PLAN = Plan(shape=Shape(wide=8, deep=8, blocks=1), crops=1, rate=4e-3)
CPU = torch.device("cpu")


def course(plan: Plan = PLAN) -> Course:
    return Course(plan, Lessons(examples(2), plan.seed), CPU)


def test_it_learns() -> None:
    learning = course()
    learning.step(0.1)
    first = learning.loss
    for _ in range(40):
        learning.step(0.1)
    assert learning.loss < 0.75 * first
    assert learning.steps == 41


def test_one_that_was_put_aside_ends_where_one_without_a_break_does(tmp_path: Path) -> None:
    whole, begun, resumed = course(), course(), course()
    for _ in range(4):
        whole.step(0.2)
    for _ in range(2):
        begun.step(0.2)
    begun.seconds = 7.5
    begun.save(tmp_path / "deep" / "one.course")
    assert resumed.resume(tmp_path / "deep" / "one.course")
    assert (resumed.steps, resumed.seconds) == (2, 7.5)
    for _ in range(2):
        resumed.step(0.2)
    for name, weights in whole.weights().items():
        assert np.array_equal(weights, resumed.weights()[name]), name


def test_what_was_put_aside_by_another_plan_is_not_taken_up(tmp_path: Path) -> None:
    course().save(tmp_path / "one")
    assert not course(Plan(shape=PLAN.shape, crops=1, rate=4e-3, subject="another picture")).resume(
        tmp_path / "one"
    )
    assert not course().resume(tmp_path / "nothing")


@pytest.mark.parametrize("damage", [b"", b"not a course", b"PK\x03\x04 half a file"])
def test_a_damaged_file_is_told_with_its_cure(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(damage)
    with pytest.raises(LookError, match="cannot be read") as caught:
        course().resume(tmp_path / "one")
    assert "--fresh" in str(caught.value.cure)


def test_a_full_disk_keeps_what_was_saved_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course().save(tmp_path / "one")
    before = (tmp_path / "one").read_bytes()

    def full(state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(LookError, match="No space left"):
        course().save(tmp_path / "one")
    assert (tmp_path / "one").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_one_that_diverges_says_so() -> None:
    lost = course()
    with torch.no_grad():
        next(lost._network.parameters()).fill_(math.inf)
    with pytest.raises(LookError, match="diverged"):
        lost.step(0.5)


def test_the_rate_rises_and_falls_to_nearly_nothing() -> None:
    rates = [rate_at(share) for share in (0, 0.025, 0.05, 0.5, 1.0)]
    assert rates[0] < rates[1] < rates[2]
    assert rates[2] == pytest.approx(1, abs=1e-3)
    assert rates[2] > rates[3] > rates[4] > 0
