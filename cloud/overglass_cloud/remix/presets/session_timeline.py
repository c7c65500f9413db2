"""Which control document is in force at each moment of a recorded capture: what its timeline tells, with a
person's changes laid over it. Knows documents and times; no picture and no engine.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from overglass_cloud.looks import Look, Looks
from overglass_protocol.control import Control, Region
from overglass_protocol.errors import LookError, RemixError
from overglass_protocol.recording.timeline import FrameLine, VideoLine
from overglass_protocol.recording.timeline_file import TimelineFile
from overglass_protocol.reference import NAME

Follow = Literal["worn", "asked"]
PLAIN = Control()
"The camera's picture: what is seen before the first document was shown."
_RECORDED = "Name the timeline.jsonl of a session that overglass recorded."


class Change(BaseModel):
    """From a moment on, something else. What is left out stays as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: float = Field(default=0.0, ge=0, allow_inf_nan=False, description="Seconds into the capture.")
    until: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="Seconds into the capture; to the end if empty."
    )
    look: str | None = Field(
        default=None, min_length=1, max_length=64, description="At its own strength, where none is given."
    )
    strength: float | None = Field(default=None, ge=0, le=1, description="0 is the source, 1 the look.")
    region: Region | None = Field(default=None, description="What of the picture the look paints.")
    prompt: str | None = Field(default=None, max_length=2000, description="For looks that take words.")
    seed: int | None = Field(default=None, ge=0, lt=2**63, description="Makes generation repeatable.")
    reference: str | None = Field(default=None, pattern=NAME, description="For looks that take a picture.")

    @model_validator(mode="after")
    def _lasts(self) -> "Change":
        if self.until is not None and self.until <= self.at:
            raise ValueError("a change ends after it began")
        return self

    def applied(self, control: Control, look: Look) -> Control:
        """The document with this change; `look` is the one that is worn after it."""
        given = self.model_dump(exclude={"at", "until"}, exclude_none=True)
        if self.look is not None:
            given.setdefault("strength", look.strength)
            if not look.takes_prompt:
                given.setdefault("prompt", None)  # the words were for another look
        return control.model_copy(update=given)


@dataclass(frozen=True, slots=True)
class Worn:
    """A document and when it came into force."""

    start: Fraction
    "Seconds of the capture's own presentation time."
    control: Control
    "Of version 0: which one it was does not change a picture."


@dataclass(frozen=True, slots=True)
class Schedule:
    """Documents in the order of their starts. Before the first the picture is plain."""

    worn: tuple[Worn, ...]

    def at(self, time: Fraction) -> Control:
        """The document in force at that time."""
        place = bisect_right(self.worn, time, key=lambda worn: worn.start)
        return self.worn[place - 1].control if place else PLAIN

    def between(self, start: Fraction, end: Fraction) -> Iterator[Control]:
        """The document in force at the start, and those that come into force before the end."""
        yield self.at(start)
        place = bisect_right(self.worn, start, key=lambda worn: worn.start)
        for worn in self.worn[place:]:
            if worn.start >= end:
                return
            yield worn.control

    @property
    def looks(self) -> tuple[str, ...]:
        """Each look that is worn, once."""
        return tuple(dict.fromkeys(worn.control.look for worn in self.worn))

    def to_json(self) -> list[dict[str, Any]]:
        return [
            {"start": str(worn.start), "control": worn.control.model_dump(mode="json", exclude_defaults=True)}
            for worn in self.worn
        ]

    @classmethod
    def from_json(cls, rows: Sequence[Mapping[str, Any]]) -> "Schedule":
        """What `to_json` gave. Raises RemixError for anything else."""
        try:
            return cls(
                tuple(Worn(Fraction(row["start"]), Control.model_validate(row["control"])) for row in rows)
            )
        except (KeyError, TypeError, ValueError, ValidationError) as error:
            raise RemixError(
                f"the analysis of the session cannot be read: {error}", cure="Start the job anew."
            ) from error


