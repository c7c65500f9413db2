"""Glasses for the studio's tests: made up, but they see a real world, are late, are troubled, and obey.

Time is an argument (`advance`); `living` lets it run.
"""

import asyncio
import contextlib
import functools
import math
import random
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from overglass_protocol import rotation
from overglass_protocol.errors import ConfigError, LookError
from overglass_protocol.pose import Pose
from overglass_simulators.link import LinkSettings
from overglass_simulators.sim.faults import Fault, FaultKind
from overglass_simulators.sim.subject import (
    FrameRow,
    Mode,
    Picture,
    Registration,
    Said,
    SimState,
    Views,
)
from overglass_simulators.studio.choices import Choices
from overglass_simulators.studio.links import link
from overglass_simulators.world.world import World
from tests.simulators.studio_devices import CHOICES, DEVICES

TICK = 1 / 18
"Seconds from one picture to the next: these glasses have time."
LOOKS = ["none", "ink", "neon"]
_AWAY: tuple[FaultKind, ...] = ("stall", "silent", "outage", "slow-start")
"Faults in which no picture comes."
_OWN = {"capture": 25, "encode": 7, "wait": 2, "paint": 11, "decode": 3, "warp": 2, "photon": 9}
"Milliseconds of those stages that the link has no part in."


@dataclass(frozen=True)
class _Flying:
    row: FrameRow
    due: float
    picture: Picture
    pose: Pose


