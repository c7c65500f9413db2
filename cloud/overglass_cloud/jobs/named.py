"""Finds an itinerary by its name, here and in workers alike. Knows no particular one."""

from importlib import import_module
from typing import cast

from overglass_cloud.remix.work import Itinerary
from overglass_protocol.errors import ConfigError


def itinerary(name: str) -> Itinerary:
    """`name` is package.module:NAME, never from a request. Raises ConfigError."""
    module, _, attribute = name.partition(":")
    try:
        return cast(Itinerary, getattr(import_module(module), attribute))
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"no itinerary can be imported from {name}: {error}") from error
