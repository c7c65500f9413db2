"""Arithmetic of playing a file as if it were a camera: when a picture is due, and which are picked.

Time is an argument. Only `SystemClock` knows the real one, and nothing here knows pictures.
"""

import threading
import time
from fractions import Fraction
from typing import Protocol

JITTER = 0.25
"""Seconds. What comes later than this after its turn did not merely wander on its way: its clock or the
way has changed."""
FOLLOWING = 0.001
"""Share of a picture's lateness by which the schedule follows: clocks that drift apart by 100 parts in
a million stay within 4 ms of each other at 30 pictures a second."""
PATIENCE = 0.5
"Seconds. However late pictures are, one of them is shown this often: slow motion beats darkness."


class Clock(Protocol):
    """The time, and how a thread waits for it."""

    def now(self) -> float: ...

    def wait_until(self, when: float, stop: threading.Event) -> None:
        """Returns at `when`, or as soon as `stop` is set."""


class SystemClock:
    """`time.monotonic()`; typically wakes 0.1 ms after the time asked for."""

    def now(self) -> float:
        return time.monotonic()

    def wait_until(self, when: float, stop: threading.Event) -> None:
        if (left := when - time.monotonic()) > 0:
            stop.wait(left)


class Pacer:
    """Turns a file's timestamps into due times.

    The first picture is due at once and every other as long after it as its timestamp says, so
    lateness never adds up. A picture that is late by more than `interval` has missed its turn.
    """

    def __init__(self, interval: float, *, skip_late: bool = True) -> None:
        self.interval = interval
        self._skip_late = skip_late
        self._start: float | None = None
        self._last_due = 0.0

    def due(self, media_time: float, now: float) -> float | None:
        """When the picture at `media_time` is to be handed out; None if it is to be skipped.

        Where late pictures are not skipped, or none came for PATIENCE, the schedule is moved so that
        this one is due now.
        """
        if self._start is None:
            self._start = now - media_time
        due = self._start + media_time
        if now - due > self.interval:
            if self._skip_late and now - self._last_due <= PATIENCE:
                return None
            self._start += now - due
            due = now
        self._last_due = due
        return due


class Arrivals:
    """When pictures were captured that come over a network: evenly, as their own timestamps say.

    Each is taken to be as old as the fastest on its way. A picture that comes far too late for that
    starts a new schedule, and any that comes too early moves it.
    """

    def __init__(self) -> None:
        self._start: float | None = None
        self._latest = 0.0

    def captured(self, media_time: float, now: float) -> float:
        """When the picture at `media_time` that arrives `now` was captured; always later than the last."""
        if self._start is None or not 0 <= now - (self._start + media_time) <= JITTER:
            self._start = now - media_time
        late = now - (self._start + media_time)
        self._start += late * FOLLOWING
        self._latest = max(self._start + media_time, self._latest + 1e-6)
        return self._latest


class Picker:
    """Lowers a frame rate by picking: of each `1 / fps` seconds, the first picture. None picks all."""

    def __init__(self, fps: float | None) -> None:
        self._fps = None if fps is None else Fraction(fps).limit_denominator(1001)
        self._first: Fraction | None = None
        self._last_turn = -1

    def picks(self, media_time: Fraction) -> bool:
        if self._fps is None:
            return True
        if self._first is None:
            self._first = media_time
        # Containers such as Matroska round to a millisecond.
        turn = int((media_time - self._first + Fraction(1, 1000)) * self._fps)
        if turn <= self._last_turn:
            return False
        self._last_turn = turn
        return True
