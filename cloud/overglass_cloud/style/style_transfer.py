"""Paints a picture in the manner of another, with Magenta's pair of networks (Ghiasi et al. 2017, int8).

One network reads a style picture into a code of 100 numbers, the other paints 384x384 pixels with a code.
Slow, about 120 ms for each 384x384: the teacher of the small networks, and the look that needs no training.
An instance belongs to one thread. Must not know where pictures come from or go to.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.models.store import Store
from overglass_protocol.errors import ModelError

Rgb = NDArray[np.uint8]
"A picture, (height, width, 3)."
Code = NDArray[np.float32]
"A style, (100,)."
Field = NDArray[np.float32]
"One number for each pixel, (height, width)."

MODELS: Final = ("magenta_style_predict", "magenta_style_transfer")
"What has to be in the store, by name."
SIDE: Final = 384
"Pixels that the painting network takes each way."
_STYLE_SIDE: Final = 256
_OVERLAP: Final = 64
"Painted pixels that two neighbouring squares share at least, so that the eye finds no seam."


class StyleTransfer:
    """The pair, loaded."""

    def __init__(self, store: Store, *, threads: int = 1) -> None:
        """Raises ModelError, with the command that cures it. A second thread gains the painting nothing."""
        predict, transfer = (store.path(name) for name in MODELS)
        self._predict = _Network(predict, MODELS[0], threads)
        self._transfer = _Network(transfer, MODELS[1], threads)

    def code_of(self, style: Rgb) -> Code:
        """The style of a picture of any size, whole: its sides are brought to one length. About 6 ms."""
        square = _scaled(style, _STYLE_SIDE, _STYLE_SIDE)
        return self._predict(_light(square)).reshape(-1)

    def softened(self, code: Code, content: Rgb, strength: float) -> Code:
        """A code between the content's own, at 0, and `code`, at 1, which is how Magenta weakens a style."""
        own = self.code_of(content)
        return own + np.float32(strength) * (code - own)

    def paint(self, picture: Rgb, code: Code) -> Rgb:
        """(384, 384, 3) in and out."""
        painted = self._transfer(_light(picture), code.reshape(1, 1, 1, -1))[0]
        whole: Rgb = np.rint(painted * 255).astype(np.uint8)
        return whole

    def paint_any(self, picture: Rgb, code: Code, *, fine: bool = False, detail: float = 1.0) -> Rgb:
        """A picture of any size, painted at that size; strokes keep their shape whatever the aspect.

        In one go with its longer side at 384, or `fine`: its shorter side at 384, in as many overlapping
        squares as that takes (two at 16:9). `detail`, 0..1: how much of the source's fine light and shade,
        which 384 pixels cannot carry, is given back.
        """
        small = _fitted(picture, min if fine else max)
        painted = self._in_squares(small, code) if fine else self._padded(small, code)
        return _enlarged(painted, small, picture, detail)

    def _padded(self, small: Rgb, code: Code) -> Rgb:
        """The square's rest mirrors the picture: a flat border would dye it, since styles follow means."""
        height, width = small.shape[:2]
        above, left = (SIDE - height) // 2, (SIDE - width) // 2
        edges = (above, SIDE - height - above, left, SIDE - width - left)
        square = cv2.copyMakeBorder(small, *edges, cv2.BORDER_REFLECT_101)
        return self.paint(square.astype(np.uint8), code)[above : above + height, left : left + width]

    def _in_squares(self, small: Rgb, code: Code) -> Rgb:
        """Squares along the longer side, each fading into the next."""
        length, upright = max(small.shape[:2]), small.shape[0] > small.shape[1]
        strip = small.transpose(1, 0, 2) if upright else small
        total, weights = np.zeros(strip.shape, np.float32), np.zeros((1, length, 1), np.float32)
        fade = np.minimum(np.arange(SIDE) + 1, np.arange(SIDE, 0, -1)).clip(max=_OVERLAP)
        weight = fade.astype(np.float32)[None, :, None]
        for start in _starts(length):
            square = np.ascontiguousarray(strip[:, start : start + SIDE])
            if upright:  # the network knows which way is up
                painted = self.paint(square.transpose(1, 0, 2), code).transpose(1, 0, 2)
            else:
                painted = self.paint(square, code)
            total[:, start : start + SIDE] += weight * painted
            weights[:, start : start + SIDE] += weight
        whole = np.rint(total / weights).astype(np.uint8)
        return np.ascontiguousarray(whole.transpose(1, 0, 2)) if upright else whole


