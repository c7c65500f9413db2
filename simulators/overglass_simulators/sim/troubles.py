"""When a device's camera exposes its next picture, and in which mode, while things go wrong with it.

Pure: time is an argument, heat included. Knows no pictures.
"""

import math
import threading
from dataclasses import dataclass

from overglass_protocol.errors import ConfigError
from overglass_simulators.devices.device import CameraMode, Device
from overglass_simulators.sim.faults import Fault

COLLAPSED_FPS = 0.8
"""Pictures a second while a microphone is open over Bluetooth: 0.5 to 1.3 were seen on Android
(Meta Wearables Device Access Toolkit, reports of developers)."""
RUNG_SECONDS = 1.0
"That a camera stays on each rung of its ladder while it steps down; it goes up again at once."
OWN = frozenset({"stall", "microphone", "downgrade", "slow-start"})
"Faults of the device itself."


@dataclass(frozen=True, slots=True)
class Exposure:
    """The camera's next turn."""

    at: float
    "Monotonic seconds."
    mode: CameraMode
    shown: bool
    "False while it keeps its pictures to itself."
    skipped: int = 0
    "Turns between this and the last that were missed, or withheld."
    reason: str = "late"


class Troubles:
    """The camera's clock and its faults. `provoke` may be called from any thread."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._lock = threading.Lock()
        self._faults: list[tuple[Fault, float]] = []
        "With the time at which each began."

    def provoke(self, fault: Fault, now: float) -> None:
        """Raises ConfigError for a fault that is not the device's own."""
        if fault.kind not in OWN:
            raise ConfigError(
                f"{fault.kind} is no fault of a camera", cure=f"Choose {', '.join(sorted(OWN))}."
            )
        with self._lock:
            self._faults = [(f, t) for f, t in self._faults if now < t + f.seconds] + [(fault, now)]

    def next_exposure(self, last: float, ready: float, start: float) -> Exposure:
        """The first turn after `last` that is not before `ready`, of a session begun at `start`."""
        first = start + self._device.camera.start_seconds
        if last == -math.inf:
            return self._exposure(first, 0, start)
        mode, fps = self._mode(last, start)
        turn = 1 / fps
        if fps < mode.fps and (over := self._collapse_ends(last)) is not None:
            turn = min(turn, max(over - last, 1 / mode.fps))
        missed = max(0, math.ceil((ready - last - turn) / turn - 1e-6))
        return self._exposure(last + turn * (1 + missed), missed, start)

    def _exposure(self, at: float, missed: int, start: float) -> Exposure:
        mode, _ = self._mode(at, start)
        if self._withheld(at, start):
            return Exposure(at, mode, False, missed + 1, "withheld")
        return Exposure(at, mode, True, missed)

    def _active(self, at: float) -> list[tuple[Fault, float]]:
        with self._lock:
            return [(fault, began) for fault, began in self._faults if began <= at < began + fault.seconds]

    def _collapse_ends(self, at: float) -> float | None:
        ends = [began + fault.seconds for fault, began in self._active(at) if fault.kind == "microphone"]
        return max(ends, default=None)

    def _withheld(self, at: float, start: float) -> bool:
        thermal = self._device.thermal
        if thermal is not None and at - start >= thermal.stop_after:
            return True
        return any(fault.kind in ("stall", "slow-start") for fault, _ in self._active(at))

    def _mode(self, at: float, start: float) -> tuple[CameraMode, float]:
        """The mode at a time, and pictures a second: a collapse or heat leaves the mode and slows it."""
        camera, thermal = self._device.camera, self._device.thermal
        mode = camera.mode
        for fault, began in self._active(at):
            if fault.kind == "downgrade":
                rungs = camera.modes[camera.modes.index(mode) :]
                # The last rung is reached in time even where the fault is short.
                stay = min(RUNG_SECONDS, fault.seconds / len(rungs))
                mode = rungs[min(len(rungs) - 1, 1 + int((at - began) / stay))] if len(rungs) > 1 else mode
        fps = mode.fps
        if thermal is not None and at - start >= thermal.throttle_after:
            fps = min(fps, thermal.throttled_fps)
        if any(fault.kind == "microphone" for fault, _ in self._active(at)):
            fps = min(fps, COLLAPSED_FPS)
        return mode, fps
