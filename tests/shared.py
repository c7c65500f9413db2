"""Real clips and model files, which lie beside the repository where they are; a test without its own is
skipped."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[1].parent / "shared"
MODELS = SHARED / "models"


def clip(name: str) -> Path:
    """A recording. Skips the test where there is none."""
    return _found(SHARED / "clips" / name)


def model(name: str) -> Path:
    """A model file. Skips the test where there is none."""
    return _found(MODELS / name)


def _found(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"needs ../shared/{path.relative_to(SHARED)}")
    return path
