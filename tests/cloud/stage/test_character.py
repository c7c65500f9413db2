"""Characters: drawn where the face is, held as it is, doing what it does; and no picture waits for a face."""

from dataclasses import replace

import av
import numpy as np
import pytest

from overglass_cloud.engines.planes import views
from overglass_cloud.engines.stage.character import Masquerade
from overglass_cloud.engines.stage.characters.fox import Fox
from overglass_cloud.engines.stage.characters.robot import Robot
from overglass_cloud.engines.stage.expression import Expression, Mimic
from overglass_cloud.engines.stage.head import pose_of
from overglass_cloud.engines.stage.puppet import Character
from overglass_cloud.looks import ALONE
from overglass_protocol.scene import EXPRESSIONS, Scene, Thing
from tests.cloud.stage.sitters import SIZE, Told, face, luma, rough_picture, worn


@pytest.fixture(scope="module", params=[Fox, Robot])
def character(request: pytest.FixtureRequest) -> Character:
    made: Character = request.param()
    return made


@pytest.fixture
def masquerade(character: Character) -> Masquerade:
    return Masquerade(character)


def seen(engine: Masquerade, *things: Thing, pictures: int = 8) -> tuple[av.VideoFrame, av.VideoFrame]:
    """The last picture, and what was made of it, with these things in sight all the time."""
    source = [rough_picture(n) for n in range(pictures)]
    return source[-1], worn(engine, Told(known_scene=Scene(things)), *source)[-1]


def changed(engine: Masquerade, *things: Thing) -> np.ndarray:
    source, out = seen(engine, *things)
    return np.asarray(np.abs(luma(out) - luma(source)) > 12)


def middle(pixels: np.ndarray) -> np.ndarray:
    """x, y of the middle of what is true."""
    rows, columns = np.nonzero(pixels)
    return np.array((columns.mean(), rows.mean()))


def test_it_is_drawn_over_the_face_as_large_as_that_and_nowhere_else(masquerade: Masquerade) -> None:
    near, far = changed(masquerade, face(scale=40)), changed(masquerade, face(scale=20))
    assert np.abs(middle(near) - (160, 105)).max() < 22
    assert 3.4 < near.sum() / far.sum() < 4.6
    assert not near[:, :70].any()
    assert near[120, 160]


def test_it_goes_where_the_face_goes(masquerade: Masquerade) -> None:
    here, there = changed(masquerade, face((120, 120), 25)), changed(masquerade, face((180, 140), 25))
    assert np.abs(middle(there) - middle(here) - (60, 20)).max() < 3


def test_it_tilts_with_the_head(masquerade: Masquerade) -> None:
    straight, tilted = changed(masquerade, face(scale=25)), changed(masquerade, face(scale=25, roll=0.7))
    arm = middle(straight) - (160, 120)
    turn = np.array(((np.cos(0.7), -np.sin(0.7)), (np.sin(0.7), np.cos(0.7))))
    assert np.abs(middle(tilted) - (160, 120) - turn @ arm).max() < 3


def test_it_gets_narrower_as_the_head_turns_away(masquerade: Masquerade) -> None:
    def width(yaw: float) -> int:
        return int(np.ptp(np.nonzero(changed(masquerade, face(scale=25, yaw=yaw))[118])[0]))

    assert width(0.6) < 0.95 * width(0.0)


def test_a_mouth_that_opens_opens_and_eyes_that_shut_shut(character: Character) -> None:
    def drawn(**doing: float) -> np.ndarray:
        return character.drawn(60.0, Expression(**doing), 0.0).astype(int)

    rest = drawn()
    frame, height = character.relief.frame, rest.shape[0]
    level = np.linspace(frame.top, frame.bottom, height)

    def differs(rows: np.ndarray, **doing: float) -> int:
        return int((np.abs(drawn(**doing) - rest).max(axis=2) > 40)[rows].sum())

    eyes, mouth = np.abs(level) < 0.3, (level > 0.6) & (level < 1.3)
    assert differs(mouth, mouth=1.0) > 1.15 * differs(mouth, mouth=0.4) > 200
    assert differs(eyes, mouth=1.0) == 0
    assert differs(eyes, left_eye=0.0, right_eye=0.0) > 1.8 * differs(eyes, left_eye=0.0) > 200
    assert differs(eyes, look_x=1.0) > 100
    assert differs((level > -0.7) & (level < -0.2), brows=1.0) > 50
    assert differs(mouth, smile=1.0) > 50


