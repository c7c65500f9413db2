"""Where people are in the picture: a mask and their outlines, by MediaPipe's Selfie Segmenter.

The segmenter tells people from everything else and not one from another: people who touch are one thing.
"""

from pathlib import Path

import cv2
import numpy as np
from mediapipe.tasks.python.vision import ImageSegmenter, ImageSegmenterOptions
from numpy.typing import NDArray

from overglass_cloud.detectors.contract import PERSON, Found, Mask, Sight, bounds
from overglass_cloud.detectors.tasks import Task
from overglass_protocol.scene import MAX_OUTLINES, Points, Thing

Labels = NDArray[np.int32]

LONGEST = 640
"Pixels: the model itself sees 256x256."
SURE, DOUBT = 0.9, 0.1
CERTAIN = 0.75
"""Share of what is more than doubted that has to be sure. In front of people 85 to 95 % are. The model was
made for people who face the camera: over hedges it is as sure in one picture of eight, and then this errs."""
SMALLEST = 0.003
"Share of the picture. Smaller than this is a hand at the edge, or nothing."
MOST = 8
DETAIL = 0.004
"By how much of the picture's side an outline may miss the mask."


class People:
    """A `Detector` of people."""

    def __init__(self, model: Path) -> None:
        self._task = Task(ImageSegmenter, ImageSegmenterOptions, model)

    def find(self, sight: Sight) -> Found:
        result = self._task.detect(sight.rgb(LONGEST))
        mask = np.array(result.confidence_masks[0].numpy_view(), np.float32).squeeze(-1)
        return people_in(mask)

    def close(self) -> None:
        self._task.close()


def people_in(mask: Mask) -> Found:
    """The people of a mask, largest first, and the mask without what is none."""
    count, found, table, _ = cv2.connectedComponentsWithStats((mask > DOUBT).astype(np.uint8))
    labels, statistics = np.asarray(found, np.int32), np.asarray(table, np.int32)
    areas = statistics[:, cv2.CC_STAT_AREA]
    sure = np.bincount(labels[mask > SURE], minlength=count)
    is_person = sure >= CERTAIN * areas
    kept = mask.copy()
    for label in np.flatnonzero(~is_person[1:]) + 1:
        x, y, w, h = (int(value) for value in statistics[label, :4])
        kept[y : y + h, x : x + w][labels[y : y + h, x : x + w] == label] = 0
    is_person[0] = False  # the background
    large = np.flatnonzero(is_person & (areas >= SMALLEST * mask.size))
    order = large[np.argsort(-areas[large], kind="stable")][:MOST]
    return Found(tuple(_person(mask, labels, statistics, int(label)) for label in order), kept)


def _person(mask: Mask, labels: Labels, statistics: Labels, label: int) -> Thing:
    x, y, w, h = (int(value) for value in statistics[label, :4])
    part = mask[y : y + h, x : x + w]
    inside = (part >= PERSON) & (labels[y : y + h, x : x + w] == label)
    contours, _ = cv2.findContours(
        inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(x, y)
    )
    largest = sorted(contours, key=len, reverse=True)[:MAX_OUTLINES]
    simplified = [_simplified(contour, (mask.shape[1], mask.shape[0])) for contour in largest]
    outlines = tuple(outline for outline in simplified if len(outline) > 2) or (simplified[0],)
    box = bounds(np.concatenate(outlines))
    return Thing("person", 0, "person", float(part[inside].mean()), box, outlines=outlines)


def _simplified(contour: Labels, size: tuple[int, int]) -> Points:
    fewer = cv2.approxPolyDP(contour, DETAIL * max(size), True).reshape(-1, 2)
    return ((fewer + 0.5) / size).astype(np.float32)
