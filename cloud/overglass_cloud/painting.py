"""Paints batches of frames, in the one thread that owns the device, and bears whatever engines do.

Knows engines and seats; knows neither turns nor threads.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import av
import structlog

from overglass_cloud.engines.reuse import Painting
from overglass_cloud.engines.scaled import enlarged, shrunk
from overglass_cloud.loading import OTHER_LOOK, Engines
from overglass_cloud.scheduling.costs import Size
from overglass_cloud.seat import PLAIN, Seat, plain
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from overglass_protocol.frame import Frame

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A frame to be painted with a document."""

    seat: Seat
    frame: Frame
    control: Control


@dataclass(frozen=True, slots=True)
class Done:
    """A job, its result, and how long the engine took for all that it painted together with it."""

    job: Job
    control: Control
    "What it was painted with after all."
    picture: av.VideoFrame
    seconds: float


class Painter:
    """`refuse` is told of documents that cannot be painted with, and why."""

    def __init__(self, engines: Engines, refuse: Callable[[Seat, Control, LookError], None]) -> None:
        self._engines = engines
        self._refuse = refuse

    def paint(self, jobs: Sequence[Job], size: Size) -> Iterator[Done]:
        """Paints jobs of one look at one size. What fails is left out."""
        prepared = [(job, self._prepare(job)) for job in jobs]
        for look in dict.fromkeys(control.look for _, control in prepared):
            chosen = [(job, control) for job, control in prepared if control.look == look]
            if look == PLAIN:
                yield from (Done(job, control, job.frame.picture, 0.0) for job, control in chosen)
            else:
                yield from self._painted(look, chosen, size)

    def _prepare(self, job: Job) -> Control:
        """Readies the seat for the job's document; returns the one that it will be painted with."""
        seat, wanted = job.seat, job.control
        kept = seat._states.get(wanted.look)
        if kept is not None and kept[0] == wanted:
            seat._ready = wanted
            return wanted
        try:
            before = kept[1] if kept is not None else None
            state = self._engines.prepare(wanted, before, seat._sitter)
        except LookError as error:
            return self._fallen_back(seat, wanted, error)
        except Exception as error:
            log.exception("a look failed to prepare", look=wanted.look)
            failure = LookError(f"the look {wanted.look!r} failed: {error}", cure=OTHER_LOOK)
            return self._fallen_back(seat, wanted, failure)
        looks = {wanted.look, seat._claim.look, seat._claim.cheaper}
        seat._states = {name: kept for name, kept in seat._states.items() if name in looks}
        seat._states[wanted.look] = wanted, state
        seat._ready = wanted
        return wanted

    def _fallen_back(self, seat: Seat, wanted: Control, error: LookError) -> Control:
        if seat._ready is None or seat._ready.look not in seat._states:
            seat._ready = plain(wanted)
        self._refuse(seat, wanted, error)
        return seat._ready

    def _painted(self, look: str, chosen: Sequence[tuple[Job, Control]], size: Size) -> Iterator[Done]:
        started = time.monotonic()
        try:
            pictures = [shrunk(job.frame.picture, size) for job, _ in chosen]
            paintings = self._engines[look].paint(pictures, [job.seat._states[look][1] for job, _ in chosen])
            results = [
                enlarged(painting, (job.frame.picture.width, job.frame.picture.height))
                for (job, _), painting in zip(chosen, paintings, strict=True)
            ]
        except Exception as error:
            log.exception("a look failed while painting", look=look)
            told = LookError(f"the look {look!r} failed while painting: {error}", cure=OTHER_LOOK)
            failure = error if isinstance(error, LookError) else told
            for job, control in chosen:
                job.seat._states.pop(look, None)
                job.seat._ready = plain(control)
                self._refuse(job.seat, control, failure)
            return
        seconds = time.monotonic() - started
        for (job, control), result in zip(chosen, results, strict=True):
            job.seat._last = Painting(job.frame.picture, result), control
            yield Done(job, control, result, seconds)
