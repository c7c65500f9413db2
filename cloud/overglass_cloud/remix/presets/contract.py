"""The shape of a preset: what can be made, found by name, and joined by others without touching the jobs.

A preset is a recipe's step. What it does is one of two things or both: `retime` changes which picture is
shown when, before anything is decoded; a `Painter` changes pictures. Presets are found through the
entry-point group `overglass.presets`, each entry of which names a list of `Preset`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from overglass_cloud.clips.still import Still
from overglass_cloud.looks import Looks, Workshop
from overglass_cloud.remix.timeline import Source, Timeline

Kind = Literal["restyle", "session", "edit", "generate"]
Marking = Literal["none", "modified", "generated"]
"What is done to truth: nothing (a cut), AI changed real footage, or AI made it."


@dataclass(frozen=True, slots=True)
class Shape:
    """What a model wants to be fed at once. The planner cuts segments to it; the painter pads what is short.

    A window has `step * k + first` pictures with k at least 1, and at most `most`.
    """

    step: int = 1
    first: int = 0
    most: int = 240

    def window(self, wanted: int) -> int:
        """The least allowed count that is not under `wanted`, or the most allowed."""
        k = max(1, -(-(wanted - self.first) // self.step))
        most = (self.most - self.first) // self.step
        return self.step * min(k, most) + self.first


@dataclass(frozen=True, slots=True)
class Needs:
    """What a painter asks of the planner."""

    before: int = 0
    "Pictures that it wants to see before a segment's first, to be where it would be had it painted them."
    after: int = 0
    "Pictures that it wants to see after a segment's last."
    blend: int = 0
    """Pictures that neighbours both paint, to be blended with colours matched, because the same picture comes
    out differently in each; 0 where segments do not differ."""
    shape: Shape | None = None
    "None for painters that take any number."


@dataclass(frozen=True, slots=True)
class Segment:
    """Output pictures [start, end) of one shot, and the context that is decoded around them."""

    index: int
    start: int
    end: int
    before: int = 0
    "Pictures of context before `start`, of the same shot."
    after: int = 0
    "Pictures of context after `end`, of the same shot."
    blend: int = 0
    "The last pictures of `before` that the segment in front also paints, to be blended."


class Painter(Protocol):
    """One step at work, in one process, on any number of segments, one after the other."""

    def paint(self, segment: Segment, stills: Iterator[Still]) -> Iterator[Still]:
        """Paints a segment's pictures.

        `stills` come in order, from `start - before` to `end + after`; what is yielded keeps their order and
        indexes. Context may be yielded or left out: the caller picks what it keeps. Nothing is remembered
        from one segment to the next: the same segment always gives the same pictures, whoever paints it.
        Memory is bounded by the needs, not by the segment.
        """
        ...

    def close(self) -> None:
        """Gives back what it holds."""
        ...


@dataclass(frozen=True, slots=True)
class Atelier:
    """What a worker lends to the painters it starts."""

    workshop: Workshop
    looks: Looks
    files: Mapping[str, Path]
    """Files that go with the job, by the name that parameters use: captions, reference pictures, the files of
    a session folder (`session.json`, `timeline.jsonl`)."""
    device: str = "cpu"
    "As torch names it."
    threads: int = 1
    "Processor threads to use. The same on every machine of a job, so that results are the same."
    seed: int = 0
    inputs: Sequence[Path] = ()
    "The input clips, for those that have to look at a whole one."
    analysis: Mapping[str, Any] = field(default_factory=dict)
    "What this preset's `analyse` found, once for the job."


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known when a job is planned, before a picture is painted."""

    sources: Sequence[Source]
    inputs: Sequence[Path]
    files: Mapping[str, Path]
    looks: Looks
    workshop: Workshop
    progress: Callable[[float], None] = lambda share: None


@dataclass(frozen=True, slots=True)
class Preset:
    """A named thing that can be made, with everything a person chooses by."""

    name: str
    title: str
    "For people: two or three words."
    summary: str
    kind: Kind
    parameters: type[BaseModel]
    "Its model, whose JSON Schema the page draws. Every field has a default and a description, or is a file."
    engine: str
    licence: str
    marking: Callable[[BaseModel], Marking]
    needs: tuple[str, ...] = ()
    "What must be there beside the package: model names, `gpu`."
    missing: Callable[[Workshop], str | None] = lambda workshop: None
    "The cure where it cannot run here; None where it can."
    files: tuple[str, ...] = ()
    "Parameters that name a file of the job."
    inputs: tuple[int, int] = (1, 1)
    "Fewest and most clips."
    check: Callable[[Any, Looks], None] = lambda parameters, looks: None
    "Raises RemixError or LookError for what it cannot do, before anything is decoded."
    retime: Callable[[Any, Timeline, Scope], Timeline] | None = None
    "Given the parameters and the timeline so far. Raises RemixError with the cure."
    size: Callable[[Any, tuple[int, int]], tuple[int, int]] | None = None
    "The output's size given the size so far; None where it stays. Even sides."
    analyse: Callable[[Any, Timeline, Scope], Mapping[str, Any]] | None = None
    "Looks at the whole clip once, before painting; what it returns goes to JSON and to every painter."
    wants: Callable[[Any], Needs] = lambda parameters: Needs()
    start: Callable[[Any, Atelier], Painter] | None = None
    "Makes the painter; None for presets that only retime. Raises RemixError or LookError with the cure."
    model: Callable[[Any], str | None] = lambda parameters: None
    "The model's name as provenance states it; None where no AI is at work."
    example: Mapping[str, Any] = field(default_factory=dict)
    "Parameters that show it at its best; what the page's moving thumbnail is made with."
