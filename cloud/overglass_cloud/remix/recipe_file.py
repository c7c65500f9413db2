"""Recipes on disk: one readable JSON document each."""

from pathlib import Path

from pydantic import ValidationError

from overglass_cloud.remix.recipe import Recipe
from overglass_protocol.errors import RemixError

SUFFIX = ".recipe.json"


def read_recipe(path: Path) -> Recipe:
    """Raises RemixError naming what is wrong with it."""
    try:
        return Recipe.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RemixError(
            f"the recipe {path} cannot be read: {error.strerror}", code="no-recipe", cure="Check the name."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RemixError(
            f"{path} is not a recipe: {where + ': ' if where else ''}{first['msg']}",
            code="bad-recipe",
            cure="Use a file that 'overglass remix' wrote beside a result.",
        ) from error


def write_recipe(recipe: Recipe, path: Path) -> None:
    """Replaces the file whole. Raises OSError."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(recipe.model_dump_json(indent=2) + "\n")
    fresh.replace(path)
