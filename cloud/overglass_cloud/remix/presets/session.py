"""The preset `session`: a recorded capture painted again as it was worn, at full size and with every picture,
by its own control timeline or by a changed one. Knows nothing of jobs, and not how sessions are recorded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from overglass_cloud.clips.still import Still
from overglass_cloud.looks import Engine, Looks, State, Workshop
from overglass_cloud.remix.presets.contract import Atelier, Marking, Needs, Preset, Scope, Segment
from overglass_cloud.remix.presets.session_pictures import lend
from overglass_cloud.remix.presets.session_timeline import (
    PLAIN,
    Change,
    Follow,
    Schedule,
    changed,
    checked,
    recorded,
    replaced,
    times_of,
)
from overglass_cloud.remix.timeline import Timeline
from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scenes.detectors.contract import PERSON, Detector, Mask, Sight
from overglass_cloud.scenes.regions import composed, needs_mask
from overglass_cloud.scenes.tracking import Tracker
from overglass_protocol.control import Control
from overglass_protocol.errors import RemixError
from overglass_protocol.recording.layout import TIMELINE
from overglass_protocol.recording.timeline_file import TimelineFile
from overglass_protocol.scene import Scene, Thing

CONTEXT = 40
"Pictures before a segment, in which what looks made of scenes remember settles; their fade takes 0.4 s."
CALM = 12
"""Of those, what is enough for all other looks, whose memory is only of noise: on a walk their pictures are
then within 52 dB or more of what they would be without a cut, so that there is nothing to blend."""
LEAD = Fraction(1, 4)
"Seconds before a change in which is looked for what comes after it: a person counts from the second look on."
MATCHING = 0.9
"Share of a clip's pictures that its timeline has to tell of."


class SessionParameters(BaseModel):
    """What a person chooses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timeline: str = Field(default=TIMELINE, description="The session's timeline.jsonl.")
    follow: Follow = Field(
        default="worn",
        description="worn: each change from the picture that first showed it. asked: from the moment it was "
        "asked for, without the network's delay.",
    )
    mode: Literal["override", "replace"] = Field(
        default="override",
        description="override: changes are laid over the recorded timeline. replace: there is nothing else.",
    )
    changes: tuple[Change, ...] = Field(default=(), max_length=1000, description="What is to be otherwise.")
    instead: Mapping[str, str] = Field(
        default_factory=dict, description="Looks to paint with in the place of recorded ones, by name."
    )


