"""What a remix is made of: a plan, segments that are painted apart, and their assembly.

Each item reads what earlier ones left in the job's folder and leaves its own there, whole or not at all.
Knows no database and no executor.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import cv2

from overglass_cloud.clips.assembling import assemble
from overglass_cloud.clips.probe import DEFAULTS, Clip, Limits, probe
from overglass_cloud.clips.reading import pictures
from overglass_cloud.clips.writing import Encoding, Writer
from overglass_cloud.looks import Looks, Workshop
from overglass_cloud.marking.label import Label
from overglass_cloud.marking.watermark import Watermark
from overglass_cloud.remix.commission import NAME, Commission
from overglass_cloud.remix.plan_file import PlanFile, planned
from overglass_cloud.remix.presets.contract import Atelier, Painter, Segment
from overglass_cloud.remix.presets.registry import Presets, read
from overglass_cloud.remix.signing import stated
from overglass_cloud.remix.stills import painted, taken
from overglass_cloud.remix.work import Item, Order, Told
from overglass_protocol.provenance.keys import Signer
from overglass_protocol.provenance.signing import sign

PLAN, RESULT = "plan.json", "result.mp4"


@dataclass(frozen=True, slots=True)
class Remix:
    """The itinerary. Everything that differs from machine to machine is given."""

    presets: Presets
    looks: Looks
    workshop: Workshop
    limits: Limits = DEFAULTS
    signer: Callable[[], Signer] | None = None
    "Makes whoever signs results; None leaves them unsigned."

    def first(self) -> Sequence[Item]:
        """One item that plans all others."""
        return (Item("plan", 0),)

    def after(self, wave: int, done: Sequence[tuple[Item, Mapping[str, Any]]]) -> Sequence[Item]:
        """Segments after the plan, the assembly after them, and then nothing."""
        match done[0][0].stage:
            case "plan":
                (_, plan) = done[0]
                return [Item("paint", index, units) for index, units in enumerate(plan["segments"])]
            case "paint":
                return (Item("assemble", 0, sum(item.units for item, _ in done)),)
            case _:
                return ()

    def perform(self, order: Order, told: Told) -> Mapping[str, Any]:
        """Does one item. Raises OverglassError for what trying again would not cure."""
        folder = Path(order.artefacts)
        # Intel's primitives calculate otherwise where memory happens to be aligned otherwise: a level here
        # and there, and then other bytes of the whole film.
        cv2.ipp.setUseIPP(False)
        match order.item.stage:
            case "plan":
                return self._plan(folder)
            case "paint":
                return self._paint(folder, order, told)
            case "assemble":
                return self._assemble(folder)
            case stage:
                raise ValueError(f"there is no stage {stage!r}")

    def _plan(self, folder: Path) -> Mapping[str, Any]:
        commission = _commission(folder)
        clips = [probe(Path(each.file), self.limits) for each in commission.inputs]
        plan = planned(commission, clips, self.presets, self.looks, self.workshop)
        with _whole(folder / PLAN) as path:
            path.write_text(plan.to_json())
        return {"segments": [segment.end - segment.start for segment in plan.segments]}

    def _paint(self, folder: Path, order: Order, told: Told) -> Mapping[str, Any]:
        commission, plan = _commission(folder), PlanFile.from_json((folder / PLAN).read_text())
        segment = plan.segments[order.item.index]
        target = _segment(folder, segment.index)
        if target.exists():
            return {}
        with ExitStack() as stack:
            painters = self._painters(commission, plan, order, stack)
            path = stack.enter_context(_whole(target))
            encoding = _encoding(commission, plan)
            marks = Marks.of(commission, plan)
            writer = stack.enter_context(Writer(path, plan.size, plan.timeline.time_base, encoding))
            for still in _painted(commission, plan, segment, painters):
                if still.index < segment.start:
                    continue  # painted by the one in front, too
                writer.write(marks.on(still.picture), int(plan.timeline.pts[still.index]))
                told(still.index - segment.start + 1)
        return {}

    def _painters(
        self, commission: Commission, plan: PlanFile, order: Order, stack: ExitStack
    ) -> list[Painter]:
        atelier = Atelier(
            workshop=self.workshop,
            looks=self.looks,
            files={name: Path(each.file) for name, each in commission.files.items()},
            device=order.device,
            threads=order.threads,
            seed=commission.recipe.seed,
            inputs=[Path(each.file) for each in commission.inputs],
        )
        painters = []
        for step, found in zip(commission.recipe.steps, plan.analysis, strict=True):
            preset = self.presets[step.preset]
            if preset.start is not None:
                own = replace(atelier, analysis=found)
                painters.append(preset.start(read(preset, step.parameters), own))
                stack.callback(painters[-1].close)
        return painters

    def _assemble(self, folder: Path) -> Mapping[str, Any]:
        commission, plan = _commission(folder), PlanFile.from_json((folder / PLAN).read_text())
        segments = [_segment(folder, segment.index) for segment in plan.segments]
        with _whole(folder / RESULT) as path:
            left_out = assemble(
                segments,
                path,
                time_base=plan.timeline.time_base,
                sources=[Path(each.file) for each in commission.inputs],
                spans=None if plan.timeline.untouched else plan.timeline.spans,
            )
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            if self.signer is not None:
                sign(path, path, stated(commission, plan, self.presets, content), self.signer())
        return {
            "left_out": left_out,
            "notes": list(plan.notes),
            "content_sha256": content,
            "record": f"{commission.record:08x}",
            "signed": self.signer is not None,
        }


@dataclass(frozen=True, slots=True)
class Marks:
    """What says in the picture where it comes from. A clip that no AI was at work on bears neither."""

    label: Label | None
    watermark: Watermark | None

    @classmethod
    def of(cls, commission: Commission, plan: PlanFile) -> "Marks":
        delivery = commission.recipe.delivery
        if plan.marking == "none":
            return cls(None, None)
        return cls(
            Label(plan.marking) if delivery.label else None,
            Watermark(commission.record) if delivery.watermark else None,
        )

    def on(self, picture: av.VideoFrame) -> av.VideoFrame:
        """The marked picture; the same one where there is nothing to mark."""
        if self.watermark is not None:
            picture = self.watermark.mark(picture)
        return picture if self.label is None else self.label.on(picture)


def _commission(folder: Path) -> Commission:
    return Commission.model_validate_json((folder / NAME).read_text())


def _segment(folder: Path, index: int) -> Path:
    return folder / "segments" / f"{index:05d}.mp4"


def _encoding(commission: Commission, plan: PlanFile) -> Encoding:
    delivery = commission.recipe.delivery
    return Encoding(delivery.codec, delivery.crf, delivery.effort, plan.rate)


def _painted(
    commission: Commission, plan: PlanFile, segment: Segment, painters: Sequence[Painter]
) -> Iterator[Any]:
    files = [Path(each.file) for each in commission.inputs]

    def reader(source: int, first: int, last: int) -> Iterator[tuple[int, av.VideoFrame]]:
        return pictures(files[source], plan.clips[source], first, last)

    stills = taken(
        plan.timeline,
        segment.start - segment.before,
        segment.end + segment.after,
        reader,
        [_Times(clip) for clip in plan.clips],
    )
    return painted(stills, segment, plan.chain, painters)


class _Times(Sequence[Fraction]):
    """A clip's presentation times in seconds, made when asked for."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip

    def __len__(self) -> int:
        return self._clip.frames

    def __getitem__(self, number: Any) -> Any:
        return int(self._clip.pts[number]) * self._clip.time_base


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A path to write to, which takes the target's name when all went well. Kept apart from others' by name,
    since a worker that was thought dead may still write to its own."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        # MP4 writers go by the suffix.
        fresh = target.with_name(f".{target.stem}.{uuid4().hex[:12]}{target.suffix}")
        stack.callback(fresh.unlink, missing_ok=True)
        yield fresh
        fresh.replace(target)
