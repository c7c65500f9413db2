"""Cuts people out of the picture with soft edges, calmly from picture to picture, and lays them over another.

A detector's mask is coarse and trembles. Half of it is what the mask before it has become (carried by flow);
its edges are laid along those of the picture (the guided filter of He, Sun and Tang 2010); and along the edge
the old background's light is taken out of the person. Inside, a person stays exactly the camera's samples.
Knows no detector and nothing of what lies behind.
"""

from dataclasses import dataclass
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines.planes import Plane, Planes, views
from overglass_cloud.scenes.detectors.contract import Mask
from overglass_cloud.scenes.masks import FLOW_LONGEST, at_most, flow_between, moved

Field = NDArray[Any]
"float32, (height, width)"

WORK = 320
"Pixels of the longer side of what edges are worked out in."
NEW = 0.5
"Share of a small change that is taken from a new mask; the rest is the one before, carried."
REACH, SMOOTH = 5, 4e-4
"""Pixels around that decide about one, and the variance of luma (0 to 1) below which an edge is none. By eye,
on a signer in front of a white wall."""
LEAST, MOST = 0.22, 0.78
"What of a person is less than the one is nobody, and more than the other somebody."
FADE = 0.4
"Seconds in which what lies behind appears, and goes when nobody knows any more where people are."
LONGEST_STEP = 0.1
"Seconds that count of the time between two pictures."


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """People, cut out of one picture."""

    share: Plane
    "(height, width): how much of a pixel is a person, 255 inside."
    small: Plane
    "The same for the colour differences."
    soft: Field
    "The mask that it was made from, 0 to 1, at most WORK pixels wide or high."
    shown: float
    "How much is known of it, 0 to 1: people are found, or lost sight of, over FADE."
    drift: tuple[float, float]
    "By how much what lies behind has moved since the picture before, in shares of the picture's sides."


