"""Masks: a picture whose own is not made yet gets the nearest one, carried to where people are in it."""

import av
import cv2
import numpy as np
import pytest

from overglass_cloud.engines.planes import Plane
from overglass_cloud.scenes.detectors.contract import Mask
from overglass_cloud.scenes.masks import LONGEST, MAX_AGE, Masks, carried
from tests.cloud.scenes.test_regions import disc

SIZE = (160, 120)


def rough(seed: int = 0) -> Plane:
    """Something that flow can hold on to."""
    coarse = np.random.default_rng(seed).integers(0, 255, (30, 40), np.uint8)
    return np.asarray(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


def shifted(samples: Plane | Mask, x: float, y: float) -> Plane | Mask:
    how = np.array(((1, 0, x), (0, 1, y)), np.float64)
    return cv2.warpAffine(samples, how, samples.shape[::-1], borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]


def picture(luma: Plane) -> av.VideoFrame:
    grey = np.full((luma.shape[0] // 2, luma.shape[1]), 128, np.uint8)
    return av.VideoFrame.from_ndarray(np.concatenate([luma, grey]), format="yuv420p")


def overlap(one: Mask, other: Mask) -> float:
    a, b = one >= 0.5, other >= 0.5
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize("size", [SIZE, (80, 60), (320, 240)])
def test_a_mask_of_any_size_goes_where_the_pixels_went(size: tuple[int, int]) -> None:
    before, scale = rough(), size[0] / SIZE[0]
    mask = disc(size)
    there = carried(mask, before, shifted(before, 9, -6))  # type: ignore[arg-type]
    truth = np.asarray(shifted(mask, 9 * scale, -6 * scale), np.float32)
    assert overlap(mask, truth) < 0.8
    assert overlap(there, truth) > 0.93


def test_a_picture_has_its_own_mask_and_one_without_the_nearest_carried_either_way() -> None:
    masks, luma, mask = Masks(), rough(), disc(SIZE)
    masks.keep(1.0, mask, picture(luma))
    later = picture(np.asarray(shifted(luma, 8, 0), np.uint8))
    masks.keep(1.2, np.zeros_like(mask), later)
    own = masks.mask(1.0, picture(luma))
    assert own is not None
    assert np.array_equal(own, mask)
    for at in (0.97, 1.05):
        near = masks.mask(at, later)
        assert near is not None
        assert overlap(near, np.asarray(shifted(mask, 8, 0), np.float32)) > 0.9
    far = masks.mask(1.15, later)
    assert far is not None
    assert not far.any()


def test_of_a_picture_too_far_from_every_mask_nothing_is_known() -> None:
    masks = Masks()
    assert masks.mask(1.0, picture(rough())) is None
    masks.keep(1.0, disc(SIZE), picture(rough()))
    assert masks.mask(1.0 + MAX_AGE, picture(rough())) is not None
    assert masks.mask(1.01 + MAX_AGE, picture(rough())) is None


def test_a_connection_with_another_clock_begins_anew() -> None:
    masks = Masks()
    masks.keep(100.0, disc(SIZE), picture(rough()))
    masks.keep(1.0, np.zeros_like(disc(SIZE)), picture(rough()))
    assert masks.mask(100.0, picture(rough())) is None
    assert masks.mask(1.0, picture(rough())) is not None


def test_large_masks_are_kept_small_and_pictures_of_another_size_left_alone() -> None:
    masks, luma = Masks(), rough()
    masks.keep(1.0, disc((640, 480)), picture(luma))
    kept = masks.mask(1.0, picture(luma))
    assert kept is not None
    assert kept.shape == (240, LONGEST)
    turned = np.ascontiguousarray(luma.T)
    there = masks.mask(1.1, picture(turned))
    assert there is not None
    assert np.array_equal(there, kept)
