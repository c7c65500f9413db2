"""What places are painted with: noise, ridges, gradients and soft edges, all seamless from right to left."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines.planes import Plane
from overglass_cloud.engines.stage.backdrop import HEIGHT, ROUND, Colours, Share

Field = NDArray[Any]
"float32."
Line = NDArray[Any]
"float32, (ROUND,): a height for every column, as a share of the picture's from the top."

ROWS: Field = (np.arange(HEIGHT, dtype=np.float32)[:, None] + 0.5) / HEIGHT
"(HEIGHT, 1): 0 at the top, 1 at the bottom."
COLUMNS: Field = np.arange(ROUND, dtype=np.float32)[None, :] / HEIGHT
"(1, ROUND): from left to right, in heights of the picture."


def hexed(code: str) -> Field:
    """A colour from its six hexadecimal digits."""
    return np.array([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


def gradient(*stops: tuple[float, str]) -> Colours:
    """Colours from the top to the bottom: where, and which."""
    at, colours = [where for where, _ in stops], np.stack([hexed(code) for _, code in stops])
    column = np.stack([np.interp(ROWS[:, 0], at, colours[:, c]) for c in range(3)], axis=1)
    return np.repeat(column[:, None, :], ROUND, axis=1).astype(np.float32)


def flat(code: str) -> Colours:
    return np.broadcast_to(hexed(code), (HEIGHT, ROUND, 3)).astype(np.float32)


def noise(rng: np.random.Generator, cells: tuple[int, int], octaves: int = 1, fall: float = 0.5) -> Field:
    """Smooth noise about 0, (HEIGHT, ROUND), `cells` down and across; each octave twice as fine."""
    total, weight = np.zeros((HEIGHT, ROUND), np.float32), 1.0
    for octave in range(octaves):
        down, across = cells[0] << octave, cells[1] << octave
        if down > HEIGHT or across > ROUND:
            break
        coarse = rng.standard_normal((down + 3, across), np.float32)
        # Three cells more on each side, lest the seam be seen.
        coarse = np.concatenate([coarse[:, -3:], coarse, coarse[:, :3]], axis=1)
        cell = ROUND / across
        wide = cv2.resize(coarse, (round(cell * (across + 6)), HEIGHT), interpolation=cv2.INTER_CUBIC)
        start = round(3 * cell)
        total += weight * wide[:, start : start + ROUND]
        weight *= fall
    return total


def line(rng: np.random.Generator, cells: int, octaves: int, fall: float = 0.5) -> Line:
    """A smooth random line about 0, (ROUND,), that meets itself."""
    total, weight = np.zeros(ROUND, np.float32), 1.0
    steps = np.arange(ROUND) / ROUND
    for octave in range(octaves):
        count = cells << octave
        knots = rng.standard_normal(count)
        at = steps * count
        left = at.astype(int) % count
        share = at - np.floor(at)
        share = share * share * (3 - 2 * share)
        total += (weight * (knots[left] * (1 - share) + knots[(left + 1) % count] * share)).astype(np.float32)
        weight *= fall
    return total


def peaks(rng: np.random.Generator, cells: int, octaves: int, fall: float = 0.5) -> Line:
    """As `line`, folded into sharp ridges; 0 to about 1."""
    total, weight, most = np.zeros(ROUND, np.float32), 1.0, 0.0
    for octave in range(octaves):
        total += weight * (1 - np.minimum(1, np.abs(line(rng, cells << octave, 1))))
        most += weight
        weight *= fall
    return np.asarray(total / np.float32(most))


def below(height: Line, soft: float = 1.0) -> Share:
    """What lies under a line, with an edge `soft` pixels wide."""
    return np.asarray(np.clip((ROWS - height[None, :]) * HEIGHT / soft + 0.5, 0, 1), np.float32)


def blurred(field: Field, sigma: float) -> Field:
    """Blurred by `sigma` pixels, round the seam too."""
    margin = min(ROUND, int(4 * sigma) + 1)
    wide = np.concatenate([field[:, -margin:], field, field[:, :margin]], axis=1)
    scale = max(1, int(sigma / 3))  # a broad blur loses nothing on fewer pixels
    if scale > 1:
        small = cv2.resize(wide, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), sigma / scale)
        wide = cv2.resize(small, (wide.shape[1], wide.shape[0]), interpolation=cv2.INTER_LINEAR)
    else:
        wide = cv2.GaussianBlur(wide, (0, 0), sigma)
    return np.asarray(wide[:, margin : margin + ROUND], np.float32)


def mixed(one: Colours, other: Colours, share: Share | float) -> Colours:
    """`one`, with a share of the other."""
    share = share[..., None] if isinstance(share, np.ndarray) else share
    return (one + (other - one) * share).astype(np.float32)


def canvas() -> Plane:
    """(HEIGHT, ROUND), to draw a share on, 0 to 255."""
    return np.zeros((HEIGHT, ROUND), np.uint8)


def share_of(drawn: Plane) -> Share:
    return drawn.astype(np.float32) / 255


def polygon(
    drawn: Plane, points: Sequence[tuple[float, float]] | NDArray[np.float64], level: int = 255
) -> None:
    """Draws a filled shape with smooth edges, points in heights of the picture, round the seam too."""
    corners = np.asarray(points, np.float64) * HEIGHT
    for turn in (-ROUND, 0, ROUND):
        moved = corners + np.array((turn, 0))
        if moved[:, 0].max() > 0 and moved[:, 0].min() < ROUND:
            cv2.fillPoly(drawn, [np.rint(moved * 16).astype(np.int32)], level, cv2.LINE_AA, 4)


def disc(drawn: Plane, x: float, y: float, radius: float, level: int = 255) -> None:
    angles = np.linspace(0, 2 * np.pi, max(12, int(radius * HEIGHT * 2)), endpoint=False)
    polygon(drawn, np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1), level)


def shadowed(
    colours: Colours, share: Share, far: tuple[int, int], soft: float, dark: float
) -> tuple[Colours, Share]:
    """A sheet with the shadow that it throws on what lies behind: `far` pixels away, `soft` pixels soft."""
    shade = dark * blurred(np.roll(share, far, axis=(0, 1)), soft)
    total = share + (1 - share) * shade
    mine = share / np.maximum(total, 1e-4)
    return (colours * mine[..., None]).astype(np.float32), total.astype(np.float32)
