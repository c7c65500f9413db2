"""What a scene looks like over its picture."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from overglass_edge.overlay import with_scene
from overglass_edge.overlay.palette import COLOURS
from overglass_protocol.scene import KINDS, NO_POINTS, Kind, Points, Scene, Thing
from tests.edge.clips import ROOT
from tests.edge.overlay.test_canvas import grey

SHARED = ROOT.parent / "shared"
SISTER, FACE_MODEL = SHARED / "clips" / "sign_sister.mkv", SHARED / "models" / "face_landmarker.task"
RING: Points = np.array([(0.4, 0.3), (0.6, 0.3), (0.6, 0.8), (0.4, 0.8)], np.float32)
BOX = (0.3, 0.3, 0.4, 0.4)
POINTS = {"face": 478, "hand": 21, "pose": 33}


def thing(kind: Kind, label: str = "") -> Thing:
    """In the middle of the picture, with all that its kind has."""
    angle = np.linspace(0, 40, POINTS.get(kind, 0))
    spread = 0.5 + 0.2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    outlines = (RING,) if kind == "person" else ()
    return Thing(kind, 1, label, 0.9, BOX, points=spread.astype(np.float32), outlines=outlines)


def change(drawn: av.VideoFrame, source: av.VideoFrame) -> NDArray[np.int_]:
    return np.abs(drawn.to_ndarray().astype(np.int_) - source.to_ndarray().astype(np.int_))


def hue(picture: av.VideoFrame) -> tuple[float, float]:
    """Mean direction in which drawing moved Cb and Cr."""
    flat, size = picture.to_ndarray().reshape(-1).astype(float), picture.width * picture.height
    cb, cr = flat[size : size * 5 // 4] - 128, flat[size * 5 // 4 :] - 128
    return float(cb.sum()), float(cr.sum())


@pytest.mark.parametrize("scene", [None, Scene()])
def test_nothing_to_draw_leaves_the_very_picture(scene: Scene | None) -> None:
    source = grey()
    assert with_scene(source, scene) is source


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_in_its_colour_where_it_is_and_the_source_stays(kind: Kind) -> None:
    source = grey()
    before = source.to_ndarray().copy()
    drawn = with_scene(source, Scene((thing(kind),)))
    assert (source.to_ndarray() == before).all()
    assert drawn.pts == source.pts
    rows, columns = np.nonzero(change(drawn, source)[:480])
    assert len(rows) > 100
    assert rows.min() >= 0.25 * 480
    assert rows.max() <= 0.85 * 480
    assert columns.min() >= 0.25 * 640
    assert columns.max() <= 0.75 * 640
    red, green, blue = COLOURS[kind]
    wanted = np.array(
        [blue - (0.3 * red + 0.59 * green + 0.11 * blue), red - (0.3 * red + 0.59 * green + 0.11 * blue)]
    )
    moved = np.array(hue(drawn))
    assert moved @ wanted / np.linalg.norm(moved) / np.linalg.norm(wanted) > 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_without_its_landmarks_or_outlines_is_a_box(kind: Kind) -> None:
    bare = Thing(kind, 1, "", 0.9, BOX, points=NO_POINTS)
    changed = change(with_scene(grey(), Scene((bare,))), grey())[:480]
    assert changed[144 - 4 : 144 + 4, 320].max() > 10  # the middle of its upper side
    assert changed[240 - 20 : 240 + 20, 300:340].max() == 0  # and nothing inside


def test_a_name_stands_above_its_box_and_inside_where_there_is_no_room() -> None:
    named = change(with_scene(grey(), Scene((thing("object", "chair"),))), grey())[:480]
    assert named[100:138, 192:260].max() > 50
    high = Thing("object", 1, "lamp", 0.9, (0.3, 0.0, 0.2, 0.5))
    inside = change(with_scene(grey(), Scene((high,))), grey())[:480]
    assert inside[6:40, 200:260].max() > 50


def test_a_name_at_the_edge_stays_in_the_picture() -> None:
    wide = "a rather long name for a thing"
    right = Thing("object", 1, wide, 0.9, (0.95, 0.5, 0.2, 0.2))
    left = Thing("object", 1, wide, 0.9, (0.2, 0.5, 0.2, 0.2))
    inked = [
        (change(with_scene(grey(), Scene((each,))), grey())[200:236] > 20).sum() for each in (left, right)
    ]
    assert inked[1] == pytest.approx(inked[0], rel=0.1)


def test_things_half_or_wholly_outside_and_outlines_of_two_points_are_drawn_as_far_as_they_go() -> None:
    half = Thing("object", 1, "half", 0.9, (-0.1, -0.1, 0.3, 0.3))
    gone = Thing("object", 2, "gone", 0.9, (3.0, 3.0, 0.1, 0.1))
    flat = Thing("person", 3, "flat", 0.9, (0.0, 0.0, 0.0, 0.0), outlines=(RING[:2],))
    assert with_scene(grey(), Scene((half, gone, flat))).width == 640


@pytest.mark.skipif(not (SISTER.exists() and FACE_MODEL.exists()), reason="needs ../shared")
def test_a_real_face_is_marked_on_the_face_and_nowhere_else() -> None:
    picture, landmarks = real_face(SISTER)
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    face = Thing("face", 1, "", 0.9, (*low, *(high - low)), points=landmarks)
    drawn = with_scene(picture, Scene((face,)))
    rows, columns = np.nonzero(change(drawn, picture)[: picture.height])
    assert abs(columns.min() / picture.width - low[0]) < 0.01
    assert abs(columns.max() / picture.width - high[0]) < 0.01
    assert abs(rows.min() / picture.height - low[1]) < 0.01
    assert abs(rows.max() / picture.height - high[1]) < 0.01
    # The middle of the cheek has a few faint dots at most, the lips are outlined.
    changed = change(drawn, picture)[: picture.height]
    mouth = (landmarks[[61, 291]] * (picture.width, picture.height)).astype(int)
    lips = changed[mouth[:, 1].min() - 6 : mouth[:, 1].max() + 6, mouth[0, 0] : mouth[1, 0]]
    assert (lips > 25).mean() > 0.15


def real_face(clip: Path) -> tuple[av.VideoFrame, Points]:
    """The twentieth picture of a clip and the landmarks of its face, by MediaPipe."""
    mp = pytest.importorskip("mediapipe")
    vision, options = mp.tasks.vision, mp.tasks.BaseOptions(model_asset_path=str(FACE_MODEL))
    with av.open(str(clip)) as source:
        picture = next(frame for n, frame in enumerate(source.decode(video=0)) if n == 20)
    with vision.FaceLandmarker.create_from_options(
        vision.FaceLandmarkerOptions(base_options=options)
    ) as landmarker:
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=picture.to_ndarray(format="rgb24"))
        (found,) = landmarker.detect(image).face_landmarks
    return picture, np.array([(point.x, point.y) for point in found], np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_on_an_additive_display_nothing_is_drawn_darker_than_the_picture(kind: Kind) -> None:
    """Over a black picture, where dark would show as a veil of grey, and over a grey one, as shade."""
    source = grey()
    ordinary = with_scene(source, Scene((thing(kind),))).to_ndarray()[:480].astype(int)
    additive = with_scene(source, Scene((thing(kind),)), additive=True).to_ndarray()[:480].astype(int)
    before = source.to_ndarray()[:480].astype(int)
    assert (additive >= before - 1).all()
    assert additive.max() >= ordinary.max()
    assert (ordinary < before - 1).any(), "on screens lines have dark surroundings"


def test_words_on_an_additive_display_stand_before_taken_away_light() -> None:
    source = grey()
    drawn = with_scene(source, Scene((thing("face", "somebody"),)), additive=True).to_ndarray()[:480]
    assert drawn.min() < source.to_ndarray()[:480].min() - 40
    assert drawn.max() > 220
