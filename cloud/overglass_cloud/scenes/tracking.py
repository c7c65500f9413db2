"""Who is who from picture to picture, where things are without the detector's tremble, and where they will
be a moment later. Pure: time is an argument. Knows things, not what found them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from overglass_protocol.scene import Box, Points, Scene, Thing

Values = NDArray[np.float64]
"(n, 2)"

MIN_CUTOFF, BETA, SPEED_CUTOFF = 1.0, 80.0, 1.0
"Parameters of the One Euro filter: hertz, hertz for each size a second, hertz. See `OneEuro`."
MOTION_CUTOFF = 10.0
"""Hertz, of the motion that predictions go by. Averaged over a face it is steady enough for so high a one:
33 ms ahead a face is expected within 0.6 % of its size in the median and 1.5 % at p95, against 0.8 and 1.9 if
it is taken to stand still."""
SAME = 0.2
"Intersection over union from which on two boxes can be one thing; a head that jumps by half has a third."
FORGIVEN = 1
"Looks in a row that may miss a thing before it is gone. No more, or it would stay as a ghost."
HORIZON = 0.1
"Seconds ahead that motion is expected to go on. A head turns back within a tenth."
LOST = 0.25
"Seconds since a thing was last found, by a look or by its pixels, after which it is not told of."
MAX_AGE = 0.5
"Seconds. Of a picture further than this from the last look nothing is known."
CUT = 1.0
"Seconds between two looks, or any step back, after which everything is new."


def smoothing(cutoff: Values | float, step: float) -> Values | float:
    """Share of the new value in a low-pass filter of this cut-off, hertz, over a step of seconds."""
    return 1 / (1 + 1 / (2 * np.pi * cutoff * step))


class OneEuro:
    """The 1 euro filter (Casiez, Roussel, Vogel, CHI 2012) over points: what rests is smoothed, what moves
    is not held back.

    The cut-off is MIN_CUTOFF + BETA * speed, the speed itself filtered at SPEED_CUTOFF. Speed is counted in
    sizes of the thing a second, so that one set of parameters serves near and far. BETA and SPEED_CUTOFF are
    those of MediaPipe's face landmarker (80, 1 Hz); its least cut-off, 0.05 Hz, lets a still face lag by
    seconds, and 1 Hz trembles no more. On two signers, coded at 1.6 Mbit/s, the tremble (median second
    difference) falls from 0.65 to 0.38 % of the face's size, and no picture is further than 0.9 % from
    what MediaPipe's own filter makes of the source.
    """

    def __init__(self, values: Values) -> None:
        self.values = values
        self._raw = values
        self._speed = np.zeros_like(values)

    def update(self, raw: Values, size: float, step: float) -> Values:
        """Takes the values `step` seconds later, of a thing of this size; gives the filtered ones."""
        speed = (raw - self._raw) / (step * size)
        self._speed = self._speed + smoothing(SPEED_CUTOFF, step) * (speed - self._speed)
        cutoff = MIN_CUTOFF + BETA * np.linalg.norm(self._speed, axis=1, keepdims=True)
        self._raw = raw
        self.values = self.values + smoothing(cutoff, step) * (raw - self.values)
        return self.values


@dataclass(frozen=True, slots=True)
class Motion:
    """How a thing moves as a whole, for each second."""

    shift: tuple[float, float] = (0.0, 0.0)
    "Of its centre, in heights of the picture."
    growth: float = 0.0
    turn: float = 0.0
    "Radians."

    def towards(self, other: "Motion", share: float) -> "Motion":
        """This motion with a share of the other mixed in."""

        def mix(a: float, b: float) -> float:
            return a + share * (b - a)

        shift = (mix(self.shift[0], other.shift[0]), mix(self.shift[1], other.shift[1]))
        return Motion(shift, mix(self.growth, other.growth), mix(self.turn, other.turn))

    @classmethod
    def between(cls, before: Values, after: Values, step: float) -> "Motion":
        """The similarity that fits best from points to the same points `step` seconds later."""
        centre = before.mean(axis=0)
        arms, change = before - centre, (after - after.mean(axis=0)) - (before - centre)
        length = max(1e-9, float((arms * arms).sum()))
        growth = float((arms * change).sum()) / length
        turn = float((arms[:, 0] * change[:, 1] - arms[:, 1] * change[:, 0]).sum()) / length
        x, y = (after.mean(axis=0) - centre) / step
        return cls((float(x), float(y)), growth / step, turn / step)

    def moved(self, points: Values, centre: Values, seconds: float) -> Values:
        arms = points - centre
        across = np.stack([-arms[:, 1], arms[:, 0]], axis=1)
        turned = arms * (1 + self.growth * seconds) + across * (self.turn * seconds)
        return centre + turned + np.multiply(self.shift, seconds)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One thing, as of the last look."""

    thing: Thing
    seen: float
    "Seconds: the picture in which it was last found."
    motion: Motion = Motion()

    def at(self, time: float, aspect: float) -> Thing:
        """The thing as expected at another time, at most HORIZON ahead."""
        ahead = min(time - self.seen, HORIZON)
        if ahead <= 0:
            return self.thing
        scale = np.array((aspect, 1.0))
        centre = (_anchors(self.thing) * scale).mean(axis=0)
        return moved(
            self.thing,
            lambda points: np.asarray(self.motion.moved(points * scale, centre, ahead) / scale, np.float32),
        )


