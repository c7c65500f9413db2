"""Between pictures and light: sRGB both ways, by tables (IEC 61966-2-1).

Light is kept in 16 bits, with room above white for what is added to it. Knows no display.
"""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"(height, width, 3), blue green red."
Light = npt.NDArray[np.uint16]
"The same in linear light: 0 is black, WHITE is white."

WHITE = 32_767
"The darkest step of sRGB is ten of these, so that a picture that goes there and back is the same."
LUMINANCE = (0.0722, 0.7152, 0.2126)
"Of blue, green and red (ITU-R BT.709-6, 3.2)."


def linear(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """From sRGB to light, both 0 to 1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encoded(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """From light to sRGB, both 0 to 1; what is brighter than white is white."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


@cache
def to_light(gain: float) -> Light:
    """A table for `cv2.LUT`, (1, 256): light of a sample, times `gain`, as far as 16 bits go."""
    scaled = linear(np.arange(256) / 255) * gain * WHITE
    return np.rint(np.minimum(scaled, 65_535)).astype(np.uint16).reshape(1, 256)


@cache
def dimmed(gain: float) -> npt.NDArray[np.uint8]:
    """A table for `cv2.LUT`, (1, 256): a sample with `gain` of its light."""
    return np.rint(encoded(linear(np.arange(256) / 255) * gain) * 255).astype(np.uint8).reshape(1, 256)


@cache
def _from_light() -> npt.NDArray[np.uint8]:
    return np.rint(encoded(np.arange(65_536) / WHITE) * 255).astype(np.uint8)


def added(below: Picture, below_gain: float, above: Picture, above_gain: float) -> Picture:
    """The light of both, each with its gain, as one picture: what two superposed lights look like."""
    light = cv2.add(cv2.LUT(below, to_light(below_gain)), cv2.LUT(above, to_light(above_gain)))
    picture: Picture = np.take(_from_light(), np.asarray(light, np.uint16))
    return picture


def luminance(picture: Picture) -> npt.NDArray[np.float32]:
    """(height, width) of linear light, 0 black to 1 white."""
    light = cv2.LUT(picture, to_light(1.0)).astype(np.float32)
    weighed: npt.NDArray[np.float32] = light @ np.array(LUMINANCE, np.float32)
    return weighed / np.float32(WHITE)
