"""From pictures and a teacher to a look: painting the examples, the course, its preview and its figures.

Whoever runs it decides what people see of it: everything is told by `Told`. Knows no terminal.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import torch

from overglass_cloud.engines.planes import Levels
from overglass_cloud.neural.brush import Brush
from overglass_cloud.neural.look_file import Card
from overglass_cloud.neural.way import Way
from overglass_cloud.quality import Figures, measure
from overglass_cloud.training.course import Course, Plan
from overglass_cloud.training.lessons import Example, Lessons, Pixels
from overglass_cloud.training.pace import Pace
from overglass_cloud.training.sheet import Sheet

SAVE_EVERY = 30.0
"Seconds of work that a kill may cost."
SHOWN_AT = (0.03, 0.1, 0.25, 0.5, 1.0)
"How much of the course is done when the preview grows by a column."
SHOWN = 3
"Rows of the preview."
VIDEO_RANGE = Levels(16, 219, 224)
"What OpenCV makes of RGB."


class Teacher(Protocol):
    """Paints slowly and well. The same picture gives the same painting."""

    def __call__(self, picture: Pixels, /) -> Pixels:
        """(h, w, 3) of uint8, RGB; the same size."""
        ...


class Told(Protocol):
    """What a run says while it goes on."""

    def painting(self, number: int, of: int) -> None: ...
    def learning(self, done: float, steps: int, loss: float, left: float | None) -> None: ...
    def shown(self, path: Path) -> None: ...
    def measuring(self) -> None: ...


@dataclass(slots=True)
class Run:
    """One look in the making. `stop` may be set from a signal handler."""

    plan: Plan
    pace: Pace
    teacher: Teacher
    pictures: Sequence[Pixels]
    "To learn from."
    shown: Sequence[Pixels]
    "In the preview."
    saved: Path
    "Where the course is put aside, so that the same run goes on from there after a kill."
    sheet: Sheet
    told: Told
    device: torch.device
    clock: Callable[[], float] = time.monotonic
    stop: bool = False

    def learn(self) -> Course:
        """Paints the examples and trains. Raises LookError."""
        self.sheet.add("camera", self.shown)
        course = Course(self.plan, Lessons(list(self._examples()), self.plan.seed), self.device)
        resumed = course.resume(self.saved)
        self.sheet.add("teacher", [self.teacher(picture) for picture in self.shown])
        done, saved_at = self._done(course), course.seconds
        to_show = [share for share in SHOWN_AT if share > done or not resumed]
        while done < 1:
            began = self.clock()
            course.step(done)
            course.seconds += self.clock() - began
            done = self._done(course)
            left = self.pace.left(course.steps, course.seconds)
            self.told.learning(done, course.steps, course.loss, left)
            if course.seconds >= saved_at + SAVE_EVERY:
                saved_at = course.seconds
                course.save(self.saved)
            while to_show and done >= to_show[0]:
                self._show(course, to_show.pop(0))
        return course

    def _done(self, course: Course) -> float:
        if self.stop:
            self.pace.stop(course.steps, course.seconds)
        return self.pace.done(course.steps, course.seconds)

    def _examples(self) -> Iterator[Example]:
        for number, picture in enumerate(self.pictures):
            if self.stop:
                raise KeyboardInterrupt  # nothing is learned yet that could be kept
            self.told.painting(number, len(self.pictures))
            yield Example.of(picture, self.teacher(picture))
        self.told.painting(len(self.pictures), len(self.pictures))

    def _show(self, course: Course, share: float) -> None:
        brush = brush_of(course, self.device)
        self.sheet.add(f"{share:.0%}", [painted(brush, picture) for picture in self.shown])
        self.told.shown(self.sheet.path)


def brush_of(course: Course, device: torch.device) -> Brush:
    """As the course is now, exactly."""
    way = Way(device, torch.float32, torch.get_num_threads())
    return Brush(course.plan.shape, course.weights(), way)


def painted(brush: Brush, picture: Pixels, strength: float = 1.0) -> Pixels:
    """RGB in and out, sides made even."""
    height, width = (side - side % 2 for side in picture.shape[:2])
    even = np.ascontiguousarray(picture[:height, :width])
    stacked = np.asarray(cv2.cvtColor(even, cv2.COLOR_RGB2YUV_I420), np.uint8)
    cb, cr = stacked[height:].reshape(2, height // 2, width // 2)
    planes = brush.paint((stacked[:height], cb, cr), VIDEO_RANGE, strength)
    stacked = np.concatenate([plane.reshape(-1) for plane in planes]).reshape(-1, width)
    return np.asarray(cv2.cvtColor(stacked, cv2.COLOR_YUV2RGB_I420), np.uint8)


def figures_of(brush: Brush, clip: Sequence[Pixels], strength: float) -> Figures:
    """The quality of what the brush makes of a clip. Raises QualityError when it shows no motion."""
    return measure((picture, painted(brush, picture, strength)) for picture in clip)


def pan(picture: Pixels, count: int = 24, size: tuple[int, int] = (512, 288)) -> list[Pixels]:
    """A clip for want of one: a window of (width, height) that wanders over a larger picture, with grain."""
    width, height = size
    scale = 1.4 * max(width / picture.shape[1], height / picture.shape[0])
    large = cv2.resize(
        picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    reach = np.array([large.shape[1] - width, large.shape[0] - height]) - 1
    random = np.random.default_rng(0)
    found = []
    for number in range(count):
        turn = 2 * np.pi * number / 60
        x, y = reach * (0.5 + 0.48 * np.array([np.sin(turn), np.sin(1.7 * turn)]))
        window = cv2.getRectSubPix(large, size, (x + (width - 1) / 2, y + (height - 1) / 2))
        found.append(np.clip(window + random.normal(0, 1.5, window.shape), 0, 255).astype(np.uint8))
    return found


def with_figures(card: Card, figures: Figures) -> Card:
    """The card that says how good the look was when it was made."""
    names = ("warp_ratio", "seam_ratio", "structure", "strength")
    return card.model_copy(update={"figures": {name: round(getattr(figures, name), 3) for name in names}})
