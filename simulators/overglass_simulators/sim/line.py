"""The way between simulated glasses and a service: network, the device's own radio, and what befalls them.

Knows relays and doors; knows no session.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Self

from overglass_edge.door import Door
from overglass_protocol.errors import ConfigError
from overglass_simulators.devices.device import Device, LinkNumbers
from overglass_simulators.link import DeviceLink, Doorway, LinkSettings, Relay, RelayedDoor
from overglass_simulators.sim.faults import Fault

FAR = "the network towards a service on another machine is what it is"
FAR_CURE = "Leave --cloud out, and a service is started here, behind a network that can be changed."
NETWORK = ("backlog", "outage", "silent", "address")
"Faults of the way."
NO_RADIO = LinkNumbers(None, None, 0.0, 0.0, 0.0)


class Line:
    """An async context manager. A service beyond loopback is reached directly: nothing can be done to it."""

    def __init__(self, url: str, *, seed: int) -> None:
        """Raises ConfigError when `url` is no address of a service."""
        self.settings = LinkSettings()
        self._direct = Door(url)
        self._url, self._seed = url, seed
        self._radio = NO_RADIO
        self._relay: Relay | None = None
        self._doorway: Doorway | None = None
        self._under_way: Counter[str] = Counter()
        "Faults by kind: where two overlap, the first one's end is not the second's."
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._direct.__aexit__(None, None, None)
        if self._direct.loopback:
            async with AsyncExitStack() as stack:
                self._relay = await stack.enter_async_context(Relay(seed=self._seed))
                self._doorway = await stack.enter_async_context(Doorway(self._url, self._relay))
                self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    def door(self) -> Door:
        """A new one; whoever asked enters and leaves it."""
        if self._relay is None or self._doorway is None:
            return Door(self._url)
        return RelayedDoor(self._doorway.url, self._relay)

    def carry(self, device: Device) -> None:
        """From now on the radio is this device's."""
        self._radio = device.link
        self._apply()

    def set(self, settings: LinkSettings) -> None:
        """Raises ConfigError where the network cannot be changed."""
        if self._relay is None and settings != LinkSettings():
            raise ConfigError(FAR, cure=FAR_CURE)
        self.settings = settings
        self._apply()

    def provoke(self, fault: Fault) -> None:
        """A fault of the way. Raises ConfigError where there is none to be had."""
        relay = self._relay
        if relay is None:
            raise ConfigError(FAR, cure=FAR_CURE)
        match fault.kind:
            case "backlog":
                relay.stall(fault.seconds)
            case "outage":
                relay.cut()
                self._end_after(fault, relay.mend)
            case "silent":
                relay.silent(True)
                self._end_after(fault, lambda: relay.silent(False))
            case "address":
                relay.move()
            case _:
                raise ConfigError(
                    f"{fault.kind} is no fault of a network", cure=f"Choose {', '.join(NETWORK)}."
                )

    def _end_after(self, fault: Fault, end: Callable[[], None]) -> None:
        def over() -> None:
            self._under_way[fault.kind] -= 1
            if self._under_way[fault.kind] == 0:
                end()

        self._under_way[fault.kind] += 1
        asyncio.get_running_loop().call_later(fault.seconds, over)

    def _apply(self) -> None:
        if self._relay is not None:
            link = DeviceLink(self._radio, self.settings)
            self._relay.set(up=link.up, down=link.down)
