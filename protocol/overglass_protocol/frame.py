"""A picture and what is known about it, as it moves through either program."""

from dataclasses import dataclass

import av

from overglass_protocol.envelope import Envelope

MAX_PIXELS = 4096 * 2304
"A larger picture from outside is refused; a sender's parameter sets are not to size our memory."


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture on its way. The picture is never shared between two owners that write to it."""

    picture: av.VideoFrame
    "Planar YUV 4:2:0 (`yuv420p`), even width and height."
    envelope: Envelope | None = None
    "None when the sender speaks plain WebRTC."
    arrived: float = 0.0
    "When its first packet came in, seconds on this machine's monotonic clock; 0 if it was made here."
    decoded: float = 0.0
    "When it left the decoder, likewise."
    rtp_time: int = 0
    "The sender's RTP timestamp, 90 kHz, unwrapped."
    captured: float = 0.0
    """When it was captured, on this machine's monotonic clock, as near as the sender's reports and the
    arrival of its packets tell; 0 if it was made here. Sound that came with it is on the same clock."""


def copied(picture: av.VideoFrame) -> av.VideoFrame:
    """A picture of its own with the same content, times and colour."""
    copy = av.VideoFrame.from_ndarray(picture.to_ndarray(), format=picture.format.name)
    copy.pts, copy.time_base = picture.pts, picture.time_base
    copy.color_range, copy.colorspace = picture.color_range, picture.colorspace
    return copy
