"""Sitters of whom is known what a test says, pictures of them, and faces held and moved as it says."""

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines.planes import views
from overglass_cloud.engines.stage.head import LANDMARKS, MIDDLE, PAIRS
from overglass_cloud.looks import Engine, Sitter
from overglass_cloud.scenes.detectors.contract import Mask
from overglass_protocol.control import Control
from overglass_protocol.rtc.encoder import CLOCK_RATE, TIME_BASE
from overglass_protocol.scene import Points, Scene, Thing

SIZE = (320, 240)


@dataclass
class Told:
    """A sitter; what is known of it may be changed at any time."""

    known_mask: Mask | None = None
    known_scene: Scene | None = None

    def scene(self, picture: av.VideoFrame) -> Scene | None:
        return self.known_scene

    def mask(self, picture: av.VideoFrame) -> Mask | None:
        return self.known_mask


def rough_picture(n: int = 0, size: tuple[int, int] = SIZE, seed: int = 0, shift: int = 0) -> av.VideoFrame:
    """The n-th picture of a camera with 30 a second: something that flow can hold on to, moved by pixels."""
    width, height = size
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 200, (height // 8, width // 8), np.uint8)
    luma = np.roll(np.kron(coarse, np.ones((8, 8), np.uint8)), shift, axis=1)
    chroma = rng.integers(90, 160, (height // 2, width), np.uint8)
    picture = av.VideoFrame.from_ndarray(np.concatenate([luma, chroma]), format="yuv420p")
    picture.pts, picture.time_base = n * CLOCK_RATE // 30, TIME_BASE
    return picture


def somebody(size: tuple[int, int] = SIZE, x: float = 0.5) -> Mask:
    """A person standing at `x`, a third of the picture wide, up to a quarter from the top."""
    mask = np.zeros((size[1], size[0]), np.float32)
    left, right = (int((x + side / 6) * size[0]) for side in (-1, 1))
    mask[size[1] // 4 :, left:right] = 1
    return mask


def inside(mask: Mask, margin: int = 16) -> NDArray[np.bool_]:
    """Where somebody is for `margin` pixels around."""
    sure = mask >= 1
    for axis in (0, 1):
        for way in (-margin, margin):
            moved = np.roll(sure, way, axis)
            if axis == 0 and way == -margin:
                moved[-margin:] = sure[-margin:]  # people go on below the picture
            sure = sure & moved
    return sure


def worn(
    engine: Engine, sitter: Sitter, *pictures: av.VideoFrame, strength: float = 1.0
) -> list[av.VideoFrame]:
    """What a fresh session sees of these pictures, one after the other."""
    state = engine.prepare(Control(look="stage", strength=strength), None, sitter)
    return [engine.paint([picture], [state])[0] for picture in pictures]


def luma(picture: av.VideoFrame) -> NDArray[np.int64]:
    return views(picture)[0].astype(np.int64)


def face(
    centre: tuple[float, float] = (160.0, 120.0),
    scale: float = 40.0,
    *,
    yaw: float = 0.0,
    roll: float = 0.0,
    mouth: float = 0.0,
    lids: float = 0.06,
    brows: float = 0.0,
    track: int = 1,
    size: tuple[int, int] = SIZE,
) -> Thing:
    """A face with the middle of its eyes at `centre`, pixels, turned by radians; the rest in units of a head
    (see `head`): between the lips, between the lids, and how far the brows are raised."""
    points = np.zeros((LANDMARKS, 3))
    for index, (v, w) in MIDDLE.items():
        points[index] = 0, v, w
    for pair, (u, v, w) in PAIRS.items():
        for side, index in zip((-1, 1), pair, strict=True):
            points[index] = side * u, v, w
    points[13], points[14] = (0, 0.69 - mouth / 2, 0.3), (0, 0.69 + mouth / 2, 0.3)
    points[61], points[291] = (-0.295, 0.7, 0.17), (0.295, 0.7, 0.17)
    for side, upper, lower in ((-1, 159, 145), (1, 386, 374)):
        points[upper], points[lower] = (side * 0.36, -lids / 2, 0.08), (side * 0.36, lids / 2, 0.08)
    for index in (105, 66, 334, 296):
        points[index] = 0.4 if index > 200 else -0.4, -0.30 - brows, 0.15
    seen = points @ turned(yaw, roll).T * scale + centre
    shares = (seen / size).astype(np.float32)
    return _thing(shares, track)


def turned(yaw: float, roll: float) -> NDArray[np.float64]:
    """(2, 3): what a turned head's axes are in the picture, for a scale of 1."""
    c, s, a, b = np.cos(yaw), np.sin(yaw), np.cos(roll), np.sin(roll)
    return np.asarray(np.array(((a, -b), (b, a))) @ np.array(((c, 0, s), (0, 1, 0))))


def _thing(shares: Points, track: int) -> Thing:
    low, high = (shares[shares.any(axis=1)].min(0), shares[shares.any(axis=1)].max(0))
    box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
    return Thing("face", track, "face", 1.0, box, points=shares)
