"""A furnished room above a street at sundown: what stands where, from a seed.

Its people, table and plants are 1 to 5 metres from who stands in its middle. Knows how to place things, not
how any of them is painted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from overglass_simulators.world import company, furnishings, interior
from overglass_simulators.world.brush import Point, colour, mixed, shaded
from overglass_simulators.world.design import design
from overglass_simulators.world.facades import paint_house
from overglass_simulators.world.interior import BACK, FRONT, HEIGHT, LEFT, LENGTH, RIGHT, WIDTH
from overglass_simulators.world.scene import Array, Cutout, Haze, Panel, panel
from overglass_simulators.world.sky import HORIZON, Sky
from overglass_simulators.world.solids import Faces, box, shared, tiles
from overglass_simulators.world.texture import Colour, Texture

_FLOOR = -4.2
"Metres at which the street lies below the room's floor."
_ACROSS = -24.0
"Along z: the houses on the other side."
_BLINK = 3.7
"Seconds from blink to blink."


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    """Something that stands in the room."""

    place: tuple[float, float]
    "x and z of its middle, by which it is sorted."
    shapes: Callable[[Array, float], list[Panel]]
    "As it is seen from an eye (3,) at a time, in the order to paint it."


class Room:
    """A Scene. Nothing in it depends on anything but the seed, and what moves on the time."""

    haze = Haze(HORIZON, begins=14, depth=160, ends=4000)

    def __init__(self, seed: int, *, focal: float) -> None:
        """`focal` in pixels sets how fine the textures have to be."""
        random = np.random.default_rng([seed, 60])
        self._random = random
        self._detail = detail = min(260.0, max(40.0, focal / 3.2))
        self._palette = interior.PALETTES[int(random.integers(len(interior.PALETTES)))]
        self._sky = Sky(np.random.default_rng([seed, 1]), min(focal, 900.0))
        self._outside = _opposite(random, detail / 6)
        self._shell = self._walls()
        self._items = [*self._seats(), *self._table(), *self._plants(), self._bookcase(), *self._people()]

    def panels(self, eye: Array, time: float) -> list[Panel]:
        """What may be seen from `eye` (3,) at `time` seconds, far to near."""
        sky = self._sky.panels(eye)
        ahead = [*sky[2:0:-1], *sky[-2:], sky[0]]
        order = sorted(
            self._items, key=lambda item: -np.hypot(item.place[0] - eye[0], item.place[1] - eye[2])
        )
        return [*ahead, *self._outside, *self._shell, *(p for item in order for p in item.shapes(eye, time))]

    def _walls(self) -> list[Panel]:
        random, palette, detail = self._random, self._palette, self._detail
        left = interior.side_wall(random, palette, detail, left=True)
        right = interior.side_wall(random, palette, detail, left=False)
        up, across, away = (0, -HEIGHT, 0), (WIDTH, 0, 0), (0, 0, LENGTH)
        shell = [
            (left, (LEFT, HEIGHT, BACK), (0, 0, -LENGTH), up),
            (right, (RIGHT, HEIGHT, FRONT), away, up),
            (interior.back_wall(random, palette, detail), (RIGHT, HEIGHT, BACK), (-WIDTH, 0, 0), up),
            (interior.floor(random, palette, detail * 0.6, _STANDS), (LEFT, 0, FRONT), across, away),
            (interior.ceiling(palette, detail * 0.4), (LEFT, HEIGHT, BACK), across, (0, 0, -LENGTH)),
            (interior.front_wall(random, palette, detail), (LEFT, HEIGHT, FRONT), across, up),
        ]
        found = [
            tile for texture, corner, right, down in shell for tile in tiles(texture, corner, right, down)
        ]
        x, y, wide, _ = interior.WINDOW
        sill = shared(furnishings.flat(colour("#f7efe2")), furnishings.flat(colour("#d8ccba")))
        return found + box(
            (LEFT + x - 0.12, y - 0.14, FRONT), (LEFT + x + wide + 0.12, y - 0.08, FRONT + 0.2), sill
        )

    def _bookcase(self) -> _Item:
        wide, high = furnishings.SHELF
        side = furnishings.flat(shaded(furnishings.WOOD, 0.7))
        faces: Faces = {
            "left": furnishings.bookcase(self._random, self._detail),
            "front": side,
            "back": side,
            "top": side,
        }
        z = -2.3
        return _fixed(
            (RIGHT - 0.2, z), box((RIGHT - 0.36, 0, z - wide / 2), (RIGHT, high, z + wide / 2), faces)
        )

    def _seats(self) -> list[_Item]:
        """A sofa along the left wall and a chair at the table."""
        cloth = mixed(self._palette.accent, colour("#33415c"), 0.55)
        faces = _cloth(cloth)
        parts = box((LEFT, 0.1, -2.9), (LEFT + 0.9, 0.42, -0.7), faces)
        parts += box((LEFT, 0.42, -2.9), (LEFT + 0.26, 0.86, -0.7), faces)
        for near in (-2.9, -0.9):
            parts += box((LEFT + 0.1, 0.42, near), (LEFT + 0.92, 0.6, near + 0.2), faces)
        pillows = [
            Cutout(
                np.array([LEFT + 0.45, 0.42, z]),
                *furnishings.CUSHION,
                furnishings.cushion(tone, self._detail),
            )
            for z, tone in ((-2.25, self._palette.accent), (-1.3, colour("#e0a13c")))
        ]
        sofa = _Item(
            (LEFT + 0.45, -1.8), lambda eye, _: [*parts, *(pillow.facing(eye) for pillow in pillows)]
        )
        return [sofa, _fixed((4.25, -1.9), _chair(4.25, -1.9))]

    def _table(self) -> list[_Item]:
        random, detail, wood = self._random, self._detail, furnishings.WOOD
        x, z, wide, deep, high = 2.95, -2.3, 1.7, 0.85, 0.74
        legs: list[Panel] = []
        for dx in (-wide / 2 + 0.05, wide / 2 - 0.12):
            for dz in (-deep / 2 + 0.05, deep / 2 - 0.12):
                legs += box((x + dx, 0, z + dz), (x + dx + 0.07, high, z + dz + 0.07), _solid(wood))
        slab: Faces = {**_solid(wood), "top": furnishings.table_top(random, wide, deep, detail * 1.5)}
        legs += box((x - wide / 2, high - 0.04, z - deep / 2), (x + wide / 2, high, z + deep / 2), slab)
        wide, tall = furnishings.LAPTOP
        corner = (x - 0.33, high + 0.015 + tall * 0.96, z - 0.12 - tall * 0.25)
        screen = panel(corner, (wide, 0, 0), (0, -tall * 0.96, tall * 0.25), furnishings.laptop(detail * 2))
        keys = shared(furnishings.flat(colour("#9aa0ac")), furnishings.flat(colour("#6f7583")))
        base = box((x - 0.33, high, z - 0.12), (x - 0.33 + wide, high + 0.015, z + 0.16), keys)
        bunch, mug = (
            furnishings.flowers(random, detail * 1.5),
            furnishings.mug(self._palette.accent, detail * 2),
        )
        things = [
            Cutout(np.array([x + 0.45, high, z - 0.18]), *furnishings.FLOWERS, bunch),
            Cutout(np.array([x + 0.27, high, z + 0.1]), *furnishings.MUG, mug),
        ]
        return [
            _Item((x, z), lambda eye, _: [*legs, *base, screen, *(thing.facing(eye) for thing in things)])
        ]

    def _plants(self) -> list[_Item]:
        random, detail, accent = self._random, self._detail, self._palette.accent
        figs = [furnishings.plant(random, accent, detail * 1.4) for _ in range(2)]
        lamp = furnishings.lamp(detail * 1.3)
        return [
            _upright(4.85, -0.95, furnishings.PLANT, figs[0]),
            _upright(0.05, -4.5, furnishings.PLANT, figs[1]),
            _upright(0.1, -0.25, furnishings.LAMP, lamp),
        ]

    def _people(self) -> list[_Item]:
        """Two who talk in turns, and look at whoever looks."""
        looks = self._random.permutation(len(company.LOOKS))[:2].tolist()
        places = ((1.45, -2.9), (4.8, -3.55))
        return [self._person(company.LOOKS[look], n, *places[n]) for n, look in enumerate(looks)]

    def _person(self, look: company.Look, number: int, x: float, z: float) -> _Item:
        detail = self._detail * 1.5
        states = {
            (blinking, talking): company.standing(look, detail, blinking=blinking, talking=talking)
            for blinking in (False, True)
            for talking in (False, True)
        }
        (wide, high), sunk = company.SIZE, company.SUNK

        def shapes(eye: Array, time: float) -> list[Panel]:
            blinking = (time + 1.3 * number) % _BLINK > _BLINK - 0.13
            turn = int(time // 4) % 2 == number
            state = states[blinking, turn and int(time * 5) % 3 != 0]
            sway = 0.012 * np.sin(0.9 * time + 2 * number)
            foot = np.array([x + sway, -sunk, z])
            return [Cutout(foot, wide, high + sunk, state, hazy=False).facing(eye)]

        return _Item((x, z), shapes)


_STANDS: list[list[Point]] = [
    [(x0 - LEFT, BACK - z0), (x1 - LEFT, BACK - z0), (x1 - LEFT, BACK - z1), (x0 - LEFT, BACK - z1)]
    for x0, z0, x1, z1 in (
        (LEFT, -2.95, LEFT + 1.0, -0.65),
        (2.1, -2.7, 3.8, -1.8),
        (RIGHT - 0.5, -3.5, RIGHT, -1.1),
        (4.05, -2.1, 4.45, -1.65),
        (4.65, -1.15, 5.05, -0.8),
        (1.2, -3.0, 1.7, -2.7),
        (4.55, -3.65, 5.05, -3.4),
    )
]
"Outlines of what throws a shadow, in the floor's own metres."


def _opposite(random: np.random.Generator, detail: float) -> list[Panel]:
    """Houses across the street."""
    found = []
    for number, x in enumerate((-11.2, -3.7, 3.8, 11.3)):
        house = paint_house(random, design(random, 2 * number, sunny=True), sunny=True, detail=detail)
        for texture, top, high in ((house.body, house.body_height, house.body_height),
                                   (house.gable, house.height, house.gable_height)):  # fmt: skip
            found.append(panel((x, _FLOOR + top, _ACROSS), (7.54, 0, 0), (0, -high, 0), texture))
    return found


def _chair(x: float, z: float) -> list[Panel]:
    """Its back to the right, so that who sits on it looks at the table."""
    wood = _solid(colour("#5d4037"))
    parts: list[Panel] = []
    for dx in (0.0, 0.36):
        for dz in (0.0, 0.36):
            parts += box((x - 0.2 + dx, 0, z - 0.2 + dz), (x - 0.16 + dx, 0.44, z - 0.16 + dz), wood)
    parts += box((x - 0.21, 0.44, z - 0.21), (x + 0.21, 0.48, z + 0.21), _solid(colour("#c9975f")))
    for low in (0.6, 0.76):
        parts += box((x + 0.17, low, z - 0.2), (x + 0.2, low + 0.11, z + 0.2), wood)
    for dz in (-0.2, 0.16):
        parts += box((x + 0.165, 0.48, z + dz), (x + 0.205, 0.92, z + dz + 0.04), wood)
    return parts


def _upright(x: float, z: float, size: tuple[float, float], texture: Texture) -> _Item:
    wide, high = size
    sunk = furnishings.SUNK
    cutout = Cutout(np.array([x, -sunk, z]), wide, high + sunk, texture, hazy=False)
    return _Item((x, z), lambda eye, _: [cutout.facing(eye)])


def _fixed(place: tuple[float, float], panels: Sequence[Panel]) -> _Item:
    shapes = list(panels)
    return _Item(place, lambda *_: shapes)


def _solid(tone: Colour) -> Faces:
    """A box of one colour, lit from the window."""
    return _cloth(tone)


def _cloth(tone: Colour) -> Faces:
    bright, plain, dim = (furnishings.flat(shaded(tone, share)) for share in (1.15, 0.9, 0.7))
    return {"top": bright, "back": bright, "left": plain, "right": plain, "front": dim}
