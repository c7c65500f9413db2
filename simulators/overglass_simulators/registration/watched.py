"""Overlays as a display really got them, judged afterwards: marks found in pictures that came back, against
where the marks truly were when the light was seen.

Knows pictures, times and poses; not how they came.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from overglass_edge.meter import percentile
from overglass_edge.reprojection.geometry import moved, rotation_homography
from overglass_edge.reprojection.head import HeadTrack
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Intrinsics, Pose
from overglass_protocol.rotation import matrix
from overglass_simulators.motion import Motion
from overglass_simulators.registration.errors import Array, rays
from overglass_simulators.registration.head import Head
from overglass_simulators.registration.marks import Found, bgr, find
from overglass_simulators.registration.rig import Mode, Rig
from overglass_simulators.world.fiducials import Fiducial

WATCHED: tuple[Mode, ...] = ("none", "warp", "warp_prediction", "delayed")


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One picture that came back. Times are the motion's."""

    planes: npt.NDArray[np.uint8]
    "(3 h / 2, w): planar 4:2:0."
    exposed: float
    shown: float
    "When the display got it."
    clock_error: float
    "Seconds by which the clock estimate was wrong just then."


@dataclass(frozen=True, slots=True)
class Watch:
    """One run: who wore what, and what was seen."""

    motion: Motion
    intrinsics: Intrinsics
    marks: Sequence[Fiducial]
    sights: Sequence[Sight]
    "In the order they were shown."
    rig: Rig
    seed: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Of a mode, over all marks and moments."""

    mode: Mode
    degrees: Sequence[float]

    def figures(self) -> dict[str, float | None]:
        shares = {"p95_deg": percentile(self.degrees, 95), "max_deg": max(self.degrees, default=None)}
        mean = math.fsum(self.degrees) / len(self.degrees) if self.degrees else None
        found = {"mean_deg": mean, **shares}
        return {name: None if value is None else round(value, 4) for name, value in found.items()}


def judge(watch: Watch) -> Iterator[Seen]:
    """Every refresh of the display between the first picture and the last, in each of WATCHED."""
    errors: dict[Mode, list[float]] = {mode: [] for mode in WATCHED}
    for sight, found, (captured, newest, predicted), photon in _moments(watch):
        true_then, true_now = watch.motion.pose(sight.exposed), watch.motion.pose(photon)
        seen = watch.intrinsics
        at = np.array([one.at for one in found])
        still = np.eye(3)
        maps: dict[Mode, tuple[Array, Pose]] = {
            "none": (still, true_now),
            "warp": (rotation_homography(seen, seen, captured, newest), true_now),
            "warp_prediction": (rotation_homography(seen, seen, captured, predicted), true_now),
            # Behind it is the camera's own picture of that frame.
            "delayed": (still, true_then),
        }
        for mode, (homography, behind) in maps.items():
            errors[mode] += _degrees(seen, moved(at, homography), [one.mark for one in found], behind)
    yield from (Seen(mode, degrees) for mode, degrees in errors.items())


def _moments(watch: Watch) -> Iterator[tuple[Sight, list[Found], tuple[Pose, Pose, Pose], float]]:
    """For each refresh: what is shown, its marks, the head as believed (then, now, at the photon), and when
    that photon is."""
    track, facts = HeadTrack(), iter(_facts(watch))
    fact = next(facts, None)
    for sight, following in zip(watch.sights, watch.sights[1:], strict=False):
        found = find(bgr(sight.planes), watch.marks, watch.intrinsics, watch.motion.pose(sight.exposed))
        first = math.ceil(sight.shown * watch.rig.refresh)
        for tick in range(first, math.ceil(following.shown * watch.rig.refresh)):
            at = tick / watch.rig.refresh
            while fact is not None and fact[0] <= at:
                _, time, what = fact
                if isinstance(what, ImuSample):
                    track.add_imu(what)
                else:
                    track.add_pose(time, what)
                fact = next(facts, None)
            photon = at + watch.rig.photon
            # As if the far clock had stamped it: its error counts.
            then = track.pose(sight.exposed - sight.clock_error)
            now, ahead = track.pose(at, 0.0), track.pose(photon)
            if found and then is not None and now is not None and ahead is not None:
                yield sight, found, (then, now, ahead), photon


def _facts(watch: Watch) -> list[tuple[float, float, ImuSample | Pose]]:
    """What sensor and tracker say: when it is known, when it was so, and what; in the order it is known."""
    rig, ends = watch.rig, watch.sights[-1].shown if watch.sights else 0.0
    head = Head(watch.motion, rig, ends, watch.seed)
    facts: list[tuple[float, float, ImuSample | Pose]] = [
        (sample.time + rig.imu.delay, sample.time, sample) for sample in head.samples
    ]
    facts += [(time + rig.tracker_delay, time, pose) for time, pose in head.tracked]
    return sorted(facts, key=lambda fact: fact[0])


def _degrees(seen: Intrinsics, at: Array, marks: Sequence[Fiducial], pose: Pose) -> list[float]:
    """How far the places are from where the marks are, for a head at `pose`. What is behind is left out."""
    eye = np.array(pose.position)
    true = np.stack([mark.point(eye) for mark in marks]) - eye
    shown = rays(seen, at) @ matrix(pose.orientation).T
    apart = np.linalg.norm(_unit(shown) - _unit(true), axis=1)
    degrees = np.degrees(2 * np.arcsin(np.clip(apart / 2, 0, 1)))
    return [float(one) for one in degrees if math.isfinite(one)]


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float64)
