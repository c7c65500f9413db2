"""Things made of scenes: `LOOKS` whose engines ask what is in the picture.

`environment-...` keeps people and puts them somewhere else, `spotlight` keeps them and paints all around
them, `character-...` puts a drawn head on every face. What uses another look is a look of its own, made with
it (`environment_of`, `spotlight_on`), so that a wearer chooses one name and no combination. All of this is
drawn with OpenCV, which is loaded when a look starts.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from overglass_cloud.engines import classical
from overglass_cloud.looks import Engine, Look, Workshop
from overglass_protocol.errors import LookError

_HERE = "overglass_cloud.engines.stage"


def environment_of(look: Look, name: str, summary: str) -> Look:
    """People as the camera sees them, in the world as this look paints it."""
    return _with_people(name, summary, partial(_environment_of, look), look)


def spotlight_on(look: Look, name: str, summary: str) -> Look:
    """People in a pool of light, and all around them as this look paints it."""
    return _with_people(name, summary, partial(_spotlight_on, look), look)


def _with_people(name: str, summary: str, start: Callable[[Workshop], Engine], look: Look | None) -> Look:
    needs = ("selfie_segmenter", *(look.needs if look is not None else ()))
    return Look(
        name,
        summary,
        "stage",
        start,
        look.licence if look is not None else "Apache-2.0",
        needs=needs,
        takes_prompt=look is not None and look.takes_prompt,
        sees=("people", *(look.sees if look is not None else ())),
    )


def _environment_in(place: str, workshop: Workshop) -> Engine:
    environment = _part("environment")
    engine: Engine = environment.Environment(environment.Elsewhere(_part(f"places.{place}").paint))
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
    engine: Engine = character.Masquerade(getattr(_part(f"characters.{module}"), name))
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

LOOKS = [
    *(
        _with_people(f"environment-{place}", summary, partial(_environment_in, place), None)
        for place, summary in _PLACES
    ),
    environment_of(_COMIC, "environment-comic", "Real people in a comic's world."),
    spotlight_on(_INK, "spotlight", "People in a pool of light, in a world of ink."),
    spotlight_on(_NEON, "spotlight-neon", "People in a pool of light, in a night of neon."),
    _character("fox", "A fox's head on every face, which blinks and speaks with it."),
    _character("robot", "A robot's head on every face, with eyes and a mouth of light."),
]
