"""What is to be shown, and the defaults that depend on each other. Opens nothing."""

from dataclasses import dataclass
from pathlib import Path

from overglass_protocol.control import Overlay, Region
from overglass_protocol.errors import ConfigError
from overglass_protocol.reference import Reference

ENDLESS_HEADLESS_SECONDS = 10.0
"How long a source that never ends is measured when nobody says."


@dataclass(frozen=True, slots=True)
class Plan:
    """As the command line said it. Raises ConfigError for what contradicts itself."""

    clip: Path | None = None
    camera: int | None = None
    look: str = "none"
    strength: float = 1.0
    overlays: tuple[Overlay, ...] = ()
    region: Region = "all"
    reference: Reference | None = None
    "The picture that looks which take one go by."
    size: tuple[int, int] | None = None
    seconds: float | None = None
    headless: bool = False

    def __post_init__(self) -> None:
        if self.clip is not None and self.camera is not None:
            raise ConfigError("a clip and a camera cannot both be shown", cure="Leave one of them out.")

    @property
    def loops(self) -> bool:
        """Whether a clip starts again: always, but for a measurement that nobody set a length for."""
        return not self.headless or self.seconds is not None

    @property
    def duration(self) -> float | None:
        """Seconds after which to stop; None: at the source's end, or at Ctrl-C."""
        if self.seconds is None and self.headless and self.clip is None:
            return ENDLESS_HEADLESS_SECONDS
        return self.seconds
