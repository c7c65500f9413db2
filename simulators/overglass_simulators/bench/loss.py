"""A bad network in between: how many frames come back, and how long is the longest freeze?"""

from dataclasses import dataclass
from itertools import pairwise

from overglass_protocol import rtc
from overglass_protocol.control import Control
from overglass_simulators.bench.content import Content
from overglass_simulators.bench.glasses import Glasses
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.record import Record, Window, count_figures, in_ms, latency_figures, reasons
from overglass_simulators.bench.rig import Advance, Result, Setup, measure, pictures_of
from overglass_simulators.link import LinkSettings, Relay, RelayedDoor
from overglass_simulators.service import Service

PROMISES = (Promise("delivered_ratio", 0.97, at_least=True), Promise("longest_freeze_ms", 300.0))
"For 2 % loss each way and a round trip of 60 ms."


@dataclass(frozen=True, slots=True)
class Network:
    """Both directions alike."""

    loss: float
    "Probability of each packet, each way."
    round_trip: float
    "Seconds."
    seed: int

    @property
    def one_way(self) -> LinkSettings:
        return LinkSettings(loss=self.loss, delay=self.round_trip / 2)


def result_of(record: Record, window: Window) -> Result:
    """The measured keys."""
    counts = count_figures(record, window)
    return {
        "delivered_ratio": round(counts["received"] / counts["sent"], 4) if counts["sent"] else None,
        "longest_freeze_ms": in_ms(longest_freeze(record, window)),
        **latency_figures(record.back(window)),
        **counts,
    }


def longest_freeze(record: Record, window: Window) -> float:
    """The longest time in the window without a new picture; its two ends bound the first and last."""
    shown = [s.trip.shown for s in record.shown if s.trip.shown in window]
    return max(after - before for before, after in pairwise([window.start, *shown, window.end]))


def repairs(before: rtc.Statistics | None, after: rtc.Statistics | None) -> Result:
    """What the edge's end of the connection repaired in between; None where a new one was made."""
    if before is None or after is None or after.retransmitted < before.retransmitted:
        return {"retransmitted": None, "repeated": None, "requested": None}
    return {
        "retransmitted": after.retransmitted - before.retransmitted,
        "repeated": after.repeated - before.repeated,
        "requested": after.requested - before.requested,
    }


def run(setup: Setup, network: Network) -> Result:
    """Raises OverglassError."""
    pictures = pictures_of(setup)
    with Service(look=setup.look, fps=setup.fps) as service:
        found = measure(
            "loss", setup.warmup + setup.seconds, lambda bar: _wear(service, pictures, setup, network, bar)
        )
    about = {"loss": network.loss, "rtt_ms": network.round_trip * 1000, "seed": network.seed}
    return judged({"bench": "loss", **found, **about, **setup.describe(pictures.name)}, PROMISES)


async def _wear(
    service: Service, pictures: Content, setup: Setup, network: Network, advance: Advance
) -> Result:
    control = Control(look=setup.look)
    async with (
        Relay(up=network.one_way, down=network.one_way, seed=network.seed) as relay,
        RelayedDoor(service.url, relay) as door,
        Glasses(door, pictures, setup, control, advance) as glasses,
    ):
        await glasses.wear(setup.warmup)
        before = glasses.agent.statistics()
        window = await glasses.wear(setup.seconds)
        after = glasses.agent.statistics()
        ways = (("up", relay.up.counts), ("down", relay.down.counts))
        packets = {f"{way} {fate}": count for way, counts in ways for fate, count in counts.items()}
    return {
        **result_of(glasses.record, window),
        **repairs(before, after),
        "connections": glasses.agent.tally.connections,
        "packets": packets,
        "reasons": reasons(glasses.dropped(), service.dropped()),
    }