class Eye:
    """The `Sitter` of one segment: looks at each picture itself, so that nothing is late or carried on."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities
        self._detectors: dict[str, Detector] = {}
        self._tracker = Tracker()
        self._scene: Scene | None = None
        self._mask: Mask | None = None

    def look(self, still: Still, sought: frozenset[str]) -> None:
        """Looks for what is sought in this picture. Raises OverglassError with the cure."""
        self._scene = self._mask = None
        for name in self._detectors.keys() - sought:
            self._detectors.pop(name).close()
        if not sought:
            return
        sight, at = Sight(still.picture), float(still.source_time)
        things: list[Thing] = []
        for name in sorted(sought):
            if name not in self._detectors:
                self._detectors[name] = self._capabilities.start(name)
            found = self._detectors[name].find(sight)
            things += found.things
            self._mask = self._mask if found.mask is None else found.mask
        seen = self._tracker.look(things, at, still.picture.width / still.picture.height)
        self._scene = seen.scene(at)

    def scene(self, picture: av.VideoFrame) -> Scene | None:
        return self._scene

    def mask(self, picture: av.VideoFrame) -> Mask | None:
        return self._mask

    def close(self) -> None:
        for detector in self._detectors.values():
            detector.close()
        self._detectors.clear()


class AsWorn:
    """The `Painter`: each picture with the document in force for it."""

    def __init__(
        self, schedule: Schedule, looks: Looks, workshop: Workshop, capabilities: Capabilities
    ) -> None:
        self._schedule = schedule
        self._looks = looks
        self._workshop = workshop
        self._capabilities = capabilities
        self._engines: dict[str, Engine] = {}
        "Loaded at their first picture, and kept."

    def paint(self, segment: Segment, stills: Iterator[Still]) -> Iterator[Still]:
        """Raises LookError or DetectorError with the cure."""
        eye = Eye(self._capabilities)
        worn, state = PLAIN, None
        try:
            for still in stills:
                control, seen = self._control(still), self._sought(still)
                if not seen and still.index < segment.start - CALM:
                    continue
                eye.look(still, seen)
                if control != worn:
                    # Another look begins anew, as it did when it was worn.
                    before = state if control.look == worn.look else None
                    state, worn = self._prepared(control, before, eye), control
                yield self._painted(still, control, state, eye)
        finally:
            eye.close()

    def close(self) -> None:
        self._engines.clear()

    def _control(self, still: Still) -> Control:
        """Only the capture has a timeline; what else was joined to it stays as it is."""
        return self._schedule.at(still.source_time) if still.source == 0 else PLAIN

    def _sought(self, still: Still) -> frozenset[str]:
        if still.source != 0:
            return frozenset()
        coming = self._schedule.between(still.source_time, still.source_time + LEAD)
        return frozenset(name for control in coming for name in sought(control, self._looks))

    def _prepared(self, control: Control, before: State | None, eye: Eye) -> State:
        if is_plain(control):
            return None
        if control.look not in self._engines:
            self._engines[control.look] = self._looks[control.look].start(self._workshop)
        return self._engines[control.look].prepare(control, before, eye)

    def _painted(self, still: Still, control: Control, state: State, eye: Eye) -> Still:
        if is_plain(control):
            return still
        (picture,) = self._engines[control.look].paint([still.picture], [state])
        if needs_mask(control):
            mask = eye.mask(still.picture)
            person = np.zeros((1, 1), np.bool_) if mask is None else mask >= PERSON
            picture = composed(still.picture, picture, person, control.region)
        return still.painted(picture)


def is_plain(control: Control) -> bool:
    """Whether the picture stays as the camera made it."""
    return control.look == PLAIN.look or control.strength == 0


def sought(control: Control, looks: Looks) -> frozenset[str]:
    """Names of the detectors that painting with this document asks for."""
    if is_plain(control):
        return frozenset()
    people: tuple[str, ...] = ("people",) if needs_mask(control) else ()
    return frozenset((*looks[control.look].sees, *people))


def schedule_of(parameters: SessionParameters, files: Mapping[str, Path], looks: Looks) -> Schedule:
    """What is worn when. Raises RemixError, RecordingError or LookError with the cure."""
    own = Schedule(())
    if parameters.mode == "override":
        own = replaced(recorded(_timeline(parameters, files), parameters.follow), parameters.instead, looks)
    return checked(changed(own, parameters.changes, looks), looks)


def analyse(parameters: SessionParameters, timeline: Timeline, scope: Scope) -> dict[str, Any]:
    """The schedule, once for the job, when everything that it needs is here."""
    schedule = schedule_of(parameters, scope.files, scope.looks)
    problems: list[str] = []
    if parameters.mode == "override":
        session = _timeline(parameters, scope.files)
        problems = session.problems
        _check_match(session, scope)
    lend(schedule, scope.looks, scope.files.values(), scope.workshop.references)
    capabilities = Capabilities(scope.workshop.models)
    for name in sorted({name for worn in schedule.worn for name in sought(worn.control, scope.looks)}):
        capabilities.require(name)
    return {"schedule": schedule.to_json(), "looks": list(schedule.looks), "problems": problems}


def start(parameters: SessionParameters, atelier: Atelier) -> AsWorn:
    """Raises OverglassError with the cure. Engines are started at their first picture."""
    rows = atelier.analysis.get("schedule")
    if rows is None:
        schedule = schedule_of(parameters, atelier.files, atelier.looks)
    else:
        schedule = Schedule.from_json(rows)
    lend(schedule, atelier.looks, atelier.files.values(), atelier.workshop.references)
    workshop = replace(atelier.workshop, exact=atelier.threads)
    return AsWorn(schedule, atelier.looks, workshop, Capabilities(workshop.models))


def _timeline(parameters: SessionParameters, files: Mapping[str, Path]) -> TimelineFile:
    path = files.get(parameters.timeline)
    if path is None or not path.is_file():
        raise RemixError(
            f"the job has no file {parameters.timeline!r}",
            code="no-timeline",
            cure="Give the session folder, or its timeline.jsonl beside its capture.mp4.",
        )
    return TimelineFile.read(path)


def _check_match(session: TimelineFile, scope: Scope) -> None:
    """Raises RemixError when the clip is not what this timeline tells of."""
    if session.video is None or not scope.sources:
        return
    clip, tick = scope.sources[0], Fraction(*session.video.time_base)
    known = {round(time / tick) for time in times_of(session)}
    ticks = [round(int(pts) * clip.time_base / tick) for pts in clip.pts]
    found = sum(not known.isdisjoint((at - 1, at, at + 1)) for at in ticks)
    if found < MATCHING * len(ticks):
        raise RemixError(
            f"the timeline tells of {found} of the clip's {len(ticks)} pictures",
            code="other-timeline",
            cure="Give the capture.mp4 and the timeline.jsonl of the same session folder.",
        )


def _marking(parameters: BaseModel) -> Marking:
    """Which looks were recorded is not known here, so a recorded timeline counts as AI."""
    return "modified" if _model(parameters) is not None else "none"


def _model(parameters: Any) -> str | None:
    looks = {change.look for change in parameters.changes if change.look not in (None, PLAIN.look)}
    if parameters.mode == "override":
        return ", ".join(["the looks of the recorded session", *sorted(looks)])
    return ", ".join(sorted(looks)) or None


PRESETS = [
    Preset(
        name="session",
        title="As it was worn",
        summary="A recorded session painted again, every picture, by its own timeline or another.",
        kind="session",
        parameters=SessionParameters,
        engine="the looks of the session",
        licence="that of each look",
        marking=_marking,
        files=("timeline",),
        analyse=analyse,
        wants=lambda parameters: Needs(before=CONTEXT),
        start=start,
        model=_model,
        example={"mode": "replace", "changes": [{"at": 0, "look": "ink"}]},
    )
]
