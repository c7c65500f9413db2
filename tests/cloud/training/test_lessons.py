import numpy as np
import pytest
import torch

from overglass_cloud.training import lessons, losses
from overglass_cloud.training.lessons import CROP, REACH, Lessons
from tests.cloud.training.lessons_parts import examples


def test_the_same_seed_draws_the_same_crops() -> None:
    one, other = (Lessons(examples(), 5).draw(2) for _ in range(2))
    assert torch.equal(one.luma, other.luma)
    assert torch.equal(one.shifts, other.shifts)
    assert not torch.equal(one.luma, Lessons(examples(), 6).draw(2).luma)


def test_a_batch_has_every_crop_twice_in_4_2_0() -> None:
    views = Lessons(examples(), 0).draw(3)
    assert views.luma.shape == views.target_luma.shape == (6, 1, CROP, CROP)
    assert views.chroma.shape == views.target_chroma.shape == (6, 2, CROP // 2, CROP // 2)
    assert views.luma.min() >= 0
    assert views.luma.max() <= 1
    assert views.shifts.abs().max() <= REACH


def test_the_two_views_are_one_thing_in_two_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "NOISE", 0.0)
    views = Lessons(examples(), 1).draw(4)
    assert losses.unrest(views.target_luma, views.target_chroma * 0, views) == 0
    dx, dy = views.shifts[0].tolist()
    first, second = views.luma[0, 0], views.luma[4, 0]
    top, left = max(dy, 0), max(dx, 0)
    here = first[top : CROP + min(dy, 0), left : CROP + min(dx, 0)]
    there = second[max(-dy, 0) : CROP - top, max(-dx, 0) : CROP - left]
    assert torch.equal(here, there)


def test_each_view_has_noise_of_its_own() -> None:
    views = Lessons(examples(1), 2).draw(1)
    assert not torch.equal(views.luma[0], views.luma[1])
    assert np.abs((views.luma - (1 - views.target_luma)).numpy()).mean() < 0.1


def test_a_picture_hardly_larger_than_a_crop_still_fills_one() -> None:
    small = [type(e)(e.source[:60, :60], e.target[:60, :60]) for e in examples(1)]
    assert Lessons(small, 0).draw(1).luma.shape == (2, 1, CROP, CROP)
