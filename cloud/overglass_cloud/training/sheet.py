"""The picture of a look in the making: what the camera saw, what the teacher paints, and the tries."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from overglass_cloud.training.lessons import Pixels
from overglass_protocol.errors import LookError

TILE = (384, 288)
GAP, HEAD = 8, 34
PAPER, INK = (18, 18, 22), (225, 225, 230)


class Sheet:
    """Rows of pictures; grows by a column whenever there is something to show."""

    def __init__(self, path: Path, title: str) -> None:
        self.path = path
        self._title = title
        self._columns: list[tuple[str, list[Image.Image]]] = []

    def add(self, caption: str, pictures: Sequence[Pixels]) -> None:
        """A column, and the file anew. Raises LookError when it cannot be written."""
        self._columns.append((caption, [_tile(picture) for picture in pictures]))
        draft = self.path.with_name(f".{self.path.name}.draft")
        try:
            self._drawn().save(draft, format="PNG")
            draft.replace(self.path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise LookError(
                f"the preview {self.path} cannot be written: {error.strerror or error}",
                cure="Make room, or run it from a folder that can be written.",
            ) from error

    def _drawn(self) -> Image.Image:
        width, height = TILE
        rows = max(len(tiles) for _, tiles in self._columns)
        size = (GAP + len(self._columns) * (width + GAP), 2 * HEAD + rows * (height + GAP))
        image = Image.new("RGB", size, PAPER)
        draw = ImageDraw.Draw(image)
        draw.text((GAP + 2, 8), self._title, INK, ImageFont.load_default(20))
        for column, (caption, tiles) in enumerate(self._columns):
            left = GAP + column * (width + GAP)
            draw.text((left + 2, HEAD + 8), caption, INK, ImageFont.load_default(15))
            for row, tile in enumerate(tiles):
                image.paste(tile, (left, 2 * HEAD + row * (height + GAP)))
        return image


def _tile(picture: Pixels) -> Image.Image:
    """The middle of it, filling the tile."""
    width, height = TILE
    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = (max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale)))
    larger = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    return Image.fromarray(np.ascontiguousarray(larger[top : top + height, left : left + width]))
