"""Environments: people stay, all else is replaced; no picture waits for a mask or is dropped without it."""

from concurrent.futures import wait

import av
import numpy as np
import pytest

from overglass_cloud.engines.planes import Levels, views
from overglass_cloud.engines.stage import LOOKS, environment_of, spotlight_on
from overglass_cloud.engines.stage.environment import Elsewhere, Environment
from overglass_cloud.engines.stage.places import aurora
from overglass_cloud.engines.stage.spotlight import DARK
from overglass_cloud.looks import ALONE, Engine, Look
from overglass_protocol.control import Control
from tests.cloud.parts import Gated, looks, workshop
from tests.cloud.stage.sitters import SIZE, Told, inside, luma, rough_picture, somebody, worn

KEPT, FAR = inside(somebody()), inside(1 - somebody())


def pictures(count: int = 20) -> list[av.VideoFrame]:
    return [rough_picture(n) for n in range(count)]


def painted() -> Environment:
    """An environment whose place is painted already."""
    elsewhere = Elsewhere(aurora.paint)
    wait([elsewhere.backdrop(SIZE[1], SIZE[0], Levels(16, 219, 224))], timeout=30)
    return Environment(elsewhere)


class Grey(Gated):
    """Another look's engine: everything becomes one grey."""

    max_batch = 1

    def paint(self, pictures: object, states: object) -> list[av.VideoFrame]:
        grey = np.full((SIZE[1] * 3 // 2, SIZE[0]), 100, np.uint8)
        return [av.VideoFrame.from_ndarray(grey, format="yuv420p")]


GREY = Look("grey", "", "test", lambda workshop: Grey(), licence="MIT", needs=("gpu",), takes_prompt=True)


def test_people_are_kept_and_all_else_is_replaced() -> None:
    source = pictures()
    last = worn(painted(), Told(somebody()), *source)[-1]
    assert np.array_equal(luma(last)[KEPT], luma(source[-1])[KEPT])
    assert np.abs(luma(last) - luma(source[-1]))[FAR].mean() > 20
    assert last.pts == source[-1].pts


def test_without_people_everything_is_replaced_and_without_knowing_nothing_is() -> None:
    source = pictures()
    nobody = worn(painted(), Told(np.zeros_like(somebody())), *source)[-1]
    assert np.abs(luma(nobody) - luma(source[-1])).mean() > 20
    assert worn(painted(), ALONE, *source) == source


def test_a_detector_that_falls_silent_gives_the_plain_picture_back_little_by_little() -> None:
    engine, sitter, source = painted(), Told(somebody()), pictures(50)
    state = engine.prepare(Control(), None, sitter)
    far = []
    for n, picture in enumerate(source):
        if n == 20:
            sitter.known_mask = None
        [out] = engine.paint([picture], [state])
        far.append(float(np.abs(luma(out) - luma(picture))[FAR].mean()))
    assert far[19] > 20
    assert 2 < far[25] < far[19]
    assert far[-1] == 0


def test_until_the_place_is_painted_the_plain_picture_is_seen() -> None:
    def fails(rng: np.random.Generator) -> list[object]:
        raise RuntimeError("out of paint")

    source = rough_picture()
    [out] = worn(Environment(Elsewhere(aurora.paint)), Told(somebody()), source)
    assert out is source
    broken = Elsewhere(fails)  # type: ignore[arg-type]
    wait([broken.backdrop(SIZE[1], SIZE[0], Levels(16, 219, 224))], timeout=30)
    with pytest.raises(RuntimeError, match="out of paint"):
        worn(Environment(broken), Told(somebody()), source)


def test_strength_lets_the_room_shine_through_and_at_none_nothing_is_done() -> None:
    source = pictures()
    full, half, none = (
        worn(painted(), Told(somebody()), *source, strength=strength)[-1] for strength in (1, 0.5, 0)
    )
    assert none is source[-1]
    between = (luma(full) + luma(source[-1])) / 2
    assert np.abs(luma(half) - between)[FAR].max() <= 1.5


def test_the_seed_says_which_way_one_looks_and_no_document_begins_anew() -> None:
    engine, sitter, source = painted(), Told(somebody()), pictures()
    state = engine.prepare(Control(seed=1), None, sitter)
    for picture in source:
        [before] = engine.paint([picture], [state])
    state = engine.prepare(Control(seed=2), state, sitter)
    [after] = engine.paint([rough_picture(20)], [state])
    assert np.abs(luma(before) - luma(after))[FAR].mean() > 5
    assert np.array_equal(luma(after)[KEPT], luma(rough_picture(20))[KEPT])


def test_another_look_paints_what_is_around_at_its_full_strength() -> None:
    source, look = pictures(), environment_of(GREY, "environment-grey", "")
    last = worn(look.start(workshop()), Told(somebody()), *source)[-1]
    assert np.array_equal(luma(last)[KEPT], luma(source[-1])[KEPT])
    assert set(luma(last)[FAR]) == {100}
    half = worn(look.start(workshop()), Told(somebody()), *source, strength=0.5)[-1]
    assert np.abs(luma(half) - (luma(source[-1]) + 100) / 2)[FAR].max() <= 1


def test_another_look_s_memory_is_kept_from_document_to_document() -> None:
    gated = Grey()
    engine: Engine = environment_of(
        Look("grey", "", "test", lambda workshop: gated), "environment-grey", ""
    ).start(workshop())
    state = engine.prepare(Control(version=1, strength=0.3), None, ALONE)
    engine.prepare(Control(version=2), state, ALONE)
    assert [(control.strength, previous) for control, previous in gated.prepared] == [(1.0, None), (1.0, 1)]


def test_a_spotlight_is_bright_beside_people_and_dark_far_away() -> None:
    source, look = pictures(40), spotlight_on(GREY, "spotlight-grey", "")
    last = worn(look.start(workshop()), Told(somebody()), *source)[-1]
    assert np.array_equal(luma(last)[KEPT], luma(source[-1])[KEPT])
    row = luma(last)[150]
    assert row[SIZE[0] // 3 - 14] > 80 > row[2] + 15
    assert row[2] < 16 + 84 * (DARK + 0.35)
    assert views(last)[2][75, SIZE[0] // 6 - 8] > 100, "its light is warm"


def test_a_spotlight_follows_slowly() -> None:
    sitter, look = Told(somebody(x=0.25)), spotlight_on(GREY, "spotlight-grey", "")
    engine = look.start(workshop())
    state = engine.prepare(Control(), None, sitter)
    seen = []
    for n in range(60):
        if n == 30:
            sitter.known_mask = somebody(x=0.75)
        [out] = engine.paint([rough_picture(n)], [state])
        seen.append(luma(out)[60, 285])
    assert seen[29] + 3 < seen[33] < seen[59] - 3


def test_a_look_made_with_another_promises_what_that_one_does_and_people_too() -> None:
    for made in (environment_of(GREY, "one", ""), spotlight_on(GREY, "other", "")):
        assert (made.licence, made.takes_prompt) == ("MIT", True)
        assert made.needs == ("selfie_segmenter", "gpu")
        assert made.sees == ("people",)


def test_all_of_them_are_installed_say_what_they_see_and_start() -> None:
    found = looks(*LOOKS)
    for look in LOOKS:
        assert found[look.name].describe()["sees"] in (["people"], ["faces"])
        if look.takes_reference:
            continue
        source = rough_picture()
        assert worn(look.start(workshop()), ALONE, source) == [source], "nothing is known, so nothing is done"


def test_where_pictures_have_to_be_the_same_the_first_waits_for_its_place() -> None:
    source = pictures()
    waiting = worn(Environment(Elsewhere(aurora.paint, waits=True)), Told(somebody()), *source)
    for ours, theirs in zip(waiting, worn(painted(), Told(somebody()), *source), strict=True):
        assert np.array_equal(ours.to_ndarray(), theirs.to_ndarray())
