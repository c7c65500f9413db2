"""An endless street of old houses at sundown: what stands where, from a seed.

Knows how to choose and place things, not how any of them is painted.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from overglass_simulators.motion.walk import middle
from overglass_simulators.world import furniture
from overglass_simulators.world.design import DESIGNS, SHOP_FLOOR, WIDTH, design
from overglass_simulators.world.facades import House, paint_house
from overglass_simulators.world.folk import Folk, Thing
from overglass_simulators.world.scene import Array, Cutout, Haze, Panel, panel
from overglass_simulators.world.sky import HORIZON, Sky
from overglass_simulators.world.texture import Texture

_HALF = furniture.STREET / 2
_AHEAD = 17
_BEHIND = 6
"Plots, of WIDTH metres each, that are there at a time."
_WITH_TABLES = {"BAKERY", "CAFE LUNA", "GELATO", "PIZZERIA", "TEA ROOM"}
_UP: Array = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, slots=True, eq=False)
class _Plot:
    """A stretch of street with a house on either side."""

    ground: Panel
    walls: list[Panel]
    "Of both houses, in the order to paint them."
    things: list[Thing]
    "What stands in front of them. It does not move, but is sorted in among what does."


@dataclass(frozen=True, slots=True, eq=False)
class _Edge:
    """A line across the street, where one plot ends and the next begins."""

    left: Array
    right: Array


class Street:
    """A Scene. What is where depends on the seed and the place alone, and for what moves on the time."""

    haze = Haze(HORIZON, begins=14, depth=95, ends=WIDTH * (_AHEAD - 0.5))

    def __init__(self, seed: int, *, focal: float) -> None:
        """`focal` in pixels sets how fine the textures have to be."""
        self._seed = seed
        detail = min(60.0, focal / 10)
        self._sky = Sky(np.random.default_rng([seed, 1]), focal)
        self._houses = _houses(seed, detail, sunny=True), _houses(seed, detail, sunny=False)
        self._parts = _Parts(seed, detail)
        self._folk = Folk(seed, detail)
        self._plots: dict[int, _Plot] = {}

    def panels(self, eye: Array, time: float) -> list[Panel]:
        """What may be seen from `eye` (3,) at `time` seconds, far to near."""
        here = int(-eye[2] // WIDTH)
        numbers = sorted(range(here - _BEHIND, here + _AHEAD), key=lambda n: -abs(n + 0.5 + eye[2] / WIDTH))
        plots = {number: self._plot(number) for number in numbers}
        moving: dict[int, list[Thing]] = {number: [] for number in numbers}
        for thing in self._folk.in_street((here - _BEHIND) * WIDTH, (here + _AHEAD) * WIDTH, time):
            moving.setdefault(int(thing.along // WIDTH), []).append(thing)
        found = self._sky.panels(eye) + self._folk.in_sky(eye, time)
        found += [plots[number].ground for number in numbers]
        for number in numbers:
            things = plots[number].things + moving[number]
            things.sort(key=lambda thing: -abs(thing.along + eye[2]))
            found += plots[number].walls
            found += [thing.facing(eye) for thing in things if abs(thing.along + eye[2]) < thing.shape.reach]
        self._plots = plots
        return found

    def _plot(self, number: int) -> _Plot:
        return self._plots.get(number) or self._build(number)

    def _build(self, number: int) -> _Plot:
        random = np.random.default_rng([self._seed, 3, number + 1_000_000])
        near, far = _edge(number * WIDTH), _edge((number + 1) * WIDTH)
        houses = self._house(0, number), self._house(1, number)
        nearer = self._house(0, number - 1), self._house(1, number - 1)
        left = _Side(near.left, far.left, mirrored=False)
        right = _Side(near.right, far.right, mirrored=True)
        sides = left, right
        walls = [wall for found in map(self._walls, houses, nearer, sides) for wall in found]
        for house, side in zip(houses, sides, strict=True):
            if house.design.shop and random.random() < 0.6:
                walls.append(side.awning(self._parts.awning_of(house)))
        things = [
            thing
            for house, side in zip(houses, sides, strict=True)
            for thing in self._front(random, house, side, number * WIDTH)
        ]
        things += self._overhead(random, near, number * WIDTH)
        return _Plot(self._ground(number, near, far), walls, things)

    def _house(self, side: int, number: int) -> House:
        """Each run of plots has every design once, in an order of its own; a run's ends never match."""
        run, place = divmod(number, DESIGNS)
        order = np.random.default_rng([self._seed, 4, side, run + 1_000_000]).permutation(DESIGNS - 1)
        return self._houses[side][DESIGNS - 1 if place == DESIGNS - 1 else int(order[place])]

    def _ground(self, number: int, near: _Edge, far: _Edge) -> Panel:
        # Square to the chord and a little long at both ends, so that no gap opens where the street bends.
        along = (far.left + far.right - near.left - near.right) / 2
        forward = along / np.linalg.norm(along)
        right = np.cross(forward, _UP) * furniture.STREET
        middle_near = (near.left + near.right) / 2
        corner = middle_near + along + 0.2 * forward - right / 2
        texture = self._parts.crossing if number % 6 == 3 else self._parts.paving[number % 2]
        return panel(corner, right, -along - 0.4 * forward, texture)

    def _walls(self, house: House, nearer: House, side: "_Side") -> list[Panel]:
        """The front, and behind it what shows of roof and bare side wall above the house before it."""
        found = []
        wall, roof = self._parts.wall_of(house)
        eaves, ridge, hidden = house.design.eaves, house.height - 0.3, nearer.design.eaves
        if ridge > max(eaves, hidden) + 0.5:
            slope = side.along * 0.5 + _UP * (ridge - eaves)
            found.append(side.behind(ridge, slope, roof))
        if eaves > hidden:
            found.append(side.behind(eaves, _UP * (eaves - hidden + 0.1), wall))
        found.append(side.upright(house.body, house.body_height, house.body_height))
        found.append(side.upright(house.gable, house.height, house.gable_height))
        found.append(side.upright(self._parts.plinth, furniture.PLINTH - 0.03, furniture.PLINTH, reach=40))
        return found

    def _front(self, random: np.random.Generator, house: House, side: "_Side", along: float) -> list[Thing]:
        """Sign, lamp, tree and tables of one house."""
        found = []
        if house.design.shop:
            found += [Thing(along + 0.4, face) for face in side.sign(self._parts.sign_of(house))]
        post = random.random()
        if post < 0.4:
            found += [Thing(along + 1, part) for part in self._lamp(side)]
        elif post < 0.72:
            tree = self._parts.trees[int(random.integers(len(self._parts.trees)))]
            found.append(Thing(along + 1.5, side.standing(1.5, 2.25, 3.4, 5.0, tree)))
        if house.design.shop in _WITH_TABLES:
            for at in (2.4, 5.3):
                table = self._parts.parasol_of(house)
                found.append(Thing(along + at, side.standing(at, 1.35, 2.6, 2.4, table)))
        return found

    def _lamp(self, side: "_Side") -> list[Cutout]:
        post, (width, height) = furniture.LAMP_POST, furniture.LAMP_HEAD
        return [
            side.standing(1.0, 2.3, *post, self._parts.lamp_post),
            side.standing(1.0, 2.3, width, height, self._parts.lamp_head, foot=post[1] - 0.02),
        ]

    def _overhead(self, random: np.random.Generator, near: _Edge, along: float) -> list[Thing]:
        choice = random.random()
        if choice > 0.55:
            return []
        texture = self._parts.lanterns if choice < 0.25 else self._parts.bunting[int(choice * 100) % 2]
        up = _UP * (7.0 + 1.5 * random.random())
        across = near.right - near.left
        return [Thing(along, panel(near.left + up, across, -_UP * 2.2, texture, two_sided=True, reach=95))]


