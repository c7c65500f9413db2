"""The look `riso`: a print in coral and blue ink on cream paper, the plates never quite in register."""

from collections.abc import Sequence

import av
import cv2
import numpy as np

from overglass_cloud.engines import planes
from overglass_cloud.looks import Look, Sitter, State
from overglass_protocol.control import Control

PAPER, CORAL, BLUE = np.array(((0.95, -0.03, 0.01), (0.36, 0.12, -0.27), (0.56, -0.24, 0.20)), np.float32)
"""Cream, and what a full layer of each ink takes from it: luma 0..1, Cb and Cr -0.5..0.5."""


class Riso:
    """Paints one picture after another; a session's state is its control document."""

    max_batch = 1

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        return control

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        return [_paint(picture, state.strength) for picture, state in zip(pictures, states, strict=True)]


def _paint(picture: av.VideoFrame, strength: float) -> av.VideoFrame:
    source, scale = planes.views(picture), planes.levels(picture)
    y, cb, cr = planes.to_light(source, scale)
    small, warmth = cv2.resize(y, cb.shape[::-1], interpolation=cv2.INTER_AREA), cr - cb
    slip = 1 + picture.height // 360
    coral = np.clip(1.2 - 1.5 * small + 1.5 * warmth, 0, 1)
    blue = np.clip(1.1 - 1.5 * small - 1.4 * warmth, 0, 1)
    coral[:, slip:] = coral[:, :-slip].copy()
    printed = [p - coral * c - blue * b for p, c, b in zip(PAPER, CORAL, BLUE, strict=True)]
    detail = y - cv2.resize(small, y.shape[::-1])
    luma = cv2.resize(printed[0], y.shape[::-1]) + detail
    painted = planes.to_planes((luma, printed[1], printed[2]), scale)
    return planes.picture_like(picture, planes.mixed(source, painted, strength))


LOOKS = [Look("riso", "A print in coral and blue on cream paper.", "classical", lambda _: Riso())]
"""What the entry point in pyproject.toml names."""
