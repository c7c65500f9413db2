"""The measures of a clip, on clips whose answer is known."""

import weakref
from itertools import islice

import av
import cv2
import numpy as np
import pytest

from overglass_cloud.quality import Figures, Motion, Pixels, Quality, measure, surprise
from overglass_protocol.errors import QualityError
from tests import shared
from tests.cloud.quality.scenes import grain, lighter, view, walk


def of(painted: list[Pixels], source: list[Pixels] | None = None) -> Figures:
    return measure(zip(source or walk(), painted, strict=True))


def test_a_copy_is_as_steady_and_as_like_its_source_as_can_be_and_no_painting_at_all() -> None:
    figures = of(walk())
    assert (figures.pictures, len(figures.steps)) == (12, 11)
    assert figures.warp_ratio == pytest.approx(1)
    assert figures.seam_ratio == pytest.approx(1)
    assert figures.structure == pytest.approx(1)
    assert figures.strength == 0


def test_one_grey_is_perfectly_steady_and_has_no_structure() -> None:
    figures = of([np.full_like(picture, 128) for picture in walk()])
    assert figures.warp_ratio < 0.15
    assert figures.seam_ratio == pytest.approx(1)
    assert figures.structure == 0
    assert figures.strength > 0.1


def test_what_moves_with_the_world_is_steady_however_it_is_painted() -> None:
    figures = of([255 - picture for picture in walk()])
    assert figures.warp_ratio == pytest.approx(1, abs=0.02)
    assert figures.structure == pytest.approx(1, abs=0.01)
    assert figures.strength > 0.3


def test_smoothing_is_steadier_than_the_source() -> None:
    assert of([cv2.blur(picture, (5, 5)) for picture in walk()]).warp_ratio < 0.9  # type: ignore[misc]


def test_brightness_that_changes_with_every_picture_is_not_steady() -> None:
    rng = np.random.default_rng(5)
    figures = of([lighter(picture, rng.normal(0, 15)) for picture in walk()])
    assert figures.warp_ratio > 3
    assert figures.structure > 0.95


def test_a_texture_made_anew_for_every_picture_is_not_steady() -> None:
    figures = of([lighter(picture, grain(number)) for number, picture in enumerate(walk())])
    assert figures.warp_ratio > 4


def test_a_texture_that_stays_on_the_screen_while_the_world_moves_is_not_steady_either() -> None:
    figures = of([lighter(picture, grain(0)) for picture in walk()])
    assert figures.warp_ratio > 4


def test_a_seam_in_mid_clip_is_found_at_the_join_and_nowhere_else() -> None:
    source = walk()
    painted = [lighter(picture, 5 if number >= 7 else 0) for number, picture in enumerate(source)]
    figures = of(painted, source)
    assert figures.seam_at == 7
    assert figures.seam_ratio > 5
    elsewhere = [
        s for s, step in zip(surprise(figures.steps), figures.steps, strict=True) if step.number != 7
    ]
    assert max(elsewhere) < 1.5
    assert figures.warp_ratio < 1.3, "which is why it takes both measures"


def test_a_seam_of_colour_alone_is_found() -> None:
    painted = [lighter(picture, (5, 0, -5) if n >= 4 else 0) for n, picture in enumerate(walk())]
    assert of(painted).seam_at == 4
    assert of(painted).seam_ratio > 5


def test_a_slow_drift_is_no_seam() -> None:
    painted = [lighter(picture, 2.0 * number) for number, picture in enumerate(walk())]
    assert of(painted).seam_ratio < 1.5


def test_a_light_that_goes_on_in_the_source_is_not_held_against_the_painting() -> None:
    source = [lighter(picture, 12 if number >= 6 else 0) for number, picture in enumerate(walk())]
    assert of([255 - picture for picture in source], source).seam_ratio < 1.5


def test_a_step_over_a_cut_is_left_out() -> None:
    cut = [*walk(6, seed=1), *walk(6, seed=2)]
    figures = of([255 - picture for picture in cut], cut)
    assert 6 not in [step.number for step in figures.steps]
    assert len(figures.steps) == 10
    assert figures.warp_ratio == pytest.approx(1, abs=0.02)


def test_a_still_source_does_not_divide_by_nothing() -> None:
    still = [view()] * 4
    assert of(still, still).warp_ratio == 1
    assert of([lighter(view(), grain(n)) for n in range(4)], still).warp_ratio > 10


def test_large_pictures_are_measured_as_small_ones_are() -> None:
    small = walk(4)
    painted = [lighter(picture, grain(0)) for picture in small]
    enlarged = [
        [np.kron(picture, np.ones((8, 8, 1), np.uint8)) for picture in pictures]
        for pictures in (painted, small)
    ]
    halved = [
        [np.kron(picture, np.ones((4, 4, 1), np.uint8)) for picture in pictures]
        for pictures in (painted, small)
    ]
    large, known = of(*enlarged), of(*halved)
    assert large.warp_ratio == pytest.approx(known.warp_ratio, rel=0.02)
    assert large.structure == pytest.approx(known.structure, rel=0.02)


def test_motion_that_is_known_already_changes_nothing() -> None:
    source = walk(3)
    painted = [lighter(picture, grain(0)) for picture in source]
    quality = Quality()
    quality.add(source[0], painted[0])
    for n in (1, 2):
        quality.add(source[n], painted[n], Motion.between(source[n - 1], source[n]))
    assert quality.figures() == of(painted, source)


def test_pictures_may_come_in_memory_that_is_used_again() -> None:
    source = walk(4)
    painted = [lighter(picture, grain(number)) for number, picture in enumerate(source)]
    quality, shown, seen = Quality(), np.empty_like(source[0]), np.empty_like(source[0])
    for picture, made in zip(source, painted, strict=True):
        shown[:], seen[:] = picture, made
        quality.add(shown, seen)
    assert quality.figures() == of(painted, source)


def test_pictures_are_not_kept() -> None:
    quality, first = Quality(), view()
    gone = weakref.ref(first)
    quality.add(first, first)
    del first
    quality.add(view(2), view(2))
    assert gone() is None


def test_one_picture_is_no_clip() -> None:
    with pytest.raises(QualityError, match=r"cannot be measured\. Give two or more pictures"):
        of([view()], [view()])


def test_pictures_of_nothing_but_cuts_are_no_clip() -> None:
    cuts = [view(seed=seed) for seed in range(4)]
    with pytest.raises(QualityError, match="of one shot"):
        of(cuts, cuts)


def test_a_clip_whose_size_changes_is_refused() -> None:
    quality = Quality()
    quality.add(view(), view())
    smaller = view()[:64]
    with pytest.raises(QualityError, match=r"picture 1 has another size .*Measure each size alone"):
        quality.add(smaller, smaller)


def test_a_planted_seam_and_a_jitter_are_found_in_a_real_walk() -> None:
    with av.open(str(shared.clip("walk_first_person.mp4"))) as clip:
        frames = islice(clip.decode(video=0), 24)
        source = [
            np.asarray(frame.to_ndarray(format="rgb24", width=320, height=180), np.uint8) for frame in frames
        ]
    rng = np.random.default_rng(1)
    assert of([lighter(picture, rng.normal(0, 12)) for picture in source], source).warp_ratio > 2
    figures = of([lighter(picture, 4 if n >= 12 else 0) for n, picture in enumerate(source)], source)
    assert (figures.seam_at, figures.seam_ratio > 2.5) == (12, True)
    assert of(source, source).seam_ratio == pytest.approx(1)
