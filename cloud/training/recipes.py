"""The looks that this project trains: name, one line for people, and the teacher that a network imitates."""

from collections.abc import Callable
from dataclasses import dataclass

from training import pictures
from training.brush import Picture
from training.magenta import StyleTeacher

Teacher = Callable[[Picture], Picture]
"RGB uint8 (h, w, 3) in and out: deterministic, local, and moving with the picture."


@dataclass(frozen=True, slots=True)
class Recipe:
    """One look to be trained."""

    name: str
    summary: str
    teacher: Teacher
    strength: float = 1.0
    "How much of it is blended over the source unless the wearer says otherwise, 0..1: a first guess."


_ALL = (
    Recipe("starry", "Whirling thick strokes of night blue and lamp yellow.", StyleTeacher(pictures.night)),
    Recipe("embers", "Paint laid on with a knife, in reds, orange and violet.", StyleTeacher(pictures.embers)),
    Recipe("glass", "Luminous panes in black lead.", StyleTeacher(pictures.glass)),
    Recipe("tiles", "Small stones in turquoise, gold and terracotta.", StyleTeacher(pictures.tiles)),
    Recipe("deco", "Gold arcs on black and emerald.", StyleTeacher(pictures.deco)),
    Recipe("reef", "Coral branches in deep teal water.", StyleTeacher(pictures.reef)),
    Recipe("cutout", "Bold planes in vermilion, cobalt and cream.", StyleTeacher(pictures.lanes)),
)
RECIPES = {recipe.name: recipe for recipe in _ALL}
