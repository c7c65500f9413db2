"""Where each mode shows a captured pixel: one homography for each picture of the display.

The geometry is the edge's own. Knows what is believed, never what is true.
"""

from collections.abc import Sequence
from statistics import median

import numpy as np

from overglass_edge.reprojection.geometry import Plane, plane_homography, rotation_homography
from overglass_protocol.pose import Intrinsics, Pose
from overglass_protocol.rotation import turned
from overglass_simulators.registration.believed import Belief
from overglass_simulators.registration.errors import Array
from overglass_simulators.registration.rig import Mode


def maps(
    mode: Mode, seen: Intrinsics, beliefs: Sequence[Belief], sent: Sequence[Pose], depth: float
) -> Array:
    """(n, 3, 3) from captured pixels to the display's, for a layer `depth` metres deep.

    `sent` is what came with each shown frame to the service: the head at its capture.
    """
    match mode:
        case "none" | "delayed":
            found = [np.eye(3)] * len(beliefs)
        case "server_prediction":
            expected = median(belief.refresh.photon - belief.refresh.frame.exposed for belief in beliefs)
            found = [rotation_homography(seen, seen, pose, _ahead(pose, expected)) for pose in sent]
        case "warp":
            found = [rotation_homography(seen, seen, b.captured, b.newest) for b in beliefs]
        case "plane" if np.isfinite(depth):
            plane = Plane.facing(depth)
            found = [plane_homography(seen, seen, b.captured, b.predicted, plane) for b in beliefs]
        case "warp_prediction" | "plane":
            found = [rotation_homography(seen, seen, b.captured, b.predicted) for b in beliefs]
    return np.stack(found)


def _ahead(pose: Pose, seconds: float) -> Pose:
    return Pose(turned(pose.orientation, pose.angular_velocity, seconds))
