"""Things of everyday life in boxes with their names, by MediaPipe's Object Detector."""

from pathlib import Path
from typing import Any

from mediapipe.tasks.python.vision import ObjectDetector, ObjectDetectorOptions

from overglass_cloud.scenes.detectors.contract import Found, Sight
from overglass_cloud.scenes.detectors.tasks import Task
from overglass_protocol.scene import Thing

LONGEST = 640
"Pixels: the models see 320x320 to 448x448."
MOST = 16
SURE = 0.4
"Below it EfficientDet-Lite names whatever it likes."


class Objects:
    """A `Detector` of objects."""

    def __init__(self, model: Path) -> None:
        self._task = Task(
            ObjectDetector, ObjectDetectorOptions, model, max_results=MOST, score_threshold=SURE
        )

    def find(self, sight: Sight) -> Found:
        pixels = sight.rgb(LONGEST)
        return objects_in(self._task.detect(pixels), (pixels.shape[1], pixels.shape[0]))

    def close(self) -> None:
        self._task.close()


def objects_in(result: Any, size: tuple[int, int]) -> Found:
    """The objects of a DetectionResult on a picture of this width and height."""
    width, height = size
    things = []
    for detection in result.detections:
        best, at = detection.categories[0], detection.bounding_box
        box = (at.origin_x / width, at.origin_y / height, at.width / width, at.height / height)
        label = str(best.category_name or "object")
        things.append(Thing("object", 0, label, float(best.score), box))
    return Found(tuple(things))
