"""Stand-ins that run: a world, glasses, a network. `glasses` is a pytest fixture; see `pytest_plugin`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from overglass_simulators.pytest_plugin import glasses as glasses


def __getattr__(name: str) -> Any:
    """Only whoever asks for the fixture needs pytest."""
    if name != "glasses":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from overglass_simulators.pytest_plugin import glasses  # noqa: PLC0415 - see above

    return glasses
