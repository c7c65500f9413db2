"""The thread that looks at one session's newest picture with the detectors it wants, and keeps what was seen.

Knows detectors and pictures; knows no control document and no connection.
"""

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from overglass_cloud.capabilities import Capabilities
from overglass_cloud.detectors.contract import Detector, Found, Mask, Sight
from overglass_cloud.tracking import Look, Tracker
from overglass_protocol.errors import DetectorError, OverglassError
from overglass_protocol.frame import Frame
from overglass_protocol.latest import Closed, Latest
from overglass_protocol.rtc.encoder import CLOCK_RATE
from overglass_protocol.scene import Scene, Thing

log = structlog.get_logger()

PATIENCE = 0.002
"Seconds that a picture waits, encoded, for the look at it that is under way, if by then it is likely done."
LOOKS_KEPT = 32
"A second of them: a slow engine gives a picture back when newer ones have been looked at."
NEW_SHARE = 0.2
"Of the newest look in the mean of how long looks take."
NICENESS = 10
"How far the detectors stand back behind what is in the picture's way, where the system lets threads."


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be looked for."""

    sought: frozenset[str] = frozenset()
    "Names of detectors."
    shown: frozenset[str] = frozenset()
    "Those of them whose things belong in the scene."
    masked: bool = False
    "Whether somebody waits for the mask of people."


class Looker:
    """The thread, running from the start until `close`."""

    def __init__(
        self,
        capabilities: Capabilities,
        wish: Wish,
        masked: Callable[[Frame, Mask], None],
        failed: Callable[[str, OverglassError], None],
    ) -> None:
        """`masked` and `failed` are called in the thread, the latter with the name of a detector that is
        not tried again."""
        self.wish = wish
        "Taken whole at the next picture; may be changed from any thread."
        self._capabilities = capabilities
        self._masked = masked
        self._failed = failed
        self._slot: Latest[Frame] = Latest("detectors busy")
        self._detectors: dict[str, Detector] = {}
        self._broken: set[str] = set()
        self._tracker = Tracker()
        self._looks: deque[Look] = deque(maxlen=LOOKS_KEPT)
        self._looking_at: int | None = None
        "RTP time."
        self._began = 0.0
        self._takes = 0.0
        "Seconds: since when it looks, and how long looks take."
        self._looked = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="detectors", daemon=True)
        self._thread.start()

    def look_at(self, frame: Frame) -> None:
        """Leaves a picture for the thread; it only reads it. Never waits."""
        self._slot.put(frame)

    def scene_for(self, frame: Frame) -> Scene | None:
        """What is in this frame: seen in it if the look is done or will be within PATIENCE, otherwise as
        expected since the last look before it. None when that is too long ago."""
        if not self.wish.shown:
            return None
        with self._looked:
            left = self._began + self._takes - time.monotonic()
            if self._looking_at == frame.rtp_time and left < PATIENCE:
                self._looked.wait_for(lambda: self._looking_at != frame.rtp_time, PATIENCE)
            looks = tuple(self._looks)
        at = _time_of(frame)
        return next((look.scene(at) for look in reversed(looks) if look.at <= at), None)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def close(self) -> None:
        """Tells the thread to end; `join` waits for it."""
        self._slot.clear("session over")
        self._slot.close()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _run(self) -> None:
        if sys.platform == "linux":
            # MediaPipe's own threads come from this one and inherit it.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        try:
            while True:
                self._look(self._slot.take())
        except Closed:
            pass
        finally:
            for detector in self._detectors.values():
                detector.close()

    def _look(self, frame: Frame) -> None:
        wish = self.wish
        for name in self._detectors.keys() - wish.sought:
            self._detectors.pop(name).close()
        self._broken &= wish.sought
        for name in sorted(wish.sought - self._detectors.keys() - self._broken):
            self._start(name)
        with self._looked:
            self._looking_at, self._began = frame.rtp_time, time.monotonic()
        things = self._find(frame, wish)
        picture = frame.picture
        look = self._tracker.look(things, _time_of(frame), picture.width / picture.height)
        with self._looked:
            if self._looks and look.at <= self._looks[-1].at:
                self._looks.clear()  # another connection, with another clock
            self._looks.append(look)
            self._looking_at = None
            took = time.monotonic() - self._began
            self._takes += (took - self._takes) * NEW_SHARE
            self._looked.notify_all()
        self._capabilities.note(took)

    def _start(self, name: str) -> None:
        try:
            self._detectors[name] = self._capabilities.start(name)
        except OverglassError as error:
            self._give_up(name, error)
        except Exception as error:
            log.exception("a detector cannot start", detector=name)
            self._give_up(name, DetectorError(f"the detector of {name} cannot start: {error}", cure=_LOG))

    def _find(self, frame: Frame, wish: Wish) -> list[Thing]:
        sight, things = Sight(frame.picture), list[Thing]()
        for name in sorted(self._detectors, key=lambda name: (name != "people", name)):
            found = self._ask(name, sight)
            if found.mask is not None and wish.masked:
                self._masked(frame, found.mask)  # a painted picture may be waiting for it
            if name in wish.shown:
                things += found.things
        return things

    def _ask(self, name: str, sight: Sight) -> Found:
        try:
            return self._detectors[name].find(sight)
        except Exception as error:
            log.exception("a detector failed", detector=name)
            self._detectors.pop(name).close()
            if not isinstance(error, OverglassError):
                error = DetectorError(f"the detector of {name} failed: {error}", cure=_LOG)
            self._give_up(name, error)
            return Found()

    def _give_up(self, name: str, error: OverglassError) -> None:
        self._broken.add(name)
        self._failed(name, error)


def _time_of(frame: Frame) -> float:
    """Seconds, on the clock of the session's pictures."""
    return frame.rtp_time / CLOCK_RATE


_LOG = "Do without it; the service's log says more."
