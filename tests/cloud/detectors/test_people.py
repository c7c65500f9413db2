"""People: masks turned into outlines, and the segmenter on real pictures."""

import itertools

import av
import cv2
import numpy as np
import pytest

from overglass_cloud.detectors.contract import Found, Mask, Sight
from overglass_cloud.detectors.people import People, people_in
from tests import shared


def discs(*at: tuple[int, int, int, float]) -> Mask:
    """Discs of x, y, radius and sureness on 320x240."""
    mask = np.zeros((240, 320), np.float32)
    for x, y, radius, sure in at:
        cv2.circle(mask, (x, y), radius, sure, -1)
    return mask


def twice(mask: Mask) -> Found:
    """What is found when the same comes in two pictures in a row."""
    _, before = people_in(mask, None)
    return people_in(mask, before)[0]


def drawn(outlines: tuple[np.ndarray, ...], mask: Mask) -> np.ndarray:
    filled = np.zeros(mask.shape, np.uint8)
    size = np.array((mask.shape[1], mask.shape[0]))
    cv2.fillPoly(filled, [np.floor(outline * size).astype(np.int32) for outline in outlines], 1)
    return filled > 0


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_each_person_has_an_outline_that_fits_and_few_points() -> None:
    mask = discs((80, 120, 50, 1.0), (240, 100, 30, 0.98))
    found = twice(mask)
    assert [person.kind for person in found.things] == ["person", "person"]
    assert overlap(drawn(found.things[0].outlines, mask), discs((80, 120, 50, 1.0)) > 0.5) > 0.95
    assert all(len(outline) < 40 for person in found.things for outline in person.outlines)
    assert found.things[0].box == pytest.approx((30 / 320, 70 / 240, 100 / 320, 100 / 240), abs=0.01)
    assert found.things[1].score == pytest.approx(0.98)


def test_what_the_model_doubts_is_no_person_and_is_not_in_the_mask() -> None:
    mask = discs((80, 120, 50, 1.0), (240, 100, 60, 0.55))
    found = twice(mask)
    assert len(found.things) == 1
    assert found.mask is not None
    assert not found.mask[:, 180:].any()
    assert np.array_equal(found.mask[:, :140], mask[:, :140])


def test_a_speck_is_in_the_mask_and_not_named() -> None:
    mask = discs((80, 120, 4, 1.0))
    found = twice(mask)
    assert found.things == ()
    assert found.mask is not None
    assert np.array_equal(found.mask, mask)


def test_a_person_is_told_of_from_the_second_picture_on_and_kept_through_doubt() -> None:
    first, before = people_in(discs((80, 120, 50, 1.0)), None)
    assert first.things == ()
    second, before = people_in(discs((84, 120, 50, 1.0)), before)
    assert len(second.things) == 1
    doubted = discs((88, 120, 50, 0.8), (88, 120, 45, 1.0))  # 81 % of it sure
    third, before = people_in(doubted, before)
    assert len(third.things) == 1
    elsewhere, _ = people_in(discs((240, 120, 50, 1.0)), before)
    assert elsewhere.things == ()


def test_what_is_sure_now_and_then_is_no_person() -> None:
    before = None
    for sure in (1.0, 0.8, 1.0, 0.8):
        found, before = people_in(discs((80, 120, 50, sure)), before)
        assert found.things == ()
        assert found.mask is not None
        assert not found.mask.any()


def test_a_walk_past_hedges_meets_nobody() -> None:
    people = People(shared.model("selfie_segmenter.tflite"))
    try:
        with av.open(str(shared.clip("walk_first_person.mp4"))) as source:
            for picture in source.decode(video=0):
                assert people.find(Sight(picture.reformat(format="yuv420p"))).things == ()
    finally:
        people.close()


def test_an_empty_mask_is_nobody() -> None:
    found = twice(discs())
    assert found.things == ()
    assert found.mask is not None
    assert not found.mask.any()


def test_one_signer_is_one_person_whose_outline_is_that_of_the_mask() -> None:
    clip = shared.clip("sign_sister.mkv")
    people = People(shared.model("selfie_segmenter.tflite"))
    try:
        with av.open(str(clip)) as source:
            for n, picture in enumerate(itertools.islice(source.decode(video=0), 40)):
                found = people.find(Sight(picture))
                if n == 0:
                    continue  # it takes two pictures
                assert [person.kind for person in found.things] == ["person"]
                assert found.mask is not None
                assert 0.1 < (found.mask > 0.5).mean() < 0.3
                assert overlap(drawn(found.things[0].outlines, found.mask), found.mask > 0.5) > 0.97
    finally:
        people.close()
