"""A drawn head on every face: it is held as the face is and does what the face does.

Where faces are is known from the sitter, as well as it is known by now. Those far away are drawn first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import av
import cv2
import numpy as np

from overglass_cloud.engines import planes
from overglass_cloud.engines.planes import Levels, Plane
from overglass_cloud.engines.stage.expression import Mimic
from overglass_cloud.engines.stage.head import LANDMARKS, Drawing, pose_of
from overglass_cloud.engines.stage.matte import seconds_of
from overglass_cloud.engines.stage.puppet import Character
from overglass_cloud.looks import Sitter, State
from overglass_protocol.control import Control
from overglass_protocol.scene import Thing

FADE = 0.2
"Seconds in which a head appears on a new face."
SMALLEST = 6.0
"Pixels in a unit: what is smaller is a face in the distance, and a drawing on it a blot."


@dataclass(slots=True)
class Wearer:
    """One face that wears the character."""

    since: float
    "The time of the picture in which it was first seen."
    mimic: Mimic = field(default_factory=Mimic)


@dataclass(slots=True)
class Company:
    """What a session keeps; faces by their tracks."""

    control: Control
    sitter: Sitter
    wearers: dict[int, Wearer] = field(default_factory=dict)


class Masquerade:
    """An `Engine` that gives everybody the same head."""

    max_batch = 1

    def __init__(self, character: Character) -> None:
        self._character = character
        planes.keep_memory()

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Company:
        if isinstance(previous, Company):
            return replace(previous, control=control, sitter=sitter)
        return Company(control, sitter)

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        return [self._paint(picture, company) for picture, company in zip(pictures, states, strict=True)]

    def _paint(self, picture: av.VideoFrame, company: Company) -> av.VideoFrame:
        scene = company.sitter.scene(picture)
        things = scene.things if scene is not None else ()
        faces = [thing for thing in things if thing.kind == "face" and len(thing.points) == LANDMARKS]
        now = seconds_of(picture)
        company.wearers = {face.track: company.wearers.get(face.track) or Wearer(now) for face in faces}
        if company.control.strength == 0 or not faces:
            return picture
        samples = tuple(plane.copy() for plane in planes.views(picture))
        scale = planes.levels(picture)
        for face in sorted(faces, key=lambda face: face.box[2]):
            drawn = self._drawn(face, company, now, (picture.width, picture.height))
            if drawn is not None:
                _put(samples, *drawn, scale)
        y, cb, cr = samples
        return planes.picture_like(picture, (y, cb, cr))

    def _drawn(
        self, face: Thing, company: Company, now: float, size: tuple[int, int]
    ) -> tuple[Drawing, int, int] | None:
        """The head as it is seen on this face, and where."""
        pose, wearer = pose_of(face.points, *size), company.wearers[face.track]
        if pose.scale < SMALLEST:
            return None
        expression = wearer.mimic.follow(face, pose, size)
        front = self._character.drawn(pose.scale, expression, now)
        laid = self._character.relief.laid(front, pose, size[::-1])
        if laid is None:
            return None
        shown = company.control.strength * min(1.0, max(0.0, (now - wearer.since) / FADE + 0.25))
        drawing, x, y = laid
        if shown < 1:
            drawing = np.asarray(cv2.convertScaleAbs(drawing, alpha=shown), np.uint8)
        return drawing, x, y


def _put(samples: tuple[Plane, ...], drawing: Drawing, x: int, y: int, scale: Levels) -> None:
    """Lays a drawing over planes, in place, its corner at an even column and row."""
    height, width = drawing.shape[:2]
    half = cv2.resize(drawing, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    light, blue, red = _matrix(scale)
    for plane, part, row, fine in zip(
        samples, (drawing, half, half), (light, blue, red), (1, 2, 2), strict=True
    ):
        ours = cv2.transform(part, row)
        there = plane[y // fine : (y + height) // fine, x // fine : (x + width) // fine]
        rest = cv2.bitwise_not(part[..., 3])
        there[:] = cv2.add(cv2.multiply(there, rest, scale=1 / 255), ours.reshape(there.shape))


def _matrix(scale: Levels) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From red, green, blue and cover, multiplied by it, to samples (ITU-R BT.601-7, 2.5)."""
    luma = np.array((0.299, 0.587, 0.114, 0))
    blue = (np.array((0, 0, 1, 0)) - luma) / 1.772
    red = (np.array((1, 0, 0, 0)) - luma) / 1.402
    light = luma * (scale.luma / 255) + np.array((0, 0, 0, scale.black / 255))
    colour = np.array((0, 0, 0, 128 / 255))
    return (
        light[None, :],
        (blue * (scale.colour / 255) + colour)[None, :],
        (red * (scale.colour / 255) + colour)[None, :],
    )
