"""A stretch of a clip, played at a speed: what cutting, and carrying sound along, go by. Pure."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one input's presentation time, [start, end) in seconds, played at a speed."""

    source: int
    start: Fraction
    end: Fraction
    speed: Fraction = Fraction(1)
    "2 is twice as fast."

    @property
    def duration(self) -> Fraction:
        """In the output, seconds."""
        return (self.end - self.start) / self.speed
