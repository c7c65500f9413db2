"""The matte: people stay exactly as they are, their edges follow the picture's, and trembling calms down."""

import numpy as np
import pytest

from overglass_cloud.engines.planes import views
from overglass_cloud.engines.stage.matte import FADE, Cut, Matte, laid_over
from tests.cloud.stage.sitters import SIZE, inside, luma, rough_picture, somebody


def settled(matte: Matte | None = None, n: int = 20) -> Cut:
    """The cut after so many pictures in which the same person stands still."""
    matte, cut = matte or Matte(), None
    for k in range(n):
        cut = matte.cut(rough_picture(k), somebody())
    assert cut is not None
    return cut


@pytest.mark.parametrize("strength", [1.0, 0.4])
def test_people_are_exactly_the_camera_s_samples_and_what_is_far_from_them_exactly_the_other(
    strength: float,
) -> None:
    source, other, cut = rough_picture(19), rough_picture(0, seed=5), settled()
    y, cb, cr = laid_over(source, views(other), cut, strength)
    kept, far = inside(somebody()), inside(1 - somebody())
    assert np.array_equal(y[kept], views(source)[0][kept])
    assert np.array_equal(cb[kept[::2, ::2]], views(source)[1][kept[::2, ::2]])
    expected = luma(source) + strength * (luma(other) - luma(source))
    assert np.abs(y[far] - expected[far]).max() <= 0.5
    assert np.abs(cr[far[::2, ::2]].astype(int) - views(other)[2][far[::2, ::2]]).max() < (
        2 if strength == 1 else 60
    )


def test_it_appears_little_by_little_and_fades_when_nothing_is_known_any_more() -> None:
    matte = Matte()
    assert matte.cut(rough_picture(0), None) is None, "nobody has ever been seen"
    shown = [cut.shown for n in range(1, 30) if (cut := matte.cut(rough_picture(n), somebody())) is not None]
    assert shown == sorted(shown)
    assert (shown[0] < 0.2, shown[-1]) == (True, 1.0)
    assert sum(value < 1 for value in shown) == pytest.approx(FADE * 30, abs=1)
    gone = [matte.cut(rough_picture(n), None) for n in range(30, 60)]
    assert gone[0] is not None
    assert gone[0].shown < 1
    assert gone[-1] is None


def test_an_edge_that_the_mask_misses_by_some_pixels_is_found_in_the_picture() -> None:
    width, height = SIZE
    picture = rough_picture(0)
    samples = picture.to_ndarray()
    samples[:height] = 40
    samples[:height, width // 2 :] = 200
    mask = np.zeros((height, width), np.float32)
    mask[:, width // 2 + 3 :] = 1
    matte, cut = Matte(), None
    for n in range(15):
        still = type(picture).from_ndarray(samples, format="yuv420p")
        still.pts, still.time_base = n * 3000, picture.time_base
        cut = matte.cut(still, mask)
    assert cut is not None
    steps = np.diff(cut.share[height // 2].astype(int))
    assert np.argmax(steps) == width // 2 - 1
    assert steps.max() > 60


def test_a_trembling_mask_trembles_less() -> None:
    matte, shares = Matte(), []
    for n in range(24):
        cut = matte.cut(rough_picture(n), np.clip(somebody() * (0.62 + 0.1 * (n % 2)), 0, 1))
        assert cut is not None
        shares.append(cut.soft[200, 160])
    assert abs(shares[-1] - shares[-2]) < 0.06, "of 0.1"


def test_a_person_who_is_gone_from_one_picture_to_the_next_leaves_no_ghost() -> None:
    matte = Matte()
    settled(matte)
    nobody = matte.cut(rough_picture(20), np.zeros_like(somebody()))
    assert nobody is not None
    assert nobody.share.max() <= 40


def test_the_background_s_motion_is_told_apart_from_people() -> None:
    matte = Matte()
    drifts = []
    for n in range(8):
        cut = matte.cut(rough_picture(n, shift=2 * n), somebody(x=0.2))
        assert cut is not None
        drifts.append(cut.drift)
    assert np.median([x for x, _ in drifts[1:]]) * SIZE[0] == pytest.approx(2, abs=0.8)
    assert np.median([y for _, y in drifts[1:]]) * SIZE[1] == pytest.approx(0, abs=0.1)


def test_a_picture_of_another_size_begins_anew() -> None:
    matte = Matte()
    settled(matte)
    cut = matte.cut(rough_picture(21, (160, 240)), somebody((160, 240)))
    assert cut is not None
    assert cut.share.shape == (240, 160)
    assert cut.drift == (0.0, 0.0)
