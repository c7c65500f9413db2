import torch

from overglass_cloud.training import losses
from overglass_cloud.training.lessons import Lessons
from tests.cloud.training.lessons_parts import examples


def test_the_teachers_own_painting_costs_nothing() -> None:
    views = Lessons(examples(), 0).draw(2)
    assert losses.likeness(views.target_luma, views.target_chroma, views) == 0


def test_a_blurred_painting_costs_more_than_one_a_little_too_light() -> None:
    views = Lessons(examples(), 0).draw(2)
    target = views.target_luma
    grain = torch.where(torch.arange(target.shape[-1]) % 2 == 0, 0.02, -0.02)
    lighter = losses.likeness(target + 0.02, views.target_chroma, views)
    assert losses.likeness(target + grain, views.target_chroma, views) > 1.5 * lighter


def test_a_painting_that_differs_between_the_views_is_restless() -> None:
    views = Lessons(examples(), 0).draw(2)
    luma = views.target_luma.clone()
    luma[2:] += 0.1
    calm = losses.unrest(views.target_luma, views.target_chroma, views)
    assert losses.unrest(luma, views.target_chroma, views) > calm + 0.09


def test_what_has_lost_its_contrast_is_noticed() -> None:
    field = torch.rand(1, 1, 32, 32)
    assert losses.contrast(field).mean() > 4 * losses.contrast(field * 0.2 + 0.4).mean()
