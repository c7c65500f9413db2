"""One session's place at the scheduler: the frame that waits, the document wanted and the one painted with.

Which document that is, is decided here; when a frame is painted, in `scheduler`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import av

from overglass_cloud.engines.reuse import Painting
from overglass_cloud.looks import Sitter, State
from overglass_cloud.scheduling.claims import Claim
from overglass_cloud.scheduling.rungs import Rung
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from overglass_protocol.frame import Frame
from overglass_protocol.messages import Limit, RungName

PLAIN = "none"
"The look that paints nothing."


@dataclass(frozen=True, slots=True)
class Painted:
    """A frame that the engine gave back."""

    frame: Frame
    "The picture is the painted one."
    started: float
    "Monotonic seconds."
    painted: float
    control: Control
    "The document it was painted with."
    worn: av.VideoFrame | None = None
    "What the wearer's display gets in place of the picture, where it needs another than screens do."


@dataclass(frozen=True, slots=True)
class Standing:
    """What a session gets, for its wearer."""

    rung: RungName
    detail: str
    "What is less than asked for, in words; empty where nothing is."
    device: Limit
    "What the look runs on, and so what limits it."


class Desk(Protocol):
    """What a seat needs of the scheduler."""

    def submit(self, seat: "Seat", frame: Frame) -> None: ...

    def leave(self, seat: "Seat") -> None: ...

    def standing(self, seat: "Seat") -> Standing: ...


@dataclass(eq=False, slots=True)
class Seat:
    """`submit`, `leave` and `control` may be used from any thread; what begins with an underscore is the
    scheduler's, under its lock unless it says otherwise."""

    _desk: Desk
    control: Control
    "The document wanted; taken whole at the next frame."
    _deliver: Callable[[Painted], None]
    _failed: Callable[[Control, LookError], None]
    _sitter: Sitter
    _claim: Claim
    dropped: Counter[str] = field(default_factory=Counter)
    painted: int = 0
    "Frames handed back, those included that were only passed on or moved along."
    _pending: Frame | None = None
    _considered: Control | None = None
    "The document wanted that was last decided about."
    _document: Control | None = None
    "The one gone by. None until the first is decided about."
    _refused: Control | None = None
    "Is not tried again until another document comes."
    _stand_in: Control | None = None
    "The document as another look gets it."
    _ready: Control | None = None
    "The last that an engine was prepared for and that did not fail. The device thread's."
    _states: dict[str, tuple[Control, State]] = field(default_factory=dict)
    "What engines keep for this session, by look, and what for. The device thread's."
    _last: tuple[Painting, Control] | None = None
    "The last painting. Whose turn it is, knows it."

    def submit(self, frame: Frame) -> None:
        """Leaves a frame to be painted. Never waits."""
        self._desk.submit(self, frame)

    def leave(self) -> None:
        """Gives the seat up; a frame that still waits is dropped."""
        self._desk.leave(self)

    @property
    def standing(self) -> Standing:
        return self._desk.standing(self)

    def _adopt(self, document: Control, cheaper: str | None) -> None:
        """Goes by this document from the next frame on."""
        claim, look = self._claim, None if document.look == PLAIN else document.look
        if claim.look != look:
            claim.look, claim.rung, claim.room_since = look, Rung.FULL, None
        claim.cheaper, claim.held_until, claim.painting = cheaper, 0.0, False
        self._document, self._stand_in = document, None

    def _go_plain(self) -> None:
        """Nothing of the document wanted can be had: the plain picture goes on, and says so."""
        self._adopt(plain(self.control), None)

    def _document_for(self, look: str) -> Control:
        """The document gone by, as this look gets it: its own or one that stands in."""
        document = self._document or plain(self.control)
        if look == document.look:
            return document
        if self._stand_in is None or self._stand_in.look != look:
            self._stand_in = document.model_copy(update={"look": look, "prompt": None})
        return self._stand_in


def plain(control: Control) -> Control:
    """What is shown in place of a document that cannot be; of a version that nobody asked for."""
    return control.model_copy(update={"look": PLAIN, "version": 0})
