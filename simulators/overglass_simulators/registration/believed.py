"""What the display end believes, at each picture it shows, of where the head was, is and will be.

Fed in the order in which things come to be known: samples of the gyro, poses of a tracker, pings. What it
believes with is the edge's own: `HeadTrack` and `ClockEstimate`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from overglass_edge.reprojection.head import HeadTrack
from overglass_protocol.clock import ClockEstimate
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose
from overglass_simulators.registration.rig import Rig, Skew
from overglass_simulators.registration.trips import Exchange, Refresh

Known = tuple[float, ImuSample | Pose | Exchange, float]
"When it is known, what, and when it was true; on the display's clock."


@dataclass(frozen=True, slots=True)
class Belief:
    """Of one picture of the display."""

    refresh: Refresh
    captured: Pose
    "The head when the frame shown was exposed."
    newest: Pose
    predicted: Pose
    "For the photon."
    clock_error: float
    "Seconds by which the camera's clock is believed further ahead than it is."


def known(
    rig: Rig, samples: Sequence[ImuSample], poses: Iterable[tuple[float, Pose]], pongs: Iterable[Exchange]
) -> list[Known]:
    """All that comes to be known, in that order. `poses` are a tracker's, with their times."""
    facts: list[Known] = [(sample.time + rig.imu.delay, sample, sample.time) for sample in samples]
    facts += [(time + rig.tracker_delay, pose, time) for time, pose in poses]
    facts += [(pong.returned, pong, pong.returned) for pong in pongs]
    return sorted(facts, key=lambda fact: fact[0])


def beliefs(facts: Sequence[Known], refreshes: Iterable[Refresh], skew: Skew) -> Iterator[Belief]:
    """One for each refresh from the first on at which there is anything to go by."""
    track, clock = HeadTrack(), ClockEstimate()
    waiting = iter(facts)
    fact = next(waiting, None)
    for refresh in refreshes:
        while fact is not None and fact[0] <= refresh.at:
            _learn(fact, track, clock)
            fact = next(waiting, None)
        captured = track.pose(clock.to_local(refresh.frame.stamp))
        newest, predicted = track.pose(refresh.at, 0.0), track.pose(refresh.photon)
        if clock.known and captured is not None and newest is not None and predicted is not None:
            error = skew.error_of(clock.offset(refresh.at), refresh.at)
            yield Belief(refresh, captured, newest, predicted, error)


def _learn(fact: Known, track: HeadTrack, clock: ClockEstimate) -> None:
    _, what, time = fact
    match what:
        case ImuSample():
            track.add_imu(what)
        case Pose():
            track.add_pose(time, what)
        case Exchange():
            clock.add(what.sent, what.received, what.answered, what.returned)
