"""What one session wants found in its pictures, and what was found: beside the look, never in front of it.

One thread looks, at the newest picture and at no other. A picture takes the scene along that is known when it
has been encoded, carried to where things are in it; it waits for nothing. An engine may ask what is known
when it paints (`Sitter`). Knows no connection.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

import av

from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scenes.detectors.contract import Mask
from overglass_cloud.scenes.looker import Looker, Wish
from overglass_cloud.scenes.regions import Regions, needs_mask
from overglass_cloud.scheduler import Painted
from overglass_protocol.control import Control, Overlay
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import OverglassError
from overglass_protocol.frame import Frame
from overglass_protocol.messages import Display
from overglass_protocol.scene import Scene

ENDS_WITHIN = 2.0
"Seconds that ending a thread may take; a look takes hundredths."


class Overlays:
    """One session's. `steer` and `close` are for the loop, `look_at` for the decoder's thread, `painted`
    for the engine's; a scene may be asked for by any."""

    def __init__(
        self,
        capabilities: Capabilities,
        deliver: Callable[[Painted], None],
        complain: Callable[[OverglassError], None],
        changed: Callable[[], None],
        is_light: Callable[[str], bool] = lambda look: False,
    ) -> None:
        """`deliver` gets painted pictures, joined by region, in the engine's or the detectors' thread;
        `complain` is called by `steer`; `changed` in any thread when `steer` should be called again.
        `is_light`: see `Regions`."""
        self._capabilities = capabilities
        self._complain = complain
        self._changed = changed
        self._regions = Regions(deliver, is_light)
        self._seeking = threading.Lock()
        self._closed = False
        self._looker: Looker | None = None
        self._ending: list[Looker] = []
        self._faults: dict[str, OverglassError] = {}
        "Detectors that failed, by overlay; forgotten when it is no longer asked for."
        self._told: set[str] = set()

    @property
    def available(self) -> tuple[Overlay, ...]:
        """What can be asked for."""
        return self._capabilities.available

    @property
    def dropped(self) -> Counter[str]:
        """Painted pictures that were not handed on, by reason."""
        return self._regions.dropped

    def steer(self, control: Control, sees: Iterable[Overlay] = ()) -> Control:
        """Looks for what this document wants from now on, and for what its look `sees`. Returns the document
        to paint with: where the look cannot see, or only a part is to be painted and nobody can tell
        which, that is the plain picture."""
        joined = needs_mask(control)
        needed = frozenset[str](sees) | (frozenset({"people"}) if joined else frozenset())
        wanted = needed | frozenset(control.overlays)
        self._faults = {name: fault for name, fault in self._faults.items() if name in wanted}
        self._told &= wanted
        sought = frozenset(name for name in wanted if not self._is_missing(name))
        shown, told = sought & frozenset(control.overlays), sought & frozenset(sees) - {"people"}
        self._seek(Wish(sought, shown, told, joined and "people" in sought))
        if not needed <= sought:
            return control.model_copy(update={"look": "none"})
        return control

    def show_on(self, display: Display | None) -> None:
        """Says what the wearer sees the pictures on; None where nobody says."""
        self._regions.additive = display is not None and display.kind == "additive"

    def look_at(self, frame: Frame) -> None:
        """A picture came from the camera. Never waits; may take a millisecond."""
        looker = self._looker
        if looker is not None:
            looker.look_at(frame)

    def painted(self, painted: Painted) -> None:
        """A picture came from the engine: it is handed on, now or when its mask is there."""
        self._regions.painted(painted)

    def scene_for(self, frame: Frame) -> Scene | None:
        """What is in this frame, as well as is known by now. None: nothing was asked for, or nothing is
        known."""
        looker = self._looker
        return looker.scene_for(frame) if looker is not None else None

    def scene(self, picture: av.VideoFrame) -> Scene | None:
        """As an engine asks, of a picture from the camera (see `Sitter`)."""
        looker = self._looker
        return looker.scene_in(picture) if looker is not None else None

    def mask(self, picture: av.VideoFrame) -> Mask | None:
        """Likewise."""
        looker = self._looker
        return looker.mask_in(picture) if looker is not None else None

    def finished(self, frame: Frame, envelope: Envelope) -> Envelope:
        """The envelope with the frame's scene, if there is one; called when the frame is about to be sent."""
        scene, looker = self.scene_for(frame), self._looker
        if looker is not None:
            looker.on_sent(frame)
        return envelope if scene is None else replace(envelope, scene=scene)

    def close(self) -> None:
        """Ends the thread, for good. Waits for it, so not on the loop."""
        with self._seeking:
            self._closed = True
        self._seek(Wish())
        for looker in self._ending:
            looker.join(ENDS_WITHIN)

    def _is_missing(self, name: str) -> bool:
        """Whether this overlay cannot be had; complains of it once."""
        fault = self._faults.get(name)
        if fault is None:
            try:
                self._capabilities.require(name)
                return False
            except OverglassError as error:
                fault = error
        if name not in self._told:
            self._told.add(name)
            self._complain(fault)
        return True

    def _seek(self, wish: Wish) -> None:
        with self._seeking:
            # A detector that fails at the very end asks to be steered once more.
            self._seek_alone(Wish() if self._closed else wish)

    def _seek_alone(self, wish: Wish) -> None:
        self._ending = [looker for looker in self._ending if looker.alive]
        if not wish.masked:
            self._regions.clear()
        if self._looker is not None and wish.sought:
            self._looker.wish = wish
        elif wish.sought:
            self._looker = Looker(self._capabilities, wish, self._regions.masked, self._on_fault)
        elif self._looker is not None:
            self._looker.close()
            self._ending.append(self._looker)
            self._looker = None

    def _on_fault(self, name: str, error: OverglassError) -> None:
        """In the detectors' thread."""
        self._faults[name] = error
        self._changed()
