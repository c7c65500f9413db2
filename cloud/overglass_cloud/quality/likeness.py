"""How much of a source is in a painted picture, and how far apart two paintings are; picture by picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.quality.pictures import Pixels, colours, pair

TOLERANCE = 1.0
"Pixels (a Gaussian's sigma, at the size at which pictures are measured) by which an edge may be displaced."
PATCH = 16
"Pixels a side of the patches in which two paintings are compared."


def structure(source: Pixels, painted: Pixels) -> float:
    """Correlation of where edges are, -1..1: 1 for a copy, about 0 for another scene.

    Pearson's, of the magnitude of the gradient over all three channels, blurred by TOLERANCE. An edge counts
    whichever side of it is lighter, so a negative keeps its structure; so does an edge of colour alone. A
    picture without edges has none of its source's: 0.
    """
    source, painted = pair(source, painted)
    a, b = (field - field.mean() for field in (_edges(source), _edges(painted)))
    size = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / size if size > 0 else 0.0


def strength(source: Pixels, painted: Pixels) -> float:
    """How far from a mere copy: the mean distance of colours (CIE 1976), where 1 is from black to white.

    Nothing is taken out first, no change of brightness nor of hue: a colour grade is a look, too. What moves
    every colour by little, as noise does, stays small: two just noticeable differences are 0.05.
    """
    source, painted = pair(source, painted)
    return _distance(colours(source), colours(painted))


def difference(one: Pixels, other: Pixels) -> float:
    """How far apart two paintings of one source are to the eye, in the unit of `strength`; 0 for the same.

    Compared are patches, not pixels, by mean colour and by grain (the deviation of lightness within, at two
    scales): the same hatching in other places, or with another seed, is the same look.
    """
    one, other = pair(one, other)
    return _distance(_impression(one), _impression(other))


def _edges(picture: Pixels) -> NDArray[np.float32]:
    field = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0)
    squares = sum(cv2.Scharr(field, cv2.CV_32F, *way) ** 2 for way in ((1, 0), (0, 1)))
    magnitude = np.sqrt(np.asarray(squares, np.float32).sum(2))
    return np.asarray(cv2.GaussianBlur(magnitude, (0, 0), TOLERANCE), np.float32)


def _impression(picture: Pixels) -> NDArray[np.float32]:
    """(rows, columns, 5): mean L*, a*, b*, fine grain and coarse grain of each patch."""
    lab = colours(picture)
    size = max(1, round(lab.shape[1] / PATCH)), max(1, round(lab.shape[0] / PATCH))
    light = lab[..., 0]
    soft = cv2.GaussianBlur(light, (0, 0), 1.5)
    softer = cv2.GaussianBlur(light, (0, 0), 6.0)
    grains = ((light - soft) ** 2, (soft - softer) ** 2)
    return np.dstack(
        (
            cv2.resize(lab, size, interpolation=cv2.INTER_AREA),
            *(np.sqrt(cv2.resize(grain, size, interpolation=cv2.INTER_AREA)) for grain in grains),
        )
    )


def _distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.sqrt(((one - other) ** 2).sum(2)).mean()) / 100
