"""The looks painted by small networks that this project trained: real time on two processor cores, nothing
to download. Their weights lie in the package; those of looks made here with `overglass looks train` in the
data folder. Listing them reads the files' cards only, and needs no torch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from pathlib import Path

import av
import structlog

from overglass_cloud.engines import planes
from overglass_cloud.looks import Engine, Look, Sitter, State, Workshop
from overglass_cloud.neural.look_file import SUFFIX, LookFile
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError

log = structlog.get_logger()


@dataclass(slots=True)
class Canvas:
    """What a session keeps; `memory` is the source, calmed, whichever of these looks it wears."""

    control: Control
    memory: planes.Planes | None = None


class Neural:
    """Paints one picture after another with one network."""

    max_batch = 1  # on processor cores two pictures at once take as long as one after the other

    def __init__(self, file: LookFile, exact: int | None = None) -> None:
        """`exact` as in `Workshop`. Raises LookError when torch is missing or the weights are none."""
        try:
            from overglass_cloud.neural.brush import Brush
            from overglass_cloud.neural.way import fastest, precise
        except ImportError as error:
            raise LookError(
                f"torch cannot be loaded: {error}", cure="Run: pip install 'overglass[cloud]'."
            ) from error
        way = fastest() if exact is None else precise(exact)
        self._brush = Brush.of(file, way)
        self.precision = way.precision
        self._full = file.card.strength

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Canvas:
        return replace(previous, control=control) if isinstance(previous, Canvas) else Canvas(control)

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        return [self._paint(picture, state) for picture, state in zip(pictures, states, strict=True)]

    def _paint(self, picture: av.VideoFrame, canvas: Canvas) -> av.VideoFrame:
        strength = canvas.control.strength * self._full
        if strength == 0:
            return picture
        source, scale = planes.views(picture), planes.levels(picture)
        canvas.memory = planes.calmed(source, canvas.memory)
        return planes.picture_like(picture, self._brush.paint(canvas.memory, scale, strength, over=source))


def look_of(file: LookFile) -> Look:
    """The look in a file."""
    return Look(
        file.card.name,
        file.card.summary,
        "neural",
        partial(_start, file),
        licence=file.card.licence,
    )


def found_in(folder: Path) -> list[LookFile]:
    """The looks in a folder, by name; what is none is left out, and logged."""
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            found.append(LookFile.open(path))
        except LookError as error:
            log.warning("a look is left out", reason=error.message)
    return found


def _start(file: LookFile, workshop: Workshop) -> Engine:
    return Neural(file, workshop.exact)


def _shipped() -> Iterable[LookFile]:
    return found_in(Path(str(files("overglass_cloud.neural").joinpath("weights"))))


LOOKS = [look_of(file) for file in _shipped()]
