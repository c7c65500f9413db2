"""The looks `ink`, `comic` and `neon`, painted with OpenCV alone: they start at once, on any machine.

Each look is one pure function of a `Subject`. Soft things are worked out small and sharpened at full size, by
ramps and never by thresholds, and nothing is scaled by the frame at hand: what stands still in the world
stands still here. A look's numbers were chosen by eye. Must not know where pictures come from or go to.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines import planes
from overglass_cloud.looks import Look, Sitter, State, Workshop
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError

_no_opencv: ImportError | None = None
try:
    import cv2
except ImportError as error:  # listing the looks must work without OpenCV; starting one says the cure
    _no_opencv = error

Field = NDArray[Any]
"float32 samples: luma and coverage 0..1, colour differences -0.5..0.5."
Painted = tuple[Field, Field, Field]  # luma (h, w), Cb and Cr at half size


@dataclass(frozen=True, slots=True)
class Subject:
    """What a look paints from: a picture of `size` (h, w), no finer than its lines need."""

    luma: Field
    "(fine height, fine width), the shorter at most 540."
    small: Field
    "Luma at half that size, as `cb` and `cr` are."
    cb: Field
    cr: Field
    unit: float
    "A pen's width in fine pixels: 1 where the shorter side is 480, never so thin that lines break up."
    size: tuple[int, int]


class Texture:
    """What belongs to the paper and not to the scene: still on the screen, the same for the same seed."""

    def __init__(self, size: tuple[int, int], seed: int) -> None:
        self.size, self.seed = size, seed
        pitch = max(4.0, min(size) / 96)  # finer than four pixels, strokes and dots alias into grey
        self._y, self._x = (steps.astype(np.float32) / pitch for steps in np.ogrid[: size[0], : size[1]])

    @cached_property
    def paper(self) -> Field:
        """How light paper is with its tooth, fibre and cockle, and how well ink covers it, (h, w)."""
        return 0.95 + 0.013 * self._noise(2) + 0.006 * self._noise(4) + 0.004 * self._noise(60)

    @cached_property
    def hatching(self) -> tuple[Field, ...]:
        """Strokes one way and across: how dark it must be for ink here, (h, w), 0 in a stroke's middle."""
        wobble = 0.35 * self._noise(min(self.size) // 12)  # a third of a pitch: a hand, not a ruler
        phases = [self._x * math.cos(turn) + self._y * math.sin(turn) + wobble for turn in (0.66, -0.87)]
        return tuple(2 * np.abs(phase - np.floor(phase) - 0.5) for phase in phases)

    @cached_property
    def dots(self) -> Field:
        """A screen of dots at 45 degrees: likewise, 0 in the middle of a dot."""
        x, y = self._x * (math.sqrt(2) * math.pi), self._y * (math.sqrt(2) * math.pi)
        return 0.5 - 0.25 * np.cos(x + y) - 0.25 * np.cos(x - y)

    def _noise(self, blob: int) -> Field:
        """Smooth noise about 0 with blobs of so many pixels, (h, w)."""
        rng = np.random.default_rng((self.seed, blob))
        coarse = rng.standard_normal([side // blob + 2 for side in self.size], np.float32)
        return cv2.resize(coarse, self.size[::-1], interpolation=cv2.INTER_CUBIC)


def ink(subject: Subject, texture: Texture) -> Painted:
    """Pen lines and hatching over a thin wash of the scene's colours, on warm paper."""
    flat, cb, cr = flatten(subject, radius=4)
    pen, _ = strokes(subject, flat, keep=0.8, width=1.05, least=0.010)
    tone = grow(np.sqrt(0.7 * flat + 0.3 * subject.small), subject.size)
    bare = ramp(pen, -80)
    for darkest, stripes in zip((0.72, 0.58), texture.hatching, strict=True):
        bare *= ramp(tone + stripes, 2.4, at=1 - 2.4 * darkest, low=0.2)
    bare *= ramp(tone, 7, at=-2.2)  # the darkest parts are brushed in solid
    bare = 1 - (1 - bare) * texture.paper
    wash = 0.60 + 0.44 * terraced(tone, steps=4, edge=3)
    luma = 0.10 + bare * (texture.paper * wash - 0.10)
    bare = shrink(bare, subject.small.shape)
    return luma, 0.035 + bare * (0.7 * cb - 0.070), -0.010 + bare * (0.7 * cr + 0.022)


def comic(subject: Subject, texture: Texture) -> Painted:
    """Flat, loud colour in a few terraces of light, dots in the shadows, bold outlines."""
    flat, cb, cr = flatten(subject, radius=3)
    pen, _ = strokes(subject, flat, keep=0.6, width=1.25, least=0.008)
    bare = ramp(pen, -90)
    tone = grow((0.8 * flat + 0.2 * subject.small) ** 0.8, subject.size)
    luma = 0.04 + 0.96 * terraced(tone, steps=5, edge=8)
    luma *= ramp(tone + texture.dots, 2, at=-0.24, low=0.6)
    luma = 0.03 + bare * luma
    cb, cr = saturated(cb, cr, gain=2.0, most=0.38)
    bare = 0.15 + 0.85 * shrink(bare, subject.small.shape)
    return luma, cb * bare, cr * bare


def neon(subject: Subject, texture: Texture) -> Painted:
    """The scene at night, its outlines bent from glass tubes: cyan uprights, magenta levels."""
    flat, cb, cr = flatten(subject, radius=4)
    pen, tangent = strokes(subject, flat, keep=0.7, width=1.15, least=0.008)
    tube = ramp(pen, 65, at=0)
    small = shrink(tube, subject.small.shape)
    upright = tangent[..., 1] ** 2
    tube_cb = 0.17 - 0.04 * upright + 2.5 * cb
    tube_cr = 0.32 - 0.64 * upright + 3.5 * cr
    scale = 0.40 * small / (cv2.magnitude(tube_cb, tube_cr) + 1e-3)
    tube_cb, tube_cr = tube_cb * scale, tube_cr * scale
    glow, glow_cb, glow_cr = cv2.split(bloom(cv2.merge([small, tube_cb, tube_cr]), subject.unit))
    night = grow(1 - np.exp(-0.03 - 0.26 * flat**1.3 - 0.55 * glow), subject.size)
    luma = night + 0.76 * tube * (1 - night)
    cb = 0.055 + 0.06 * flat + 0.6 * cb + 1.3 * glow_cb + 0.2 * tube_cb
    cr = 0.005 + 0.01 * flat + 0.6 * cr + 1.3 * glow_cr + 0.2 * tube_cr
    return luma, *saturated(cb, cr, gain=1.0, most=0.44)


def flatten(subject: Subject, radius: int) -> Painted:
    """Luma and colour as a broad brush leaves them, half size.

    Kuwahara's filter (1976) with the soft weights of Papari et al. (2007): each pixel takes the mean of the
    calmest of eight neighbourhoods around it, so that areas melt and edges stay.
    """
    reach = max(2, round(radius * subject.unit))
    box = (2 * (reach // 2) + 1,) * 2
    luma, cb, cr = (cv2.blur(field, box) for field in (subject.small, subject.cb, subject.cr))
    variance = cv2.blur(subject.small * subject.small, box) - luma * luma
    weight = 1 / (1e-4 + np.clip(variance, 0, None)) ** 2
    stack = cv2.merge([luma * weight, cb * weight, cr * weight, weight])
    stack = cv2.copyMakeBorder(stack, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    height, width = luma.shape
    total = np.zeros((height, width, 4), np.float32)
    for eighth in range(8):
        angle = 0.3 + eighth * math.pi / 4  # turned a little, lest the marks lie along the pixel grid
        x, y = (reach + round(0.75 * reach * turn(angle)) for turn in (math.cos, math.sin))
        cv2.add(total, stack[y : y + height, x : x + width], dst=total)
    luma, cb, cr, weights = cv2.split(total)
    return luma / weights, cb / weights, cr / weights


def flow(subject: Subject, flat: Field) -> tuple[Field, Field]:
    """Unit vectors along the edges, of arbitrary sign, and how well they agree around, 0..1; half size.

    The minor eigenvector of the smoothed structure tensor (Brox et al. 2006), by the half-angle formula.
    """
    blend = 0.5 * (subject.small + flat)
    dx, dy = cv2.Scharr(blend, cv2.CV_32F, 1, 0), cv2.Scharr(blend, cv2.CV_32F, 0, 1)
    box = (2 * round(2.5 * subject.unit) + 1,) * 2
    xx, yy, xy = (cv2.blur(part, box) for part in (dx * dx, dy * dy, dx * dy))
    length = cv2.magnitude(xx - yy, 2 * xy)
    cosine = np.clip((xx - yy) / (length + 1e-6), -1, 1)
    tangent = cv2.merge([-np.copysign(np.sqrt(0.5 - 0.5 * cosine), xy), np.sqrt(0.5 + 0.5 * cosine)])
    return tangent, length / (xx + yy + 1e-4)


def strokes(subject: Subject, flat: Field, keep: float, width: float, least: float) -> tuple[Field, Field]:
    """Where a pen would draw, (h, w): above 0 on the dark side of edges; and the tangents.

    A difference of Gaussians smoothed along the tangent (Kang et al. 2007). `keep` is the share of detail let
    in, `width` the line's in units, `least` the faintest contrast drawn. More is asked where all around has
    contrast that runs no one way, which keeps foliage from turning into worms.
    """
    tangent, coherence = flow(subject, flat)
    fine, sigma = subject.luma.shape, width * subject.unit
    small = np.sqrt(keep * subject.small + (1 - keep) * flat)
    light = cv2.sqrt(cv2.addWeighted(subject.luma, keep, grow(flat, fine), 1 - keep, 0))
    contrast = grow(cv2.GaussianBlur(small, (5, 5), 0.8 * sigma), fine)
    contrast -= cv2.GaussianBlur(light, (5, 5), sigma)
    contrast = smoothed_along(tangent, contrast, 2.2 * subject.unit)
    around = cv2.blur(shrink(np.abs(contrast), flat.shape), (27, 27))
    contrast -= grow(least + 2.1 * around * (1 - coherence), fine)
    return grow(contrast, subject.size), tangent


def smoothed_along(tangent: Field, field: Field, step: float) -> Field:
    """Samples one step ahead and one back weigh a quarter each; done one way and then the other."""
    mode = cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP
    # Nearest, for between two vectors of arbitrary sign there is no in-between.
    ahead = cv2.resize(tangent * step, field.shape[::-1], interpolation=cv2.INTER_NEAREST)
    for way in (ahead, -ahead):
        there = cv2.remap(field, way, None, mode, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
        field = cv2.addWeighted(field, 0.5, there, 0.5, 0)
    return field


def bloom(light: Field, unit: float) -> Field:
    """What light spills around itself, near and far; (h, w, n) in and out."""
    near = cv2.resize(light, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    far = cv2.resize(near, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    far = 1.3 * cv2.GaussianBlur(far, (0, 0), 1.6 * unit) + 1.6 * cv2.GaussianBlur(far, (0, 0), 5 * unit)
    near = 0.9 * cv2.GaussianBlur(near, (0, 0), 0.8 * unit) + grow(far, near.shape[:2])
    return grow(near, light.shape[:2])


def ramp(field: Field, slope: float, at: float = 0.5, low: float = 0.0) -> Field:
    """`at` where the field is 0, from there as steep as `slope` says, within `low` and 1."""
    field = field * slope
    field += at
    return np.clip(field, low, 1, out=field)


def terraced(tone: Field, steps: int, edge: float) -> Field:
    """0..1 in `steps` terraces, joined by ramps that take up `1 / edge` of each."""
    scaled = tone * steps - 0.5
    floor = np.floor(scaled)
    floor += ramp(scaled - floor, edge, at=0.5 - 0.5 * edge)
    return (floor + 0.5) / steps


def saturated(cb: Field, cr: Field, gain: float, most: float) -> tuple[Field, Field]:
    """Colour times `gain`, bent so that chroma nears `most` and hue stays."""
    chroma = cv2.magnitude(cb, cr) + 1e-6
    scale = most * np.tanh(chroma * (gain / most)) / chroma
    return cb * scale, cr * scale


def shrink(field: Field, size: tuple[int, ...]) -> Field:
    """Any larger size to `size`, by halves and a rest: averaging over a broken ratio is ten times slower."""
    while field.shape[0] >= 2 * size[0]:
        field = cv2.resize(field, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return grow(field, size)


def grow(field: Field, size: tuple[int, ...]) -> Field:
    """Any smaller size to `size`. Linear, for that cannot ring below black."""
    same = field.shape[:2] == size
    return field if same else cv2.resize(field, size[::-1], interpolation=cv2.INTER_LINEAR)


@dataclass(slots=True)
class Canvas:
    """What a session keeps, whichever of these looks it wears; `memory` is the source, calmed."""

    control: Control
    memory: planes.Planes | None = None
    texture: Texture | None = None


class Classical:
    """Paints one picture after another with one look."""

    max_batch = 1

    def __init__(self, look: Callable[[Subject, Texture], Painted], workshop: Workshop) -> None:
        """Raises LookError when OpenCV is missing or cannot be loaded."""
        if _no_opencv is not None:
            missing = isinstance(_no_opencv, ModuleNotFoundError)
            cure = "pip install 'overglass[cloud]'" if missing else "apt install libgl1 libglib2.0-0"
            raise LookError(f"OpenCV cannot be loaded: {_no_opencv}", cure=cure) from _no_opencv
        self._look = look
        planes.keep_memory()

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Canvas:
        return replace(previous, control=control) if isinstance(previous, Canvas) else Canvas(control)

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        return [self._paint(picture, canvas) for picture, canvas in zip(pictures, states, strict=True)]

    def _paint(self, picture: av.VideoFrame, canvas: Canvas) -> av.VideoFrame:
        if canvas.control.strength == 0:
            return picture
        source, scale = planes.views(picture), planes.levels(picture)
        canvas.memory = planes.calmed(source, canvas.memory)
        subject = _subject(*planes.to_light(canvas.memory, scale))
        texture = canvas.texture
        if texture is None or (texture.size, texture.seed) != (subject.size, canvas.control.seed):
            canvas.texture = texture = Texture(subject.size, canvas.control.seed)
        luma, cb, cr = self._look(subject, texture)
        painted = planes.to_planes((luma, grow(cb, source[1].shape), grow(cr, source[2].shape)), scale)
        return planes.picture_like(picture, planes.mixed(source, painted, canvas.control.strength))


def _subject(luma: Field, cb: Field, cr: Field) -> Subject:
    size = luma.shape
    rows, columns = (round(side * min(0.5, 270 / min(size))) for side in size)
    luma = shrink(luma, (2 * rows, 2 * columns))
    small, cb, cr = (shrink(field, (rows, columns)) for field in (luma, cb, cr))
    return Subject(luma, small, cb, cr, max(min(luma.shape) / 480, 0.5), size)


LOOKS = [
    Look("ink", "Pen, hatching and a thin wash on warm paper.", "classical", partial(Classical, ink)),
    Look("comic", "Loud flat colour, bold lines, dotted shadows.", "classical", partial(Classical, comic)),
    Look("neon", "The world at night, drawn in glowing tubes.", "classical", partial(Classical, neon)),
]
