"""Tracking: who stays who, what is smoothed, what is expected, and that nothing stays as a ghost."""

import numpy as np
import pytest

from overglass_cloud.scenes.tracking import FORGIVEN, HORIZON, LOST, MAX_AGE, Look, OneEuro, Tracker
from overglass_protocol.scene import Points, Thing
from tests.cloud.scenes.things import thing

FPS = 30.0


def tracks(look: Look) -> list[int]:
    return [track.thing.track for track in look.tracks]


def things_at(look: Look, time: float) -> tuple[Thing, ...]:
    scene = look.scene(time)
    assert scene is not None
    return scene.things


def shape(x: float, y: float, size: float = 0.2) -> Points:
    """Landmarks on a ring."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * size / 2
    return np.asarray(ring + np.array((x, y)), np.float32)


def face(x: float, y: float = 0.5, size: float = 0.2) -> Thing:
    return thing((x - size / 2, y - size / 2, size, size), points=shape(x, y, size))


def test_a_thing_keeps_its_number_while_it_moves_and_another_gets_its_own() -> None:
    tracker = Tracker()
    for n in range(20):
        look = tracker.look([face(0.7 - 0.01 * n), face(0.2 + 0.01 * n)], n / FPS, 1.0)
    assert tracks(look) == [1, 2]
    assert look.tracks[0].thing.box[0] == pytest.approx(0.7 - 0.19 - 0.1, abs=0.02)
    assert tracks(tracker.look([face(0.4), face(0.5, 0.1)], 20 / FPS, 1.0))[-1] == 3


def test_a_cup_does_not_become_a_dog_in_the_same_place() -> None:
    tracker = Tracker()
    tracker.look([thing(kind="object", label="cup")], 0.0, 1.0)
    look = tracker.look([thing(kind="object", label="dog")], 1 / FPS, 1.0)
    assert {t.thing.label: t.thing.track for t in look.tracks} == {"cup": 1, "dog": 2}


def test_a_thing_missed_once_is_expected_and_then_gone() -> None:
    tracker = Tracker()
    tracker.look([face(0.5)], 0.0, 1.0)
    looks = [tracker.look([], n / FPS, 1.0) for n in range(1, FORGIVEN + 2)]
    assert [len(look.tracks) for look in looks] == [1] * FORGIVEN + [0]


def test_a_thing_that_comes_back_later_is_a_new_one() -> None:
    tracker = Tracker()
    tracker.look([face(0.5)], 0.0, 1.0)
    for n in range(1, 4):
        tracker.look([], n / FPS, 1.0)
    assert tracks(tracker.look([face(0.5)], 4 / FPS, 1.0)) == [2]


def test_a_step_back_in_time_or_a_long_pause_begins_anew() -> None:
    tracker = Tracker()
    tracker.look([face(0.5)], 100.0, 1.0)
    assert tracks(tracker.look([face(0.5)], 3.0, 1.0)) == [2]
    assert tracks(tracker.look([face(0.5)], 5.0, 1.0)) == [3]


def test_a_still_things_tremble_is_smoothed_and_its_place_is_kept() -> None:
    rng = np.random.default_rng(1)
    tracker, raw, steady = Tracker(), [], []
    for n in range(90):
        seen = face(0.5)
        noisy = (seen.points + rng.normal(0, 0.0005, seen.points.shape)).astype(np.float32)
        look = tracker.look([thing(seen.box, points=noisy)], n / FPS, 1.0)
        raw.append(noisy)
        steady.append(look.tracks[0].thing.points)
    tremble = [float(np.abs(np.diff(np.array(points[30:]), axis=0)).mean()) for points in (raw, steady)]
    assert tremble[1] < 0.6 * tremble[0]
    assert np.abs(np.mean(steady[30:], axis=0) - shape(0.5, 0.5)).max() < 0.0005


def test_a_moving_thing_is_not_held_back() -> None:
    tracker = Tracker()
    for n in range(30):
        look = tracker.look([face(0.2 + 0.015 * n)], n / FPS, 1.0)
    lag = np.abs(look.tracks[0].thing.points - shape(0.2 + 0.015 * 29, 0.5)).max()
    assert lag < 0.02 * 0.2, "of its size"


def test_the_filter_smooths_a_near_thing_and_a_far_one_alike() -> None:
    rng = np.random.default_rng(2)
    path = rng.normal(0, 0.01, (60, 5, 2)).cumsum(axis=0)
    near, far = OneEuro(path[0]), OneEuro(path[0] / 10)
    for raw in path[1:]:
        a, b = near.update(raw, 1.0, 1 / FPS), far.update(raw / 10, 0.1, 1 / FPS)
    assert b * 10 == pytest.approx(a)


def test_motion_is_expected_to_go_on_in_place_size_and_turn() -> None:
    tracker = Tracker()
    for n in range(30):
        look = tracker.look([face(0.2 + 0.01 * n, size=0.2 + 0.002 * n)], n / FPS, 1.0)
    (expected,) = things_at(look, 31 / FPS)
    truth = shape(0.2 + 0.01 * 31, 0.5, 0.2 + 0.002 * 31)
    assert np.abs(expected.points - truth).max() < 0.005
    assert expected.box[0] == pytest.approx(truth[:, 0].min(), abs=0.006)


def test_a_turn_is_followed_round_in_a_picture_that_is_wider_than_high() -> None:
    def turned(angle: float) -> Thing:
        arms = np.array([(0.1, 0.0), (-0.1, 0.0), (0.0, 0.05), (0.0, -0.05)])
        turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
        points = (arms @ turn / (2.0, 1.0) + 0.5).astype(np.float32)
        low, high = points.min(axis=0), points.max(axis=0)
        return thing((*low.tolist(), *(high - low).tolist()), points=points)

    tracker = Tracker()
    for n in range(20):
        look = tracker.look([turned(0.03 * n)], n / FPS, 2.0)
    (expected,) = things_at(look, 20 / FPS)
    assert np.abs(expected.points - turned(0.03 * 20).points).max() < 0.002


def test_outlines_move_with_their_person() -> None:
    tracker = Tracker()
    for n in range(20):
        left = 0.2 + 0.01 * n
        outline = np.array([(left, 0.3), (left + 0.2, 0.3), (left + 0.1, 0.8)], np.float32)
        person = Thing("person", 0, "person", 1.0, (left, 0.3, 0.2, 0.5), outlines=(outline,))
        look = tracker.look([person], n / FPS, 1.0)
    (expected,) = things_at(look, 20 / FPS)
    assert np.abs(expected.outlines[0] - (outline + np.array((0.01, 0)))).max() < 0.003


def test_nothing_is_expected_further_ahead_than_the_horizon() -> None:
    tracker = Tracker()
    for n in range(30):
        look = tracker.look([face(0.2 + 0.01 * n)], n / FPS, 1.0)
    at = 29 / FPS
    soon, later = things_at(look, at + HORIZON), things_at(look, at + 2 * HORIZON)
    assert np.array_equal(soon[0].points, later[0].points)


def test_of_a_picture_long_after_the_look_or_before_it_nothing_is_known() -> None:
    look = Tracker().look([face(0.5)], 10.0, 1.0)
    scene = look.scene(10.1)
    assert scene is not None
    assert scene.age == pytest.approx(0.1)
    assert look.scene(10.0 + MAX_AGE + 0.01) is None
    assert look.scene(9.99) is None


def test_a_thing_that_neither_look_nor_pixels_found_for_long_is_not_told_of() -> None:
    look = Tracker().look([face(0.5)], 10.0, 1.0)
    assert len(things_at(look, 10.0 + LOST - 0.01)) == 1
    assert things_at(look, 10.0 + LOST + 0.01) == ()


def test_the_scene_of_the_very_picture_has_no_age_and_nothing_moved() -> None:
    tracker = Tracker()
    for n in range(5):
        look = tracker.look([face(0.2 + 0.02 * n)], n / FPS, 1.0)
    scene = look.scene(4 / FPS)
    assert scene is not None
    assert scene.age == 0
    assert scene.things[0] is look.tracks[0].thing
