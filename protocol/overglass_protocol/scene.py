"""What was found in a picture, as drawings for a display: boxes, landmarks, outlines, expressions.

A scene rides in the envelope of the picture it belongs to, so that overlay and picture cannot part.
Coordinates are shares of the picture's width and height (0, 0 is the top left corner); they may lie
outside of it. Knows no detector and no display.
"""

import struct
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from overglass_protocol.errors import RemoteProtocolError

Kind = Literal["face", "person", "hand", "pose", "object"]
Anchor = Literal["world", "head", "screen"]
"To what a drawing sticks when the head moves on: the thing seen, the head, the display."
Box = tuple[float, float, float, float]
"Left, top, width, height."
Points = NDArray[np.float32]
"(n, 2): x, y."

KINDS: tuple[Kind, ...] = get_args(Kind)
ANCHORS: tuple[Anchor, ...] = get_args(Anchor)
NO_POINTS: Points = np.zeros((0, 2), np.float32)
NO_POINTS.flags.writeable = False

EXPRESSIONS = (  # noqa: SIM905 - 52 words are easier read than 52 strings
    "_neutral browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff "
    "cheekSquintLeft cheekSquintRight eyeBlinkLeft eyeBlinkRight eyeLookDownLeft eyeLookDownRight "
    "eyeLookInLeft eyeLookInRight eyeLookOutLeft eyeLookOutRight eyeLookUpLeft eyeLookUpRight "
    "eyeSquintLeft eyeSquintRight eyeWideLeft eyeWideRight jawForward jawLeft jawOpen jawRight "
    "mouthClose mouthDimpleLeft mouthDimpleRight mouthFrownLeft mouthFrownRight mouthFunnel mouthLeft "
    "mouthLowerDownLeft mouthLowerDownRight mouthPressLeft mouthPressRight mouthPucker mouthRight "
    "mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthSmileLeft mouthSmileRight "
    "mouthStretchLeft mouthStretchRight mouthUpperUpLeft mouthUpperUpRight noseSneerLeft noseSneerRight"
).split()
"Names of the values in `Thing.expression`, in order: the blendshapes of ARKit, as MediaPipe gives them."

MAX_SIZE = 12 * 1024
"Bytes, of an envelope's 16 KB."
MAX_THINGS = 32
MAX_POINTS = 1024
MAX_OUTLINES = 16
MAX_LABEL = 64
"Bytes of UTF-8."