class Matte:
    """One session's memory of where people are."""

    def __init__(self) -> None:
        self._luma: Plane | None = None
        self._mask: Mask | None = None
        self._shown = 0.0
        self._at: float | None = None

    def cut(self, picture: av.VideoFrame, mask: Mask | None) -> Cut | None:
        """The people in this picture; `mask` is what is known of it, None if nothing is.

        None as long as nothing was ever known, or when what was known has faded.
        """
        luma = views(picture)[0]
        tiny, drift = at_most(luma, FLOW_LONGEST), (0.0, 0.0)
        carried = None
        if self._mask is not None and self._luma is not None and self._luma.shape == tiny.shape:
            flow = flow_between(tiny, self._luma)
            carried = moved(self._mask, flow)
            drift = _behind(flow, carried)
        self._luma = tiny
        self._mask = self._joined(mask, carried)
        self._fade(picture, known=mask is not None)
        if self._mask is None or self._shown == 0:
            return None
        share = _edged(self._mask, luma)
        small = cv2.resize(share, (luma.shape[1] // 2, luma.shape[0] // 2), interpolation=cv2.INTER_AREA)
        return Cut(share, np.asarray(small, np.uint8), self._mask, self._shown, drift)

    def hide(self) -> None:
        """What lies behind is not ready: it will appear from nothing."""
        self._shown = 0.0

    def _joined(self, mask: Mask | None, carried: Mask | None) -> Mask | None:
        if mask is None:
            return carried
        mask = at_most(mask, WORK)
        if carried is None or carried.shape != mask.shape:
            return mask
        change = mask - carried
        # What changes much is no tremble, and what lags behind it would be seen.
        return np.asarray(carried + change * np.minimum(NEW + np.abs(change), 1), np.float32)

    def _fade(self, picture: av.VideoFrame, *, known: bool) -> None:
        at = seconds_of(picture)
        step = 1 / 30 if self._at is None else min(max(at - self._at, 0.0), LONGEST_STEP)
        self._at = at
        self._shown = min(1.0, max(0.0, self._shown + (step if known else -step) / FADE))


def seconds_of(picture: av.VideoFrame) -> float:
    """A picture's time; 0 where it has none."""
    return float(picture.pts * picture.time_base) if picture.pts and picture.time_base else 0.0


def laid_over(picture: av.VideoFrame, behind: Planes, cut: Cut, strength: float) -> Planes:
    """The people of a picture before other planes of its size, of which `strength` is seen, 0 to 1."""
    source, strength = views(picture), strength * cut.shown
    y, cb, cr = (
        _over(ours, _faded(ours, theirs, strength), share)
        for ours, theirs, share in zip(source, behind, (cut.share, cut.small, cut.small), strict=True)
    )
    return y, cb, cr


def _faded(ours: Plane, theirs: Plane, strength: float) -> Plane:
    mixed = theirs if strength == 1 else cv2.addWeighted(ours, 1 - strength, theirs, strength, 0)
    return np.asarray(mixed, np.uint8)


def _over(ours: Plane, theirs: Plane, share: Plane) -> Plane:
    front = cv2.multiply(_clean(ours, share), share, scale=1 / 255)
    back = cv2.multiply(theirs, cv2.bitwise_not(share), scale=1 / 255)
    return np.asarray(cv2.add(front, back), np.uint8)


def _clean(ours: Plane, share: Plane) -> Plane:
    """The samples with those on the edge as they are further inside: an edge has the old background in it."""
    edge = cv2.inRange(share, 1, 254)
    quarter = (max(1, ours.shape[1] // 4), max(1, ours.shape[0] // 4))
    # Few pixels decide: what is wholly inside, and small.
    inside = cv2.resize(cv2.inRange(share, 250, 255), quarter, interpolation=cv2.INTER_NEAREST)
    samples = cv2.resize(ours, quarter, interpolation=cv2.INTER_NEAREST)
    box = (REACH, REACH)
    weight = cv2.blur(inside, box).astype(np.float32)
    near = cv2.blur(cv2.bitwise_and(samples, inside), box).astype(np.float32)
    known = weight > 12
    near = np.where(known, near * (255 / np.maximum(weight, 1)), samples)
    wide = cv2.resize(near.astype(np.uint8), ours.shape[::-1], interpolation=cv2.INTER_LINEAR)
    # On the very edge as inside, and towards the inside ever more as it is.
    softened = cv2.add(
        cv2.multiply(ours, share, scale=1 / 255), cv2.multiply(wide, cv2.bitwise_not(share), scale=1 / 255)
    )
    out = ours.copy()
    cv2.copyTo(softened, edge, out)
    return out


def _edged(mask: Mask, luma: Plane) -> Plane:
    """The mask at the size of the picture, with its edges where the picture has them."""
    size, box = (mask.shape[1], mask.shape[0]), (2 * REACH + 1,) * 2
    guide = cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    mean, mean_mask = cv2.blur(guide, box), cv2.blur(mask, box)
    together = cv2.blur(guide * mask, box) - mean * mean_mask
    slope: Field = together / (cv2.blur(guide * guide, box) - mean * mean + SMOOTH * 255**2)
    # The ramp from LEAST to MOST, and 255, are worked in while the fields are small.
    gain = np.float32(255 / (MOST - LEAST))
    offset = (mean_mask - slope * mean - LEAST) * gain
    steep, at = (
        cv2.resize(cv2.blur(field, box), luma.shape[::-1], interpolation=cv2.INTER_LINEAR)
        for field in (slope * gain, offset)
    )
    share = cv2.add(cv2.multiply(steep, luma, dtype=cv2.CV_32F), at, dtype=cv2.CV_8U)
    return np.asarray(share, np.uint8)


def _behind(flow: Field, mask: Mask) -> tuple[float, float]:
    """How the background moves, in shares of the sides: the median of the flow where nobody is."""
    height, width = flow.shape[:2]
    nobody = np.asarray(cv2.resize(mask, (width, height)))[::4, ::4] < LEAST
    if np.count_nonzero(nobody) < 0.1 * nobody.size:
        return 0.0, 0.0
    # Flow points back to the picture before; less than a tenth of a pixel is its own noise.
    x, y = (-float(v) if abs(v) > 0.1 else 0.0 for v in np.median(flow[::4, ::4][nobody], axis=0))
    return x / width, y / height
