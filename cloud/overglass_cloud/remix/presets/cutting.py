"""Trim, join and speed: what is shown when. No picture is changed, except that other sizes are padded."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from overglass_cloud.clips.still import Still
from overglass_cloud.remix.presets.contract import Atelier, Painter, Preset, Scope, Segment
from overglass_cloud.remix.retiming import Stretch, duration, followed_by, played
from overglass_cloud.remix.timeline import Timeline
from overglass_protocol.errors import RemixError

MOMENT = re.compile(r"(?:(\d+):)?(?:([0-5]?\d):)?(\d+(?:\.\d{1,3})?)")


class Trim(BaseModel):
    """Parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: float | str = Field(default=0.0, description="Seconds, or HH:MM:SS.mmm.")
    end: float | str | None = Field(default=None, description="Seconds, or HH:MM:SS.mmm. Empty: to the end.")


class Join(BaseModel):
    """No parameters: the clips are joined in the order that they were given."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(BaseModel):
    """A stretch with a speed of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: float = Field(ge=0, description="Seconds.")
    end: float = Field(gt=0, description="Seconds.")
    factor: float = Field(ge=0.1, le=10, description="2 is twice as fast.")


class Speed(BaseModel):
    """Parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    factor: float = Field(default=2.0, ge=0.1, le=10, description="2 is twice as fast, 0.5 is slow motion.")
    ramps: tuple[Part, ...] = Field(
        default=(), max_length=32, description="Stretches with speeds of their own; the rest goes by factor."
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Speed":
        moments = [moment for part in self.ramps for moment in (part.start, part.end)]
        if any(after < before for before, after in pairwise(moments)) or any(
            part.end <= part.start for part in self.ramps
        ):
            raise ValueError("ramps must follow each other, each ending after its start")
        return self


def moment(value: float | str) -> Fraction:
    """Seconds, exact to the millisecond. Raises RemixError."""
    found = MOMENT.fullmatch(str(value).strip())
    if not found:
        try:
            return Fraction(round(float(value) * 1000), 1000)
        except (ValueError, OverflowError) as error:
            raise RemixError(
                f"{value!r} is no time", code="bad-time", cure="Write seconds, or HH:MM:SS.mmm."
            ) from error
    first, second, seconds = found.groups()
    hours, minutes = (first, second) if second is not None else (None, first)
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + Fraction(seconds)


def trimmed(parameters: Trim, timeline: Timeline, scope: Scope | None = None) -> Timeline:
    """Raises RemixError for times outside the clip."""
    whole = duration(timeline)
    start = moment(parameters.start)
    end = whole if parameters.end is None else moment(parameters.end)
    _inside(start, end, whole)
    return played(timeline, [Stretch(start, end)])


def sped(parameters: Speed, timeline: Timeline, scope: Scope | None = None) -> Timeline:
    """Raises RemixError for ramps outside the clip."""
    whole, at = duration(timeline), Fraction(0)
    factor = _factor(parameters.factor)
    stretches = []
    for part in parameters.ramps:
        start, end = moment(part.start), moment(part.end)
        _inside(start, end, whole)
        stretches += [Stretch(at, start, factor), Stretch(start, end, _factor(part.factor))]
        at = end
    stretches.append(Stretch(at, whole, factor))
    return played(timeline, [stretch for stretch in stretches if stretch.start < stretch.end])


def joined(parameters: Join, timeline: Timeline, scope: Scope) -> Timeline:
    """All further inputs after what there is."""
    for number, source in enumerate(scope.sources[1:], 1):
        clip = Timeline.of(source)
        clip = played(clip, [Stretch(Fraction(0), duration(clip))])
        clip.source[:] = number
        spans = tuple(_of_source(span, number) for span in clip.spans)
        clip = Timeline(clip.time_base, clip.source, clip.frame, clip.pts, spans)
        timeline = followed_by(timeline, clip)
    return timeline


class Letterbox:
    """Fits pictures of any size into one, black around them, never stretched."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)

    def paint(self, segment: Segment, stills: Iterator[Still]) -> Iterator[Still]:
        for still in stills:
            if (still.picture.width, still.picture.height) == self._size:
                yield still
            else:
                yield still.painted(fitted(still.picture, *self._size))

    def close(self) -> None:
        """Holds nothing."""


def fitted(picture: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
    """The whole picture as large as fits, in the middle of black. Keeps colour tags. Even sides."""
    scale = min(width / picture.width, height / picture.height)
    inner = [max(2, 2 * round(side * scale / 2)) for side in (picture.width, picture.height)]
    left, top = (2 * ((out - side) // 4) for out, side in zip((width, height), inner, strict=True))
    planes = picture.to_ndarray(format="yuv420p")
    page = np.full((height * 3 // 2, width), 128, np.uint8)
    page[:height] = 16
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    for into, out in zip(_planes(page, width, height), _planes(planes, *_sides(picture)), strict=True):
        half = 1 if into.shape[1] == width else 2
        w, h, x, y = inner[0] // half, inner[1] // half, left // half, top // half
        into[y : y + h, x : x + w] = cv2.resize(out, (w, h), interpolation=way)
    made = av.VideoFrame.from_ndarray(page, format="yuv420p")
    made.colorspace, made.color_range = picture.colorspace, picture.color_range
    return made


def _planes(page: Any, width: int, height: int) -> tuple[Any, Any, Any]:
    """Views of the three planes."""
    flat, luma, chroma = page.reshape(-1), width * height, width * height // 4
    shape = (height // 2, width // 2)
    return (
        flat[:luma].reshape(height, width),
        flat[luma : luma + chroma].reshape(shape),
        flat[luma + chroma :].reshape(shape),
    )


def _sides(picture: av.VideoFrame) -> tuple[int, int]:
    return picture.width, picture.height


def _of_source(span: Any, number: int) -> Any:
    return type(span)(number, span.start, span.end, span.speed)


def _factor(value: float) -> Fraction:
    return Fraction(round(value * 100), 100)


def _inside(start: Fraction, end: Fraction, whole: Fraction) -> None:
    if not 0 <= start < end <= whole:
        raise RemixError(
            f"{float(start):g} to {float(end):g} s is not within the clip",
            code="out-of-range",
            cure=f"Choose times from 0 to {int(whole * 1000) / 1000:g} s, the end after the start.",
        )


def _first_size(parameters: Join, timeline: Timeline, scope: Scope) -> Mapping[str, Any]:
    return {"width": scope.sources[0].width, "height": scope.sources[0].height}


def _start(parameters: Join, atelier: Atelier) -> Painter:
    return Letterbox(atelier.analysis["width"] // 2 * 2, atelier.analysis["height"] // 2 * 2)


def _edit(name: str, title: str, summary: str, parameters: type[BaseModel], **more: Any) -> Preset:
    return Preset(
        name=name,
        title=title,
        summary=summary,
        kind="edit",
        parameters=parameters,
        engine="timeline",
        licence="Apache-2.0",
        marking=lambda parameters: "none",
        **more,
    )


PRESETS = [
    _edit("trim", "Trim", "A part of the clip, from one moment to another.", Trim, retime=trimmed),
    _edit(
        "join",
        "Join",
        "Clips one after the other, in the first one's size.",
        Join,
        inputs=(2, 16),
        retime=joined,
        analyse=_first_size,
        start=_start,
    ),
    _edit("speed", "Speed", "Faster, slower, or one after the other.", Speed, retime=sped),
]