def moved(thing: Thing, move: Callable[[Points], Points]) -> Thing:
    """The thing with all its points moved."""
    return replace(
        thing,
        box=_box(move(_corners(thing.box))),
        points=move(thing.points),
        outlines=tuple(move(outline) for outline in thing.outlines),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What is known after a look. Never changes, so that any thread may ask."""

    at: float
    "Seconds: the time of the picture that this tells of."
    looked: float
    "Seconds: the time of the picture that was looked at; an earlier one if the look was carried on."
    aspect: float
    "Width over height."
    tracks: tuple[Track, ...] = ()

    def scene(self, time: float) -> Scene | None:
        """What is in the picture of that time, which must not be before `at`; None if too long after the
        look."""
        age = time - self.looked
        if time < self.at or age > MAX_AGE:
            return None
        known = [track for track in self.tracks if time - track.seen <= LOST]
        return Scene(tuple(track.at(time, self.aspect) for track in known), age)


class Tracker:
    """Follows things through the pictures of one session."""

    def __init__(self) -> None:
        self._followed: list[_Followed] = []
        self._last: float | None = None
        self._numbers = 0

    def look(self, things: Sequence[Thing], at: float, aspect: float) -> Look:
        """Takes what was found in the picture of time `at`; times must grow, or everything is new."""
        if self._last is None or not 0 < at - self._last <= CUT:
            self._followed.clear()
        self._last = at
        pairs, new = self._matched(things, at, aspect)
        for followed in self._followed:
            found = pairs.get(id(followed))
            if found is None:
                followed.misses += 1
            else:
                followed.update(found, at, aspect)
        self._followed = [followed for followed in self._followed if followed.misses <= FORGIVEN]
        self._followed += [_Followed(thing, self._number(), at, aspect) for thing in new]
        return Look(at, at, aspect, tuple(followed.track for followed in self._followed))

    def _matched(
        self, things: Sequence[Thing], at: float, aspect: float
    ) -> "tuple[dict[int, Thing], list[Thing]]":
        """Greedily, the largest overlap first, with where each is expected: pairs, and things left over."""
        overlaps = [
            (_overlap(followed.track.at(at, aspect).box, thing.box), id(followed), index)
            for followed in self._followed
            for index, thing in enumerate(things)
            if _may_be(followed.track.thing, thing)
        ]
        pairs: dict[int, int] = {}
        for overlap, followed, index in sorted(overlaps, reverse=True):
            if overlap >= SAME and followed not in pairs and index not in pairs.values():
                pairs[followed] = index
        left = [thing for index, thing in enumerate(things) if index not in pairs.values()]
        return {followed: things[index] for followed, index in pairs.items()}, left

    def _number(self) -> int:
        self._numbers = self._numbers % 0xFFFF + 1
        return self._numbers


class _Followed:
    """One thing being followed, and its filter."""

    def __init__(self, thing: Thing, number: int, at: float, aspect: float) -> None:
        self.misses = 0
        self.track = Track(replace(thing, track=number), at)
        self._filter = OneEuro(_anchors(thing) * np.array((aspect, 1.0)))

    def update(self, thing: Thing, at: float, aspect: float) -> None:
        scale, step = np.array((aspect, 1.0)), at - self.track.seen
        raw, before, motion = _anchors(thing) * scale, self._filter.values, self.track.motion
        if raw.shape != before.shape:
            self._filter, motion = OneEuro(raw), Motion()
        else:
            size = max(thing.box[2] * aspect, thing.box[3], 1e-6)
            now = self._filter.update(raw, size, step)
            share = float(smoothing(MOTION_CUTOFF, step))
            motion = motion.towards(Motion.between(before, now, step), share)
        self.misses = 0
        steady = _with_anchors(thing, (self._filter.values / scale).astype(np.float32))
        self.track = Track(replace(steady, track=self.track.thing.track), at, motion)


def _may_be(one: Thing, other: Thing) -> bool:
    """A cup does not become a dog; a left hand may turn out to be a right one."""
    return one.kind == other.kind and (one.kind != "object" or one.label == other.label)


def _anchors(thing: Thing) -> Points:
    """The points that a thing is followed by: its landmarks, or the corners of its box."""
    return thing.points if len(thing.points) else _corners(thing.box)


def _with_anchors(thing: Thing, anchors: Points) -> Thing:
    if len(thing.points):
        low, high = anchors.min(axis=0), anchors.max(axis=0)
        return replace(thing, points=anchors, box=_box(np.stack([low, high])))
    return replace(thing, box=_box(anchors))


def _corners(box: Box) -> Points:
    left, top, width, height = box
    return np.array(((left, top), (left + width, top + height)), np.float32)


def _box(corners: Points) -> Box:
    (left, top), (right, bottom) = corners.tolist()
    return left, top, right - left, bottom - top


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    return common / max(1e-12, one[2] * one[3] + other[2] * other[3] - common)
