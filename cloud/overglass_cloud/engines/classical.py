"""The looks `ink`, `comic` and `neon`, painted with OpenCV alone: they start at once, on any machine.

Each look is one pure function from a `Subject` to a painted picture. Lines are drawn at full size; all that
is soft is done at half size, which is the size of the colour planes. Thresholds are ramps and nothing is
normalised by the frame at hand, so that what stands still in the world stands still here.
Must not know where pictures come from or go to.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines.planes import Levels, Plane, Planes, levels, picture_like, views
from overglass_cloud.looks import Look, State
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError

try:
    import cv2
except ImportError as error:  # listing the looks must work without OpenCV; starting one says the cure
    _no_opencv: ImportError | None = error
else:
    _no_opencv = None

Field = NDArray[Any]
"float32 samples: luma and coverage 0..1, colour differences -0.5..0.5."
Painted = tuple[Field, Field, Field]
"Luma (h, w), Cb and Cr (h/2, w/2)."


@dataclass(frozen=True, slots=True)
class Subject:
    """What a look paints from: the picture, no larger than lines need, for they are crisp once grown."""

    luma: Field
    "(fine height, fine width); the shorter is at most 540."
    small: Field
    "Luma at half that size, as are `cb` and `cr`."
    cb: Field
    cr: Field
    size: tuple[int, int]
    "(h, w) of the picture."

    @property
    def unit(self) -> float:
        """A pen's width in fine pixels: 1 where the shorter side is 480, never so thin that it breaks up."""
        return max(min(self.luma.shape) / 480, 0.5)


class Texture:
    """What belongs to the paper and not to the scene: still on the screen, the same for the same seed."""

    def __init__(self, shape: tuple[int, int], seed: int) -> None:
        self.shape = shape
        self._pitch = max(4.0, min(shape) / 96)  # finer than four pixels, strokes and dots alias into grey
        self._seed = seed

    @cached_property
    def paper(self) -> Field:
        """How light bare paper is, (h, w)."""
        return 0.94 + 0.012 * self._grain

    @cached_property
    def tooth(self) -> Field:
        """How well ink covers, (h, w)."""
        return 0.96 - 0.06 * self._grain

    @cached_property
    def hatch(self) -> Field:
        """Strokes one way: how dark it must be for ink here, (h, w), zero in the middle of a stroke."""
        return self._stripes(math.radians(38))

    @cached_property
    def cross_hatch(self) -> Field:
        """Strokes the other way."""
        return self._stripes(math.radians(-50))

    @cached_property
    def dots(self) -> Field:
        """A screen of dots at 45 degrees, (h, w): likewise, zero in the middle of a dot."""
        x, y = self._grid()
        step = math.sqrt(2) * math.pi / self._pitch
        return 0.5 - 0.25 * (np.cos((x + y) * step) + np.cos((x - y) * step))

    @cached_property
    def _grain(self) -> Field:
        """Tooth, fibre and cockle, (h, w), about zero."""
        return 0.9 * self._noise(1) + 0.45 * self._noise(3) + 0.25 * self._noise(60)

    def _stripes(self, angle: float) -> Field:
        x, y = self._grid()
        wobble = 0.35 * self._noise(40)  # a third of a pitch: a hand, not a ruler
        phase = (x * math.cos(angle) + y * math.sin(angle)) / self._pitch + wobble
        return 2 * np.abs(phase - np.floor(phase) - 0.5)

    def _noise(self, size: int) -> Field:
        """Smooth noise with blobs of `size` pixels, (h, w)."""
        height, width = self.shape
        rng = np.random.default_rng((self._seed, size))
        coarse = rng.standard_normal((height // size + 2, width // size + 2), np.float32)
        if size == 1:
            coarse = cv2.GaussianBlur(coarse, (0, 0), 0.8)
        return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)

    def _grid(self) -> tuple[Field, Field]:
        height, width = self.shape
        return np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]


def ink(subject: Subject, texture: Texture) -> Painted:
    """Pen lines and hatching over a thin wash of the scene's colours, on warm paper."""
    flat, cb, cr = flatten(subject, radius=4)
    pen = strokes(subject, flat, tangents(subject, flat), keep=0.8, width=1.05, least=0.010, crowd=0.75)
    tone = grow(np.sqrt(0.7 * flat + 0.3 * subject.small), subject.size)
    bare = ramp(grow(pen, subject.size), -110)
    bare *= 1 - 0.85 * ramp(0.72 - tone - texture.hatch, 3, at=0)
    bare *= 1 - 0.85 * ramp(0.58 - tone - texture.cross_hatch, 3, at=0)
    bare *= ramp(tone - 0.36, 7)  # the darkest parts are brushed in solid
    bare = 1 - (1 - bare) * texture.tooth
    luma = 0.10 + bare * (texture.paper * (0.60 + 0.44 * terraced(tone, steps=4, edge=3)) - 0.10)
    bare = shrink(bare, subject)
    return luma, 0.035 + bare * (0.7 * cb - 0.070), -0.010 + bare * (0.7 * cr + 0.022)


