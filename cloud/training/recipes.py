"""The looks that this project trains: name, one line for people, and the teacher that a network imitates."""

from collections.abc import Callable
from dataclasses import dataclass

from training import lights, lines, painters, pictures
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
    "How much of it is laid over the camera's picture at full strength, 0..1."
    calm: float = 0.25
    "How much stillness weighs against likeness while it is learned."


_STILL = 0.8
"What the style network's restlessness leaves of full strength."
_CALMER = 0.7
"For teachers whose broad areas change with little."
_ALL = (
    Recipe(
        "starry",
        "Whirling thick strokes of night blue and lamp yellow.",
        StyleTeacher(pictures.night, gain=1.3, depth=1.6),
        _STILL,
        _CALMER,
    ),
    Recipe(
        "embers",
        "Paint laid on with a knife, in reds, orange and violet.",
        StyleTeacher(pictures.embers, calm=0.6, along=3),
        _STILL,
    ),
    Recipe("glass", "Luminous panes in black lead.", StyleTeacher(pictures.glass, gain=1.1), _STILL, _CALMER),
    Recipe(
        "tiles",
        "Small stones in turquoise, gold and terracotta.",
        StyleTeacher(pictures.tiles, own=0.4, gain=1.3),
        _STILL,
    ),
    Recipe("deco", "Gold arcs on black and emerald.", StyleTeacher(pictures.deco, gain=1.4), _STILL),
    Recipe(
        "reef",
        "Coral branches in deep teal water.",
        StyleTeacher(pictures.reef, along=5, own=0.45, gain=1.4, depth=1.2),
        _STILL,
        _CALMER,
    ),
    Recipe(
        "cutout",
        "Bold planes in vermilion, cobalt and cream.",
        StyleTeacher(pictures.lanes, along=3),
        _STILL,
    ),
    Recipe(
        "impasto",
        "Thick daubs in the scene's own colours.",
        StyleTeacher(pictures.daubs, hue=0.65, calm=0.6),
        _STILL,
    ),
    Recipe("oil", "Broad strokes along the forms, thick enough to catch the light.", painters.oil),
    Recipe(
        "watercolour", "Transparent washes that gather at their rims, paper left white.", painters.watercolour
    ),
    Recipe("papercut", "Sheets of coloured paper, each with its shadow.", painters.papercut),
    Recipe("poster", "Screen print in navy, red, sky and cream.", painters.poster),
    Recipe("pop", "Loud flat pink, lemon and turquoise, violet shadows.", painters.pop, 0.95),
    Recipe("chalk", "Coloured chalks and white outlines on slate.", lines.chalk),
    Recipe("sketch", "Soft pencil on warm paper, smudged in the shadows.", lines.sketch),
    Recipe("woodcut", "Black lines carved along the form, over vermilion and cream.", lines.woodcut),
    Recipe("manga", "Brush-pen black on white, with one grey.", lines.manga),
    Recipe("blueprint", "White drafting lines on deep blue.", lines.blueprint),
    Recipe("midnight", "Outlines bent from cyan and magenta tubes, in a violet night.", lights.midnight),
    Recipe("thermal", "A heat camera's colours, glowing.", lights.thermal),
    Recipe("golden", "The last hour of sun: amber, haze, soft flares.", lights.golden),
    Recipe("dream", "Soft focus in mother-of-pearl.", lights.dream),
    Recipe("moonlit", "Black velvet and silver.", lights.moonlit),
    Recipe("gilded", "Everything beaten out of gold leaf on black lacquer.", lights.gilded),
    Recipe("arcade", "Teal shadows, hot pink and cyan lights that bleed.", lights.arcade),
    Recipe("infrared", "Infrared film: crimson leaves under a teal sky.", lights.infrared),
)
RECIPES = {recipe.name: recipe for recipe in _ALL}

SHIPPED = (
    "midnight",
    "watercolour",
    "starry",
    "oil",
    "papercut",
    "woodcut",
    "blueprint",
    "glass",
    "pop",
    "sketch",
    "golden",
    "dream",
    "embers",
    "reef",
    "thermal",
)
"Those in the package, which has room for fifteen: 6 MB."
