"""Things made of scenes: `LOOKS` whose engines ask what is in the picture.

`environment-...` keeps people and puts them somewhere else, `spotlight` keeps them and paints all around
them, `character-...` puts a drawn head on every face. What uses another look is a look of its own, made with
it (`environment_of`, `spotlight_on`), so that a wearer chooses one name and no combination. All of this is
drawn with OpenCV, which is loaded when a look starts.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from overglass_cloud.engines import classical, neural
from overglass_cloud.looks import Engine, Look, Workshop
from overglass_protocol.errors import LookError

_HERE = "overglass_cloud.engines.stage"


def environment_of(look: Look, name: str, summary: str) -> Look:
    """People as the camera sees them, in the world as this look paints it."""
    return _with_another(name, summary, partial(_environment_of, look), look)


def spotlight_on(look: Look, name: str, summary: str) -> Look:
    """People in a pool of light, and all around them as this look paints it."""
    return _with_another(name, summary, partial(_spotlight_on, look), look)


def _with_people(name: str, summary: str, start: Callable[[Workshop], Engine]) -> Look:
    return Look(name, summary, "stage", start, needs=("selfie_segmenter",), sees=("people",))


def _with_another(name: str, summary: str, start: Callable[[Workshop], Engine], look: Look) -> Look:
    """Asks for what either needs, and takes what the other takes."""
    ours = _with_people(name, summary, start)
    sees = dict.fromkeys((*ours.sees, *look.sees))
    return replace(
        look,
        name=name,
        summary=summary,
        engine="stage",
        start=start,
        strength=1.0,
        cheaper=None,
        needs=(*ours.needs, *look.needs),
        sees=tuple(sees),
    )


def _environment_in(place: str, workshop: Workshop) -> Engine:
    environment = _part("environment")
    waits = workshop.exact is not None
    elsewhere = environment.Elsewhere(_part(f"places.{place}").paint, waits=waits)
    engine: Engine = environment.Environment(elsewhere)
    return engine


def _environment_lent(workshop: Workshop) -> Engine:
    environment, lent = _part("environment"), _part("lent")
    engine: Engine = environment.Environment(lent.Lent(workshop.references.picture_for))
    return engine


def _environment_of(look: Look, workshop: Workshop) -> Engine:
    environment = _part("environment")
    engine: Engine = environment.Environment(environment.Around(look.start(workshop)))
    return engine


def _spotlight_on(look: Look, workshop: Workshop) -> Engine:
    environment, spotlight = _part("environment"), _part("spotlight")
    around = environment.Around(look.start(workshop))
    engine: Engine = environment.Environment(spotlight.Spotlight(around))
    return engine


def _wearing(module: str, name: str, workshop: Workshop) -> Engine:
    character = _part("character")
    engine: Engine = character.Masquerade(getattr(_part(f"characters.{module}"), name)())
    return engine


def _character(name: str, summary: str) -> Look:
    start = partial(_wearing, name, name.capitalize())
    return Look(f"character-{name}", summary, "stage", start, needs=("face_landmarker",), sees=("faces",))


def _part(name: str) -> Any:
    """A module of this folder, which may need OpenCV. Raises LookError when that cannot be loaded."""
    try:
        return import_module(f"{_HERE}.{name}")
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError)
        cure = "pip install 'overglass[cloud]'" if missing else "apt install libgl1 libglib2.0-0"
        raise LookError(f"OpenCV cannot be loaded: {error}", cure=cure) from error


_PLACES = (
    ("aurora", "People under northern lights."),
    ("reef", "People on the floor of a warm sea."),
    ("paper", "People among mountains of paper."),
)
_INK, _COMIC, _NEON = classical.LOOKS
_AROUND = ("starry", "watercolour")
"Neural looks that make a world for people to stand in."
_LIT = ("midnight", "woodcut")
"Those that set people off."

LOOKS = [
    *(
        _with_people(f"environment-{place}", summary, partial(_environment_in, place))
        for place, summary in _PLACES
    ),
    replace(
        _with_people("environment-picture", "People in a picture of yours.", _environment_lent),
        takes_reference=True,
    ),
    environment_of(_COMIC, "environment-comic", "Real people in a comic's world."),
    *(
        environment_of(look, f"environment-{look.name}", f"Real people in the world of {look.name}.")
        for look in neural.LOOKS
        if look.name in _AROUND
    ),
    *(
        spotlight_on(
            look, f"spotlight-{look.name}", f"People in a pool of light, in the world of {look.name}."
        )
        for look in neural.LOOKS
        if look.name in _LIT
    ),
    spotlight_on(_INK, "spotlight", "People in a pool of light, in a world of ink."),
    spotlight_on(_NEON, "spotlight-neon", "People in a pool of light, in a night of neon."),
    _character("fox", "A fox's head on every face, which blinks and speaks with it."),
    _character("robot", "A robot's head on every face, with eyes and a mouth of light."),
]
