"""What a house is to be like: chosen from a seed before anything is painted. Holds the palettes."""

from dataclasses import dataclass

import numpy as np

from overglass_simulators.world.brush import colour
from overglass_simulators.world.texture import Colour

WIDTH = 7.5
"Metres along the street; every house has the same."
SHOP_FLOOR = 3.7
"Metres to the ceiling of the ground floor."
FLOOR = 2.9
"Metres of every floor above it."

TRIM = colour("#fbf0df")
DARK = colour("#2a2440")
GLASS = colour("#34476b")
LAMPLIGHT = colour("#ffd98a")
EMBER = colour("#ffb35c")
"What lamplight goes over into."
SHADE = colour("#43376f")
"What is mixed into all that has only the evening sky's light."
SHADE_SHARE = 0.40

_SUNNY_WALLS = [
    "#e2725b", "#f0b95b", "#6fa68f", "#f2dcc2", "#e8927c", "#2f8f86", "#8fb8d6", "#c4553f", "#e5c45c",
]  # fmt: skip
_SHADY_WALLS = [
    "#5b86c4", "#d0604a", "#f0dcc8", "#3f9c93", "#e0809a", "#9a86c8", "#f09a80", "#6aa37a", "#9cc6e6",
]  # fmt: skip
_ACCENTS = ["#20364f", "#7c2b3b", "#1f4f46", "#4a2b55", "#a63d2f", "#23607a", "#b06a2a"]
_ROOFS = ["#8a4b4f", "#5b4b6e", "#a05a4a", "#4a5573"]
_SHOPS = [
    "BAKERY", "BOOKS", "CAFE LUNA", "FLORIST", "", "RECORDS", "TEA ROOM", "TOYS", "GALLERY",
    "PIZZERIA", "OVERGLASS", "", "BICYCLES", "HOTEL MIRA", "CLOCKS", "CINEMA", "MAPS", "GELATO",
]  # fmt: skip
_GABLES = ["steps", "flat", "bell", "point"]
DESIGNS = len(_SUNNY_WALLS)
"Houses to each side of the street before a design comes again."


@dataclass(frozen=True, slots=True)
class Design:
    """One house, as decided."""

    floors: int
    "Above the ground floor."
    columns: int
    "Windows side by side."
    gable: str
    wall: Colour
    accent: Colour
    "Of its woodwork."
    roof: Colour
    shop: str
    "What its sign says; empty for a dwelling."
    arched: bool
    shutters: bool
    boxes: bool
    "Whether flowers stand before the windows."
    door: float
    "Metres from the left."

    @property
    def eaves(self) -> float:
        """Metres to where the roof begins."""
        return SHOP_FLOOR + 0.35 + FLOOR * self.floors

    @property
    def rise(self) -> float:
        """Metres of gable above the eaves."""
        return {"steps": 3.2, "bell": 2.9, "point": 3.0, "flat": 0.7}[self.gable]


def design(random: np.random.Generator, number: int, *, sunny: bool) -> Design:
    """The `number`-th house of that side."""
    return Design(
        floors=int(random.choice([1, 2, 2, 3])),
        columns=int(random.choice([2, 3, 3])),
        gable=_GABLES[(number + 2 * sunny) % 4],
        wall=colour((_SUNNY_WALLS if sunny else _SHADY_WALLS)[number]),
        accent=colour(str(random.choice(_ACCENTS))),
        roof=colour(_ROOFS[number % 4]),
        shop=_SHOPS[number + (0 if sunny else DESIGNS)],
        arched=bool(random.random() < 0.35),
        shutters=bool(random.random() < 0.5),
        boxes=bool(random.random() < 0.6),
        door=float(random.choice([0.45, WIDTH - 1.75])),
    )