class MadeUpGlasses:
    """A `Subject`."""

    def __init__(self, recordings: Path, choices: Choices = CHOICES) -> None:
        self._folder = recordings
        self._choices = choices
        self.device = DEVICES[2]
        self.settings = link(0.12, 0.01)
        self.motion, self.look, self.strength = "walk", "neon", 1.0
        self.mode: Mode = "warp_prediction"
        self.head = (0.0, 0.0)
        self.recording: Path | None = None
        self.replaying: Path | None = None
        self.held = False
        "Whether time stands still."
        self._ticked = asyncio.Event()
        self._begin(0)

    def _begin(self, seed: int) -> None:
        mode = self.device.camera.mode
        self.time, self.sent, self.number = 0.0, 0, 0
        self._world = _world(seed, mode.width, mode.height, self.device.camera.field_of_view)
        self._luck = random.Random(seed)
        self._flying: deque[_Flying] = deque()
        self._shown: _Flying | None = None
        self._rows: deque[FrameRow] = deque(maxlen=400)
        self._faults: dict[FaultKind, float] = {}
        self._said: deque[Said] = deque(maxlen=20)
        self._camera = self._world.render(0.0)
        self._say("connected", f"connected: {self.device.title}")

    # Time

    def advance(self, seconds: float = TICK) -> None:
        """One picture more."""
        self.time += seconds
        for kind in [kind for kind, ends in self._faults.items() if ends <= self.time]:
            del self._faults[kind]
            self._say("live", f"{kind} is over, pictures come again")
        self.sent += 1
        if not self._kept_away():
            self._camera = self._world.render(self.time, self._pose(self.time))
            self._send()
        while self._flying and self._flying[0].due <= self.time:
            self._shown = self._flying.popleft()
            self._rows.append(self._shown.row)
        self.number += 1
        self._ticked.set()
        self._ticked = asyncio.Event()

    def _kept_away(self) -> bool:
        seldom = "microphone" in self._faults and self.sent % 16 != 0
        stepped_down = "downgrade" in self._faults and self.sent % 2 == 1
        return seldom or stepped_down or any(kind in self._faults for kind in _AWAY)

    def _send(self) -> None:
        wobble = [self.settings.delay + self.settings.jitter * self._luck.random() for _ in "ud"]
        stages = {name: ms * self._luck.uniform(0.8, 1.25) / 1000 for name, ms in _OWN.items()}
        stages["uplink"], stages["downlink"] = 0.004 + wobble[0], 0.004 + wobble[1]
        due = self.time + sum(stages.values())
        if (held := self._faults.get("backlog")) is not None and held > due:
            stages["uplink"] += held - due
            due = held
        row = FrameRow(self.sent, self.time, stages, due - self.time)
        self._flying.append(_Flying(row, due, self._painted(self._camera), self._pose(self.time)))

    def _pose(self, time: float) -> Pose:
        walk = self._world.path(0.0 if self.motion == "still" else time)
        sway = math.sin(2 * math.pi * 0.5 * time) * math.radians(20) if self.motion == "sway" else 0.0
        yaw, pitch = self.head
        turned = rotation.multiply(
            rotation.about((0.0, yaw + sway, 0.0)),
            rotation.multiply(walk.orientation, rotation.about((pitch, 0.0, 0.0))),
        )
        return replace(walk, orientation=rotation.normalised(turned))

    # What is seen

    def _painted(self, camera: Picture) -> Picture:
        if self.look == "none":
            return camera
        grey = cv2.cvtColor(camera, cv2.COLOR_BGR2GRAY)
        edges = cv2.GaussianBlur(cv2.Canny(grey, 90, 200), (0, 0), 0.8)[..., None] / 255.0 * 1.6
        tint = cv2.applyColorMap(cv2.GaussianBlur(grey, (0, 0), 9), cv2.COLORMAP_COOL)
        colour = tint if self.look == "neon" else np.full_like(camera, 235)
        return np.asarray(np.clip(edges * colour * self.strength, 0, 255), np.uint8)

    def _worn(self, shown: _Flying, moved: bool) -> Picture:
        kind, painted = self._display(), shown.picture
        if moved:
            painted = self._moved(painted, shown.pose)
        if kind in ("screen", "none"):
            return painted
        if kind == "video-see-through":
            return cv2.addWeighted(self._camera, 0.45, painted, 0.9, 0).astype(np.uint8)
        assert self.device.display is not None
        share = min(1.0, self.device.display.field_of_view / self.device.camera.field_of_view)
        height, width = painted.shape[:2]
        left, top = round(width * (1 - share) / 2), round(height * (1 - share) / 2)
        worn = cv2.convertScaleAbs(self._camera, alpha=0.6).astype(np.uint8)
        part = worn[top : height - top, left : width - left]
        cv2.add(part, painted[top : height - top, left : width - left], part)
        return worn

    def _moved(self, painted: Picture, since: Pose) -> Picture:
        lens = self._world.intrinsics
        camera = np.array([[lens.fx, 0, -lens.cx], [0, -lens.fy, -lens.cy], [0, 0, -1.0]])
        turn = rotation.matrix(self._pose(self.time).orientation).T @ rotation.matrix(since.orientation)
        whole = camera @ turn @ np.linalg.inv(camera)
        return cv2.warpPerspective(painted, whole, painted.shape[1::-1]).astype(np.uint8)

    def _display(self) -> str:
        return self.device.display.kind if self.device.display else "none"

    async def views(self, after: int, within: float) -> Views | None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self.number <= after or self._shown is None:
                    await self._ticked.wait()
        if self._shown is None or self.number <= after:
            return None
        plain = self._worn(self._shown, moved=False)
        worn = plain if self.mode in ("none", "delayed") else self._worn(self._shown, moved=True)
        return Views(self.number, self._camera, worn, plain, self._shown.row.frame_id)

    def state(self) -> SimState:
        recent = [row for row in self._rows if row.exposed + row.latency > self.time - 1]
        return SimState(
            time=self.time,
            device=self.device,
            link=self.settings,
            motion=self.motion,
            look=self.look,
            strength=self.strength,
            mode=self.mode,
            connected="outage" not in self._faults,
            display=self.device.display.kind if self.device.display else "none",
            sent=self.sent,
            returned=len(self._rows),
            fps=float(len(recent)),
            latency=sorted(row.latency for row in recent)[len(recent) // 2] if recent else None,
            contrast=None if self.look == "none" else 0.62 + 0.05 * math.sin(self.time),
            registration=self._registration(),
            clock_error=0.0004 + 0.0002 * math.sin(self.time / 3),
            faults=tuple(Fault(kind, ends - self.time) for kind, ends in self._faults.items()),
            recording=self.recording,
            replaying=self.replaying,
            said=tuple(self._said),
        )

    def _registration(self) -> Registration | None:
        if self._shown is None:
            return None
        apart = math.degrees(rotation.angle(self._pose(self.time).orientation, self._shown.pose.orientation))
        left = {"none": 1.0, "delayed": 0.0, "warp": 0.06, "warp_prediction": 0.02, "plane": 0.02}[self.mode]
        return Registration(warped=apart * left + (0.03 if self.mode != "none" else 0.0), plain=apart)

    def rows(self, after: int) -> list[FrameRow]:
        return [row for row in self._rows if row.frame_id > after]

    async def looks(self) -> list[str]:
        return LOOKS

    # What is asked

    async def set_device(self, name: str) -> None:
        self.device = next(each for each in DEVICES if each.name == name)
        self.replaying = None
        self._begin(0)

    def set_link(self, settings: LinkSettings) -> None:
        self.settings = settings

    def set_look(self, look: str, strength: float) -> None:
        if look not in LOOKS:
            raise LookError(f"there is no look called {look!r}", cure=f"Choose one of: {', '.join(LOOKS)}.")
        self.look, self.strength = look, strength

    def set_motion(self, name: str) -> None:
        self.motion = name

    def set_mode(self, mode: Mode) -> None:
        if mode == "plane" and self.device.name == "phone":
            raise ConfigError("a phone knows no planes", cure="Choose another mode, or other glasses.")
        self.mode = mode

    def turn(self, yaw: float, pitch: float) -> None:
        self.head = (self.head[0] + yaw, max(-0.8, min(0.8, self.head[1] + pitch)))

    def provoke(self, fault: Fault) -> None:
        self._faults[fault.kind] = self.time + fault.seconds
        self._say("fault", f"{fault.kind} for {fault.seconds:g} s")

    async def start_recording(self) -> Path:
        self.recording = self._folder / f"session-{len(self.recordings()) + 1}"
        self.recording.mkdir(parents=True)
        (self.recording / "capture.mp4").write_bytes(bytes(200_000))
        return self.recording

    async def stop_recording(self) -> Path | None:
        folder, self.recording = self.recording, None
        return folder

    def recordings(self) -> list[Path]:
        return sorted(self._folder.iterdir()) if self._folder.exists() else []

    async def replay(self, folder: Path) -> None:
        self._begin(seed=7)
        self.replaying = folder

    async def failed(self) -> None:
        await asyncio.Future[None]()

    def _say(self, name: str, detail: str) -> None:
        self._said.append(Said(self.time, name, detail))


@functools.cache
def _world(seed: int, width: int, height: int, field: float) -> World:
    """Built once: that takes a second, and these glasses run in one thread."""
    return World(seed, width, height, field=field)


@contextlib.asynccontextmanager
async def living(recordings: Path) -> AsyncIterator[MadeUpGlasses]:
    """Glasses whose time runs."""
    glasses = MadeUpGlasses(recordings)

    async def live() -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(TICK)
            now = loop.time()
            if not glasses.held:
                glasses.advance(now - last)
            last = now

    running = asyncio.create_task(live())
    try:
        yield glasses
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
