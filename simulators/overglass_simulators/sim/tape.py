"""A recorder that can be switched on and off while the glasses are worn."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from overglass_edge.recorder import Recorder
from overglass_edge.sources import Camera, Captured
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RecordingError
from overglass_protocol.imu import ImuSample


class Tape:
    """`Recording` for an agent: passes everything to the recorder that runs, if one does."""

    def __init__(self, camera: Camera, device: str) -> None:
        self._camera, self._device = camera, device
        self._recorder: Recorder | None = None
        self._control: Control | None = None
        self._switching = asyncio.Lock()

    @property
    def folder(self) -> Path | None:
        """Where it records to just now."""
        return self._recorder.folder if self._recorder is not None else None

    async def start(self, folder: Path) -> None:
        """Raises RecordingError when the folder cannot be written, holds a session, or another runs."""
        async with self._switching:
            if self._recorder is not None:
                raise RecordingError("a recording runs already", cure="Stop it first.")
            recorder = Recorder(folder, self._camera, device=self._device)
            await recorder.__aenter__()
            if self._control is not None:
                recorder.control(self._control)
            self._recorder = recorder

    async def stop(self) -> Path | None:
        """The folder, complete. Raises RecordingError when it ended early."""
        async with self._switching:
            recorder, self._recorder = self._recorder, None
            if recorder is None:
                return None
            await asyncio.shield(recorder.__aexit__())
        if recorder.error is not None:
            raise recorder.error
        return recorder.folder

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        # Why it ended early stands in the log; it must not stand for why the session ended.
        with suppress(RecordingError):
            await self.stop()

    def record(self, captured: Captured, envelope: Envelope) -> None:
        if self._recorder is not None:
            self._recorder.record(captured, envelope)

    def imu(self, samples: Sequence[ImuSample]) -> None:
        if self._recorder is not None:
            self._recorder.imu(samples)

    def control(self, control: Control) -> None:
        self._control = control
        if self._recorder is not None:
            self._recorder.control(control)

    def applied(self, version: int, frame_id: int | None) -> None:
        if self._recorder is not None:
            self._recorder.applied(version, frame_id)

    def event(self, name: str, detail: str) -> None:
        if self._recorder is not None:
            self._recorder.event(name, detail)

    def returned(self, envelope: Envelope, arrived: float, shown: float) -> None:
        if self._recorder is not None:
            self._recorder.returned(envelope, arrived, shown)
