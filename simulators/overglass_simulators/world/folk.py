"""What moves: people, trams, balloons and birds, and where each is at a time.

Everything is a formula in time, so any moment can be rendered on its own.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from overglass_simulators.motion.walk import middle
from overglass_simulators.world.furniture import RAILS, SUNK
from overglass_simulators.world.people import PERSON, PHASES, bird, person
from overglass_simulators.world.scene import Array, Cutout, Panel, panel
from overglass_simulators.world.texture import Texture
from overglass_simulators.world.vehicles import BALLOONS, TRAM, balloon, tram_end, tram_side

_STRIDE = 1.3
"Metres that a person walks in one cycle of steps."
_PEOPLE_EVERY = 11.0
"Metres of street for each person on each side."
_LANES = (-4.95, 1.25), (-4.3, -1.1), (4.35, -1.3), (5.0, 1.15)
"Metres to the right of the street's middle, and metres a second away from the walker's start."
_BALLOON_EVERY = 32.0
_TRAM_EVERY = 150.0
_TRAM_SPEED = 5.5
_TRAM_START = 46.0
"Metres along at which the first tram's nose is at the start; it meets the walker after six seconds."


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Something that has to be sorted in by its distance."""

    along: float
    "Metres along the street."
    shape: Panel | Cutout

    def facing(self, eye: Array) -> Panel:
        """As it is seen from `eye` (3,)."""
        return self.shape if isinstance(self.shape, Panel) else self.shape.facing(eye)


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody in a lane of walkers."""

    here: bool
    look: int
    phase: int
    ahead: float
    "Metres beyond the place that their number gives them."
    aside: float


class Folk:
    """Everything that moves in one world."""

    def __init__(self, seed: int, detail: float) -> None:
        self._seed = seed
        self._people = [person(np.random.default_rng([seed, 50, n]), n, 1.8 * detail) for n in range(10)]
        self._front, self._back = tram_end(1.5 * detail, front=True), tram_end(1.5 * detail, front=False)
        self._side = tram_side(1.5 * detail)
        self._balloons = [balloon(n, detail / 4) for n in range(BALLOONS)]
        self._aloft: dict[int, tuple[float, float, float]] = {}
        self._met: dict[tuple[int, int], _Person] = {}
        self._birds = [bird(phase, detail / 2) for phase in range(PHASES)]

    def in_street(self, begin: float, end: float, time: float) -> list[Thing]:
        """People and trams between `begin` and `end` metres along."""
        return [*self._walkers(begin, end, time), *self._trams(begin, end, time)]

    def in_sky(self, eye: Array, time: float) -> list[Panel]:
        """Balloons and birds round `eye` (3,), far to near."""
        return [*self._balloons_at(eye, time), *self._flock(eye, time)]

    def _walkers(self, begin: float, end: float, time: float) -> Iterator[Thing]:
        """One person to each stretch of pavement; each lane moves past as a whole at its own speed."""
        for lane, (beside, speed) in enumerate(_LANES):
            shift = speed * time + lane * 3.7
            first = math.ceil((begin - shift) / _PEOPLE_EVERY)
            for number in range(first, math.floor((end - shift) / _PEOPLE_EVERY) + 1):
                who = self._person(lane, number)
                if who.here:
                    phase = int(time * abs(speed) / _STRIDE * PHASES + who.phase) % PHASES
                    look = self._people[who.look][speed < 0][phase]
                    along = number * _PEOPLE_EVERY + shift + who.ahead
                    yield _standing(along, beside + who.aside, *PERSON, look)

    def _person(self, lane: int, number: int) -> _Person:
        if (lane, number) not in self._met:
            random = np.random.default_rng([self._seed, 51, lane, number + 100_000])
            self._met[lane, number] = _Person(
                here=bool(random.random() < 0.75),
                look=int(random.integers(len(self._people))),
                phase=int(random.integers(PHASES)),
                ahead=random.uniform(-3, 3),
                aside=random.uniform(-0.35, 0.35),
            )
        return self._met[lane, number]

    def _trams(self, begin: float, end: float, time: float) -> Iterator[Thing]:
        """They come towards the walker, who looks along the street."""
        shift = _TRAM_START - _TRAM_SPEED * time
        wide, high, length = TRAM
        first = math.ceil((begin - length - shift) / _TRAM_EVERY)
        up, roof = np.array([0.0, high, 0.0]), np.array([0.0, high + 0.05, 0.0])
        for number in range(first, math.floor((end - shift) / _TRAM_EVERY) + 1):
            nose = number * _TRAM_EVERY + shift
            front, rear = _place(nose, RAILS) + roof, _place(nose + length, RAILS) + roof
            forward = (front - rear) / np.linalg.norm(front - rear)
            left = np.cross((0.0, 1.0, 0.0), forward) * wide / 2
            # Each by its upper left corner as somebody facing it sees it.
            yield Thing(nose + 0.02, panel(rear + left, -2 * left, -up, self._back))
            yield Thing(nose + 0.01, panel(front + left, rear - front, -up, self._side))
            yield Thing(nose + 0.01, panel(rear - left, front - rear, -up, self._side))
            yield Thing(nose, panel(front - left, 2 * left, -up, self._front))

    def _balloons_at(self, eye: Array, time: float) -> Iterator[Panel]:
        """From about 50 metres ahead on, swaying where they are."""
        first = math.ceil((-float(eye[2]) + 50) / _BALLOON_EVERY)
        for number in range(first + 9, first - 1, -1):
            x, y, size = self._balloon(number)
            sway, bob = 0.5 * math.sin(0.2 * time + number), 1.5 * math.sin(0.3 * time + number)
            centre = np.array([x + sway, y + bob, -number * _BALLOON_EVERY])
            yield _floating(centre, size, size * 1.35, self._balloons[number % BALLOONS], eye)

    def _balloon(self, number: int) -> tuple[float, float, float]:
        """Its place to the right of the street, its height, and its width; metres."""
        if number not in self._aloft:
            random = np.random.default_rng([self._seed, 52, number + 100_000])
            self._aloft[number] = random.uniform(-60, 60), random.uniform(26, 62), random.uniform(7, 10)
        return self._aloft[number]

    def _flock(self, eye: Array, time: float) -> Iterator[Panel]:
        """A loose flock that circles ahead."""
        for number in range(9):
            turn = 0.22 * time + 0.17 * number
            centre = eye + np.array(
                [
                    22 * math.sin(turn) + 2.2 * math.sin(1.7 * number),
                    15 + 2.5 * math.sin(0.5 * turn + number) + 0.9 * (number % 3),
                    -62 - 10 * math.cos(turn) - 1.6 * number,
                ]
            )
            phase = int(time * 14 + number * 3) % PHASES
            yield _floating(centre, 1.8, 1.0, self._birds[phase], eye)


def _place(along: float, beside: float) -> Array:
    """(3,) on the ground, `beside` metres to the right of the street's middle."""
    x, slope, _ = middle(along)
    across = beside / math.hypot(1, slope)
    return np.array([x + across, 0.0, -along + slope * across])


def _standing(along: float, beside: float, wide: float, high: float, texture: Texture) -> Thing:
    """On the ground, with the shadow at its foot."""
    foot = _place(along, beside) - (0, SUNK, 0)
    return Thing(along, Cutout(foot, wide, high + SUNK, texture, reach=75))


def _floating(centre: Array, wide: float, high: float, texture: Texture, eye: Array) -> Panel:
    """In the air. Its colours have its distance in them already."""
    return Cutout(centre - (0, high / 2, 0), wide, high, texture, hazy=False).facing(eye)
