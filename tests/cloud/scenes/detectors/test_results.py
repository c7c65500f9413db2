"""MediaPipe's results of hands, poses and objects as things, made as MediaPipe makes them.

Their model files do not lie beside the repository; what needs none is tested here.
"""

from pathlib import Path

import pytest
from mediapipe.tasks.python.components.containers.bounding_box import BoundingBox
from mediapipe.tasks.python.components.containers.category import Category
from mediapipe.tasks.python.components.containers.detections import Detection, DetectionResult
from mediapipe.tasks.python.components.containers.landmark import NormalizedLandmark
from mediapipe.tasks.python.vision.hand_landmarker import HandLandmarkerResult
from mediapipe.tasks.python.vision.pose_landmarker import PoseLandmarkerResult

from overglass_cloud.scenes.detectors.hands import Hands, hands_in
from overglass_cloud.scenes.detectors.objects import Objects, objects_in
from overglass_cloud.scenes.detectors.poses import Poses, poses_in
from overglass_protocol.errors import DetectorError


def marks(count: int, visibility: float | None = None) -> list[NormalizedLandmark]:
    return [NormalizedLandmark(0.1 + n / 100, 0.9 - n / 100, 0.0, visibility) for n in range(count)]


def test_a_hand_has_21_points_and_is_named_as_its_owner_would() -> None:
    right = [Category(0, 0.97, None, "Right")]
    (hand,) = hands_in(HandLandmarkerResult([right], [marks(21)], [])).things
    assert (hand.kind, hand.label, hand.score) == ("hand", "right hand", 0.97)
    assert hand.points.shape == (21, 2)
    assert hand.points[3].tolist() == pytest.approx([0.13, 0.87])
    assert hand.box == pytest.approx((0.1, 0.7, 0.2, 0.2))


def test_a_pose_has_33_points_and_is_as_sure_as_they_are_visible() -> None:
    (pose,) = poses_in(PoseLandmarkerResult([marks(33, 0.75)], [])).things
    assert (pose.kind, pose.label) == ("pose", "pose")
    assert pose.points.shape == (33, 2)
    assert pose.score == pytest.approx(0.75)


def test_an_object_is_a_box_with_the_best_of_its_names() -> None:
    found = Detection(BoundingBox(64, 120, 320, 240), [Category(1, 0.8, None, "dog"), Category(2, 0.3)])
    (thing,) = objects_in(DetectionResult([found]), (640, 480)).things
    assert (thing.kind, thing.label, thing.score) == ("object", "dog", 0.8)
    assert thing.box == pytest.approx((0.1, 0.25, 0.5, 0.5))


def test_nothing_found_is_nothing() -> None:
    assert hands_in(HandLandmarkerResult([], [], [])).things == ()
    assert poses_in(PoseLandmarkerResult([], [])).things == ()
    assert objects_in(DetectionResult([]), (640, 480)).things == ()


@pytest.mark.parametrize("kind", [Hands, Poses, Objects])
def test_a_file_that_is_no_model_is_an_error_with_its_cure(
    kind: type[Hands] | type[Poses] | type[Objects], tmp_path: Path
) -> None:
    file = tmp_path / "some_model.task"
    file.write_bytes(b"this is no model")
    with pytest.raises(DetectorError, match="overglass models verify some_model"):
        kind(file)
