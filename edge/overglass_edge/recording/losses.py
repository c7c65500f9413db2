"""Which frames a recording misses, and why, until the timeline has been told. For any thread."""

import threading
from dataclasses import dataclass


@dataclass(slots=True)
class Loss:
    """Frames lost for one reason, as runs of ids: first and last."""

    reason: str
    runs: list[list[int]]


class Losses:
    """Counts for ever, remembers until `take`. Consecutive ids take the room of one."""

    def __init__(self) -> None:
        self.count = 0
        "Frames."
        self.sound_packets = 0
        self._lock = threading.Lock()
        self._untold: dict[str, Loss] = {}

    def add(self, frame_id: int, reason: str) -> bool:
        """Whether this is the first since `take`, and so worth a word in the log."""
        with self._lock:
            self.count += 1
            is_first = not self._untold
            loss = self._untold.setdefault(reason, Loss(reason, []))
            if loss.runs and loss.runs[-1][1] == frame_id - 1:
                loss.runs[-1][1] = frame_id
            else:
                loss.runs.append([frame_id, frame_id])
            return is_first

    def add_sound(self, packets: int) -> None:
        with self._lock:
            self.sound_packets += packets

    def take(self) -> list[Loss]:
        """What the timeline has not been told yet."""
        with self._lock:
            untold, self._untold = self._untold, {}
            return list(untold.values())
