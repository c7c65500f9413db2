"""The looks that were made or brought here: a folder of look files beside the service's other data.

Files come in whole or not at all; one that is worn already stays until another takes its name.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from pydantic import ValidationError

from overglass_cloud.config import Machine
from overglass_cloud.engines.neural import found_in, look_of
from overglass_cloud.looks import Look, Looks
from overglass_cloud.neural.look_file import SUFFIX, Card, LookFile, Weights, save
from overglass_protocol.errors import LookError


class LookFolder:
    """`reserved` are the names of looks that the service has anyway."""

    def __init__(self, path: Path, reserved: frozenset[str] = frozenset()) -> None:
        self.path = path
        self._reserved = reserved

    def __iter__(self) -> Iterator[LookFile]:
        return iter(found_in(self.path))

    def looks(self) -> list[Look]:
        """As a service wears them. A file's own name counts, not its card's."""
        return [look_of(file) for file in self if file.path == self.file(file.card.name)]

    def file(self, name: str) -> Path:
        return self.path / f"{name}{SUFFIX}"

    def require(self, name: str) -> LookFile:
        """Raises LookError when there is none of this name, or it is damaged."""
        if not self.file(name).exists():
            here = ", ".join(file.card.name for file in self) or "none yet"
            raise LookError(f"there is no look called {name!r} in {self.path}", cure=f"There are: {here}.")
        return LookFile.open(self.file(name))

    def check_free(self, name: str, *, replace: bool = False) -> None:
        """Raises LookError when a look of this name cannot be added."""
        if name in self._reserved:
            raise LookError(f"{name!r} is the name of a look that comes with Overglass", cure=_OTHER_NAME)
        if self.file(name).exists() and not replace:
            raise LookError(
                f"there is a look called {name!r} already", cure=f"{_OTHER_NAME} Or add --replace."
            )

    def check_writable(self) -> None:
        """Raises LookError where no file can be put here; better known before long work than after."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise LookError(
                f"{self.path} cannot be written: {error.strerror}",
                cure="Make room, or name another folder in OVERGLASS_DATA.",
            ) from error

    def add(self, card: Card, weights: Weights, *, replace: bool = False) -> LookFile:
        """Raises LookError when the name is taken or the file cannot be written."""
        self.check_free(card.name, replace=replace)
        save(self.file(card.name), card, weights)
        return LookFile(self.file(card.name), card)

    def bring(self, path: Path, *, name: str | None = None, replace: bool = False) -> LookFile:
        """Takes a look file from elsewhere, under its own name or another. Raises LookError."""
        file = LookFile.open(path)
        card = file.card if name is None else renamed(file.card, name)
        return self.add(card, file.weights(), replace=replace)

    def export(self, name: str, to: Path) -> Path:
        """Writes the look to a file, or into a folder under its own name; says where. Raises LookError."""
        file = self.require(name)
        target = to / file.path.name if to.is_dir() else to
        save(target, file.card, file.weights())
        return target

    def remove(self, name: str) -> None:
        """Raises LookError when there is none, or it cannot be deleted."""
        try:
            self.require(name).path.unlink()
        except OSError as error:
            raise LookError(
                f"{name} cannot be removed: {error.strerror}", cure="Check the folder."
            ) from error


def renamed(card: Card, name: str) -> Card:
    """Raises LookError when it cannot be a name."""
    try:
        return Card(**(card.model_dump() | {"name": name, "shape": card.shape}))
    except ValidationError as error:
        raise LookError(
            f"{name!r} cannot be the name of a look", cure="Use small letters, digits and hyphens, up to 40."
        ) from error


def folder_here(machine: Machine) -> LookFolder:
    """The looks of this machine's user."""
    return LookFolder(machine.data / "looks", frozenset(Looks.installed().names))


def looks_here(machine: Machine) -> Looks:
    """All that can be worn on this machine."""
    return Looks.installed(own=folder_here(machine).looks)


_OTHER_NAME = "Choose another --name."
