"""What the studio's page offers to choose from: our own devices with their sources, motions, networks."""

from overglass_simulators.devices import names, profile
from overglass_simulators.devices.profile import Profile
from overglass_simulators.devices.table import rows
from overglass_simulators.link import PRESETS
from overglass_simulators.sim.eye import across
from overglass_simulators.studio.choices import Choices, Described, Number

MOTION_WORDS = {
    "still": "Still",
    "constant": "Turning",
    "sin30": "30° slow",
    "sin20": "20°",
    "sin10": "10° quick",
    "walk": "Walk",
}
"""As short as a button; the motion `recorded` is the page's Replay."""
PARTS = {
    "camera": "camera",
    "display": "display",
    "imu": "motion sensor",
    "link": "radio",
    "codecs": "radio",
    "max_bitrate": "radio",
    "thermal": "heat",
}
ASSUMED = "Not published. Assumed: "


def choices() -> Choices:
    """Raises ConfigError when a profile of the package is broken."""
    return Choices(tuple(_described(profile(name)) for name in names()), MOTION_WORDS, PRESETS)


def _described(device: Profile) -> Described:
    numbers = []
    for row in rows(device):
        part, _, name = row.field.partition(".")
        label = (name or part).replace("_", " ").replace(".", " ").capitalize()
        source = row.origin if row.known else ASSUMED + row.origin
        numbers.append(Number(PARTS.get(part, part), label, row.value, source))
    worn = device.device()
    return Described(worn, tuple(numbers), across(worn.display))
