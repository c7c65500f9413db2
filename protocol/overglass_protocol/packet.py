"""Sound as its source encoded it, and the exact time of anything that has a timestamp."""

from fractions import Fraction
from typing import Any, TypeAlias

import av

SoundPacket: TypeAlias = "av.Packet[av.AudioStream]"


def presentation_time(of: "av.VideoFrame | av.Packet[Any]") -> Fraction:
    """Seconds, exactly, of a picture or packet that has a `pts`."""
    return (of.pts or 0) * (of.time_base or Fraction(0))
