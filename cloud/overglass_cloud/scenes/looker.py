"""The thread that looks at one session's newest picture with the detectors it wants, and keeps what was seen.

Knows detectors and pictures; knows no control document and no connection.
"""

import os
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import get_args

import av
import structlog

from overglass_cloud.engines.planes import views
from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scenes.detectors.contract import Detector, Found, Mask, Sight
from overglass_cloud.scenes.flow import carried
from overglass_cloud.scenes.masks import Masks
from overglass_cloud.scenes.tracking import MAX_AGE, Look, Tracker
from overglass_protocol.control import Overlay
from overglass_protocol.errors import DetectorError, OverglassError
from overglass_protocol.frame import Frame
from overglass_protocol.latest import Closed, Latest
from overglass_protocol.rtc.encoder import CLOCK_RATE
from overglass_protocol.scene import KINDS, Kind, Scene, Thing

log = structlog.get_logger()

LOOKS_KEPT = 32
"A second of them: a slow engine gives a picture back when newer ones have been looked at."
PICTURES_KEPT = 16
"As many as lie between a picture and the last look before it, at 30 a second."
NICENESS = 10
"""How far the detectors stand back behind what is in the picture's way, where the system lets threads: on two
busy cores p50 gains half a millisecond by it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be looked for."""

    sought: frozenset[str] = frozenset()
    "Names of detectors."
    shown: frozenset[str] = frozenset()
    "Those of them whose things belong in the scene that goes with a picture."
    told: frozenset[str] = frozenset()
    "Those of them whose things a look asks for while it paints."
    masked: bool = False
    "Whether somebody waits for the mask of people."

    @property
    def tracked(self) -> frozenset[str]:
        return self.shown | self.told


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
        self._masks = Masks()
        self._looks: deque[Look] = deque(maxlen=LOOKS_KEPT)
        self._pictures: OrderedDict[float, av.VideoFrame] = OrderedDict()
        "From the camera, by time."
        self._held: Frame | None = None
        "Will be looked at when it has been sent."
        self._newest: int | None = None
        self._sent: int | None = None
        "RTP times: of the newest picture, and of the one sent last."
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="detectors", daemon=True)
        self._thread.start()

    def look_at(self, frame: Frame) -> None:
        """Leaves a picture for the thread; it is only read. Never waits; may take a millisecond.

        As long as pictures are sent before the next one comes they are looked at when they have been sent, so
        that looking takes no core from painting and coding. Where they take longer, or somebody waits for
        the mask, they are looked at meanwhile.
        """
        with self._lock:
            self._pictures[_time_of(frame)] = frame.picture
            while len(self._pictures) > PICTURES_KEPT:
                self._pictures.popitem(last=False)
            at_once = self.wish.masked or self._sent is None or self._sent != self._newest
            self._newest = frame.rtp_time
            self._held = None if at_once else frame
        if at_once:
            self._slot.put(frame)
        elif (known := self._known(_time_of(frame))) is not None:
            self._keep(known)  # while the picture is being painted and encoded

    def on_sent(self, frame: Frame) -> None:
        """This picture is on its way back; from any thread."""
        with self._lock:
            self._sent = frame.rtp_time
            held, self._held = self._held, None
        if held is not None:
            self._slot.put(held)

    def scene_for(self, frame: Frame) -> Scene | None:
        """What is in this frame: seen in it if the look is done, otherwise the last look before it, carried
        on. None when that look is too long ago. The frame's own picture may be painted: those from the
        camera are kept."""
        wish = self.wish
        if not wish.shown:
            return None
        look = self._known(_time_of(frame))
        scene = look.scene(_time_of(frame)) if look is not None else None
        if scene is None or wish.tracked == wish.shown:
            return scene
        shown = {_KIND_OF[name] for name in wish.shown}
        return replace(scene, things=tuple(thing for thing in scene.things if thing.kind in shown))

    def scene_in(self, picture: av.VideoFrame) -> Scene | None:
        """What is in this picture from the camera, as `scene_for`; also what is not to be shown."""
        at = _time_in(picture)
        look = self._known(at, picture) if at is not None and self.wish.tracked else None
        return look.scene(at) if look is not None and at is not None else None

    def mask_in(self, picture: av.VideoFrame) -> Mask | None:
        """Where people are in this picture from the camera, as well as is known by now."""
        at = _time_in(picture)
        return self._masks.mask(at, picture) if at is not None else None

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
                frame = self._slot.take()
                try:
                    self._look(frame)
                except Exception:
                    log.exception("a picture could not be looked at")
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
        began, picture = time.monotonic(), frame.picture
        things = self._find(frame, wish)
        self._keep(self._tracker.look(things, _time_of(frame), picture.width / picture.height))
        self._capabilities.note(time.monotonic() - began)

    def _known(self, at: float, picture: av.VideoFrame | None = None) -> Look | None:
        """The last look before that time, carried on to it: to `picture`, or to the kept one of that time."""
        with self._lock:
            look = next((look for look in reversed(self._looks) if look.at <= at), None)
            if look is None or look.at == at or at - look.looked > MAX_AGE:
                return look
            before, after = self._pictures.get(look.at), self._pictures.get(at, picture)
        if before is None or after is None:
            return look
        return carried(look, at, views(before)[0], views(after)[0])

    def _keep(self, look: Look) -> None:
        with self._lock:
            while self._looks and look.at <= self._looks[-1].at:
                self._looks.pop()  # of this very picture, or of another connection with another clock
            self._looks.append(look)

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
            if found.mask is not None:
                if wish.masked:
                    self._masked(frame, found.mask)  # a painted picture may be waiting for it
                self._masks.keep(_time_of(frame), found.mask, frame.picture)
            if name in wish.tracked:
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


def _time_in(picture: av.VideoFrame) -> float | None:
    """The same, from the picture alone, which has it from the decoder; None where somebody took it off."""
    if picture.pts is None or picture.time_base is None:
        return None
    return float(picture.pts * picture.time_base)


_KIND_OF: dict[str, Kind] = dict(zip(get_args(Overlay), KINDS, strict=True))
"What each detector finds."
_LOG = "Do without it; the service's log says more."