_LEVELS = 1023
"Points are stored in ten bits a coordinate within their own bounds: 0.2 pixels on a face of 200."
_UNIT = 8192
"Bounds are stored in 1/8192 of the picture's side."
_HEAD = struct.Struct("!HB")
_THING = struct.Struct("!BBHB4hBBB")
_POINTS = struct.Struct("!H4h")


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """One thing found."""

    kind: Kind
    track: int
    "Stays the same while the thing is followed from picture to picture; 0 to 65535."
    label: str
    "What to write beside it."
    score: float
    "How sure the detector is, 0 to 1."
    box: Box
    anchor: Anchor = "world"
    points: Points = field(default_factory=lambda: NO_POINTS)
    "Landmarks in the detector's own order: 478 of a face, 21 of a hand, 33 of a pose."
    expression: tuple[float, ...] = ()
    "Of a face, 0 to 1 each, named by EXPRESSIONS."
    outlines: tuple[Points, ...] = ()
    "Closed polygons around its pixels."


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All that was found in one picture. One without things says that nothing was there."""

    things: tuple[Thing, ...] = ()
    age: float = 0.0
    "Seconds between the picture and the older one that was looked at; 0 if it was this very one."

    def to_bytes(self) -> bytes:
        """At most MAX_SIZE bytes: what finds no room goes without its details, or is left out."""
        age_ms = min(65535, max(0, round(self.age * 1000)))
        packed: list[bytes] = []
        room = MAX_SIZE - _HEAD.size
        for thing in self.things[:MAX_THINGS]:
            body = _pack_thing(thing)
            if len(body) > room:
                body = _pack_thing(replace(thing, points=NO_POINTS, expression=(), outlines=()))
            if len(body) <= room:
                packed.append(body)
                room -= len(body)
        return _HEAD.pack(age_ms, len(packed)) + b"".join(packed)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Scene":
        """Reads what `to_bytes` wrote. Raises RemoteProtocolError when the bytes are no scene."""
        try:
            age_ms, count = _HEAD.unpack_from(data)
            reader = _Reader(data, _HEAD.size)
            if count > MAX_THINGS:
                raise _malformed(f"{count} things are more than {MAX_THINGS}")
            return cls(tuple(reader.thing() for _ in range(count)), age_ms / 1000)
        except (struct.error, UnicodeDecodeError, IndexError) as error:
            raise _malformed(str(error)) from error


class _Reader:
    """Reads a scene's parts one after the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def thing(self) -> Thing:
        fields = self._unpack(_THING)
        kind, anchor, track, score, left, top, width, height, label, expression, outlines = fields
        if outlines > MAX_OUTLINES or expression > len(EXPRESSIONS):
            raise _malformed("a thing has more parts than there can be")
        return Thing(
            KINDS[kind],
            track,
            self._take(label).decode(),
            score / 255,
            (left / _UNIT, top / _UNIT, width / _UNIT, height / _UNIT),
            ANCHORS[anchor],
            expression=tuple(value / 255 for value in self._take(expression)),
            points=self._points(),
            outlines=tuple(self._points() for _ in range(outlines)),
        )

    def _points(self) -> Points:
        count, left, top, width, height = self._unpack(_POINTS)
        if count > MAX_POINTS:
            raise _malformed(f"{count} points are more than {MAX_POINTS}")
        if count == 0:
            return NO_POINTS
        bits = np.unpackbits(np.frombuffer(self._take((count * 20 + 7) // 8), np.uint8))
        levels = bits[: count * 20].reshape(-1, 10) @ (1 << np.arange(9, -1, -1))
        scale = np.array((width, height), np.float32) / (_UNIT * _LEVELS)
        corner = np.array((left, top), np.float32) / _UNIT
        return (levels.reshape(-1, 2) * scale + corner).astype(np.float32)

    def _unpack(self, shape: struct.Struct) -> tuple[int, ...]:
        values = shape.unpack_from(self._data, self._at)
        self._at += shape.size
        return values

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) != size:
            raise _malformed("it is cut short")
        self._at += size
        return taken


def _pack_thing(thing: Thing) -> bytes:
    label = thing.label.encode()[:MAX_LABEL].decode(errors="ignore").encode()
    outlines = thing.outlines[:MAX_OUTLINES]
    head = _THING.pack(
        KINDS.index(thing.kind),
        ANCHORS.index(thing.anchor),
        thing.track & 0xFFFF,
        _byte(thing.score),
        *(_unit(value) for value in thing.box),
        len(label),
        len(thing.expression),
        len(outlines),
    )
    expression = bytes(_byte(value) for value in thing.expression)
    return head + label + expression + b"".join(_pack_points(p) for p in (thing.points, *outlines))


def _pack_points(points: Points) -> bytes:
    if len(points) == 0:
        return _POINTS.pack(0, 0, 0, 0, 0)
    points = points[:MAX_POINTS]
    low = np.floor(np.clip(points.min(axis=0), -3.9, 3.9) * _UNIT)
    span = np.maximum(1, np.minimum(np.ceil(points.max(axis=0) * _UNIT) - low, 32767))
    levels = np.clip(np.rint((points * _UNIT - low) * (_LEVELS / span)), 0, _LEVELS)
    octets = levels.astype(">u2").reshape(-1, 1).view(np.uint8)
    bits = np.unpackbits(octets, axis=1)[:, 6:]
    return _POINTS.pack(len(points), *low.astype(int), *span.astype(int)) + np.packbits(bits).tobytes()


def _byte(share: float) -> int:
    return min(255, max(0, round(share * 255)))


def _unit(share: float) -> int:
    return min(32767, max(-32768, round(share * _UNIT)))


def _malformed(why: str) -> RemoteProtocolError:
    return RemoteProtocolError(
        f"a scene cannot be read: {why}",
        code="bad-scene",
        cure="Use the same version of overglass at both ends.",
    )
