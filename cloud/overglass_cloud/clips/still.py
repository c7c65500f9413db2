"""One picture of a clip on its way from a decoder through painters to an encoder."""

from dataclasses import dataclass, replace
from fractions import Fraction

import av


@dataclass(frozen=True, slots=True)
class Still:
    """A decoded picture with its place in the clip that is being made.

    `picture` is `yuv420p` in BT.709 or BT.601 at limited range, upright, with even sides. Nobody writes to
    it: a painter makes a new one, or hands on the one it was given.
    """

    index: int
    "Its number in the output's timeline, counted from 0."
    time: Fraction
    "When it is shown, in seconds of the output's timeline."
    picture: av.VideoFrame
    source: int = 0
    "Number of the input that it was taken from."
    source_time: Fraction = Fraction(0)
    "When it was shown there, in seconds of that input's own presentation time."

    def painted(self, picture: av.VideoFrame) -> "Still":
        """The same moment with another picture."""
        return replace(self, picture=picture)
