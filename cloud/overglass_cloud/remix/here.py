"""Makes a remix in this process, one item after the other, in a folder that survives a kill.

Run again with the same commission it goes on where it was: finished segments are there already.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from overglass_cloud.remix.commission import NAME, Commission, Input
from overglass_cloud.remix.itinerary import RESULT
from overglass_cloud.remix.recipe import Recipe
from overglass_cloud.remix.work import Item, Itinerary, Order
from overglass_protocol.errors import ClipError, OverglassError

Watched = Callable[[Item, int, int], None]
"Told of the item at work, how many pictures are done, and of how many."


def commissioned(recipe: Recipe, inputs: Sequence[Path], files: Sequence[Path] = ()) -> Commission:
    """The commission for files of this machine; `files` go along by their own names.

    Raises ClipError for one that is not there.
    """
    return Commission(
        recipe=recipe,
        inputs=[_input(path) for path in inputs],
        files={path.name: _input(path) for path in files},
    )


def make(commission: Commission, target: Path, itinerary: Itinerary, watched: Watched) -> Mapping[str, Any]:
    """Writes `target`, and returns what the last item said. Raises OverglassError.

    Work in progress lies beside the target and is removed when all is done.
    """
    folder = working_folder(commission, target)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_text(commission.model_dump_json(indent=2))
    items, wave, said = itinerary.first(), 0, {}
    while items:
        done = []
        whole, before = sum(item.units for item in items), 0
        for item in items:

            def told(units: int, item: Item = item, before: int = before, whole: int = whole) -> None:
                watched(item, before + units, whole)

            try:
                said = dict(itinerary.perform(Order("here", str(folder), item), told))
            except OverglassError:
                shutil.rmtree(folder)  # trying again would end the same way
                raise
            before += item.units
            watched(item, before, whole)
            done.append((item, said))
        items, wave = itinerary.after(wave, done), wave + 1
    (folder / RESULT).replace(target)
    shutil.rmtree(folder)
    return said


def working_folder(commission: Commission, target: Path) -> Path:
    """Another recipe for the same target begins anew."""
    return target.with_name(f".{target.name}.{commission.record:08x}.remix")


def _input(path: Path) -> Input:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ClipError(
            f"{path} cannot be read: {error.strerror}", code="no-file", cure="Check the name."
        ) from error
    return Input(name=path.name, file=str(path.absolute()), sha256=digest)