def _houses(seed: int, detail: float, *, sunny: bool) -> list[House]:
    """One of each design for that side of the street."""
    painted = []
    for number in range(DESIGNS):
        random = np.random.default_rng([seed, 2, sunny, number])
        plan = design(random, number, sunny=sunny)
        painted.append(paint_house(random, plan, sunny=sunny, detail=detail))
    return painted


def _edge(along: float) -> _Edge:
    x, slope, _ = middle(along)
    centre = np.array([x, 0.0, -along])
    right = np.array([1.0, 0.0, slope]) / np.hypot(1, slope)
    return _Edge(centre - _HALF * right, centre + _HALF * right)


class _Side:
    """One side of a plot: from `near` to `far` along the house fronts, both (3,) on the ground."""

    def __init__(self, near: Array, far: Array, *, mirrored: bool) -> None:
        self.near, self.mirrored = near, mirrored
        self.along: Array = far - near
        self.forward: Array = self.along / np.linalg.norm(self.along)
        self.inward: Array = np.cross(self.forward, _UP) * (-1 if mirrored else 1)
        "One metre from the house towards the street's middle."

    def upright(self, texture: Texture, top: float, height: float, reach: float = np.inf) -> Panel:
        """In the house front, over its whole width and a little more, so that no gap opens."""
        near, along = self.near - 0.04 * self.forward, self.along + 0.08 * self.forward
        start, edge = (near + along, -along) if self.mirrored else (near, along)
        return panel(start + _UP * top, edge, -_UP * height, texture, reach=reach)

    def behind(self, top: float, up: Array, texture: Texture) -> Panel:
        """Going back from the near end of the front, its upper edge at `top` metres; `up` along its sides."""
        corner = self.near - 0.1 * self.inward + up + _UP * (top - up[1])
        back = -5.0 * self.inward
        left, edge = (corner, back) if self.mirrored else (corner + back, -back)
        return panel(left, edge, -up, texture)

    def awning(self, texture: Texture) -> Panel:
        """From the wall out over the pavement."""
        start, edge = (self.near + self.along, -self.along) if self.mirrored else (self.near, self.along)
        begin = start + edge * 0.06 + _UP * (SHOP_FLOOR - 0.85) + self.inward * 0.05
        return panel(begin, edge * 0.88, self.inward * 1.25 - _UP * 0.75, texture, two_sided=True, reach=70)

    def sign(self, texture: Texture) -> list[Panel]:
        """Both faces of a sign that hangs over the pavement, square to the house."""
        (wide, high), top = furniture.SIGN, 5.05
        inner, arm = self.near + self.forward * 0.35 + _UP * top, self.inward * wide
        ends = (inner, arm), (inner + arm, -arm)
        return [panel(corner, right, -_UP * high, texture, reach=65) for corner, right in ends]

    def standing(
        self, along: float, out: float, wide: float, high: float, texture: Texture, foot: float | None = None
    ) -> Cutout:
        """Upright, `along` metres on and `out` metres from the wall; on the ground unless `foot` says."""
        if foot is None:
            foot, high = -furniture.SUNK, high + furniture.SUNK
        place = self.near + self.forward * along + self.inward * out + _UP * foot
        return Cutout(place, wide, high, texture, reach=60 + 8 * high)