def read(*faces: Thing) -> Expression:
    mimic = Mimic()
    for one in faces:
        now = mimic.follow(one, pose_of(one.points, *SIZE), SIZE)
    return now


@pytest.mark.parametrize("scale", [15.0, 60.0])
def test_an_expression_is_read_from_landmarks_at_any_size_and_tilt(scale: float) -> None:
    calm = [face(scale=scale, roll=0.4)] * 6
    assert read(*calm).mouth < 0.05
    assert read(*calm).left_eye > 0.9
    assert abs(read(*calm).brows) < 0.1
    open_wide = [face(scale=scale, roll=0.4, mouth=0.4)] * 6
    assert read(*calm, *open_wide).mouth > 0.85
    asleep = read(*calm, *[face(scale=scale, roll=0.4, lids=0.01)] * 6)
    assert max(asleep.left_eye, asleep.right_eye) < 0.05
    assert read(*calm, *[face(scale=scale, roll=0.4, brows=0.16)] * 6).brows > 0.85


def test_an_eye_is_open_by_its_own_measure() -> None:
    narrow = read(*[face(lids=0.045)] * 400)
    assert narrow.left_eye > 0.9


def test_what_only_blendshapes_tell_is_taken_from_them() -> None:
    def with_shapes(**shapes: float) -> Expression:
        values = tuple(shapes.get(name, 0.0) for name in EXPRESSIONS)
        return read(*[replace(face(), expression=values)] * 8)

    assert with_shapes(mouthSmileLeft=0.8, mouthSmileRight=0.8).smile > 0.7
    assert with_shapes(browDownLeft=1.0, browDownRight=1.0).brows < -0.7
    # A face that looks to its own left looks to the right of the picture.
    assert with_shapes(eyeLookOutLeft=0.9, eyeLookInRight=0.9).look_x > 0.8


def test_several_faces_wear_it_the_nearest_in_front(masquerade: Masquerade) -> None:
    both = changed(masquerade, face((90, 130), 18, track=1), face((230, 130), 18, track=2))
    assert both[:, :150].any()
    assert both[:, 170:].any()
    near, far = face((160, 130), 30, track=1), face((170, 130), 12, track=2)
    _, alone = seen(masquerade, near)
    for order in ((near, far), (far, near)):
        _, out = seen(masquerade, *order)
        assert np.array_equal(luma(out)[90:170, 150:180], luma(alone)[90:170, 150:180])


def test_without_a_face_or_without_knowing_the_picture_is_left_as_it_is(masquerade: Masquerade) -> None:
    source = [rough_picture(n) for n in range(3)]
    assert worn(masquerade, ALONE, *source) == source
    hand = Thing("hand", 1, "hand", 1.0, (0.4, 0.4, 0.2, 0.2))
    short = replace(face(), points=face().points[:100])
    assert worn(masquerade, Told(known_scene=Scene((hand, short))), *source) == source


def test_strength_makes_it_a_ghost_and_at_none_nothing_is_done(masquerade: Masquerade) -> None:
    source, sitter = [rough_picture(n) for n in range(10)], Told(known_scene=Scene((face(),)))
    full, half, none = (worn(masquerade, sitter, *source, strength=s)[-1] for s in (1, 0.5, 0))
    assert none is source[-1]
    assert np.abs(luma(half) - (luma(full) + luma(source[-1])) / 2).max() <= 3


def test_on_a_new_face_it_appears_little_by_little(masquerade: Masquerade) -> None:
    source = [rough_picture(n) for n in range(10)]
    shown = worn(masquerade, Told(known_scene=Scene((face(),))), *source)
    strength = [np.abs(luma(a) - luma(b)).mean() for a, b in zip(shown, source, strict=True)]
    assert 0 < strength[0] < 0.6 * strength[-1]


def test_a_face_half_outside_and_one_far_away_are_no_trouble(masquerade: Masquerade) -> None:
    for one in (face((2, 3), 50), face((319, 239), 33, yaw=0.9), face((-80, 400), 20), face(scale=2)):
        source, out = seen(masquerade, one)
        assert views(out)[0].shape == views(source)[0].shape


def test_the_colours_keep_within_video_range(masquerade: Masquerade) -> None:
    _, out = seen(masquerade, face(scale=40))
    y, cb, cr = views(out)
    assert y.min() >= 16
    assert y.max() <= 235
    assert min(cb.min(), cr.min()) >= 16
    assert max(cb.max(), cr.max()) <= 240
