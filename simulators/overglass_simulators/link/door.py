"""The edge's door behind a bad network: all media of the sessions it opens goes by way of a relay."""

from dataclasses import replace

from overglass_edge.door import Door, Opened
from overglass_simulators.link.relay import Relay


class RelayedDoor(Door):
    """A door as any, but for the addresses in the descriptions that pass it.

    HTTP goes straight to `url`, so give it that of a `Doorway` where an outage is to be total.
    """

    def __init__(self, url: str, relay: Relay, token: str | None = None) -> None:
        super().__init__(url, token)
        self._relay = relay

    async def open(
        self,
        offer: str,
        look: str,
        resume_token: str | None,
        reference: str | None = None,
        patience: float | None = None,
    ) -> Opened:
        opened = await super().open(self._relay.rewrite(offer), look, resume_token, reference, patience)
        return replace(opened, answer=self._relay.rewrite(opened.answer))
