"""The glasses' agent: camera to cloud to display, with a recorder that never depends on either.

Takes its parts as arguments; chooses none. Three loops: capture, stay connected, show. What it does
about trouble it says through `say`, in words for the wearer.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial

import structlog

from overglass_edge.connection import Connection
from overglass_edge.contract import AgentSettings, Recording, Tally, described
from overglass_edge.displays import Display
from overglass_edge.door import Door
from overglass_edge.encoded import EncodedTimes
from overglass_edge.imu import Sensing
from overglass_edge.lifeline import Lifeline
from overglass_edge.sources.captured import Camera, Telling
from overglass_edge.trip import Trip, trip_of
from overglass_edge.vigil import Vigil
from overglass_edge.voice import Voice
from overglass_protocol import messages, rtc
from overglass_protocol.clock import ClockEstimate
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import OverglassError, with_cure
from overglass_protocol.events import Applied, Complained, Ended, Event, Reported, Welcomed
from overglass_protocol.frame import Frame, copied
from overglass_protocol.imu import ImuSample
from overglass_protocol.latest import Latest
from overglass_protocol.messages import Hello
from overglass_protocol.reference import Reference

log = structlog.get_logger()

LAST_FRAMES = 0.5
"Seconds to wait at the end for frames under way."


class Agent:
    """Runs a pair of glasses. `run` until the camera ends or it is cancelled."""

    def __init__(
        self,
        camera: Camera,
        door: Door,
        displays: Sequence[Display],
        settings: AgentSettings,
        control: Control,
        *,
        reference: Reference | None = None,
        recorder: Recording | None = None,
        say: Callable[[str, str], None] = lambda name, detail: None,
        on_trip: Callable[[Trip], None] = lambda trip: None,
        on_imu: Callable[[Sequence[ImuSample]], None] = lambda samples: None,
    ) -> None:
        """`camera` and `recorder` are entered, and left, by `run`.

        `reference` is the picture that `control` may name; the service is lent it whenever it lacks it.
        `say(name, detail)` hears events worth telling, `on_trip` frames shown, `on_imu` what is `Sensing`.
        """
        self.control = control
        "As last asked for."
        self.tally = Tally()
        self.report: messages.Report | None = None
        "The service's last word on what limits quality."
        self._camera = camera
        self._door = door
        self._displays = displays
        self._settings = settings
        self._reference = reference
        self._recorder = recorder
        self._say_to = say
        self._on_trip = on_trip
        self._on_imu = on_imu
        self._connection: Connection | None = None
        self._resume_token: str | None = None
        self._next_id = 0
        self._encoded = EncodedTimes()
        self._returned: Latest[Frame] = Latest("display busy")
        self._all_back = asyncio.Event()
        self._vigil = Vigil(self._say)
        self._voice: Voice | None = None
        self._unknown_clock = ClockEstimate()

    @property
    def connected(self) -> bool:
        """Whether there is a connection, and it is heard."""
        return self._connection is not None and not self._connection.silent

    @property
    def clock(self) -> ClockEstimate:
        """The cloud's clock as this connection knows it."""
        return self._connection.session.clock if self._connection is not None else self._unknown_clock

    def dropped(self) -> Counter[str]:
        """Frames dropped at this end so far, by reason, over all connections."""
        now = self.statistics()
        present = Counter(now.dropped if now is not None else {})
        unheard = self._voice.dropped if self._voice is not None else Counter()
        return self.tally.dropped + self._returned.dropped + present + unheard

    def statistics(self) -> rtc.Statistics | None:
        """Of the present connection."""
        return self._connection.peer.statistics() if self._connection is not None else None

    def set_control(self, control: Control) -> Control:
        """Asks for a look, now or as soon as there is a connection; returns it with its version."""
        if self._connection is not None:
            self.control = self._connection.set_control(control)
        else:
            self.control = control.model_copy(update={"version": self.control.version + 1})
        if self._recorder is not None:
            self._recorder.control(self.control)
        return self.control

    async def run(self) -> None:
        """Until the camera ends.

        Raises SourceError, RecordingError, or RefusedError when the service will never let us in.
        """
        if isinstance(self._camera, Telling):
            self._camera.say = self._say
        if isinstance(self._camera, Sensing):
            self._camera.sense = self._sense
        async with AsyncExitStack() as open_parts:
            camera = await open_parts.enter_async_context(self._camera)
            self._lifeline = Lifeline(partial(self._connect, camera), self._use, self._say)
            if self._recorder is not None:
                await open_parts.enter_async_context(self._recorder)
                self._recorder.control(self.control)
            if camera.sound is not None and self._settings.sound:
                say = partial(self._send_sound, asyncio.get_running_loop())
                self._voice = open_parts.enter_context(Voice(camera.sound, say))
            try:
                async with asyncio.TaskGroup() as group:
                    others = [
                        group.create_task(self._lifeline.keep()),
                        group.create_task(self._show()),
                        group.create_task(self._vigil.keep(lambda: self.connected)),
                    ]
                    await self._capture(camera)
                    await self._wait_for_the_last()
                    for task in others:
                        task.cancel()
            except* OverglassError as group_error:
                raise group_error.exceptions[0] from group_error
            finally:
                self.tally.dropped.update(self._returned.dropped)
                self._returned.dropped.clear()

    async def _capture(self, camera: Camera) -> None:
        self._vigil.watch_camera(camera.fps, time.monotonic())
        async for captured in camera:
            self._vigil.captured(time.monotonic(), (captured.picture.width, captured.picture.height))
            envelope = Envelope(self._next_id, captured.capture_time, pose=captured.pose)
            self._next_id += 1
            self.tally.captured += 1
            if self._voice is not None and self._connection is not None:
                self._voice.take(captured)
            if self._connection is not None:
                self._vigil.sent()
                # The encoder writes into the picture it is given, and the recorder has its own use of it.
                picture = copied(captured.picture) if self._recorder is not None else captured.picture
                self._connection.send(Frame(picture, envelope))
                self.tally.sent += 1
            if self._recorder is not None:
                self._recorder.record(captured, envelope)

    async def _wait_for_the_last(self) -> None:
        """Gives frames that are under way a moment to come back."""
        if self.connected and self.tally.returned < self.tally.sent:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_FRAMES):
                    await self._all_back.wait()

    def _use(self, connection: Connection | None) -> None:
        """From now on; None while there is none."""
        before, self._connection = self._connection, connection
        if connection is before:  # heard again: what was under way is forgiven
            return self._vigil.restart()
        if before is not None:
            self.tally.dropped.update(before.peer.statistics().dropped)
        if connection is None:
            return None
        self._vigil.restart()
        self.tally.connections += 1
        if connection.session.control.version != self.control.version:  # changed while we were connecting
            self.control = connection.set_control(self.control)
        return None

    def _connect(self, camera: Camera, patience: float | None) -> Connection:
        return Connection(
            self._door,
            self._settings.peer,
            Hello(
                device=self._settings.device,
                program="overglass edge",
                display=self._settings.display,
                cameras=(described(camera),),
                control=self.control,
            ),
            frame=self._returned.put,
            encoded=self._encoded.note,
            sound=self._voice is not None,
            reference=self._reference,
            lent_again=lambda: self.set_control(self.control),
            event=self._on_event,
            moved=lambda: self._say("moved", "the network gave us another address; the connection went on"),
            resume_token=self._resume_token,
            connect_seconds=self._settings.connect_seconds,
            silence_seconds=self._settings.silence_seconds,
            patience=patience if self._resume_token is not None else None,
        )

    async def _show(self) -> None:
        async for frame in self._returned:
            shown = time.monotonic()
            self._vigil.seen(shown)
            self.tally.returned += 1
            if self.tally.returned >= self.tally.sent:
                self._all_back.set()
            else:
                self._all_back.clear()
            trip = self._trip(frame, shown)
            for display in self._displays:
                display.show(frame, trip)
            if trip is not None and frame.envelope is not None:
                self._on_trip(trip)
                if self._recorder is not None:
                    self._recorder.returned(frame.envelope, frame.arrived, shown)

    def _trip(self, frame: Frame, shown: float) -> Trip | None:
        if frame.envelope is None:
            return None
        return trip_of(
            frame.envelope,
            clock=self.clock,
            encoded=self._encoded.take(frame.envelope.frame_id),
            arrived=frame.arrived,
            decoded=frame.decoded,
            shown=shown,
        )

    def _send_sound(self, loop: asyncio.AbstractEventLoop, packet: rtc.SoundPacket, captured: float) -> None:
        """In the voice's thread."""
        connection = self._connection
        if connection is not None:
            with suppress(RuntimeError):  # the loop may just have closed
                loop.call_soon_threadsafe(connection.peer.send_sound, packet, captured)

    def _on_event(self, event: Event) -> None:
        match event:
            case Welcomed(welcome):
                asked, self._resume_token = self._resume_token, welcome.resume_token
                self.tally.resumed += welcome.resumed
                if asked is not None and not welcome.resumed:
                    forgot = "the service no longer knew the session; opened a new one"
                    self._say("new-session", f"{self._back('connected')}: {forgot}")
                else:
                    what = "resumed" if welcome.resumed else "connected"
                    detail = f"session {welcome.session[:8]}, look {self.control.look}"
                    self._say(what, f"{self._back(what)}, {detail}")
            case Applied(version, frame_id):
                if self._recorder is not None:
                    self._recorder.applied(version, frame_id)
            case Reported(report):
                self.report = report
            case Complained(error):
                self._say("complaint", with_cure(error.detail, error.cure))
            case Ended(reason):
                log.debug("the service ended the session", reason=reason)
            case _:
                pass

    def _sense(self, samples: Sequence[ImuSample]) -> None:
        if self._recorder is not None:
            self._recorder.imu(samples)
        self._on_imu(samples)

    def _back(self, otherwise: str) -> str:
        away = self._lifeline.back_after()
        return f"back after {away:.1f} s" if away is not None else otherwise

    def _say(self, name: str, detail: str) -> None:
        if self._recorder is not None:
            self._recorder.event(name, detail)
        self._say_to(name, detail)
