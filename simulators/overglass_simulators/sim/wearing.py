"""One pair of simulated glasses on one head, from putting them on until they are taken off.

Joins camera, recorder, display and the real agent; knows no page and starts no service.
"""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from overglass_edge.agent import Agent
from overglass_edge.contract import AgentSettings
from overglass_edge.door import Door
from overglass_edge.trip import Trip
from overglass_protocol import messages, rtc
from overglass_protocol.control import Control
from overglass_simulators.devices.device import Device, DisplayModel
from overglass_simulators.link import LinkSettings
from overglass_simulators.motion import Motion
from overglass_simulators.motion.steered import Steered
from overglass_simulators.sim.camera import SimulatedCamera
from overglass_simulators.sim.display import Refreshed, WornDisplay
from overglass_simulators.sim.faults import Fault
from overglass_simulators.sim.ledger import Ledger
from overglass_simulators.sim.line import Line
from overglass_simulators.sim.place import Place
from overglass_simulators.sim.plan import SimPlan
from overglass_simulators.sim.subject import FrameRow, Said, SimState
from overglass_simulators.sim.tape import Tape
from overglass_simulators.sim.troubles import OWN


class Wearing:
    """`run` until cancelled. All else may be called on the event loop at any time before or in it."""

    def __init__(
        self,
        device: Device,
        place: Place,
        motion: Motion,
        plan: SimPlan,
        hear: Callable[[str, str], None],
        numbers: Iterator[int],
    ) -> None:
        """`numbers` are for the views: see `Views`."""
        self.device = device
        self.steered = Steered(motion)
        self.camera = SimulatedCamera(device, self.steered, place.seen_by, seed=plan.seed)
        self.tape = Tape(self.camera, device.name)
        self.ledger = Ledger()
        self.display = WornDisplay(
            device, self.camera, place, self._refreshed, numbers, mode=plan.mode, look=plan.look
        )
        self.agent: Agent | None = None
        self._control = Control(version=1, look=plan.look, strength=plan.strength)
        self._hear = hear
        self._faults: list[tuple[Fault, float]] = []
        "With the time at which each ends."

    @property
    def time(self) -> float:
        """Seconds since the session began."""
        return time.monotonic() - self.camera.start if self.camera.start else 0.0

    async def run(self, door: Door) -> None:
        """Until cancelled, or until the service will never let us in. Raises OverglassError."""
        device = self.device
        peer = rtc.PeerSettings(
            hosts=("127.0.0.1",) if door.loopback else None,
            codecs=device.codecs,
            fps=device.camera.mode.fps,
            max_bitrate=round(device.max_bitrate) if device.max_bitrate is not None else None,
        )
        self.agent = Agent(
            self.camera,
            door,
            [self.display],
            AgentSettings(device=device.name, peer=peer, display=told(device.display)),
            self._control,
            recorder=self.tape,
            say=self.tell,
            on_imu=self.display.feel,
        )
        self.camera.captured = self.display.captured
        with self.display:
            await self.agent.run()

    def set_look(self, look: str, strength: float) -> None:
        self.display.look = look
        wanted = self._control.model_copy(update={"look": look, "strength": strength})
        self._control = self.agent.set_control(wanted) if self.agent is not None else wanted

    def provoke(self, fault: Fault, line: Line) -> None:
        """Raises OverglassError for what cannot go wrong here."""
        now = time.monotonic()
        if fault.kind in OWN:
            self.camera.troubles.provoke(fault, now)
        else:
            line.provoke(fault)
        self._faults = [(f, end) for f, end in self._faults if end > now] + [(fault, now + fault.seconds)]

    async def record(self, folder: Path) -> Path:
        """Starts recording into `folder`. Raises RecordingError."""
        await self.tape.start(folder)
        return folder

    def state(self, link: LinkSettings, plan: SimPlan) -> SimState:
        now, agent, ledger = self.time, self.agent, self.ledger
        tally = agent.tally if agent is not None else None
        known = agent is not None and agent.clock.known
        return SimState(
            time=now,
            device=self.device,
            link=link,
            motion=plan.motion,
            look=plan.look,
            strength=plan.strength,
            mode=self.display.mode,
            connected=agent is not None and agent.connected,
            display=self.device.display.kind if self.device.display is not None else "none",
            sent=tally.sent if tally is not None else 0,
            returned=tally.returned if tally is not None else 0,
            fps=ledger.fps(now),
            latency=ledger.latency(now),
            contrast=self.display.contrast,
            registration=ledger.registration(now),
            # Both programs read the same clock here, so whatever is estimated is the error.
            clock_error=agent.clock.offset(time.monotonic()) if agent is not None and known else None,
            faults=self._under_way(),
            recording=self.tape.folder,
            replaying=plan.trace if plan.motion == "recorded" and plan.world == str(plan.trace) else None,
            said=ledger.said(),
        )

    def _under_way(self) -> tuple[Fault, ...]:
        now = time.monotonic()
        return tuple(Fault(fault.kind, end - now) for fault, end in self._faults if end > now)

    def tell(self, name: str, detail: str) -> None:
        """Tells the wearer."""
        self.ledger.say(Said(self.time, name, detail))
        self._hear(name, detail)

    def _refreshed(self, refreshed: Refreshed) -> None:
        """In the display's thread."""
        if refreshed.registration is not None:
            self.ledger.registered(refreshed.photon - self.camera.start, refreshed.registration)
        if refreshed.first_of is not None:
            self.ledger.row(self._row(refreshed.first_of, refreshed))

    def _row(self, trip: Trip, shown: Refreshed) -> FrameRow:
        found, held = trip.stages, self.device.camera.capture_delay
        stages = {"capture": held}
        if "encode" in found:
            stages["encode"] = max(0.0, found["encode"] - held)
        ways = {
            "uplink": ("uplink", "cloud_decode"),
            "wait": ("queue",),
            "paint": ("paint",),
            "downlink": ("cloud_encode", "downlink"),
            "decode": ("decode",),
        }
        for name, parts in ways.items():
            if all(part in found for part in parts):
                stages[name] = sum(found[part] for part in parts)
        stages["warp"] = max(0.0, shown.done - trip.shown)
        stages["photon"] = max(0.0, shown.photon - shown.done)
        return FrameRow(
            trip.frame_id, trip.capture_time - self.camera.start, stages, shown.photon - trip.capture_time
        )


def told(display: DisplayModel | None) -> messages.Display | None:
    """The display, for the service."""
    if display is None or display.kind == "none":
        return None
    return messages.Display(
        kind=display.kind,
        width=display.width,
        height=display.height,
        field_of_view=math.degrees(display.field_of_view),
    )
