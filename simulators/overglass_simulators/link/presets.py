"""Networks by name, and the radio between glasses and what carries them on. Pure numbers.

Each preset is one direction from a wearer to a service in the same region, the narrower way where the
two differ. They are typical, not measured here: chosen to lie inside what is published of such networks.
"""

from dataclasses import dataclass

from overglass_protocol.errors import ConfigError
from overglass_simulators.devices.device import LinkNumbers
from overglass_simulators.link.model import LinkSettings

PRESETS: dict[str, LinkSettings] = {
    "perfect": LinkSettings(),
    # A good home: the air costs a few milliseconds and, thanks to its own repeats, hardly a packet.
    "wifi": LinkSettings(loss=0.001, delay=0.008, jitter=0.006, rate=40e6, queue=0.1),
    # Uplink of a mobile cell with some load: 4G schedules in slots, whence the jitter, and buffers deeply.
    "lte": LinkSettings(loss=0.002, delay=0.025, jitter=0.020, rate=12e6, queue=0.3),
    # Many guests on one access point and one thin line: collisions, and queues that come and go.
    "hotel": LinkSettings(loss=0.02, delay=0.035, jitter=0.040, reorder=True, rate=4e6, queue=0.4),
    # Mobile at speed: handovers show as long jitter and bursts of loss, here as a share of all packets.
    "train": LinkSettings(loss=0.03, delay=0.045, jitter=0.060, rate=5e6, queue=0.6),
    # A phone that carries glasses on over Bluetooth EDR: 3 Mbit/s on the air leave about 1.5 for
    # payload; the link layer repeats until it succeeds, so loss shows as jitter and never as a hole.
    "bluetooth": LinkSettings(delay=0.020, jitter=0.025, rate=1.5e6, queue=0.5),
}


def named(name: str) -> LinkSettings:
    """One direction of the network of that name. Raises ConfigError."""
    if name not in PRESETS:
        raise ConfigError(
            f"there is no network called {name!r}", cure=f"Choose one of: {', '.join(PRESETS)}."
        )
    return PRESETS[name]


@dataclass(frozen=True, slots=True)
class DeviceLink:
    """A device's own radio and the network behind it, one after the other."""

    radio: LinkNumbers
    network: LinkSettings
    "Of either direction."

    @property
    def up(self) -> LinkSettings:
        return _in_series(self.radio, self.radio.up_rate, self.network)

    @property
    def down(self) -> LinkSettings:
        return _in_series(self.radio, self.radio.down_rate, self.network)


def _in_series(radio: LinkNumbers, rate: float | None, network: LinkSettings) -> LinkSettings:
    """Delays and jitters add up; a packet has to survive both; the narrower one sets the pace."""
    rates = [each for each in (rate, network.rate) if each is not None]
    return LinkSettings(
        loss=1 - (1 - radio.loss) * (1 - network.loss),
        delay=radio.delay + network.delay,
        jitter=radio.jitter + network.jitter,
        reorder=network.reorder,
        rate=min(rates, default=None),
        queue=network.queue,
    )
