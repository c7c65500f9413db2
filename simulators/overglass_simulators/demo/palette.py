"""The colours and words that page, clip and plot share, so that a stage looks the same everywhere."""

from dataclasses import dataclass

from overglass_edge.trip import STAGES

BACKGROUND = "#0c0e11"
SURFACE = "#14171c"
LINE = "#262b33"
TEXT = "#eceff3"
QUIET = "#98a1ad"
ACCENT = "#f2b84b"


@dataclass(frozen=True, slots=True)
class Stage:
    """How one of STAGES is shown."""

    name: str
    label: str
    place: str
    "glasses, network or cloud: each has a family of colours."
    colour: str


_SHOWN = {
    "encode": ("encode", "glasses", "#4f8ef7"),
    "uplink": ("uplink", "network", "#5b6572"),
    "cloud_decode": ("cloud decode", "cloud", "#d9794a"),
    "queue": ("queue", "cloud", "#ec5f67"),
    "paint": ("paint", "cloud", ACCENT),
    "cloud_encode": ("cloud encode", "cloud", "#c98b5a"),
    "downlink": ("downlink", "network", "#7b8592"),
    "decode": ("decode", "glasses", "#7fadfa"),
    "show": ("show", "glasses", "#b3cffc"),
}

SHOWN_STAGES = tuple(Stage(name, *_SHOWN[name]) for name in STAGES)
"In the order a frame passes them."


def rgb(colour: str) -> tuple[int, int, int]:
    """`#rrggbb` as numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
