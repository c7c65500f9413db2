"""Where people are in the picture: a mask and their outlines, by MediaPipe's Selfie Segmenter.

The segmenter tells people from everything else and not one from another: people who touch are one thing.
"""

from dataclasses import dataclass
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
CERTAIN, STILL_CERTAIN = 0.86, 0.75
"""Share of what is more than doubted that has to be sure: to become a person, in two pictures in a row, and
to stay one. In front of people 84 to 95 % are. The model was made for people who face the camera: over the
hedges of a first-person walk 65 to 89 % are in one picture of five, and never 86 % twice."""
SAME = 0.5
"Share of its pixels that it had in the picture before."
SMALLEST = 0.003
"Share of the picture. Smaller than this is a hand at the edge, or nothing."
MOST = 8
DETAIL = 0.004
"By how much of the picture's side an outline may miss the mask."


class People:
    """A `Detector` of people."""

    def __init__(self, model: Path) -> None:
        self._task = Task(ImageSegmenter, ImageSegmenterOptions, model)
        self._before: Before | None = None

    def find(self, sight: Sight) -> Found:
        result = self._task.detect(sight.rgb(LONGEST))
        mask = np.array(result.confidence_masks[0].numpy_view(), np.float32).squeeze(-1)
        found, self._before = people_in(mask, self._before)
        return found

    def close(self) -> None:
        self._task.close()


@dataclass(frozen=True, slots=True)
class Before:
    """What the picture before had, pixel by pixel."""

    people: NDArray[np.bool_]
    sure: NDArray[np.bool_]
    "What would have been people had it come twice."


def people_in(mask: Mask, before: Before | None) -> tuple[Found, Before]:
    """The people of a mask, largest first, and the mask without what is none; and what the next must know."""
    count, found, table, _ = cv2.connectedComponentsWithStats((mask > DOUBT).astype(np.uint8))
    labels, statistics = np.asarray(found, np.int32), np.asarray(table, np.int32)
    areas = statistics[:, cv2.CC_STAT_AREA]
    share = np.bincount(labels[mask > SURE], minlength=count) / areas
    is_sure, is_person = share >= CERTAIN, np.zeros(count, np.bool_)
    if before is not None and before.people.shape == mask.shape:
        were, would = (
            np.bincount(labels[pixels], minlength=count) >= SAME * areas
            for pixels in (before.people, before.sure)
        )
        is_person = (is_sure & would) | (share >= STILL_CERTAIN) & were
    is_sure[0] = is_person[0] = False  # the background
    kept = np.where(is_person[labels], mask, np.float32(0))
    large = np.flatnonzero(is_person & (areas >= SMALLEST * mask.size))
    order = large[np.argsort(-areas[large], kind="stable")][:MOST]
    people = tuple(_person(mask, labels, statistics, int(label)) for label in order)
    return Found(people, kept), Before(is_person[labels], is_sure[labels])


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
