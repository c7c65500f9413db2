"""The presets of this installation, by name, and the reading of their parameters."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any

from pydantic import BaseModel, ValidationError

from overglass_cloud.looks import Workshop
from overglass_cloud.remix.presets.contract import Preset
from overglass_protocol.errors import RemixError


class Presets:
    """In the order that they were found."""

    def __init__(self, presets: Iterable[Preset]) -> None:
        self._by_name: dict[str, Preset] = {}
        for preset in presets:
            if preset.name in self._by_name:
                raise RemixError(
                    f"two presets are called {preset.name!r}",
                    code="two-presets",
                    cure="Uninstall one of the packages that bring it.",
                )
            self._by_name[preset.name] = preset

    @classmethod
    def installed(cls) -> "Presets":
        """Every preset that an installed package offers (entry-point group `overglass.presets`)."""
        found = sorted(entry_points(group="overglass.presets"), key=lambda point: point.name)
        return cls(preset for point in found for preset in point.load())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    def __getitem__(self, name: str) -> Preset:
        """Raises RemixError when there is no such preset."""
        try:
            return self._by_name[name]
        except KeyError as error:
            raise RemixError(
                f"there is no preset called {name!r}",
                code="no-such-preset",
                cure=f"Choose one of: {', '.join(self.names)}.",
            ) from error

    def __iter__(self) -> Iterator[Preset]:
        return iter(self._by_name.values())

    def describe(self, workshop: Workshop) -> list[dict[str, Any]]:
        """As a page and `overglass remix --presets --json` show them."""
        return [_described(preset, workshop) for preset in self]


def read(preset: Preset, parameters: Mapping[str, Any]) -> BaseModel:
    """Checks a step's parameters. Raises RemixError that names the field."""
    try:
        return preset.parameters.model_validate(dict(parameters))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        allowed = ", ".join(preset.parameters.model_fields)
        raise RemixError(
            f"{preset.name}: {where}: {first['msg'].removeprefix('Value error, ')}",
            code="bad-parameter",
            cure=f"Its parameters are: {allowed or 'none'}.",
        ) from error


def _described(preset: Preset, workshop: Workshop) -> dict[str, Any]:
    return {
        "name": preset.name,
        "title": preset.title,
        "summary": preset.summary,
        "kind": preset.kind,
        "engine": preset.engine,
        "licence": preset.licence,
        "needs": list(preset.needs),
        "cure": preset.missing(workshop),
        "parameters": preset.parameters.model_json_schema(),
    }
