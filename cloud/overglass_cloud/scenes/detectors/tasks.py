"""How MediaPipe's tasks are opened, asked and closed: what all detectors share of it.

The one place that knows its clock, its errors and its log. A task smooths what it follows, over the time
between two pictures; it is told a clock on which that time is so long that nothing is left to smooth, since
`tracking` does that with one filter for all.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import RunningMode

from overglass_cloud.scenes.detectors.contract import Pixels
from overglass_protocol.errors import DetectorError
from overglass_protocol.scene import Points

T = TypeVar("T")

TICK = 1_000_000
"""Milliseconds between two pictures on the task's clock. Its One Euro filter cuts off at 0.05 Hz or more, so
that 99.7 % of each result is new; 64 bits of microseconds last for ten years of it."""


class Task:
    """A MediaPipe task that follows what it has found from picture to picture, or one that does not."""

    def __init__(
        self, kind: Any, options: Any, model: Path, *, follows: bool = True, **chosen: object
    ) -> None:
        """`kind` and `options` are the task's class and that of its options. Raises DetectorError."""
        self.name = model.stem
        base = BaseOptions(model_asset_path=str(model))
        mode = RunningMode.VIDEO if follows else RunningMode.IMAGE
        self._follows = follows
        self._pictures = 0
        self._task: Any = self._translated(
            "cannot start",
            lambda: kind.create_from_options(options(base_options=base, running_mode=mode, **chosen)),
        )

    def detect(self, pixels: Pixels) -> Any:
        """The task's result for the next picture. Raises DetectorError."""
        self._pictures += 1
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
        if not self._follows:
            return self._translated("failed", lambda: self._task.detect(image))
        ask = getattr(self._task, "segment_for_video", None) or self._task.detect_for_video
        return self._translated("failed", lambda: ask(image, self._pictures * TICK))

    def close(self) -> None:
        """MediaPipe does not survive being closed by the interpreter's exit."""
        self._task.close()

    def _translated(self, what: str, work: Callable[[], T]) -> T:
        try:
            return work()
        except (RuntimeError, ValueError, OSError) as error:
            raise DetectorError(
                f"the detector {self.name} {what}: {error}",
                cure=f"Check its file with: overglass models verify {self.name}.",
            ) from error


def points_of(landmarks: Any) -> Points:
    """(n, 2): the landmarks' x and y as shares of the picture's width and height."""
    flat = np.fromiter((value for mark in landmarks for value in (mark.x, mark.y)), np.float32)
    return flat.reshape(-1, 2)
