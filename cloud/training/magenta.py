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
        return self._predict.get_tensor(self._predict.get_output_details()[0]["index"])

    def painted(self, field: Field, code: Field) -> Field:
        """RGB of any size in that style, same size."""
        small = cv2.resize(field, _CONTENT, interpolation=cv2.INTER_AREA)[None]
        for detail in self._transfer.get_input_details():
            self._transfer.set_tensor(detail["index"], code if detail["shape"][-1] == _CODE else small)
        self._transfer.invoke()
        result = self._transfer.get_tensor(self._transfer.get_output_details()[0]["index"])[0]
        return cv2.resize(result, field.shape[1::-1], interpolation=cv2.INTER_CUBIC)


def _loaded(name: str) -> Interpreter:
    folder = Path(os.environ.get("OVERGLASS_MODELS", "models"))
    if not (folder / name).is_file():
        raise LookError(f"{name} is not in {folder}", cure="Set OVERGLASS_MODELS to the folder that has it.")
    interpreter = Interpreter(str(folder / name), num_threads=os.cpu_count())
    interpreter.allocate_tensors()
    return interpreter


class StyleTeacher:
    """Paints in the style of one picture.

    The network is at its calmest on flattened pictures and repeats textures wildly, so it is shown a flattened
    one. `own` of the source's lightness comes back afterwards, which keeps faces and text readable; `gain` is for
    colours that the network has left pale.
    """

    pair = Pair()

    def __init__(
        self, style: Callable[[], Picture], own: float = 0.3, gain: float = 1.1, radius: float = 2.5, passes: int = 2
    ) -> None:
        self._style, self._own, self._gain, self._radius, self._passes = style, own, gain, radius, passes

    @cached_property
    def _code(self) -> Field:
        return self.pair.code_of(self._style())

    def __call__(self, picture: Picture) -> Picture:
        """RGB uint8 (h, w, 3) in and out."""
        unit, source = brush.unit(picture), brush.light(picture)
        flat = source
        if self._radius:
            tangent, coherence = brush.flow(source, 2 * unit)
            flat = brush.flattened(source, tangent, coherence, self._radius * unit)
        painted = np.mean([self._shifted(flat, 2 * step) for step in range(self._passes)], 0)
        lightness = brush.luma(painted)
        lost = brush.luma(source) - brush.blur(brush.luma(source), 12 * unit)
        kept = lightness - brush.blur(lightness, 12 * unit)
        painted = brush.saturated(painted, self._gain) + (self._own * (lost - 0.5 * kept))[..., None]
        return brush.shown(painted)

    def _shifted(self, field: Field, by: int) -> Field:
        """Painted with the picture moved so many pixels and moved back: the grid of the network averages out."""
        moved = np.roll(field, (by, by), (0, 1)) if by else field
        painted = self.pair.painted(moved, self._code)
        return np.roll(painted, (-by, -by), (0, 1)) if by else painted
