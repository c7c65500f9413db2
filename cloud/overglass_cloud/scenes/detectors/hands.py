"""Hands with 21 landmarks each, by MediaPipe's Hand Landmarker."""

from pathlib import Path
from typing import Any

from mediapipe.tasks.python.vision import HandLandmarker, HandLandmarkerOptions

from overglass_cloud.scenes.detectors.contract import Found, Sight, bounds
from overglass_cloud.scenes.detectors.tasks import Task, points_of
from overglass_protocol.scene import Thing

LONGEST = 1280
MOST = 4
"Two of the wearer's and two of whom they talk to."


class Hands:
    """A `Detector` of hands."""

    def __init__(self, model: Path) -> None:
        self._task = Task(HandLandmarker, HandLandmarkerOptions, model, num_hands=MOST)

    def find(self, sight: Sight) -> Found:
        return hands_in(self._task.detect(sight.rgb(LONGEST)))

    def close(self) -> None:
        self._task.close()


def hands_in(result: Any) -> Found:
    """The hands of a HandLandmarkerResult, each named as its owner would."""
    things = []
    for landmarks, sides in zip(result.hand_landmarks, result.handedness, strict=True):
        points, side = points_of(landmarks), sides[0]
        label = f"{str(side.category_name).lower()} hand"
        things.append(Thing("hand", 0, label, float(side.score), bounds(points), points=points))
    return Found(tuple(things))
