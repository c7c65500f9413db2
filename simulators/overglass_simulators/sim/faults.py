"""What goes wrong with real glasses, by name. Says what, not how it is done."""

from dataclasses import dataclass
from typing import Literal, get_args

FaultKind = Literal[
    "stall", "backlog", "microphone", "downgrade", "slow-start", "silent", "outage", "address"
]
"""`stall`: no pictures while the state says streaming. `backlog`: the link stands still, then delivers all it
held at once. `microphone`: the picture collapses to about one a second, as when a microphone opens over
Bluetooth. `downgrade`: the camera steps down its ladder of modes and up again. `slow-start`: the camera opens
anew and takes its time. `silent`: the service accepts a new connection, and no media passes. `outage`: the
network is gone. `address`: the glasses get another address, as between Wi-Fi and mobile."""

FAULTS: tuple[FaultKind, ...] = get_args(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    seconds: float
    "How long it lasts; `address` is over at once."
