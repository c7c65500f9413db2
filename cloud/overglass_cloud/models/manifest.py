"""What is known of each model file before it is here. Knows no folder and no network.

The manifest ships inside the package; one from elsewhere is never fetched.
"""

import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from overglass_protocol.errors import ModelError

Line = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\r\n]+$")]


class Model(BaseModel):
    """One model file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
    "What it is called here."
    part_of: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")] | None = None
    "The bundle it belongs to, files that are of use only together: pulled by that name, and only by a name."
    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)*$")]
    "What it is called in the models' folder: its publisher's name for it; that of a bundle in its folder."
    purpose: Line
    "What it is for."
    url: Annotated[str, StringConstraints(pattern=r"^(https://[^\s/]+|http://127\.0\.0\.1(:\d+)?)/\S+$")]
    "Where its publisher offers it. Plain HTTP only on this machine."
    size: Annotated[int, Field(gt=0)]
    "Bytes."
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    licence: Line
    "SPDX identifier."
    licence_source: Line
    "Where its publisher says so."
    checksum_of: Line
    "Which file the checksum is of, and who vouches for it."


class Manifest:
    """All models, in order; each name and each file once."""

    def __init__(self, models: Iterable[Model]) -> None:
        """Raises ValueError when two share a name or a file."""
        self._by_name: dict[str, Model] = {}
        for model in models:
            if model.name in self._by_name:
                raise ValueError(f"two models are called {model.name!r}")
            if any(model.file == other.file for other in self):
                raise ValueError(f"two models lie in {model.file!r}")
            if model.part_of is not None and not model.file.startswith(f"{model.part_of}/"):
                raise ValueError(f"the file {model.file!r} lies outside of its bundle {model.part_of!r}")
            if model.part_of is None and "/" in model.file:
                raise ValueError(f"the file {model.file!r} lies in a folder and is of no bundle")
            self._by_name[model.name] = model

    @classmethod
    def shipped(cls) -> Self:
        """The manifest of this version."""
        return cls.parse(files(__package__).joinpath("manifest.toml").read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """A manifest in TOML, one `[[model]]` for each. Raises ValueError when it is none."""
        return cls(_MODELS.validate_python(tomllib.loads(text).get("model", [])))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    @property
    def bundles(self) -> dict[str, list[Model]]:
        """The files of each bundle, in order."""
        found: dict[str, list[Model]] = {}
        for model in self:
            if model.part_of is not None:
                found.setdefault(model.part_of, []).append(model)
        return found

    def called(self, name: str) -> list[Model]:
        """The model of this name, or those of the bundle. Raises ModelError."""
        return self.bundles.get(name) or [self[name]]

    def __iter__(self) -> Iterator[Model]:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> Model:
        """Raises ModelError when there is no such model."""
        try:
            return self._by_name[name]
        except KeyError:
            known = dict.fromkeys(model.part_of or model.name for model in self)
            raise ModelError(
                f"there is no model called {name!r}", cure=f"Choose one of: {', '.join(known)}."
            ) from None


_MODELS = TypeAdapter(list[Model])
