"""Words and figures on a small RGB canvas, for the side-by-side clip. Knows no video."""

from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from overglass_simulators.demo.palette import ACCENT, BACKGROUND, LINE, QUIET, TEXT, rgb

Pixels = NDArray[np.uint8]
"(h, w, 3), RGB."

STEP = 3
"From one bar of the sparkline to the next, in design pixels; the last of them stays free."


class Plate:
    """A strip of the canvas to write on. Positions and sizes are in design pixels, scaled by `unit`."""

    def __init__(self, width: int, height: int, unit: float) -> None:
        """`width` and `height` in real pixels."""
        self.unit = unit
        self.width, self.height = width / unit, height / unit
        self._image = Image.new("RGB", (width, height), BACKGROUND)
        self._draw = ImageDraw.Draw(self._image)

    def write(
        self, x: float, base: float, text: str, size: float, colour: str = TEXT, *, right: bool = False
    ) -> float:
        """Writes on the base line; returns where the text ends, or begins if it is set to the right."""
        font = _font(round(size * self.unit))
        place = (round(x * self.unit), round(base * self.unit))
        self._draw.text(place, text, font=font, fill=colour, anchor="rs" if right else "ls")
        length = font.getlength(text) / self.unit
        return x - length if right else x + length

    def measure(self, text: str, size: float) -> float:
        """How long the text is, written."""
        return _font(round(size * self.unit)).getlength(text) / self.unit

    def cut(self, text: str, size: float, room: float) -> str:
        """The text, or as much of it as `room` holds."""
        if self.measure(text, size) <= room:
            return text
        while text and self.measure(text + "…", size) > room:
            text = text[:-1]
        return text + "…" if text else ""

    def line(self, x: float, y: float, length: float, colour: str = LINE) -> None:
        """A level hairline."""
        row = round(y * self.unit)
        self._draw.line((round(x * self.unit), row, round((x + length) * self.unit), row), fill=colour)

    def bars(self, right: float, y: float, height: float, shares: list[float]) -> None:
        """A sparkline that ends at `right`: a bar for each share of `height`, the last one lit.

        Crisp at any unit.
        """
        pixels = np.array(self._image)
        step = self._step()
        bar, left = step - 1, round(right * self.unit) - len(shares) * step
        floor, tall = round((y + height) * self.unit), height * self.unit
        for index, share in enumerate(shares):
            colour = np.array(rgb(ACCENT if index == len(shares) - 1 else "#5d6773"), np.float32)
            top = max(1.0, min(1.0, share) * tall)
            columns = slice(left + index * step, left + index * step + bar)
            pixels[floor - int(top) : floor, columns] = colour
            rest = top - int(top)
            over = pixels[floor - int(top) - 1, columns]
            pixels[floor - int(top) - 1, columns] = over * (1 - rest) + colour * rest
        self._image = Image.fromarray(pixels)
        self._draw = ImageDraw.Draw(self._image)

    def length_of_bars(self, number: int) -> float:
        return number * self._step() / self.unit

    def _step(self) -> int:
        return max(2, round(STEP * self.unit))

    def pixels(self) -> Pixels:
        return np.array(self._image)

    def copy(self) -> "Plate":
        """The same, to be written on separately."""
        plate = Plate(self._image.width, self._image.height, self.unit)
        plate._image.paste(self._image)
        return plate


def caption(plate: Plate, left: float, right: float, name: str, detail: str) -> None:
    """A pane's name with something quieter behind it."""
    base = plate.height - 16
    end = plate.write(left, base, plate.cut(name, 17, right - left), 17)
    plate.write(end + 12, base, plate.cut(detail, 14, right - end - 12), 14, QUIET)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # The one typeface that is there wherever the plots can be drawn; its figures are all of one width.
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(str(path), size)
