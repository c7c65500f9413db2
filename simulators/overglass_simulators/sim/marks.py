"""The look `marks`: finds the world's marks by their colour and rings them with light, on black.

It stands in for a model that finds things: what it draws belongs to a known point of the world, so that
anybody can see whether an overlay stays where it belongs. Runs in the service's process, as any look does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import av
import cv2
import numpy as np

from overglass_cloud.engines import planes
from overglass_cloud.looks import Look, Sitter, State, Workshop
from overglass_protocol.control import Control

SATURATED = 62
"Steps of colour difference from grey from which a pixel is taken for a mark's; paint on walls stays below."
SMALLEST, LARGEST = 6, 0.02
"Pixels of the halved picture, and share of it, that a mark has at least and at most."
ROUND = 0.55
"Share of its bounding box that a mark fills at least: a disc fills 0.79."
BLACK, GREY = 16, 128


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark, in pixels of the picture."""

    x: float
    y: float
    radius: float
    colour: tuple[int, int]
    "Its colour differences, Cb and Cr."


def find(picture: av.VideoFrame) -> list[Mark]:
    """All marks in a `yuv420p` picture, largest first, centres as fine as the mean of their pixels."""
    _, cb, cr = planes.views(picture)
    far = np.hypot(cb.astype(np.float32) - GREY, cr.astype(np.float32) - GREY)
    count, labels, boxes, middles = cv2.connectedComponentsWithStats((far > SATURATED).astype(np.uint8))
    found = []
    for number in range(1, count):
        _, _, width, height, area = boxes[number]
        if not SMALLEST <= area <= LARGEST * far.size or area < ROUND * width * height:
            continue
        if max(width, height) > 2 * min(width, height):
            continue
        x, y = middles[number]
        inside = labels == number
        colour = int(np.median(cb[inside])), int(np.median(cr[inside]))
        # A sample of colour lies between two by two of light.
        found.append(Mark(2 * x + 0.5, 2 * y + 0.5, float(np.sqrt(area / np.pi)) * 2, colour))
    return sorted(found, key=lambda mark: -mark.radius)


class Rings:
    """The engine. Keeps nothing between pictures."""

    max_batch = 1

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        return None

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        return [self._ringed(picture) for picture in pictures]

    def _ringed(self, picture: av.VideoFrame) -> av.VideoFrame:
        height, width = picture.height, picture.width
        luma = np.full((height, width), BLACK, np.uint8)
        cb, cr = (np.full((height // 2, width // 2), GREY, np.uint8) for _ in range(2))
        for mark in find(picture):
            _ring(luma, mark, 1.0, 235)
            _ring(cb, mark, 0.5, mark.colour[0])
            _ring(cr, mark, 0.5, mark.colour[1])
        return planes.picture_like(picture, (luma, cb, cr))


def _ring(plane: planes.Plane, mark: Mark, scale: float, value: int) -> None:
    """A ring around the mark, and a cross in its middle. Fixed-point coordinates: no jumps of a pixel."""
    shift = 4
    centre = (round(mark.x * scale * (1 << shift)), round(mark.y * scale * (1 << shift)))
    radius = max(3.0, mark.radius * 1.9) * scale
    thick = max(1, round(0.16 * radius))
    cv2.circle(plane, centre, round(radius * (1 << shift)), value, thick, cv2.LINE_AA, shift)
    reach = round(0.45 * radius * (1 << shift))
    for dx, dy in ((reach, 0), (0, reach)):
        start, end = (centre[0] - dx, centre[1] - dy), (centre[0] + dx, centre[1] + dy)
        cv2.line(plane, start, end, value, thick, cv2.LINE_AA, shift)


def _start(workshop: Workshop) -> Rings:
    return Rings()


MARKS = Look(
    "marks",
    "Rings of light around the marks of a simulated world, on black: do they stay where they belong?",
    "marks",
    _start,
    light=True,
)
