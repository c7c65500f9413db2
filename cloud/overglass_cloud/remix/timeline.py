"""Which source picture is shown when in the output: what cutting, joining and speed change, before a pixel
is decoded. Pure.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from overglass_cloud.clips.span import Span


@dataclass(frozen=True, slots=True)
class Source:
    """What a timeline has to know of an input clip; `clips.probe` measures it without decoding."""

    pts: NDArray[np.int64]
    "Presentation time of every picture, ascending, in ticks of `time_base`."
    time_base: Fraction
    width: int
    "Upright, pixels square, as a viewer sees it."
    height: int
    has_sound: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The output's pictures in order: picture i shows `frame[i]` of `source[i]` at tick `pts[i]`."""

    time_base: Fraction
    source: NDArray[np.int32]
    frame: NDArray[np.int64]
    "Number of the picture in its source, counted from 0 in presentation order."
    pts: NDArray[np.int64]
    "Strictly ascending."
    spans: tuple[Span, ...]
    "The same as stretches of time, which is what sound, subtitles and chapters go by."

    untouched: bool = False
    "Whether it is the first input from beginning to end, every time as it was."

    def __len__(self) -> int:
        return len(self.pts)

    def time(self, index: int) -> Fraction:
        """Seconds."""
        return int(self.pts[index]) * self.time_base

    def to_json(self) -> str:
        """All of it, for `from_json`."""
        return json.dumps(
            {
                "time_base": str(self.time_base),
                "source": self.source.tolist(),
                "frame": self.frame.tolist(),
                "pts": self.pts.tolist(),
                "spans": [[s.source, str(s.start), str(s.end), str(s.speed)] for s in self.spans],
                "untouched": self.untouched,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Timeline":
        kept = json.loads(text)
        return cls(
            Fraction(kept["time_base"]),
            np.array(kept["source"], np.int32),
            np.array(kept["frame"], np.int64),
            np.array(kept["pts"], np.int64),
            tuple(Span(n, Fraction(a), Fraction(b), Fraction(speed)) for n, a, b, speed in kept["spans"]),
            kept["untouched"],
        )

    @classmethod
    def of(cls, source: Source) -> "Timeline":
        """The whole of the first input, every time as it was."""
        count = len(source.pts)
        first, last = (int(source.pts[0]), int(source.pts[-1])) if count else (0, 0)
        step = (last - first) // (count - 1) if count > 1 else 1
        span = Span(0, first * source.time_base, (last + max(1, step)) * source.time_base)
        return cls(
            source.time_base,
            np.zeros(count, np.int32),
            np.arange(count, dtype=np.int64),
            source.pts.copy(),
            (span,),
            True,
        )


def joined_duration(spans: Sequence[Span]) -> Fraction:
    """Seconds of the output."""
    return sum((span.duration for span in spans), Fraction(0))
