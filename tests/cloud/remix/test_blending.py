from itertools import pairwise

import numpy as np

from overglass_cloud.remix.blending import Match, Pixels, crossfade, joined


def scene(number: int = 0) -> Pixels:
    rows, columns = np.mgrid[0:32, 0:48]
    red, green = 60 + 3 * rows + number, 70 + 2 * columns
    return np.stack((red, green, 100 + rows + columns), 2).astype(np.uint8)


def drifted(picture: Pixels) -> Pixels:
    moved = np.clip(picture * np.array([0.9, 1.0, 1.05]) + np.array([14, -9, 6]), 0, 255)
    return np.asarray(moved, np.uint8)


def apart(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_a_drifted_run_gets_the_colours_of_the_one_in_front() -> None:
    wanted = [scene(n) for n in range(4)]
    painted = [drifted(picture) for picture in wanted]
    match = Match.of(painted, wanted)
    later = scene(9)
    assert apart(drifted(later), later) > 6
    assert apart(match.on(drifted(later)), later) < 2


def test_equal_runs_stay_as_they_are() -> None:
    pictures = [scene(n) for n in range(3)]
    assert max(apart(Match.of(pictures, pictures).on(p), p) for p in pictures) < 0.5


def test_a_flat_overlap_does_not_blow_up_contrast() -> None:
    flat = np.full((8, 8, 3), 90, np.uint8)
    match = Match.of([flat], [scene()])
    assert float(match.gain.max()) <= 1.5


def test_a_crossfade_moves_evenly_from_one_to_the_other() -> None:
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 240, np.uint8)
    faded = crossfade([black] * 3, [white] * 3)
    assert [int(picture[0, 0, 0]) for picture in faded] == [60, 120, 180]


def test_a_joined_run_has_all_its_pictures_and_no_step_in_colour() -> None:
    tail = [scene(n) for n in range(3)]
    run = [drifted(scene(n)) for n in range(8)]
    made = list(joined(tail, run))
    assert len(made) == 8
    steps = [abs(float(b.mean()) - float(a.mean())) for a, b in pairwise(made)]
    assert max(steps) < 1.5


def test_without_a_tail_a_run_is_handed_on() -> None:
    run = [scene(n) for n in range(3)]
    assert all(a is b for a, b in zip(joined([], run), run, strict=True))