class _Parts:
    """Textures that plots share, made when they are first needed where they belong to one house."""

    def __init__(self, seed: int, detail: float) -> None:
        random = np.random.default_rng([seed, 5])
        self._detail = detail
        length = WIDTH + 0.4
        self.paving = [furniture.paving(random, length, detail, crossing=False) for _ in range(2)]
        self.crossing = furniture.paving(random, length, detail, crossing=True)
        self.plinth = furniture.plinth(detail)
        self.lamp_post = furniture.lamp_post(detail)
        self.lamp_head = furniture.lamp_head(detail)
        self.lanterns = furniture.lanterns(detail * 0.6)
        self.bunting = [furniture.bunting(random, detail * 0.6) for _ in range(2)]
        self.trees = [furniture.tree(random, detail, blossoms=n == 2) for n in range(4)]
        self._made: dict[tuple[str, object], Texture] = {}

    def wall_of(self, house: House) -> tuple[Texture, Texture]:
        """Its side wall and its roof."""
        wall, roof = house.design.wall, house.design.roof
        return (
            self._once("wall", wall, lambda: furniture.side_wall(wall, self._detail)),
            self._once("roof", roof, lambda: furniture.roof(roof, self._detail)),
        )

    def awning_of(self, house: House) -> Texture:
        accent = house.design.accent
        return self._once("awning", accent, lambda: furniture.awning(accent, self._detail))

    def parasol_of(self, house: House) -> Texture:
        accent = house.design.accent
        return self._once("parasol", accent, lambda: furniture.parasol(accent, self._detail))

    def sign_of(self, house: House) -> Texture:
        shop, accent = house.design.shop, house.design.accent
        return self._once("sign", shop, lambda: furniture.hanging_sign(shop, accent, self._detail))

    def _once(self, kind: str, which: object, make: Callable[[], Texture]) -> Texture:
        if (kind, which) not in self._made:
            self._made[kind, which] = make()
        return self._made[kind, which]
