"""A bad network on loopback: a seeded UDP relay between two real WebRTC stacks.

Its two models decide, its pipes and gates carry; here stands what a network does as a whole: change,
be cut, stand still, give its user another address, let no media through. Knows nothing of what packets say.
"""

import asyncio
from typing import Self

from overglass_simulators.link.description import rewrite_candidates
from overglass_simulators.link.model import LinkModel, LinkSettings
from overglass_simulators.link.path import Address, Gate, Pipe

MOST_GATES = 64
"Open at once; the one not used for longest makes room. Each connection needs one a candidate."


class Relay:
    """All UDP between two WebRTC peers, by way of two links: `up` from the offerer, `down` to it.

    Use as an async context manager, and give each peer the other's description through `rewrite`:

        async with Relay(up=LinkSettings(loss=0.02, delay=0.03)) as relay:
            answer = await post(relay.rewrite(offer))
            await peer.accept(relay.rewrite(answer))

    Peers have to gather candidates on 127.0.0.1. Any number of clients may share a relay; they
    share its two links, as a household shares a line. HTTP passes by it unless a `Doorway` stands
    beside it.
    """

    def __init__(
        self, up: LinkSettings | None = None, down: LinkSettings | None = None, *, seed: int = 0
    ) -> None:
        self.up = LinkModel(up or LinkSettings(), 2 * seed)
        self.down = LinkModel(down or LinkSettings(), 2 * seed + 1)
        self.moves = 0
        "How often the address has changed."
        self._gates: dict[tuple[Address, bool], Gate] = {}
        self._dead: list[Gate] = []
        self._silent = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._pipes = Pipe(self.up, self._loop), Pipe(self.down, self._loop)
        return self

    async def __aexit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.drop_all("cut")
        for gate in (*self._gates.values(), *self._dead):
            gate.close()
        self._gates.clear()
        self._dead.clear()

    def rewrite(self, sdp: str) -> str:
        """The same offer or answer, with every way to its writer but through this relay removed.

        Raises PeerError when it has candidates but none that the relay can stand for.
        """
        # RFC 8842, 5.2: an offer says actpass, and an answer never does.
        to_offerer = "a=setup:actpass" in sdp
        return rewrite_candidates(sdp, lambda host, port: self.door(host, port, to_offerer=to_offerer))

    def door(self, host: str, port: int, *, to_offerer: bool = False) -> int:
        """A port on 127.0.0.1 that leads to `host` and `port`, up the link unless `to_offerer`."""
        key = ((host, port), to_offerer)
        if key not in self._gates:
            self._make_room()
            up, down = self._pipes
            there, back = (down, up) if to_offerer else (up, down)
            self._gates[key] = Gate(
                (host, port), there, back, self._loop, to_offerer=to_offerer, muted=self._silent
            )
        return self._gates[key].port

    def set(self, up: LinkSettings | None = None, down: LinkSettings | None = None) -> None:
        """Another network from now on; a direction that is not given stays as it is."""
        self.up.settings = up or self.up.settings
        self.down.settings = down or self.down.settings

    def cut(self) -> None:
        """Nothing passes any more, what is under way included."""
        for pipe in self._pipes:
            pipe.model.is_cut = True
            pipe.drop_all("cut")

    def mend(self) -> None:
        """Ends a cut."""
        self.up.is_cut = self.down.is_cut = False

    def stall(self, seconds: float) -> None:
        """Both directions stand still for so long; then all that was held is delivered at once."""
        for model in (self.up, self.down):
            model.stall(seconds, self._loop.time())

    def move(self) -> None:
        """The offerer's address changes, as from Wi-Fi to mobile or when a NAT binds it anew.

        What it sends arrives from there; what is sent to where it was is lost. A `Doorway`'s open
        connections are dead.
        """
        self.moves += 1
        for gate in self._gates.values():
            gate.move()

    def silent(self, on: bool) -> None:
        """Whether media passes at all; HTTP does.

        Paths there are now are dead for good, as if a middlebox had forgotten them; those made from
        now on pass nothing until silence ends.
        """
        if on == self._silent:
            return
        self._silent = on
        if on:
            for gate in self._gates.values():
                gate.muted = True
            self._dead += self._gates.values()
            self._gates.clear()
        else:
            for gate in self._gates.values():
                gate.muted = False

    def _make_room(self) -> None:
        while len(self._gates) + len(self._dead) >= MOST_GATES:
            if self._dead:
                self._dead.pop(0).close()
            else:
                oldest = min(self._gates, key=lambda key: self._gates[key].used_at)
                self._gates.pop(oldest).close()
