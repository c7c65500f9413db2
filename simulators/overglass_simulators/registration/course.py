"""One course through the loop: a motion over a link, shown in every mode, and the figures of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from overglass_edge.meter import percentile
from overglass_edge.reprojection.delayed import DelayedComposition
from overglass_simulators.registration.believed import Belief, beliefs, known
from overglass_simulators.registration.errors import Figures, Poses, figures, true_directions, uncovered
from overglass_simulators.registration.head import Head
from overglass_simulators.registration.modes import maps
from overglass_simulators.registration.rig import DEPTHS, INFINITY, MODES, Link, Mode, Rig, Skew
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
    head: Head,
    link: Link,
    *,
    skew: Skew = Skew(),  # noqa: B008 - frozen
    modes: Sequence[Mode] = MODES,
) -> Iterator[Outcome]:
    """The head's seconds, less WARMUP, in every mode: the same frames and luck."""
    rig = head.rig
    passed = traffic(rig, link, skew, head.seconds, head.seed)
    facts = known(rig, head.samples, head.tracked, passed.exchanges)
    shown = refreshes(rig, passed.frames, 0.0, head.seconds)
    seen = [belief for belief in beliefs(facts, shown, skew) if belief.refresh.at >= WARMUP]
    yield from (_outcome(mode, head, seen) for mode in modes)


def _outcome(mode: Mode, head: Head, seen: Sequence[Belief]) -> Outcome:
    rig = head.rig
    captured = [head.pose(belief.refresh.frame.exposed) for belief in seen]
    # Behind the overlay is the world itself, or else the camera's picture that was kept for it.
    behind = delayed_exposures(seen, rig) if mode == "delayed" else [b.refresh.photon for b in seen]
    photon = [head.pose(time) for time in behind]
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