class _Network:
    """One LiteRT model: float32 arrays in, one out."""

    def __init__(self, file: Path, name: str, threads: int) -> None:
        cure = f"Check its file with: overglass models verify {name}."
        try:
            litert = import_module("ai_edge_litert.interpreter")
            self._net: Any = litert.Interpreter(model_path=str(file), num_threads=threads)
            self._net.allocate_tensors()
        except ImportError as error:
            raise ModelError(
                f"LiteRT cannot be loaded: {error}", cure="pip install 'overglass[cloud]'"
            ) from error
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"the model {name} cannot start: {error}", cure=cure) from error
        self._inputs = [slot["index"] for slot in self._net.get_input_details()]
        self._output = self._net.get_output_details()[0]["index"]

    def __call__(self, *values: NDArray[np.float32]) -> NDArray[np.float32]:
        for index, value in zip(self._inputs, values, strict=True):
            self._net.set_tensor(index, value)
        self._net.invoke()
        result: NDArray[np.float32] = self._net.get_tensor(self._output)
        return result


def _light(picture: Rgb) -> NDArray[np.float32]:
    """(1, h, w, 3), 0..1."""
    return np.divide(picture[None], 255, dtype=np.float32)


def _scaled(picture: Rgb, width: int, height: int) -> Rgb:
    shrinks = width * height < picture.shape[0] * picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(picture, (width, height), interpolation=how).astype(np.uint8, copy=False)


def _starts(length: int) -> list[int]:
    """Where squares begin along a side of `length`, evenly, with at least the overlap between them."""
    count = 1 + -(-(length - SIDE) // (SIDE - _OVERLAP))
    return [round(start) for start in np.linspace(0, length - SIDE, count)]


def _fitted(picture: Rgb, which: Callable[[int, int], int]) -> Rgb:
    """At the size to paint: the side that `which` picks, the shorter (min) or the longer, becomes 384."""
    height, width = picture.shape[:2]
    scale = SIDE / which(height, width)
    return _scaled(picture, max(2, round(width * scale)), max(2, round(height * scale)))


def _enlarged(painted: Rgb, small: Rgb, picture: Rgb, detail: float) -> Rgb:
    """`painted`, made from `small`, at the size of `picture`, with the light and shade that `small` lost.

    How strongly is what the style made of contrast thereabouts: the slope of painted over source luma in a
    window, as in the fast guided filter (He and Sun 2015); but at least a third, or lettering would melt.
    """
    height, width = picture.shape[:2]
    large = _scaled(painted, width, height)
    if detail == 0 or height <= small.shape[0]:
        return large
    source = _luma(small)
    slope = np.clip(_slope(source, _luma(painted)), 1 / 3, 1.5)
    gain = cv2.resize(slope, (width, height), interpolation=cv2.INTER_LINEAR)
    lost = _luma(picture) - cv2.resize(source, (width, height), interpolation=cv2.INTER_CUBIC)
    whole: Rgb = np.clip(large + (detail * gain * lost)[..., None] + 0.5, 0, 255).astype(np.uint8)
    return whole


def _luma(picture: Rgb) -> Field:
    """(h, w), 0..255."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)


def _slope(source: Field, result: Field) -> Field:
    """Of the line that fits `result` over `source` best in the 13x13 around each pixel."""

    def mean(field: NDArray[Any]) -> Field:
        return np.asarray(cv2.blur(field, (13, 13)), np.float32)

    around, painted = mean(source), mean(result)
    variance = mean(source * source) - around * around
    return mean(
        (mean(source * result) - around * painted) / (variance + 60)
    )  # 60: sensor noise, about 8 levels
