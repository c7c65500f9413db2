"""The one thread that owns the device, and who is painted next.

Each session has a seat with room for one frame; the newest wins. The seat that has waited longest
since it was last served is next, with others of the same look and size beside it where the engine
paints batches. Knows engines and frames; knows no connections.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Any, Self, TypeVar

import structlog

from overglass_cloud.looks import ALONE, Engine, Looks, Sitter, State, Workshop
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from overglass_protocol.frame import Frame

log = structlog.get_logger()
T = TypeVar("T")


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


class Seat:
    """One session's place at the engine. `submit` and `control` may be used from any thread."""

    def __init__(
        self,
        scheduler: "Scheduler",
        control: Control,
        deliver: Callable[[Painted], None],
        failed: Callable[[Control, LookError], None],
        sitter: Sitter,
    ) -> None:
        self.control = control
        "The document wanted; taken whole at the next frame."
        self.dropped: Counter[str] = Counter()
        self.painted = 0
        self._scheduler = scheduler
        self._deliver = deliver
        self._failed = failed
        self._sitter = sitter
        self._pending: Frame | None = None
        self._served_at = 0.0
        self._ready: Control | None = None
        "The document that `_state` was prepared for."
        self._refused: Control | None = None
        self._state: State = None

    def submit(self, frame: Frame) -> None:
        """Leaves a frame for the engine. Never waits."""
        self._scheduler._submit(self, frame)

    def leave(self) -> None:
        """Gives the seat up; a frame that still waits is dropped."""
        self._scheduler._leave(self)


