"""The label that everybody sees: AI MODIFIED or AI GENERATED, top right, legible on any ground.

White letters on a dark, soft plate, made once for a size and blended into the planes.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from overglass_cloud.engines.planes import Levels, Plane, levels, own, picture_like, views
from overglass_protocol.errors import PictureError

Kind = Literal["modified", "generated"]
WORDS: dict[Kind, str] = {"modified": "AI MODIFIED", "generated": "AI GENERATED"}
"In the words of the Code of Practice on marking AI-generated content."

HEIGHT, LEAST = 0.035, 12
"Size of the letters: share of the picture's height, and pixels below which nobody can read them."
WIDEST = 0.45
"Share of the picture's width that the label takes at most, where letters of the least size allow it."
MARGIN = 0.03
"Between the label and the picture's edges, as a share of its shorter side: screens are cut off a little."
PLATE = 0.62
"How dark the plate is; white letters on it have a contrast of 4.5 at least, whatever is behind."
SIZES = 16
"Labels kept ready."

Share = NDArray[np.uint16]
"(h, w), 0..255: how much of the ground stays."
Paint = NDArray[np.uint16]
"(h, w), 0..65025: what comes on top, times 255."


@dataclass(frozen=True, slots=True)
class _Patch:
    """A label as it is blended in, luma then chroma; even place and sides."""

    top: int
    left: int
    ground: tuple[Share, Share]
    paint: tuple[Paint, Paint]


class Label:
    """Labels pictures of any size; one below 256 pixels gets as much of it as there is room for."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def on(self, picture: av.VideoFrame) -> av.VideoFrame:
        """A new picture with the label, times and colours kept. Takes `yuv420p` and `yuvj420p`."""
        labelled = picture_like(picture, views(picture))
        self.draw(labelled)
        return labelled

    def draw(self, picture: av.VideoFrame) -> None:
        """Draws into a picture that the caller owns."""
        patch = _patch(self.kind, picture.width, picture.height, levels(picture))
        luma, blue, red = own(picture)
        _blend(luma, patch.ground[0], patch.paint[0], patch.top, patch.left)
        for plane in (blue, red):
            _blend(plane, patch.ground[1], patch.paint[1], patch.top // 2, patch.left // 2)


def _blend(plane: Plane, ground: Share, paint: Paint, top: int, left: int) -> None:
    part = plane[top : top + ground.shape[0], left : left + ground.shape[1]]
    part[:] = (part * ground + paint + 127) // 255


@lru_cache(SIZES)
def _patch(kind: Kind, width: int, height: int, scale: Levels) -> _Patch:
    plate, letters = _drawn(WORDS[kind], width, height)
    across, down = min(plate.shape[1], width) & ~1, min(plate.shape[0], height) & ~1
    plate, letters = plate[:down, :across], letters[:down, :across]
    margin = max(2, round(MARGIN * min(width, height)))
    left = max(0, width - margin - across) & ~1
    top = min(margin, max(0, height - down)) & ~1
    ground = (1 - plate) * (1 - letters)
    light = (1 - letters) * plate * scale.black + letters * (scale.black + scale.luma)
    thin = ground.reshape(down // 2, 2, across // 2, 2).mean((1, 3))
    return _Patch(top, left, (_share(ground), _share(thin)), (_paint(light), _paint((1 - thin) * 128)))


def _drawn(words: str, width: int, height: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much plate and how much letter covers each pixel, 0..1, (h, w) each, even sides."""
    size = max(LEAST, round(HEIGHT * height))
    while size > LEAST and _extent(words, size)[0] > WIDEST * width:
        size -= 1
    across, down = _extent(words, size)
    plate = Image.new("L", (across, down))
    edge = max(1, size // 12)
    ImageDraw.Draw(plate).rounded_rectangle(
        (edge, edge, across - 1 - edge, down - 1 - edge), radius=down // 4, fill=255
    )
    plate = plate.filter(ImageFilter.GaussianBlur(edge / 2))
    letters = Image.new("L", (across, down))
    ImageDraw.Draw(letters).text(
        (across / 2, down / 2), words, font=_font(size), fill=255, anchor="mm", stroke_width=size / 40
    )
    return np.asarray(plate) * (PLATE / 255), np.asarray(letters) / 255


def _extent(words: str, size: int) -> tuple[int, int]:
    """Pixels that the label takes with letters of this size: even."""
    across = _font(size).getlength(words) + 1.3 * size
    return round(across / 2) * 2, round(0.95 * size) * 2


@lru_cache(SIZES)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own, so that every machine draws the same letters."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise PictureError(
            "no label can be drawn", code="no-font", cure="Install a Pillow that has FreeType."
        )
    return font


def _share(field: NDArray[np.float64]) -> Share:
    return np.rint(field * 255).astype(np.uint16)


def _paint(field: NDArray[np.float64]) -> Paint:
    return np.rint(field * 255).astype(np.uint16)