def comic(subject: Subject, texture: Texture) -> Painted:
    """Flat, loud colour in a few terraces of light, dots in the shadows, bold outlines."""
    flat, cb, cr = flatten(subject, radius=3)
    pen = strokes(subject, flat, tangents(subject, flat), keep=0.6, width=1.25, least=0.008, crowd=0.62)
    bare = ramp(grow(pen, subject.size), -120)
    tone = grow((0.8 * flat + 0.2 * subject.small) ** 0.8, subject.size)
    luma = 0.04 + 0.96 * terraced(tone, steps=5, edge=5)
    luma *= 1 - 0.45 * ramp(0.54 - tone - texture.dots, 5)
    luma = 0.03 + bare * luma
    cb, cr = saturated(cb, cr, gain=2.2, most=0.38)
    bare = 0.15 + 0.85 * shrink(bare, subject)
    return luma, cb * bare, cr * bare


def neon(subject: Subject, texture: Texture) -> Painted:
    """The scene at night, its outlines bent from glass tubes: cyan uprights, magenta levels."""
    flat, cb, cr = flatten(subject, radius=4)
    tangent = tangents(subject, flat)
    pen = strokes(subject, flat, tangent, keep=0.7, width=1.15, least=0.008, crowd=0.62)
    tube = ramp(grow(pen, subject.size), 55, at=0)
    small = shrink(tube, subject)
    upright = tangent[..., 1] ** 2
    tube_cb = 0.17 - 0.04 * upright + 2.5 * cb
    tube_cr = 0.32 - 0.64 * upright + 3.5 * cr
    scale = 0.40 * small / (cv2.magnitude(tube_cb, tube_cr) + 1e-3)
    tube_cb *= scale
    tube_cr *= scale
    glow, glow_cb, glow_cr = cv2.split(bloom(cv2.merge([small, tube_cb, tube_cr]), subject.unit))
    night = grow(1 - np.exp(-0.03 - 0.22 * flat**1.6 - 0.55 * glow), subject.size)
    luma = night + 0.76 * tube * (1 - night)
    cb = 0.055 + 0.06 * flat + 0.5 * cb + 1.3 * glow_cb + 0.2 * tube_cb
    cr = 0.005 + 0.01 * flat + 0.4 * cr + 1.3 * glow_cr + 0.2 * tube_cr
    return luma, *saturated(cb, cr, gain=1.0, most=0.44)


