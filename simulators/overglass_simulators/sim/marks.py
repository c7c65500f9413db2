"""The look `marks`: finds the world's marks by their colour and rings them with light, on black.

It stands in for a model that finds things: what it draws belongs to a known point of the world, so that
anybody can see whether an overlay stays where it belongs. Runs in the service's process, as any look does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import av
import cv2
import numpy as np

from overglass_cloud.engines import planes
from overglass_cloud.looks import Look, Sitter, State, Workshop
from overglass_protocol.control import Control
from overglass_simulators.world.fiducials import COLOURS

SATURATED = 62
"Steps of colour difference from grey from which a pixel is taken for a mark's."
PURE = 90
"Those that a mark's middle has at least, of the 112 to 120 that were painted; cloth and leaves have less."
HUE = math.radians(16)
"By how much a mark's hue may be off: half of what lies between the two that are next to each other."
SMALLEST, LARGEST = 6, 0.02
"Pixels of the halved picture, and share of it, that a mark has at least and at most."
ROUND, LONG = 0.6, 1.4
"""Share of its bounding box that a mark fills at least, and its box's longer side by its shorter at most: a
disc fills 0.79. One that is half hidden has its middle elsewhere, and is left alone."""
BLACK, GREY = 16, 128


def _hue(blue: float, green: float, red: float) -> float:
    """Radians, 0 to 2 pi, in the plane of the colour differences (ITU-R BT.601)."""
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return math.atan2((red - luma) / 1.402, (blue - luma) / 1.772) % (2 * math.pi)


HUES = tuple(_hue(*colour) for colour in COLOURS.values())
"Of the world's marks."


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
    far, hue = cv2.cartToPolar(cb.astype(np.float32) - GREY, cr.astype(np.float32) - GREY)
    found = []
    for own in HUES:
        # Each colour by itself: two marks that touch are two.
        off = np.abs((hue - own + math.pi) % (2 * math.pi) - math.pi)
        alike = ((far > SATURATED) & (off < HUE)).astype(np.uint8)
        count, labels, boxes, middles = cv2.connectedComponentsWithStats(alike)
        for number in range(1, count):
            left, top, width, height, area = boxes[number].tolist()
            if not _is_disc(width, height, area, LARGEST * far.size):
                continue
            box = np.s_[top : top + height, left : left + width]
            inside = labels[box] == number
            if far[box][inside].max() < PURE:
                continue
            colour = int(np.median(cb[box][inside])), int(np.median(cr[box][inside]))
            x, y = middles[number].tolist()
            # The camera takes the colour of two by two pixels from the upper left one, as OpenCV does.
            found.append(Mark(2 * x, 2 * y, 2 * math.sqrt(area / math.pi), colour))
    return sorted(found, key=lambda mark: -mark.radius)


def _is_disc(width: int, height: int, area: int, largest: float) -> bool:
    if not SMALLEST <= area <= largest or area < ROUND * width * height:
        return False
    return max(width, height) <= LONG * min(width, height)


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
