"""A job's plan as a document: what every worker has to know to paint its segment without looking at the rest.

Made once from the commission and the facts of its clips. Opens no file.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from overglass_cloud.clips.probe import Clip
from overglass_cloud.clips.upright import even_size
from overglass_cloud.looks import Looks, Workshop
from overglass_cloud.remix.commission import Commission
from overglass_cloud.remix.planning import Chain, plan, shots_of
from overglass_cloud.remix.presets.contract import Marking, Needs, Scope, Segment, Shape
from overglass_cloud.remix.presets.registry import Presets, read
from overglass_cloud.remix.timeline import Source, Timeline
from overglass_protocol.errors import RemixError

_MARKINGS: tuple[Marking, ...] = ("none", "modified", "generated")


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What is to be painted, by whom it may be done apart."""

    clips: tuple[Clip, ...]
    timeline: Timeline
    size: tuple[int, int]
    "Of the output. Even."
    segments: tuple[Segment, ...]
    chain: Chain
    analysis: tuple[Mapping[str, Any], ...]
    "What each step found when it looked at the whole clip; empty for those that do not."
    marking: Marking
    "The most that any step does to the truth of the picture."
    notes: tuple[str, ...]
    "What a person should know of how the clips are read, one sentence each."

    @property
    def rate(self) -> Fraction:
        """Pictures a second of the output, on average."""
        if len(self.timeline) < 2:
            return Fraction(30)
        whole = self.timeline.time(len(self.timeline) - 1) - self.timeline.time(0)
        return Fraction(len(self.timeline) - 1) / whole

    def to_json(self) -> str:
        return json.dumps(
            {
                "clips": [clip.to_json() for clip in self.clips],
                "timeline": self.timeline.to_json(),
                "size": self.size,
                "segments": [asdict(segment) for segment in self.segments],
                "chain": [asdict(needs) for needs in self.chain.needs],
                "analysis": self.analysis,
                "marking": self.marking,
                "notes": self.notes,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "PlanFile":
        kept = json.loads(text)
        return cls(
            tuple(Clip.from_json(each) for each in kept["clips"]),
            Timeline.from_json(kept["timeline"]),
            tuple(kept["size"]),
            tuple(Segment(**each) for each in kept["segments"]),
            Chain(tuple(_needs(**each) for each in kept["chain"])),
            tuple(kept["analysis"]),
            kept["marking"],
            tuple(kept["notes"]),
        )


def planned(
    commission: Commission,
    clips: Sequence[Clip],
    presets: Presets,
    looks: Looks,
    workshop: Workshop,
    cuts: Sequence[Sequence[int]] = (),
) -> PlanFile:
    """Raises RemixError for a recipe that does not suit the clips. `cuts` as in `planning.shots_of`."""
    sources = [
        Source(clip.pts, clip.time_base, clip.width, clip.height, clip.has_sound, each.name)
        for clip, each in zip(clips, commission.inputs, strict=True)
    ]
    timeline, size = Timeline.of(sources[0]), even_size(clips[0])
    scope = Scope(
        sources,
        [Path(each.file) for each in commission.inputs],
        {name: Path(each.file) for name, each in commission.files.items()},
        looks,
        workshop,
    )
    wanted: list[Needs] = []
    analysis: list[Mapping[str, Any]] = []
    joined = 1 if any(presets[step.preset].inputs[1] > 1 for step in commission.recipe.steps) else len(clips)
    marking: Marking = "none"
    for step in commission.recipe.steps:
        preset = presets[step.preset]
        parameters = read(preset, step.parameters)
        preset.check(parameters, looks)
        marking = max(marking, preset.marking(parameters), key=_MARKINGS.index)
        _check_inputs(preset.name, preset.inputs, len(clips) if preset.inputs[1] > 1 else joined)
        if preset.retime is not None:
            timeline = preset.retime(parameters, timeline, scope)
        if preset.size is not None:
            size = preset.size(parameters, size)
        found = {} if preset.analyse is None else preset.analyse(parameters, timeline, scope)
        analysis.append(found)
        if preset.start is not None:
            wanted.append(preset.wants(parameters))
    chain = Chain(tuple(wanted))
    shots = shots_of(timeline, cuts or [()] * len(clips))
    segments = tuple(plan(shots, chain))
    notes = tuple(_notes(clips, commission))
    return PlanFile(tuple(clips), timeline, size, segments, chain, tuple(analysis), marking, notes)


def _notes(clips: Sequence[Clip], commission: Commission) -> list[str]:
    notes = []
    for clip, each in zip(clips, commission.inputs, strict=True):
        if clip.hdr is not None:
            notes.append(f"{each.name} is of high dynamic range ({clip.hdr}); it was brought to BT.709.")
        if clip.rotation:
            notes.append(f"{each.name} was turned upright by {clip.rotation} degrees.")
    return notes


def _check_inputs(name: str, allowed: tuple[int, int], given: int) -> None:
    least, most = allowed
    if not least <= given <= most:
        wants = f"{least}" if least == most else f"{least} to {most}"
        raise RemixError(
            f"{name} takes {wants} clips, and {given} were given",
            code="wrong-inputs",
            cure="Give as many as it takes.",
        )


def _needs(before: int, after: int, blend: int, shape: dict[str, int] | None) -> Needs:
    return Needs(before, after, blend, Shape(**shape) if shape is not None else None)