def flatten(subject: Subject, radius: int) -> Painted:
    """Luma and colour as a broad brush leaves them, all (h/2, w/2).

    Kuwahara's filter (1976) with the soft weights of Papari et al. (2007): each pixel takes the mean of the
    calmest of eight neighbourhoods around it, so that areas melt and edges stay.
    """
    reach = max(2, round(radius * subject.unit))
    box = (2 * (reach // 2) + 1,) * 2
    mean = cv2.blur(subject.small, box)
    variance = cv2.blur(subject.small * subject.small, box) - mean * mean
    weight = 1 / (1e-4 + np.clip(variance, 0, None)) ** 2
    cb, cr = cv2.blur(subject.cb, box), cv2.blur(subject.cr, box)
    stack = cv2.merge([mean * weight, cb * weight, cr * weight, weight])
    stack = cv2.copyMakeBorder(stack, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    height, width = mean.shape
    total = np.zeros((height, width, 4), np.float32)
    for eighth in range(8):
        angle = 0.3 + eighth * math.pi / 4  # turned a little, lest the marks lie along the pixel grid
        x = reach + round(0.75 * reach * math.cos(angle))
        y = reach + round(0.75 * reach * math.sin(angle))
        cv2.add(total, stack[y : y + height, x : x + width], dst=total)
    luma, cb, cr, weights = cv2.split(total)
    return luma / weights, cb / weights, cr / weights


def tangents(subject: Subject, flat: Field) -> Field:
    """The direction in which the picture changes least, unit vectors (h/2, w/2, 2) of arbitrary sign.

    The minor eigenvector of the smoothed structure tensor (Brox et al. 2006), by the half-angle formula.
    """
    blend = 0.5 * (subject.small + flat)
    dx, dy = cv2.Scharr(blend, cv2.CV_32F, 1, 0), cv2.Scharr(blend, cv2.CV_32F, 0, 1)
    sigma = 1.6 * subject.unit
    real = cv2.GaussianBlur(dx * dx - dy * dy, (0, 0), sigma)
    imaginary = cv2.GaussianBlur(2 * dx * dy, (0, 0), sigma)
    cosine = np.clip(real / (cv2.magnitude(real, imaginary) + 1e-6), -1, 1)
    return cv2.merge([-np.copysign(np.sqrt(0.5 - 0.5 * cosine), imaginary), np.sqrt(0.5 + 0.5 * cosine)])


def strokes(
    subject: Subject, flat: Field, tangent: Field, *, keep: float, width: float, least: float, crowd: float
) -> Field:
    """Where a pen would draw, fine size: above zero on the dark side of edges and on thin dark things.

    A difference of Gaussians smoothed along the tangent (Kang et al. 2007). `keep` is the share of fine
    detail let in, `width` the line's in units, `least` the faintest contrast drawn, and `crowd` how much
    more it takes where all around has contrast too, which keeps foliage from turning into worms.
    """
    fine = subject.luma.shape
    small = np.sqrt(keep * subject.small + (1 - keep) * flat)
    light = cv2.sqrt(cv2.addWeighted(subject.luma, keep, grow(flat, fine), 1 - keep, 0))
    sigma = width * subject.unit
    contrast = grow(cv2.GaussianBlur(small, (0, 0), 0.8 * sigma), fine)
    contrast -= cv2.GaussianBlur(light, (0, 0), sigma)
    contrast = smoothed_along(tangent, contrast, 2.2 * subject.unit)
    coarse = cv2.resize(np.abs(contrast), None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    contrast -= grow(least + crowd * cv2.GaussianBlur(coarse, (0, 0), 2), fine)
    return contrast


def smoothed_along(tangent: Field, field: Field, step: float) -> Field:
    """Samples one step ahead and one back weigh a quarter each; two looks make the three taps."""
    mode = cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP
    # Nearest, for between two vectors of arbitrary sign there is no in-between.
    ahead = cv2.resize(tangent * step, field.shape[::-1], interpolation=cv2.INTER_NEAREST)
    for way in (ahead, -ahead):
        there = cv2.remap(field, way, None, mode, borderMode=cv2.BORDER_REPLICATE)
        field = cv2.addWeighted(field, 0.5, there, 0.5, 0)
    return field


def bloom(light: Field, unit: float) -> Field:
    """What light spills around itself, near and far; (h/2, w/2, n) in and out."""
    height, width = light.shape[:2]
    near = cv2.resize(light, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    far = cv2.resize(near, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    far = 1.3 * cv2.GaussianBlur(far, (0, 0), 1.6 * unit) + 1.6 * cv2.GaussianBlur(far, (0, 0), 5 * unit)
    near = cv2.GaussianBlur(near, (0, 0), 0.8 * unit)
    near = 0.9 * near + cv2.resize(far, near.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.resize(near, (width, height), interpolation=cv2.INTER_LINEAR)


def ramp(field: Field, slope: float, at: float = 0.5) -> Field:
    """0 to 1 over `1 / slope`, about zero. A hard threshold would flicker on what drifts across it."""
    return np.clip(field * slope + at, 0, 1)


def terraced(tone: Field, steps: int, edge: float) -> Field:
    """0..1 in `steps` terraces, joined by ramps that take up `1 / edge` of each."""
    scaled = tone * steps - 0.5
    floor = np.floor(scaled)
    return (floor + 0.5 + ramp(scaled - floor - 0.5, edge)) / steps


def saturated(cb: Field, cr: Field, gain: float, most: float) -> tuple[Field, Field]:
    """Colour times `gain`, bent so that chroma nears `most` and hue stays."""
    chroma = cv2.magnitude(cb, cr) + 1e-6
    scale = most * np.tanh(chroma * (gain / most)) / chroma
    return cb * scale, cr * scale


def shrink(field: Field, subject: Subject) -> Field:
    """(h, w) to the subject's half size."""
    return cv2.resize(field, subject.small.shape[::-1], interpolation=cv2.INTER_AREA)


def grow(field: Field, shape: tuple[int, ...]) -> Field:
    """Any smaller size to `shape`. Linear, for it cannot ring below black."""
    return cv2.resize(field, shape[::-1], interpolation=cv2.INTER_LINEAR)


@dataclass(slots=True)
class Canvas:
    """What a session keeps between frames."""

    strength: float
    seed: int
    memory: Planes | None = None
    "The source, calmed."
    texture: Texture | None = None


class Classical:
    """Paints one picture after another with one look."""

    max_batch = 1

    def __init__(self, look: Callable[[Subject, Texture], Painted]) -> None:
        """Raises LookError when OpenCV is missing or cannot be loaded."""
        if _no_opencv is not None:
            missing = isinstance(_no_opencv, ModuleNotFoundError)
            cure = "pip install 'overglass[cloud]'" if missing else "apt install libgl1 libglib2.0-0"
            raise LookError(f"OpenCV cannot be loaded: {_no_opencv}", cure=cure) from _no_opencv
        self._look = look
        # glibc gives freed memory of this scale back at once and faults it in anew for every field, half the
        # time of a frame, until it has seen a block of up to 32 MiB come and go (mallopt(3), M_MMAP_THRESHOLD).
        np.empty((32 << 20) - (64 << 10), np.uint8)

    def prepare(self, control: Control, previous: State | None) -> Canvas:
        canvas = Canvas(control.strength, control.seed)
        if isinstance(previous, Canvas):
            canvas.memory = previous.memory
            canvas.texture = previous.texture if previous.seed == control.seed else None
        return canvas

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        return [self._paint(picture, canvas) for picture, canvas in zip(pictures, states, strict=True)]

    def _paint(self, picture: av.VideoFrame, canvas: Canvas) -> av.VideoFrame:
        if canvas.strength == 0:
            return picture
        source, scale = views(picture), levels(picture)
        canvas.memory = _calmed(source, canvas.memory)
        subject = _subject(canvas.memory, scale)
        if canvas.texture is None or canvas.texture.shape != subject.size:
            canvas.texture = Texture(subject.size, canvas.seed)
        planes = _samples(self._look(subject, canvas.texture), scale)
        if canvas.strength < 1:
            planes = _each(lambda a, b: cv2.addWeighted(a, 1 - canvas.strength, b, canvas.strength, 0), source, planes)
        return picture_like(picture, planes)


def _each(mix: Callable[[Plane, Plane], Any], a: Planes, b: Planes) -> Planes:
    return mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2])


def _calmed(planes: Planes, memory: Planes | None) -> Planes:
    """The planes with small changes since `memory` held back, and large ones let through at once.

    Sensor and codec noise moves samples by a few levels, and what draws lines would make flicker of it.
    """
    if memory is None or memory[0].shape != planes[0].shape:
        return planes
    return _each(_held, planes, memory)


def _held(now: Plane, before: Plane) -> Any:
    change = cv2.addWeighted(now, 1, before, -1, 128)  # saturated and centred on 128: fast passes over bytes
    return cv2.addWeighted(now, 1, cv2.LUT(change, _HOLD), -1, 128)


def _hold() -> Plane:
    """For a change + 128, how much of it to take back, + 128: 70 % of a small one, nothing beyond 20 levels."""
    change = np.arange(256) - 128.0
    return (128 + np.rint(0.7 * change * np.exp(-((change / 7) ** 2)))).astype(np.uint8)


_HOLD = _hold()


def _subject(planes: Planes, scale: Levels) -> Subject:
    height, width = planes[0].shape
    half = [round(side * min(0.5, 270 / min(height, width))) for side in (width, height)]
    luma = _light(planes[0], [2 * side for side in half], scale.black, scale.luma)
    luma = np.clip(luma, 0, 1)
    small = cv2.resize(luma, half, interpolation=cv2.INTER_AREA)
    cb, cr = (_light(plane, half, 128, scale.colour) for plane in planes[1:])
    return Subject(luma, small, cb, cr, (height, width))


def _light(plane: Plane, size: Sequence[int], zero: int, span: int) -> Field:
    return (cv2.resize(plane, size, interpolation=cv2.INTER_AREA).astype(np.float32) - zero) * (1 / span)


def _samples(painted: Painted, scale: Levels) -> Planes:
    luma, cb, cr = painted
    height, width = luma.shape
    y = cv2.convertScaleAbs(np.clip(luma, 0, 1), alpha=scale.luma, beta=scale.black)
    cb, cr = (cv2.convertScaleAbs(np.clip(c, -0.5, 0.5), alpha=scale.colour, beta=128) for c in (cb, cr))
    return y, grow(cb, (height // 2, width // 2)), grow(cr, (height // 2, width // 2))


LOOKS = [
    Look("ink", "Pen, hatching and a thin wash on warm paper.", "classical", partial(Classical, ink)),
    Look("comic", "Loud flat colour, bold outlines, dots in the shadows.", "classical", partial(Classical, comic)),
    Look("neon", "The world at night, drawn in glowing tubes.", "classical", partial(Classical, neon)),
]
