"""What can be looked for in pictures here: each overlay's detector, the model that it needs, and what to do
where that is missing. Knows no session; loads a detector only when one is started.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Protocol, cast, get_args

from overglass_cloud.scenes.detectors.contract import Detector
from overglass_protocol.control import Overlay
from overglass_protocol.errors import DetectorError, OverglassError

OVERLAYS: tuple[Overlay, ...] = get_args(Overlay)


class Models(Protocol):
    """What is asked of the model store."""

    def path(self, name: str) -> Path:
        """The model's file. Raises ModelError, an OverglassError with the cure."""
        ...

    def has(self, name: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Capability:
    """One overlay that a wearer can ask for."""

    name: Overlay
    summary: str
    model: str
    "Its name in the model store."
    load: Callable[[Path], Detector]
    "Makes the detector, with the model's file. Raises DetectorError."


def _late(name: str) -> Callable[[Path], Detector]:
    """What makes the detector of this name, imported when it is first made."""
    return lambda model: cast(Detector, resolve_name(f"overglass_cloud.scenes.detectors.{name}")(model))


SHIPPED = (
    Capability(
        "faces", "Faces, 478 landmarks each, and their expression.", "face_landmarker", _late("faces:Faces")
    ),
    Capability(
        "people", "People's outlines; looks can leave them out.", "selfie_segmenter", _late("people:People")
    ),
    Capability(
        "hands", "Hands, 21 landmarks each, and which hand it is.", "hand_landmarker", _late("hands:Hands")
    ),
    Capability("poses", "Bodies, 33 landmarks each.", "pose_landmarker", _late("poses:Poses")),
    Capability(
        "objects", "Things of everyday life, with their names.", "object_detector", _late("objects:Objects")
    ),
)


class Capabilities:
    """The overlays of this service, by name."""

    def __init__(self, models: Models, known: Iterable[Capability] = SHIPPED) -> None:
        self.detections = 0
        self.detection_seconds = 0.0
        "Pictures looked at by sessions so far, and the time that took."
        self._models = models
        self._lock = threading.Lock()
        self._by_name: dict[str, Capability] = {capability.name: capability for capability in known}

    def __iter__(self) -> Iterator[Capability]:
        return iter(self._by_name.values())

    @property
    def available(self) -> tuple[Overlay, ...]:
        """Those that can be started now."""
        return tuple(c.name for c in self if self._models.has(c.model))

    def warm(self) -> None:
        """Does beforehand what would hold up the pictures of a running service: sums the model files and
        loads MediaPipe, which holds Python's lock for half a second. Nothing if no model is here."""
        if self.available:
            import_module("overglass_cloud.scenes.detectors.tasks")

    def require(self, name: str) -> None:
        """Raises OverglassError with the cure unless this overlay can be started."""
        self._models.path(self._known(name).model)

    def start(self, name: str) -> Detector:
        """A detector of its own. Takes its time. Raises OverglassError with the cure."""
        capability = self._known(name)
        return capability.load(self._models.path(capability.model))

    def note(self, seconds: float) -> None:
        """A session has looked at a picture, which took so long. From any thread."""
        with self._lock:
            self.detections += 1
            self.detection_seconds += seconds

    def describe(self) -> list[dict[str, Any]]:
        """As `GET /overlays` shows them."""
        return [
            {
                "name": capability.name,
                "summary": capability.summary,
                "available": not (fault := self._fault(capability)),
                "needs": [capability.model],
                "cure": fault,
            }
            for capability in self
        ]

    def _known(self, name: str) -> Capability:
        try:
            return self._by_name[name]
        except KeyError:
            raise DetectorError(
                f"nothing here looks for {name}", cure=f"Choose among: {', '.join(self._by_name)}."
            ) from None

    def _fault(self, capability: Capability) -> str:
        try:
            self._models.path(capability.model)
        except OverglassError as error:
            return error.cure or error.message
        return ""
