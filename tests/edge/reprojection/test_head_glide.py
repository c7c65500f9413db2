"""A walking head's place, whose tracker is late while the gyro is not."""

import pytest

from overglass_edge.reprojection.head import MAX_GLIDE, HeadTrack
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose
from overglass_protocol.rotation import IDENTITY

PACE = 1.5
"Metres a second, to the right."
LATE = 0.06
"Seconds since the tracker's last pose."


def walking() -> HeadTrack:
    """Poses up to 0.4 s, the gyro up to 1 s: at first the tracker is merely late, then it is lost."""
    track = HeadTrack()
    for n in range(201):
        track.add_imu(ImuSample(n / 200, (0.0, 0.0, 0.0), (0.0, 9.81, 0.0)))
    for n in range(13):
        track.add_pose(n / 30, Pose(IDENTITY, position=(PACE * n / 30, 1.6, 0.0)))
    return track


def test_the_place_goes_on_for_as_long_as_trackers_are_late() -> None:
    pose = walking().pose(0.4 + LATE)
    assert pose is not None
    assert pose.position == pytest.approx((PACE * (0.4 + LATE), 1.6, 0.0))


def test_the_place_of_a_tracker_that_is_lost_is_held() -> None:
    pose = walking().pose(0.9)
    assert pose is not None
    assert pose.position == pytest.approx((PACE * (0.4 + MAX_GLIDE), 1.6, 0.0))
