"""What a wearer sees: the world, and what the display makes of it. Pure, without clock or thread.

A wearer's eye is used to the world's light, so that the world looks the same on every day, and what a display
adds looks the weaker the brighter the day is.
"""

from typing import Literal, get_args

import cv2
import numpy as np

from overglass_cloud.engines.planes import keep_memory
from overglass_protocol.pose import Intrinsics
from overglass_simulators.devices.device import DisplayModel
from overglass_simulators.optics.contrast import contrast
from overglass_simulators.optics.placement import Placement
from overglass_simulators.optics.transfer import Picture, added, dimmed

BRIGHTEST = 2.0
"So many times the world's white is as bright as any display is turned up: its own sensor sees to that."

Eye = Literal["left", "right"]


class Optics:
    """One display before one view of the world. `daylight` is the world's light as a multiple of an overcast
    day's: 0.05 in a room, 10 in the sun."""

    def __init__(self, display: DisplayModel | None, eye: Intrinsics, daylight: float = 1.0) -> None:
        if daylight <= 0:
            raise ValueError(f"daylight has to be above 0, not {daylight}")
        self._display, self._eye = display, eye
        self.gain = min(display.peak / daylight, BRIGHTEST) if display is not None else 0.0
        "Light of full white as a multiple of the world's white."
        self._placement = Placement(display, eye) if display is not None else None
        keep_memory()

    def seen(self, world: Picture, shown: Picture | None, eye: Eye = "right") -> Picture:
        """A new picture of the view's size.

        `world`, of that size too, is what would be seen with bare eyes. `shown` is on the display, in its
        proportions, and for video see-through has the camera's picture in it already; None is a display that
        is off. A display before one eye is before the right one.
        """
        display, placement = self._display, self._placement
        if display is None or placement is None:
            return world.copy()
        if display.eyes == 1 and eye == "left":
            shown = None
        match display.kind:
            case "additive":
                seen = cv2.LUT(world, dimmed(display.transmittance))
            case "video-see-through":
                seen = np.zeros_like(world)
            case "screen" | "none":
                seen = world.copy()
        if shown is None or display.kind == "none":
            return np.asarray(seen, np.uint8)
        inside, placed = placement.rectangle.slices, placement.place(shown)
        if display.kind == "additive":
            seen[inside] = added(world[inside], display.transmittance, placed, self.gain)
        else:
            seen[inside] = placed
        return np.asarray(seen, np.uint8)

    def both(self, world: Picture, shown: Picture | None) -> Picture:
        """The left eye's view beside the right one's, each half as wide and half as high."""
        half = self._eye.width // 2, self._eye.height // 2
        left, right = (
            cv2.resize(self.seen(world, shown, eye), half, interpolation=cv2.INTER_AREA)
            for eye in get_args(Eye)
        )
        return np.hstack([left, right]).astype(np.uint8, copy=False)

    def contrast(self, world: Picture, shown: Picture | None) -> float | None:
        """0 to 1: how well what is shown can be read; None where nothing is.

        What hides the world behind it is not washed out by it: 1.
        """
        display, placement = self._display, self._placement
        if display is None or placement is None or shown is None or display.kind == "none":
            return None
        if display.kind != "additive":
            return 1.0
        inside = world[placement.rectangle.slices]
        return contrast(inside, placement.place(shown), display.transmittance, self.gain)
