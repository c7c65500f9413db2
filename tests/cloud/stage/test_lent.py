"""A lent picture behind people: it covers the frame, keeps its shape and moves a little with the room."""

from dataclasses import replace

import numpy as np
import pytest

from overglass_cloud.engines.planes import views
from overglass_cloud.engines.stage import LOOKS
from overglass_cloud.looks import ALONE, Engine
from overglass_cloud.references import References, Rgb
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from tests.cloud.parts import workshop
from tests.cloud.stage.sitters import SIZE, Told, inside, luma, rough_picture, somebody

LOOK = next(look for look in LOOKS if look.name == "environment-picture")
NAME, OTHER = "a" * 64, "b" * 64
LENT = Control(look=LOOK.name, reference=NAME)
FAR = inside(1 - somebody())


def disc(width: int, height: int) -> Rgb:
    """White on blue, in the middle, a fifth of the shorter side in radius."""
    y, x = np.mgrid[0:height, 0:width]
    picture = np.full((height, width, 3), (20, 40, 200), np.uint8)
    picture[np.hypot(x - width / 2, y - height / 2) < 0.2 * min(width, height)] = 255
    return picture


def references(**pictures: Rgb) -> References:
    kept = References()
    for name, picture in pictures.items():
        kept.keep(name, picture)
    return kept


def engine_of(kept: References) -> Engine:
    return LOOK.start(replace(workshop(), references=kept))


@pytest.mark.parametrize("shape", [(640, 480), (300, 900), (1024, 200), (7, 5)])
def test_it_covers_the_frame_behind_people_and_keeps_its_shape(shape: tuple[int, int]) -> None:
    engine = engine_of(references(**{NAME: disc(*shape)}))
    state = engine.prepare(LENT, None, Told(somebody()))
    for n in range(20):
        source = rough_picture(n)
        [out] = engine.paint([source], [state])
    kept = inside(somebody())
    assert np.array_equal(luma(out)[kept], luma(source)[kept])
    assert views(out)[1][FAR[::2, ::2]].min() > 110, "blue or white everywhere"
    nobody = engine.prepare(LENT, None, Told(np.zeros_like(somebody())))
    for n in range(20):
        [bare] = engine.paint([rough_picture(n)], [nobody])
    rows, columns = np.nonzero(luma(bare) > 180)
    assert abs(columns.mean() - SIZE[0] / 2) < 4 + SIZE[0] / min(shape)
    if min(shape) > 100:
        assert np.ptp(columns) == pytest.approx(np.ptp(rows), abs=4)


def test_it_moves_with_the_room_and_comes_back() -> None:
    engine = engine_of(references(**{NAME: disc(640, 480)}))
    state = engine.prepare(LENT, None, Told(np.zeros_like(somebody())))
    middles = []
    for n in range(60):
        [out] = engine.paint([rough_picture(n, shift=2 * min(max(n - 20, 0), 8))], [state])
        middles.append(np.nonzero(luma(out) > 200)[1].mean())
    assert middles[28] - middles[20] > 5
    assert abs(middles[59] - middles[20]) < 0.7 * (middles[28] - middles[20])


def test_another_picture_takes_its_place_and_the_same_one_stays() -> None:
    dark = np.full((48, 64, 3), 30, np.uint8)
    engine = engine_of(references(**{NAME: disc(640, 480), OTHER: dark}))
    state = engine.prepare(LENT, None, Told(somebody()))
    for n in range(20):
        [before] = engine.paint([rough_picture(n)], [state])
    same = engine.prepare(LENT.model_copy(update={"strength": 0.9}), state, Told(somebody()))
    assert same.behind is state.behind
    other = engine.prepare(LENT.model_copy(update={"reference": OTHER}), same, Told(somebody()))
    [after] = engine.paint([rough_picture(20)], [other])
    assert luma(after)[FAR].mean() < luma(before)[FAR].mean() - 10


@pytest.mark.parametrize("control", [Control(look=LOOK.name), LENT])
def test_without_a_picture_the_cure_is_told(control: Control) -> None:
    with pytest.raises(LookError) as refused:
        engine_of(References()).prepare(control, None, ALONE)
    assert refused.value.cure


def test_it_says_that_it_takes_a_picture() -> None:
    assert LOOK.describe()["takes_reference"]
