"""What a face does, as numbers that a drawing can follow: from its landmarks, and the detector's blendshapes
where it gives them.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines.stage.head import Pose
from overglass_protocol.scene import EXPRESSIONS, Thing

AT_ONCE = 0.65
"Share of a change that is shown in the first picture. The rest is tremble, of a mouth of a few pixels."
LIPS = (13, 14)
"Upper and lower, their inner edges in the middle."
LIDS = (((159, 145), (33, 133)), ((386, 374), (263, 362)))
"Upper and lower, and corners, of the eyes on the picture's left and right."
BROWS = ((105, 66), (334, 296))
CORNERS = (61, 291)
MOUTH_SHUT, MOUTH_WIDE = 0.02, 0.42
"Units between the lips."
OPEN_EYE = 0.20
"An open eye's height for its width, until the face itself has shown more."
LEAST_EYE, FORGETTING = 0.11, 0.995
"No open eye is lower; and what is left of the widest it was, from one picture to the next."
SHUT_EYE = 0.35
"Of a face's own open eye, at which it is shut."
BROW_REST, BROW_REACH = -0.30, 0.16
"Where brows are at rest, and how far they go up from there, in units."
SMILE_REST, SMILE_REACH = 0.60, 0.22
"Between the corners of the mouth at rest, and how much more it gets."


@dataclass(frozen=True, slots=True)
class Expression:
    """0 to 1 each, -1 to 1 for what goes two ways. Left and right are the picture's."""

    mouth: float = 0.0
    "How far open."
    smile: float = 0.0
    left_eye: float = 1.0
    "How far open."
    right_eye: float = 1.0
    brows: float = 0.0
    "Raised; negative: drawn together in a frown."
    look_x: float = 0.0
    "Where the eyes go, to the picture's right."
    look_y: float = 0.0
    "Down."

    def towards(self, other: "Expression", share: float) -> "Expression":
        values = {
            f.name: getattr(self, f.name) + share * (getattr(other, f.name) - getattr(self, f.name))
            for f in fields(self)
        }
        return Expression(**values)


class Mimic:
    """Follows one face's expression from picture to picture."""

    def __init__(self) -> None:
        self.now: Expression | None = None
        self._widest = [OPEN_EYE, OPEN_EYE]

    def follow(self, face: Thing, pose: Pose, size: tuple[int, int]) -> Expression:
        """The face's expression in a picture of `size` (width, height)."""
        seen = face.points * np.array(size, np.float32)
        new = self._read(seen, pose, dict(zip(EXPRESSIONS, face.expression, strict=False)))
        self.now = new if self.now is None else self.now.towards(new, AT_ONCE)
        return self.now

    def _read(self, seen: NDArray[Any], pose: Pose, shapes: dict[str, float]) -> Expression:
        def apart(one: int, other: int) -> float:
            return float(np.hypot(*(seen[one] - seen[other]))) / pose.scale

        def both(name: str) -> float:
            return (shapes.get(f"{name}Left", 0.0) + shapes.get(f"{name}Right", 0.0)) / 2

        down = pose.axes[:, 1] / pose.scale**2
        brow = float(np.mean([(seen[list(pair)] - pose.origin) @ down for pair in BROWS]))
        raised = _share(BROW_REST - brow, 0.0, BROW_REACH)
        smile = max(both("mouthSmile"), _share(apart(*CORNERS), SMILE_REST, SMILE_REST + SMILE_REACH))
        eyes = [self._opened(side, apart) for side in (0, 1)]
        # The model names sides as the face has them; its left eye is on the picture's right.
        look_x = shapes.get("eyeLookOutLeft", 0.0) - shapes.get("eyeLookInLeft", 0.0)
        look_x += shapes.get("eyeLookInRight", 0.0) - shapes.get("eyeLookOutRight", 0.0)
        return Expression(
            mouth=_share(apart(*LIPS), MOUTH_SHUT, MOUTH_WIDE),
            smile=smile,
            left_eye=eyes[0],
            right_eye=eyes[1],
            brows=max(raised, shapes.get("browInnerUp", 0.0)) - 0.8 * both("browDown"),
            look_x=look_x / 2,
            look_y=both("eyeLookDown") - both("eyeLookUp"),
        )

    def _opened(self, side: int, apart: Any) -> float:
        lids, corners = LIDS[side]
        opened = apart(*lids) / max(apart(*corners), 1e-3)
        # Some eyes are narrow: a face's own open eye is what it is measured by.
        self._widest[side] = max(opened, LEAST_EYE, FORGETTING * self._widest[side])
        return _share(opened / self._widest[side], SHUT_EYE, 0.8)


def _share(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
