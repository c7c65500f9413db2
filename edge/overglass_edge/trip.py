"""One frame's trip, in numbers: where its milliseconds went between camera and display.

Pure arithmetic over an envelope, two clocks and a few times of our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from overglass_protocol.clock import ClockEstimate
from overglass_protocol.envelope import Envelope

STAGES = ("encode", "uplink", "cloud_decode", "queue", "paint", "cloud_encode", "downlink", "decode", "show")
"In the order a frame passes them."


@dataclass(frozen=True, slots=True)
class Trip:
    """A frame that came back. Seconds."""

    frame_id: int
    capture_time: float
    "Edge's monotonic clock."
    shown: float
    "Edge's monotonic clock."
    stages: Mapping[str, float]
    "Durations by name, those of STAGES that are known; they add up to `latency` when all are."

    @property
    def latency(self) -> float:
        """From capture to display."""
        return self.shown - self.capture_time


def trip_of(
    envelope: Envelope,
    *,
    clock: ClockEstimate,
    encoded: float | None,
    arrived: float,
    decoded: float,
    shown: float,
) -> Trip:
    """Puts the times of both ends on one line; the cloud's are mapped to our clock once it is known."""
    marks: list[tuple[str, float | None]] = [("encode", encoded)]
    cloud = envelope.stages
    if cloud is not None and clock.known:
        ours = clock.to_local
        marks += [
            ("uplink", ours(cloud.arrived)),
            ("cloud_decode", ours(cloud.decoded)),
            ("queue", ours(cloud.started)),
            ("paint", ours(cloud.painted)),
            ("cloud_encode", ours(cloud.encoded)),
        ]
    marks += [("downlink", arrived), ("decode", decoded), ("show", shown)]
    stages, before = {}, envelope.capture_time
    for name, at in marks:
        if at is not None:
            stages[name] = at - before
            before = at
    return Trip(envelope.frame_id, envelope.capture_time, shown, stages)