def recorded(timeline: TimelineFile, follow: Follow) -> Schedule:
    """The session's own schedule.

    `worn`: each document from the first picture that was painted with it; what never reached the wearer's
    eyes is left out. `asked`: each from the picture that was captured when the wearer asked for it, without
    the network's delay. A session that was recorded without a service wears what was asked for.
    Raises RemixError when the timeline has no pictures.
    """
    if timeline.video is None or not timeline.frames:
        raise RemixError("the timeline tells of no picture", code="no-timeline", cure=_RECORDED)
    frames = sorted(timeline.frames, key=lambda frame: frame.id)
    if follow == "worn" and any(line.frame_id is not None for line in timeline.applied):
        starts = _shown(timeline, frames)
    else:
        starts = _asked(timeline, frames)
    return _tidy([Worn(_start(frame, timeline.video), control) for frame, control in starts])


def times_of(timeline: TimelineFile) -> list[Fraction]:
    """When each picture of the timeline is shown in the capture, seconds, ascending."""
    video = timeline.video
    return [] if video is None else sorted(_time(frame, video) for frame in timeline.frames)


def changed(schedule: Schedule, changes: Sequence[Change], looks: Looks) -> Schedule:
    """The schedule with changes laid over it; of two at one time the one that began later wins, and of two
    that began together the later in the list. Raises LookError when there is no such look."""
    order = sorted(changes, key=lambda change: change.at)
    ends = [change.until for change in order if change.until is not None]
    moments = {*(worn.start for worn in schedule.worn), *(_exact(change.at) for change in order)}
    moments |= {_exact(end) for end in ends}
    worn = []
    for moment in sorted(moments):
        control = schedule.at(moment)
        for change in order:
            if _exact(change.at) <= moment and (change.until is None or moment < _exact(change.until)):
                control = change.applied(control, looks[change.look or control.look])
        worn.append(Worn(moment, control))
    return _tidy(worn)


def replaced(schedule: Schedule, instead: Mapping[str, str], looks: Looks) -> Schedule:
    """The schedule with other looks in the place of some. Raises LookError when there is no such look."""

    def other(control: Control) -> Control:
        name = instead.get(control.look)
        if name is None:
            return control
        return Change(look=name, strength=control.strength).applied(control, looks[name])

    return Schedule(tuple(Worn(worn.start, other(worn.control)) for worn in schedule.worn))


def checked(schedule: Schedule, looks: Looks) -> Schedule:
    """The same, if every document can be painted here. Raises LookError with the cure."""
    for worn in schedule.worn:
        name = worn.control.look
        if name not in looks:
            raise LookError(
                f"the session wears the look {name!r}, which is not here",
                cure=f"Install it, or give another with 'instead', one of: {', '.join(looks.names)}.",
            )
        looks[name].check(worn.control)
    return schedule


def _shown(timeline: TimelineFile, frames: Sequence[FrameLine]) -> Iterator[tuple[FrameLine, Control]]:
    documents = {line.document.version: line.document for line in timeline.controls}
    applied = [line for line in timeline.applied if line.frame_id is not None and line.version in documents]
    for line in sorted(applied, key=lambda line: line.frame_id or 0):
        place = bisect_left(frames, line.frame_id or 0, key=lambda frame: frame.id)
        if place < len(frames):
            yield frames[place], documents[line.version]


def _asked(timeline: TimelineFile, frames: Sequence[FrameLine]) -> Iterator[tuple[FrameLine, Control]]:
    for line in timeline.controls:
        if (frame := next((f for f in frames if f.capture_time >= line.at), None)) is not None:
            yield frame, line.document


def _time(frame: FrameLine, video: VideoLine) -> Fraction:
    return frame.pts * Fraction(*video.time_base) - Fraction(*video.origin)


def _start(frame: FrameLine, video: VideoLine) -> Fraction:
    """Half a tick before the picture, since times in the film are rounded to its own ticks."""
    return _time(frame, video) - Fraction(*video.time_base) / 2


def _exact(seconds: float) -> Fraction:
    """As it was written: 0.1 is a tenth."""
    return Fraction(str(seconds))


def _tidy(worn: Sequence[Worn]) -> Schedule:
    """In order, the last of those that start together, and nothing that changes nothing."""
    together = groupby(sorted(worn, key=lambda each: each.start), key=lambda each: each.start)
    kept: list[Worn] = []
    for start, each in together:
        control = list(each)[-1].control.model_copy(update={"version": 0, "overlays": ()})
        if control != (kept[-1].control if kept else PLAIN):
            kept.append(Worn(start, control))
    return Schedule(tuple(kept))
