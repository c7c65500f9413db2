"""Where the result goes. Each display takes frames as they come and never makes them wait."""

from typing import Protocol

from overglass_edge.trip import Trip
from overglass_protocol.frame import Frame


class Display(Protocol):
    """Shows frames."""

    def show(self, frame: Frame, trip: Trip | None) -> None:
        """Takes a frame that came back; called on the event loop, never waits.

        `trip` is None when the frame came without an envelope.
        """
        ...

    def close(self) -> None:
        """Ends; what was taken is finished first. Raises DisplayError when it could not be kept."""
        ...


class NoDisplay:
    """Shows nothing: for measuring."""

    def show(self, frame: Frame, trip: Trip | None) -> None:
        pass

    def close(self) -> None:
        pass