class Scheduler:
    """Runs engines in a thread of its own. A context manager: leaving it ends the thread."""

    def __init__(self, looks: Looks, workshop: Workshop) -> None:
        self.looks = looks
        self.busy_seconds = 0.0
        "Time spent painting."
        self._workshop = workshop
        self._engines: dict[str, Engine] = {}
        self._seats: list[Seat] = []
        self._jobs: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._bell: SimpleQueue[None] = SimpleQueue()
        "Rung once for each thing to do; the engine's thread sleeps on it."
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._closed = True
        self._bell.put(None)
        self._thread.join(10.0)

    def start_look(self, name: str) -> "Future[None]":
        """Loads a look's engine, in the engine's thread. The future raises LookError when it cannot."""
        return self._call(lambda: self._start(name))

    def seat(
        self,
        control: Control,
        deliver: Callable[[Painted], None],
        failed: Callable[[Control, LookError], None],
        sitter: Sitter = ALONE,
    ) -> Seat:
        """A place for one session. Both callbacks run in the engine's thread and must not wait."""
        seat = Seat(self, control, deliver, failed, sitter)
        with self._lock:
            self._seats.append(seat)
        return seat

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _submit(self, seat: Seat, frame: Frame) -> None:
        with self._lock:
            if seat not in self._seats:
                return
            if seat._pending is not None:
                seat.dropped["engine busy"] += 1
                seat._pending = frame
            else:
                seat._pending = frame
                self._bell.put(None)

    def _leave(self, seat: Seat) -> None:
        with self._lock:
            seat._pending = None
            if seat in self._seats:
                self._seats.remove(seat)

    def _call(self, job: Callable[[], T]) -> "Future[T]":
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(job())
            except Exception as error:
                future.set_exception(error)

        with self._lock:
            self._jobs.append(run)
            self._bell.put(None)
        return future

    def _run(self) -> None:
        while True:
            self._bell.get()
            if self._closed:
                return
            with self._lock:
                job = self._jobs.popleft() if self._jobs else None
                batch = self._next_batch() if job is None else []
            if job is not None:
                job()
            elif batch:  # empty when an earlier batch took the frame that rang
                self._serve(batch)

    def _next_batch(self) -> list[tuple[Seat, Frame, Control]]:
        """Takes the frames that are painted next; called with the lock held."""
        waiting = sorted((s for s in self._seats if s._pending is not None), key=lambda s: s._served_at)
        batch: list[tuple[Seat, Frame, Control]] = []
        for seat in waiting:
            frame, control = seat._pending, seat.control
            assert frame is not None
            if batch and not self._fits(batch, frame, control):
                continue
            seat._pending, seat._served_at = None, time.monotonic()
            batch.append((seat, frame, control))
        return batch

    def _fits(self, batch: list[tuple[Seat, Frame, Control]], frame: Frame, control: Control) -> bool:
        _, first, chosen = batch[0]
        engine = self._engines.get(chosen.look)
        same_size = (frame.picture.width, frame.picture.height) == (first.picture.width, first.picture.height)
        return (
            engine is not None and len(batch) < engine.max_batch and same_size and control.look == chosen.look
        )

    def _serve(self, batch: list[tuple[Seat, Frame, Control]]) -> None:
        started = time.monotonic()
        prepared = [self._prepare(seat, control) for seat, _, control in batch]
        for look in dict.fromkeys(control.look for control in prepared):
            chosen = [
                (seat, frame, control)
                for (seat, frame, _), control in zip(batch, prepared, strict=True)
                if control.look == look
            ]
            self._paint(look, chosen, started)
        self.busy_seconds += time.monotonic() - started

    def _prepare(self, seat: Seat, wanted: Control) -> Control:
        """Readies the seat for the document it wants; returns the one that will be painted with."""
        if seat._ready == wanted or (seat._refused == wanted and seat._ready is not None):
            return seat._ready
        try:
            engine = self._start(wanted.look)
            keeps = seat._ready is not None and seat._ready.look == wanted.look
            seat._state = engine.prepare(wanted, seat._state if keeps else None, seat._sitter)
            seat._ready = wanted
        except LookError as error:
            self._refuse(seat, wanted, error)
        except Exception as error:
            log.exception("a look failed to prepare", look=wanted.look)
            self._refuse(
                seat, wanted, LookError(f"the look {wanted.look!r} failed: {error}", cure=_OTHER_LOOK)
            )
        assert seat._ready is not None
        return seat._ready

    def _refuse(self, seat: Seat, wanted: Control, error: LookError) -> None:
        """Goes on with the document before, or with the plain picture; the client is told."""
        seat._refused = wanted
        if seat._ready is None:
            seat._ready = wanted.model_copy(update={"look": "none", "version": 0})
            seat._state = self._start("none").prepare(seat._ready, None, seat._sitter)
        seat._failed(wanted, error)

    def _paint(self, look: str, chosen: list[tuple[Seat, Frame, Control]], started: float) -> None:
        pictures = [frame.picture for _, frame, _ in chosen]
        try:
            results = self._start(look).paint(pictures, [seat._state for seat, _, _ in chosen])
        except Exception as error:
            log.exception("a look failed while painting", look=look)
            failure = LookError(f"the look {look!r} failed while painting: {error}", cure=_OTHER_LOOK)
            for seat, _, control in chosen:
                seat._ready = None
                self._refuse(seat, control, failure)
            return
        painted = time.monotonic()
        for (seat, frame, control), picture in zip(chosen, results, strict=True):
            seat.painted += 1
            result = replace(frame, picture=picture)
            try:
                seat._deliver(Painted(result, started, painted, control))
            except Exception:
                log.exception("a painted frame could not be delivered")

    def _start(self, name: str) -> Any:
        engine = self._engines.get(name)
        if engine is None:
            look = self.looks[name]
            log.info("starting a look", look=name)
            try:
                engine = self._engines[name] = look.start(self._workshop)
            except LookError:
                raise
            except Exception as error:
                log.exception("a look cannot start", look=name)
                raise LookError(f"the look {name!r} cannot start: {error}", cure=_OTHER_LOOK) from error
        return engine


_OTHER_LOOK = "Choose another look; the service's log says more."
