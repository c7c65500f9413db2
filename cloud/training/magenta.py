"""The arbitrary style network (Ghiasi et al. 2017) as a teacher: any picture's style upon any picture.

Knows the two model files, which it finds in the folder that OVERGLASS_MODELS names; knows no look.
"""

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from overglass_protocol.errors import LookError
from training import brush
from training.brush import Field, Picture

_STYLE, _CONTENT = (256, 256), (384, 384)
_CODE = 100
_MARGIN = 16
_MOVES = ((0, 0), (3, 5), (6, -4), (-7, 9), (-3, -9), (11, 3))
"Down and right, in pixels: unequal parts of the network's grid of four."


class Pair:
    """Both networks, loaded when first used."""

    @cached_property
    def _predict(self) -> Interpreter:
        return _loaded("magenta_style_predict_int8.tflite")

    @cached_property
    def _transfer(self) -> Interpreter:
        return _loaded("magenta_style_transfer_int8.tflite")

    def code_of(self, style: Picture) -> Field:
        """The style of a picture of any size as (1, 1, 1, 100)."""
        small = cv2.resize(style, _STYLE, interpolation=cv2.INTER_AREA).astype(np.float32)[None] / 255
        self._predict.set_tensor(self._predict.get_input_details()[0]["index"], small)
        self._predict.invoke()
        code: Field = self._predict.get_tensor(self._predict.get_output_details()[0]["index"])
        return code

    def painted(self, field: Field, code: Field) -> Field:
        """RGB of any size in that style, same size."""
        small = cv2.resize(field, _CONTENT, interpolation=cv2.INTER_AREA)[None]
        for detail in self._transfer.get_input_details():
            self._transfer.set_tensor(detail["index"], code if detail["shape"][-1] == _CODE else small)
        self._transfer.invoke()
        result = self._transfer.get_tensor(self._transfer.get_output_details()[0]["index"])[0]
        large: Field = cv2.resize(result, field.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        return large


def _loaded(name: str) -> Interpreter:
    folder = Path(os.environ.get("OVERGLASS_MODELS", "models"))
    if not (folder / name).is_file():
        raise LookError(f"{name} is not in {folder}", cure="Set OVERGLASS_MODELS to the folder that has it.")
    interpreter = Interpreter(str(folder / name), num_threads=os.cpu_count())
    interpreter.allocate_tensors()
    return interpreter


class StyleTeacher:
    """Paints in the style of one picture.

    The network repeats textures wildly where there are none, and along its own grid. So it is shown a
    flattened picture several times, each time moved against that grid; the mean is smoothed along the forms,
    and where the picture is calm the strokes are held back by `calm`, 0..1. `own` of the source's detail
    comes back afterwards, which keeps faces and text readable; `gain` is for colours left pale, and
    `hue` is the share of the source's own colours; above 1, `depth` darkens what is neither black nor white.
    """

    pair = Pair()

    def __init__(
        self,
        style: Callable[[], Picture],
        own: float = 0.35,
        gain: float = 1.2,
        calm: float = 0.8,
        along: float = 4.0,
        hue: float = 0.0,
        depth: float = 1.0,
        passes: int = 4,
    ) -> None:
        self._style, self._own, self._gain, self._calm, self._along = style, own, gain, calm, along
        self._hue, self._depth, self._passes = hue, depth, _MOVES[:passes]

    @cached_property
    def _code(self) -> Field:
        return self.pair.code_of(self._style())

    def __call__(self, picture: Picture) -> Picture:
        """RGB uint8 (h, w, 3) in and out."""
        unit, source = brush.unit(picture), brush.light(picture)
        tangent, coherence = brush.flow(source, 2 * unit)
        flat = brush.flattened(source, tangent, coherence, 2.5 * unit)
        painted: Field = np.mean([self._moved(flat, *move) for move in self._passes], 0)
        painted = brush.along(painted, tangent, self._along * unit)
        broad = brush.blur(painted, 10 * unit)
        busy = brush.ramp(brush.contrast(source, 5 * unit), 0.01, 0.08)
        painted = broad + (painted - broad) * (1 - self._calm * (1 - busy))[..., None]
        painted = np.clip(painted, 0, 1) ** self._depth
        own, kept = brush.luma(source), brush.luma(painted)
        coloured = kept[..., None] + 1.9 * (flat - brush.luma(flat)[..., None])
        painted = brush.mix(painted, coloured, self._hue)
        detail = own - brush.blur(own, 10 * unit) - 0.4 * (kept - brush.blur(kept, 10 * unit))
        return brush.shown(brush.saturated(painted, self._gain) + (self._own * detail)[..., None])

    def _moved(self, field: Field, down: int, right: int) -> Field:
        """Painted with the picture moved so many pixels, and moved back."""
        height, width = field.shape[:2]
        padded = cv2.copyMakeBorder(field, _MARGIN, _MARGIN, _MARGIN, _MARGIN, cv2.BORDER_REFLECT_101)
        top, left = _MARGIN - down, _MARGIN - right
        painted = self.pair.painted(padded[top : top + height, left : left + width], self._code)
        back = np.array([[1, 0, -right], [0, 1, -down]], np.float32)
        return cv2.warpAffine(painted, back, (width, height), borderMode=cv2.BORDER_REFLECT_101)
