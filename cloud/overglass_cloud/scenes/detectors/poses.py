"""Bodies with 33 landmarks each, by MediaPipe's Pose Landmarker."""

from pathlib import Path
from typing import Any

from mediapipe.tasks.python.vision import PoseLandmarker, PoseLandmarkerOptions

from overglass_cloud.scenes.detectors.contract import Found, Sight, bounds
from overglass_cloud.scenes.detectors.tasks import Task, points_of
from overglass_protocol.scene import Thing

LONGEST = 1280
MOST = 2
"Each costs one run of the network."


class Poses:
    """A `Detector` of bodies."""

    def __init__(self, model: Path) -> None:
        self._task = Task(PoseLandmarker, PoseLandmarkerOptions, model, num_poses=MOST)

    def find(self, sight: Sight) -> Found:
        return poses_in(self._task.detect(sight.rgb(LONGEST)))

    def close(self) -> None:
        self._task.close()


def poses_in(result: Any) -> Found:
    """The bodies of a PoseLandmarkerResult. One is as sure as its landmarks are visible, on average."""
    things = []
    for landmarks in result.pose_landmarks:
        points = points_of(landmarks)
        score = sum(mark.visibility or 0.0 for mark in landmarks) / len(landmarks)
        things.append(Thing("pose", 0, "pose", float(score), bounds(points), points=points))
    return Found(tuple(things))
