"""A painting for a display that adds light to the world: black is clear there, so dark strokes become light
ones and flat areas go dark. Pure; knows planes, no session and no look.

Ink on paper and light in the dark are both thin against what is around them, and a morphological closing or
opening takes away exactly what is thin (Serra, Image Analysis and Mathematical Morphology, 1982): the
difference is the strokes. Where two areas meet without a line, the darker side gets one. Ink has the colour
of what it outlines, and areas of strong colour keep a faint glow, by which they are recognised. Every step is
fixed and local: nothing is scaled by the picture at hand, so nothing pumps. 1 ms at 512x512 on one core.
"""

from functools import cache

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines.planes import Levels, Plane, Planes, levels, picture_like, views

STROKE = 1 / 64
"Share of a picture's shorter side up to which something is thin."
THINNEST = 7
"At least so many samples across are thin, however small the picture: a line and its soft edges."
FAINTEST, FULLEST = 12, 110
"Levels, of 255, by which a stroke stands out that is just seen, and that is as bright as light gets."
EDGE_FAINTEST, EDGE_FULLEST = 8, 105
"The same for an edge, whose darker side is compared with the mean around it."
CURVE = 0.9
"""Exponent between the two: below 1, so that thin pencil is seen too. With the softening of strokes a walk
past foliage in pencil is 1.5 times as unsteady as its source; without, at 0.75, it is 2.1."""
GLOW = 0.14
"As bright as the areas of strongest colour glow, of 1: 2 % of white in light."
PALEST, STRONGEST = 10, 60
"Levels of colour difference at which an area begins to glow, and glows most."
FULL_COLOUR = 90
"Level of light from which on it has all of its colour; below, there is no room for it."
VIVID = 1.5
"So many times the painting's own colour: thin lines look paler than areas."
MIDDLE = 128
"A colour difference of none."

Table = NDArray[np.uint8]


def as_light(picture: av.VideoFrame) -> av.VideoFrame:
    """The painted picture as light, of the same size and time. Raises LookError if it is not planar 4:2:0."""
    scale = levels(picture)
    return picture_like(picture, lit(views(picture), scale))


def dark(picture: av.VideoFrame) -> av.VideoFrame:
    """A picture like this one of which nothing is seen."""
    y, cb, _ = views(picture)
    none = np.full_like(cb, MIDDLE)
    return picture_like(picture, (np.full_like(y, levels(picture).black), none, none))


def lit(planes: Planes, scale: Levels) -> Planes:
    """New planes: luma black wherever the display is to be clear."""
    y, cb, cr = planes
    thin = max(THINNEST, round(min(y.shape) * STROKE) | 1)
    luma = cv2.blur(cv2.LUT(y, _spread(scale)), (3, 3))  # grain and printed dots are no strokes
    strokes, areas = _parted(np.asarray(luma, np.uint8), thin)
    around = cv2.blur(areas, (thin, thin))
    edges = cv2.subtract(around, areas)
    lines = cv2.max(
        cv2.LUT(strokes, _curve(FAINTEST, FULLEST)), cv2.LUT(edges, _curve(EDGE_FAINTEST, EDGE_FULLEST))
    )
    colours = [np.asarray(cv2.blur(plane, (thin, thin)), np.uint8) for plane in (cb, cr)]
    glow = cv2.resize(_glow(colours), y.shape[::-1], interpolation=cv2.INTER_LINEAR)
    light = np.asarray(cv2.max(lines, cv2.multiply(glow, around, scale=1 / 160)), np.uint8)
    cb, cr = _coloured(light, colours, scale)
    return np.asarray(cv2.LUT(light, _narrowed(scale)), np.uint8), cb, cr


def _parted(luma: Plane, thin: int) -> tuple[Plane, Plane]:
    """By how much thin things stand out, darker or lighter, and the picture without them."""
    square = np.ones((thin, thin), np.uint8)
    without_dark = cv2.morphologyEx(luma, cv2.MORPH_CLOSE, square)
    without_light = cv2.morphologyEx(luma, cv2.MORPH_OPEN, square)
    strokes = cv2.max(cv2.subtract(without_dark, luma), cv2.subtract(luma, without_light))
    areas = cv2.morphologyEx(without_light, cv2.MORPH_CLOSE, square)
    return np.asarray(cv2.blur(strokes, (3, 3)), np.uint8), np.asarray(areas, np.uint8)


def _glow(colours: list[Plane]) -> Plane:
    """How brightly areas glow by their colour, half as wide and high as the picture."""
    middle = np.full_like(colours[0], MIDDLE)
    strongest = cv2.max(*(cv2.absdiff(plane, middle) for plane in colours))
    return np.asarray(cv2.LUT(strongest, _glowing()), np.uint8)


def _coloured(light: Plane, colours: list[Plane], scale: Levels) -> list[Plane]:
    """Colour differences as strong as there is light to bear them: none where there is none."""
    small = cv2.resize(light, colours[0].shape[::-1], interpolation=cv2.INTER_AREA)
    share = cv2.LUT(small, _bearing()).astype(np.int16)
    middle, reach = np.full_like(colours[0], MIDDLE), scale.colour // 2
    planes = []
    for plane in colours:
        difference = cv2.subtract(plane, middle, dtype=cv2.CV_16S)
        borne = cv2.multiply(difference, share, scale=VIVID / 255)
        planes.append((np.clip(borne, -reach, min(reach, 127)) + MIDDLE).astype(np.uint8))
    return planes


@cache
def _spread(scale: Levels) -> Table:
    return _table((np.arange(256) - scale.black) / scale.luma)


@cache
def _narrowed(scale: Levels) -> Table:
    samples: Table = np.rint(scale.black + np.arange(256) * (scale.luma / 255)).astype(np.uint8)
    return samples


@cache
def _curve(faintest: int, fullest: int) -> Table:
    return _table(np.clip((np.arange(256) - faintest) / (fullest - faintest), 0, 1) ** CURVE)


@cache
def _glowing() -> Table:
    return _table(GLOW * np.clip((np.arange(256) - PALEST) / (STRONGEST - PALEST), 0, 1))


@cache
def _bearing() -> Table:
    return _table(np.arange(256) / FULL_COLOUR)


def _table(shares: NDArray[np.float64]) -> Table:
    """For `cv2.LUT`: 0 to 1 as 0 to 255."""
    return np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8)
