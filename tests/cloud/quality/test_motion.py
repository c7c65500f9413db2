"""Motion, where it is known."""

import numpy as np
import pytest

from overglass_cloud.quality import Motion
from overglass_cloud.quality.clip import FOLLOWED
from tests.cloud.quality.scenes import HEIGHT, WIDTH, view


def test_a_shift_is_found_to_a_fraction_of_a_pixel() -> None:
    motion = Motion.between(view(0), view(3))
    moved = motion.origin[0] - np.arange(WIDTH)
    assert np.median(moved[motion.seen]) == pytest.approx(3, abs=0.05)
    rows = motion.origin[1] - np.arange(HEIGHT)[:, None]
    assert np.median(rows[motion.seen]) == pytest.approx(0, abs=0.05)


def test_what_has_come_into_the_picture_was_not_seen_before() -> None:
    motion = Motion.between(view(0), view(6))
    assert not motion.seen[:, -6:].any()
    assert motion.seen[:, :-12].mean() > 0.95


def test_what_a_thing_has_uncovered_is_not_followed() -> None:
    hidden, shown, thing = view(), view(), view(seed=2)[24:72, :48]
    hidden[24:72, 30:78] = thing
    shown[24:72, 36:84] = thing
    motion = Motion.between(hidden, shown)
    assert motion.seen[28:68, 30:35].mean() < 0.3
    assert motion.seen[28:68, 42:80].mean() > 0.9
    assert motion.seen[:16].mean() > 0.95


def test_a_still_picture_is_seen_whole_and_has_no_change() -> None:
    motion = Motion.between(view(), view())
    assert motion.share == 1
    assert np.abs(motion.change(view(), view())).max() < 0.5


def test_even_a_picture_without_features_can_be_followed() -> None:
    grey = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    assert Motion.between(grey, grey).share == 1


def test_another_scene_cannot_be_followed() -> None:
    assert Motion.between(view(seed=1), view(seed=2)).share < FOLLOWED


def test_a_change_is_signed_and_what_moved_along_is_none() -> None:
    motion = Motion.between(view(0), view(2))
    brighter = np.minimum(view(2).astype(np.float32) + 10, 255)
    change = motion.change(view(0), brighter)
    assert change.shape == (np.count_nonzero(motion.seen), 3)
    assert change.mean() == pytest.approx(10, abs=0.5)
