"""Faces on real pictures: each in every picture, as MediaPipe itself sees them, and none where none is."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import av
import mediapipe
import numpy as np
import pytest
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions, RunningMode

from overglass_cloud.scenes.detectors.contract import Pixels, Sight
from overglass_cloud.scenes.detectors.faces import CONFIRMED, SEARCH_EVERY, Faces
from overglass_protocol.errors import DetectorError
from overglass_protocol.scene import EXPRESSIONS, Points, Thing
from tests import shared

MODEL = "face_landmarker.task"


def pixels_of(name: str) -> list[Pixels]:
    with av.open(str(shared.clip(name))) as source:
        return [
            np.asarray(picture.to_ndarray(format="rgb24"), np.uint8) for picture in source.decode(video=0)
        ]


def seen(pictures: Iterable[Pixels]) -> Iterator[tuple[Thing, ...]]:
    with closing(Faces(shared.model(MODEL))) as faces:
        for pixels in pictures:
            yield faces.find(Sight(av.VideoFrame.from_ndarray(pixels, format="rgb24"))).things


def landmarked(pictures: list[Pixels]) -> list[Points | None]:
    """What MediaPipe itself gives, told nothing but that this is a video."""
    base = BaseOptions(model_asset_path=str(shared.model(MODEL)))
    found: list[Points | None] = []
    with FaceLandmarker.create_from_options(FaceLandmarkerOptions(base, RunningMode.VIDEO)) as landmarker:
        for n, pixels in enumerate(pictures):
            image = mediapipe.Image(mediapipe.ImageFormat.SRGB, pixels)
            faces = landmarker.detect_for_video(image, n * 33).face_landmarks
            points = [(mark.x, mark.y) for mark in faces[0]] if faces else None
            found.append(None if points is None else np.array(points, np.float32))
    return found


def off(points: Points, truth: Points, size: tuple[int, int]) -> float:
    """How far points are from the truth on average, as a share of the face's size."""
    distances = np.hypot(*((points - truth) * size).T)
    return float(distances.mean() / np.ptp(truth * size, axis=0).max())


@pytest.mark.parametrize("name", ["sign_sister.mkv", "sign_sorry.mkv"])
def test_a_face_is_in_every_picture_hands_before_it_or_not_and_where_mediapipe_sees_it(name: str) -> None:
    pictures = pixels_of(name)
    found, truth = list(seen(pictures)), landmarked(pictures)
    assert [len(faces) for faces in found[CONFIRMED:]] == [1] * (len(found) - CONFIRMED)
    for faces, points in zip(found[CONFIRMED:], truth[CONFIRMED:], strict=True):
        assert points is not None
        assert faces[0].points.shape == (478, 2)
        assert off(faces[0].points, points, (640, 480)) < 0.02


@pytest.mark.parametrize("name", ["sign_book.mkv", "walk_first_person.mp4"])
def test_where_mediapipe_finds_no_face_there_is_none(name: str) -> None:
    pictures = pixels_of(name)
    assert [points for points in landmarked(pictures) if points is not None] == []
    assert [faces for faces in seen(pictures) if faces] == []


def test_a_face_in_a_single_picture_is_noise() -> None:
    picture = pixels_of("sign_sister.mkv")[0]
    nobody = np.full_like(picture, 128)
    found = list(seen([nobody, picture, nobody, picture, picture, nobody, nobody]))
    assert found == [()] * 7


def test_the_expression_has_a_value_for_every_name() -> None:
    *_, (face,) = seen(pixels_of("sign_sister.mkv")[: CONFIRMED + 1])
    assert len(face.expression) == len(EXPRESSIONS)
    assert all(0 <= value <= 1 for value in face.expression)
    assert max(face.expression) > 0.1


def test_two_faces_side_by_side_are_both_followed_and_neither_twice() -> None:
    pairs = zip(pixels_of("sign_sister.mkv")[:40], pixels_of("sign_sorry.mkv")[:40], strict=True)
    found = list(seen(np.hstack([left[:, 150:450], right[:, 200:500]]) for left, right in pairs))
    both = CONFIRMED * 2 + SEARCH_EVERY + 1
    for faces in found[both:]:
        assert sorted(face.box[0] > 0.5 for face in faces) == [False, True]


def test_a_face_that_leaves_is_gone_at_once_and_found_again() -> None:
    pictures = pixels_of("sign_sister.mkv")[:12]
    nobody = [np.full_like(pictures[0], 128)] * 3
    found = [len(faces) for faces in seen([*pictures[:6], *nobody, *pictures[6:]])]
    assert found[5:9] == [1, 0, 0, 0]
    assert found[-1] == 1


def test_a_file_that_is_no_model_is_an_error_with_its_cure(tmp_path: Path) -> None:
    file = tmp_path / "face_landmarker.task"
    file.write_bytes(b"this is no model")
    with pytest.raises(DetectorError, match="overglass models verify face_landmarker"):
        Faces(file)
