"""The landmarks that are joined are those that MediaPipe's own drawings join."""

from itertools import pairwise

import pytest

from overglass_edge.overlay import topology
from overglass_edge.overlay.topology import Path


def joined(paths: tuple[Path, ...]) -> set[frozenset[int]]:
    return {frozenset(step) for path in paths for step in pairwise(path)}


@pytest.mark.parametrize(
    ("paths", "theirs"),
    [
        ((topology.FACE_OVAL,), ("FaceLandmarksConnections", "FACE_LANDMARKS_FACE_OVAL")),
        (topology.LIPS, ("FaceLandmarksConnections", "FACE_LANDMARKS_LIPS")),
        (topology.EYES[:1], ("FaceLandmarksConnections", "FACE_LANDMARKS_RIGHT_EYE")),
        (topology.EYES[1:], ("FaceLandmarksConnections", "FACE_LANDMARKS_LEFT_EYE")),
        (topology.IRISES[:1], ("FaceLandmarksConnections", "FACE_LANDMARKS_RIGHT_IRIS")),
        (topology.IRISES[1:], ("FaceLandmarksConnections", "FACE_LANDMARKS_LEFT_IRIS")),
        (topology.BROWS[:2], ("FaceLandmarksConnections", "FACE_LANDMARKS_RIGHT_EYEBROW")),
        (topology.BROWS[2:], ("FaceLandmarksConnections", "FACE_LANDMARKS_LEFT_EYEBROW")),
        (topology.HAND_LINES, ("HandLandmarksConnections", "HAND_CONNECTIONS")),
        (topology.POSE_LINES, ("PoseLandmarksConnections", "POSE_LANDMARKS")),
    ],
)
def test_every_line_and_no_other_is_one_of_mediapipes(
    paths: tuple[Path, ...], theirs: tuple[str, str]
) -> None:
    vision = pytest.importorskip("mediapipe.tasks.python.vision")
    connections = getattr(getattr(vision, theirs[0]), theirs[1])
    assert joined(paths) == {frozenset((c.start, c.end)) for c in connections}


def test_the_nose_is_drawn_along_mediapipes_lines() -> None:
    vision = pytest.importorskip("mediapipe.tasks.python.vision")
    connections = vision.FaceLandmarksConnections.FACE_LANDMARKS_NOSE
    assert joined((topology.NOSE_BRIDGE, topology.NOSTRILS)) <= {
        frozenset((c.start, c.end)) for c in connections
    }
