"""Which diffusion pipeline, and how it is run: what a service chooses once. Imports nothing heavy."""

from dataclasses import dataclass

MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """What the settings say."""

    source: str = "sd_turbo"
    "The name of a pipeline that `overglass models pull` knows, a hub id OWNER/NAME, or a folder."
    steps: int = 1
    "How often the network is asked for each picture, 1 to `MOST_STEPS`."
    pixels: int = 512 * 512
    "About how many of the picture it paints; the rest is scaled."
    noise: float = 0.5
    "Share of all noise that strength 1 lays over the picture; at 1 nothing of the picture is left."
    compiled: bool = False
    "Whether torch.compile fuses the network's small steps: minutes for each new size, then quicker."
