"""What the page may ask of the glasses, one door each. Only for the page itself.

Decides nothing: what cannot be done the glasses refuse, and the refusal is passed on with its cure.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from overglass_cloud.problems import Problem
from overglass_simulators.sim.faults import Fault, FaultKind
from overglass_simulators.sim.subject import Mode, Subject
from overglass_simulators.studio.choices import Choices
from overglass_simulators.studio.links import link
from overglass_simulators.web.guard import from_this_page

Name = Field(min_length=1, max_length=200)
MOST_TURN = 3.2
"Radians that one request may turn the head by: half way round."


class Named(BaseModel):
    name: str = Name


class WantedLink(BaseModel):
    """Seconds, share of packets, bits per second; jitter, loss and rate each way."""

    round_trip: float = Field(ge=0, le=2)
    jitter: float = Field(ge=0, le=1)
    loss: float = Field(ge=0, le=0.5)
    rate: float | None = Field(ge=50e3, le=1e9)


class WantedLook(BaseModel):
    look: str = Name
    strength: float = Field(ge=0, le=1)


class WantedMode(BaseModel):
    mode: Mode


class Turn(BaseModel):
    """Radians to the left and up."""

    yaw: float = Field(ge=-MOST_TURN, le=MOST_TURN)
    pitch: float = Field(ge=-MOST_TURN, le=MOST_TURN)


class WantedFault(BaseModel):
    kind: FaultKind
    seconds: float = Field(gt=0, le=60)


def only_this_page(request: Request) -> None:
    """Raises Problem for a request that another site's page has sent."""
    if not from_this_page(request):
        raise Problem(
            403, "not-this-page", "only the studio's own page may do that", cure="Open the studio's address."
        )


def actions(subject: Subject, choices: Choices) -> APIRouter:
    """The doors over these glasses."""
    router = APIRouter(dependencies=[Depends(only_this_page)])
    _settings(router, subject, choices)
    _happenings(router, subject)
    return router


def _settings(router: APIRouter, subject: Subject, choices: Choices) -> None:
    @router.post("/device", status_code=204)
    async def device(wanted: Named) -> None:
        known(wanted.name, (each.device.name for each in choices.devices), "device")
        await subject.set_device(wanted.name)

    @router.post("/link", status_code=204)
    async def set_link(wanted: WantedLink) -> None:
        subject.set_link(link(wanted.round_trip, wanted.jitter, wanted.loss, wanted.rate))

    @router.post("/look", status_code=204)
    async def look(wanted: WantedLook) -> None:
        subject.set_look(wanted.look, wanted.strength)

    @router.post("/motion", status_code=204)
    async def motion(wanted: Named) -> None:
        known(wanted.name, choices.motions, "motion")
        subject.set_motion(wanted.name)

    @router.post("/mode", status_code=204)
    async def mode(wanted: WantedMode) -> None:
        subject.set_mode(wanted.mode)


def _happenings(router: APIRouter, subject: Subject) -> None:
    @router.post("/turn", status_code=204)
    async def turn(wanted: Turn) -> None:
        subject.turn(wanted.yaw, wanted.pitch)

    @router.post("/fault", status_code=204)
    async def fault(wanted: WantedFault) -> None:
        subject.provoke(Fault(wanted.kind, wanted.seconds))

    @router.get("/recordings")
    async def recordings() -> list[dict[str, Any]]:
        return [_recording(folder) for folder in subject.recordings()]

    @router.post("/recording")
    async def record() -> dict[str, str]:
        return {"name": (await subject.start_recording()).name}

    @router.delete("/recording")
    async def stop() -> dict[str, str | None]:
        """The name of what is complete now; None if nothing was being recorded."""
        folder = await subject.stop_recording()
        return {"name": None if folder is None else folder.name}

    @router.post("/replay", status_code=204)
    async def replay(wanted: Named) -> None:
        folders = {folder.name: folder for folder in subject.recordings()}
        known(wanted.name, folders, "recording")
        await subject.replay(folders[wanted.name])


def known(name: str, names: Iterable[str], what: str) -> None:
    """Raises Problem if `name` is none of `names`."""
    there = list(names)
    if name not in there:
        cure = f"Choose one of: {', '.join(there)}." if there else f"Make a {what} first."
        raise Problem(404, f"no-such-{what}", f"there is no {what} called {name!r}", cure=cure)


def _recording(folder: Path) -> dict[str, Any]:
    try:
        made: float | None = folder.stat().st_mtime
        size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    except OSError:
        made, size = None, 0  # it has just been taken away
    return {"name": folder.name, "made": made, "bytes": size}
