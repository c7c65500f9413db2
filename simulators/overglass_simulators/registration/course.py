"""One course through the loop: a motion over a link, shown in every mode, and the figures of each."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from overglass_edge.meter import percentile
from overglass_edge.reprojection.delayed import DelayedComposition
from overglass_protocol import rotation
from overglass_protocol.pose import Pose
from overglass_simulators.imu import Imu
from overglass_simulators.motion import Motion
from overglass_simulators.registration.believed import Belief, beliefs, known
from overglass_simulators.registration.errors import Figures, Poses, figures, true_directions, uncovered
from overglass_simulators.registration.modes import maps
from overglass_simulators.registration.rig import DEPTHS, INFINITY, MODES, Link, Mode, Rig, Skew, Tracker
from overglass_simulators.registration.trips import refreshes, traffic

WARMUP = 3.0
"Seconds that do not count: the first pings, and the first frames' way."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mode came to. Of all depths, and for the display as a whole."""

    mode: Mode
    by_depth: dict[float, Figures]
    uncovered: float
    "Share of the display, when the layer is infinitely far."
    age: float
    "Seconds from exposure to photon, mean."
    clock_error: float
    "Seconds, 95th percentile of its amount."
    angular_speed: float
    "Degrees a second, mean: what `none` times age has to come to where a head turns steadily."


def outcomes(
    motion: Motion,
    link: Link,
    *,
    rig: Rig = Rig(),  # noqa: B008 - frozen
    skew: Skew = Skew(),  # noqa: B008 - frozen
    seconds: float = 10.0,
    seed: int = 1,
    modes: Sequence[Mode] = MODES,
) -> Iterator[Outcome]:
    """So many seconds in every mode: the same head, frames and luck."""
    whole = WARMUP + seconds
    passed = traffic(rig, link, skew, whole, seed)
    tracked = (
        tracked_poses(motion, rig.tracker, whole, random.Random(seed)) if rig.tracker is not None else ()
    )
    facts = known(rig, Imu(rig.imu, motion, seed).samples(0.0, whole), tracked, passed.exchanges)
    shown = refreshes(rig, passed.frames, 0.0, whole)
    seen = [belief for belief in beliefs(facts, shown, skew) if belief.refresh.at >= WARMUP]
    yield from (_outcome(mode, motion, seen, rig) for mode in modes)


def _outcome(mode: Mode, motion: Motion, seen: Sequence[Belief], rig: Rig) -> Outcome:
    captured = [motion.pose(belief.refresh.frame.exposed) for belief in seen]
    # Behind the overlay is the world itself, or else the camera's picture that was kept for it.
    behind = delayed_exposures(seen, rig) if mode == "delayed" else [b.refresh.photon for b in seen]
    photon = [motion.pose(time) for time in behind]
    then, now = Poses.of(captured), Poses.of(photon)
    by_depth = {}
    for depth in DEPTHS:
        true = true_directions(rig.intrinsics, then, now, depth)
        by_depth[depth] = figures(rig.intrinsics, maps(mode, rig.intrinsics, seen, captured, depth), true)
    errors = [abs(belief.clock_error) for belief in seen]
    speeds = [np.degrees(np.linalg.norm(pose.angular_velocity)) for pose in photon]
    return Outcome(
        mode,
        by_depth,
        uncovered(rig.intrinsics, maps(mode, rig.intrinsics, seen, captured, INFINITY)),
        float(np.mean([belief.refresh.photon - belief.refresh.frame.exposed for belief in seen])),
        percentile(errors, 95) or 0.0,
        float(np.mean(speeds)),
    )


def delayed_exposures(seen: Sequence[Belief], rig: Rig) -> list[float]:
    """When the camera's picture was exposed that is shown together with each overlay."""
    kept, blank, taken = DelayedComposition(), np.zeros((1, 1, 3), np.uint8), 0
    found = []
    for belief in seen:
        while taken / rig.fps + rig.handed_out <= belief.refresh.at:
            kept.keep(taken, taken / rig.fps, blank)
            taken += 1
        matched = kept.matched(belief.refresh.frame.frame_id)
        # Where it is gone, there is nothing behind the overlay but the world.
        found.append(belief.refresh.photon if matched is None else matched.capture_time)
    return found


def tracked_poses(
    motion: Motion, tracker: Tracker, seconds: float, luck: random.Random
) -> Iterator[tuple[float, Pose]]:
    """What a tracker says of so many seconds, with the times at which it was so."""
    for n in range(int(seconds * tracker.rate)):
        true = motion.pose(n / tracker.rate)
        wrong = rotation.about(_noise(luck, tracker.turn_noise))
        x, y, z = true.position
        a, b, c = _noise(luck, tracker.place_noise)
        yield (
            n / tracker.rate,
            Pose(rotation.multiply(true.orientation, wrong), true.angular_velocity, (x + a, y + b, z + c)),
        )


def _noise(luck: random.Random, deviation: float) -> tuple[float, float, float]:
    return luck.gauss(0, deviation), luck.gauss(0, deviation), luck.gauss(0, deviation)
