"""A bad network on loopback, seeded: what it does to packets, the relay that does it, networks by name."""

from overglass_simulators.link.description import rewrite_candidates
from overglass_simulators.link.door import RelayedDoor
from overglass_simulators.link.doorway import Doorway
from overglass_simulators.link.model import LinkModel, LinkSettings
from overglass_simulators.link.presets import PRESETS, DeviceLink, named
from overglass_simulators.link.relay import Relay

__all__ = [
    "PRESETS",
    "DeviceLink",
    "Doorway",
    "LinkModel",
    "LinkSettings",
    "Relay",
    "RelayedDoor",
    "named",
    "rewrite_candidates",
]
