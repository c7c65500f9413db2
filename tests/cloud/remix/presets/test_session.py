"""A session painted again: each picture by its own document, the same whoever paints which segment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from overglass_cloud.clips.still import Still
from overglass_cloud.engines import classical, neural
from overglass_cloud.engines.planes import views
from overglass_cloud.looks import Look, Looks, Sitter, State, Workshop
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.neural import way
from overglass_cloud.remix.presets.contract import Atelier, Scope, Segment
from overglass_cloud.remix.presets.session import (
    CALM,
    CONTEXT,
    PRESETS,
    AsWorn,
    SessionParameters,
    analyse,
    start,
)
from overglass_cloud.remix.presets.session_timeline import Change
from overglass_cloud.remix.timeline import Source, Timeline
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError, ModelError, RemixError
from overglass_protocol.packet import presentation_time
from overglass_protocol.recording.timeline import AppliedLine, ControlLine, FrameLine, Line, VideoLine, encode
from tests import shared
from tests.cloud.parts import looks, picture, workshop

[PRESET] = PRESETS
TICK = Fraction(1, 30)


@dataclass
class Counted:
    """What a `Counting` look keeps for a session."""

    control: Control
    painted: int = 0


class Counting:
    """Paints the seed over the picture and how many it has painted before, so that any memory shows."""

    max_batch = 1

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Counted:
        return replace(previous, control=control) if isinstance(previous, Counted) else Counted(control)

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[Any]) -> list[av.VideoFrame]:
        for state in states:
            state.painted += 1
        return [picture(state.control.seed + state.painted) for state in states]


COUNTING = Look("counting", "", "test", lambda workshop: Counting())
OTHER = Look("other", "", "test", lambda workshop: Counting())


def stills(count: int, first: int = 0, source: int = 0) -> Iterator[Still]:
    for index in range(first, first + count):
        yield Still(index, index * TICK, picture(200), source, index * TICK)


def level(still: Still) -> int:
    return int(views(still.picture)[0][0, 0])


def painter(*changes: Change, known: Looks | None = None, shop: Workshop | None = None) -> AsWorn:
    parameters = SessionParameters(mode="replace", changes=changes)
    return start(parameters, Atelier(shop or workshop(), known or looks(COUNTING, OTHER), {}))


def painted(by: AsWorn, begin: int, end: int, before: int = 0) -> list[Still]:
    segment = Segment(0, begin, end, before)
    return list(by.paint(segment, stills(end - begin + before, begin - before)))


def test_each_picture_is_painted_with_the_document_in_force_for_it() -> None:
    by = painter(
        Change(at=0.1, look="counting", seed=10), Change(at=0.2, seed=50), Change(at=0.3, look="other")
    )
    levels = [level(still) for still in painted(by, 0, 12)]
    assert levels == [200, 200, 200, 11, 12, 13, 54, 55, 56, 51, 52, 53]


def test_order_indexes_and_times_stay() -> None:
    out = painted(painter(Change(look="counting")), 5, 9)
    assert [(still.index, still.time) for still in out] == [(n, n * TICK) for n in range(5, 9)]


def test_nothing_is_remembered_from_one_segment_to_the_next() -> None:
    by = painter(Change(look="counting"))
    first = [level(still) for still in painted(by, 10, 20, before=5)]
    painted(by, 0, 10)
    assert [level(still) for still in painted(by, 10, 20, before=5)] == first


def test_the_plain_picture_is_handed_on_as_it_is() -> None:
    given = list(stills(3))
    by = painter(Change(look="counting", strength=0))
    assert list(by.paint(Segment(0, 0, 3), iter(given))) == given


def test_of_the_context_only_what_a_memory_of_noise_needs_is_painted() -> None:
    out = painted(painter(Change(look="counting")), CONTEXT, CONTEXT + 3, before=CONTEXT)
    assert [still.index for still in out] == list(range(CONTEXT - CALM, CONTEXT + 3))


def test_what_was_joined_to_the_capture_stays_as_it_is() -> None:
    given = list(stills(3, source=1))
    assert list(painter(Change(look="counting")).paint(Segment(0, 0, 3), iter(given))) == given


def test_an_earlier_cut_does_not_shift_the_documents() -> None:
    by = painter(Change(at=1, look="counting"))
    cut = (Still(n, n * TICK, picture(200), 0, 1 + n * TICK - TICK) for n in range(3))
    assert [level(still) for still in by.paint(Segment(0, 0, 3), cut)] == [200, 1, 2]


def test_a_region_without_the_model_of_people_says_the_cure() -> None:
    parameters = SessionParameters(mode="replace", changes=(Change(look="counting", region="people"),))
    shop = Workshop(Store(Path("nowhere"), Manifest.shipped()))
    with pytest.raises(ModelError) as caught:
        analyse(parameters, no_pictures(), scope(shop=shop))
    assert "overglass models pull selfie_segmenter" in caught.value.cure


def test_a_look_that_is_not_here_is_said_before_anything_is_painted() -> None:
    with pytest.raises(LookError, match="gone"):
        analyse(SessionParameters(mode="replace", changes=(Change(look="gone"),)), no_pictures(), scope())


def test_networks_run_in_fp32_without_being_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "fastest", None)
    name = neural.LOOKS[0].name
    by = painter(Change(look=name), known=looks(*neural.LOOKS))
    once = [still.picture.to_ndarray() for still in painted(by, 0, 2)]
    again = [
        still.picture.to_ndarray()
        for still in painted(painter(Change(look=name), known=looks(*neural.LOOKS)), 0, 2)
    ]
    assert by._engines[name].precision == "fp32"  # type: ignore[attr-defined]
    assert np.array_equal(once, again)


def no_pictures() -> Timeline:
    return Timeline.of(Source(np.arange(0), TICK, 64, 64))


def scope(
    files: dict[str, Path] | None = None, pts: Sequence[int] = (), shop: Workshop | None = None
) -> Scope:
    source = Source(np.array(pts, np.int64), Fraction(1, 1000), 64, 64)
    return Scope([source], [], files or {}, looks(COUNTING, OTHER), shop or workshop())


@pytest.fixture
def session(tmp_path: Path) -> dict[str, Path]:
    """Twenty pictures, 40 ms apart; `counting` from the fifth on."""
    lines: list[Line] = [
        VideoLine(width=64, height=64, time_base=(1, 1000), origin=(3, 1)),
        ControlLine(document=Control(version=1, look="counting", seed=20), at=9.0),
        AppliedLine(version=1, frame_id=5, at=9.3),
        *(FrameLine(id=n, pts=3000 + 40 * n, capture_time=9 + n / 25) for n in range(20)),
    ]
    path = tmp_path / "timeline.jsonl"
    path.write_bytes(b"".join(encode(line) for line in lines))
    return {"timeline.jsonl": path}


def test_the_analysis_is_all_that_painters_need(session: dict[str, Path]) -> None:
    analysis = analyse(SessionParameters(), no_pictures(), scope(session, range(0, 800, 40)))
    assert (analysis["looks"], analysis["problems"]) == (["counting"], [])
    by = start(SessionParameters(), Atelier(workshop(), looks(COUNTING), {}, analysis=analysis))
    capture = (Still(n, n * TICK, picture(200), 0, Fraction(n, 25)) for n in range(8))
    assert [level(still) for still in by.paint(Segment(0, 0, 8), capture)] == [200] * 5 + [21, 22, 23]


def test_another_clips_timeline_is_refused_with_the_cure(session: dict[str, Path]) -> None:
    with pytest.raises(RemixError, match="2 of the clip's 20 pictures") as caught:
        analyse(SessionParameters(), no_pictures(), scope(session, range(0, 8000, 400)))
    assert "same session folder" in caught.value.cure


def test_a_job_without_a_timeline_is_refused_unless_it_is_replaced() -> None:
    with pytest.raises(RemixError, match=r"timeline\.jsonl"):
        analyse(SessionParameters(), no_pictures(), scope())
    replacing = SessionParameters(mode="replace", changes=(Change(look="other"),))
    assert analyse(replacing, no_pictures(), scope())["looks"] == ["other"]


def test_a_damaged_line_costs_itself_and_is_told(session: dict[str, Path]) -> None:
    path = session["timeline.jsonl"]
    path.write_bytes(path.read_bytes() + b"{nonsense}\n")
    analysis = analyse(SessionParameters(), no_pictures(), scope(session, range(0, 800, 40)))
    assert analysis["looks"] == ["counting"]
    assert "line 24" in analysis["problems"][0]


def test_only_a_schedule_that_paints_is_marked_as_changed() -> None:
    assert PRESET.marking(SessionParameters()) == "modified"
    assert PRESET.marking(SessionParameters(mode="replace")) == "none"
    replacing = SessionParameters(mode="replace", changes=(Change(look="ink"),))
    assert (PRESET.marking(replacing), PRESET.model(replacing)) == ("modified", "ink")


def test_its_example_is_what_its_parameters_take() -> None:
    assert PRESET.parameters.model_validate(PRESET.example)
    fields = PRESET.parameters.model_fields.values()
    assert all(field.description and not field.is_required() for field in fields)


def signer(count: int) -> list[Still]:
    """The first pictures of somebody who faces the camera."""
    out: list[Still] = []
    with av.open(str(shared.clip("sign_sister.mkv"))) as clip:
        for shot in islice(clip.decode(video=0), count):
            at = presentation_time(shot)
            out.append(Still(len(out), at, shot.reformat(format="yuv420p"), 0, at))
    return out


def model_shop() -> Workshop:
    shared.model("selfie_segmenter.tflite")
    return Workshop(Store(shared.MODELS, Manifest.shipped()))


def test_people_are_known_from_the_first_picture_of_a_change_on() -> None:
    shop, shots = model_shop(), signer(30)
    change = Change(at=float(shots[20].source_time), look="ink", region="background")
    by = painter(change, known=looks(*classical.LOOKS), shop=shop)
    first = list(by.paint(Segment(0, 0, 30), iter(shots)))[20]
    ours, theirs = views(first.picture)[0], views(shots[20].picture)[0]
    chest, wall = np.s_[300:400, 270:340], np.s_[60:200, 20:120]
    assert np.array_equal(ours[chest], theirs[chest])
    assert np.abs(ours[wall].astype(int) - theirs[wall]).mean() > 10


def test_a_segment_looks_like_the_same_pictures_painted_without_a_cut() -> None:
    shop, shots = model_shop(), signer(60)
    by = painter(Change(look="ink", region="background"), known=looks(*classical.LOOKS), shop=shop)
    whole = [still.picture.to_ndarray() for still in by.paint(Segment(0, 0, 60), iter(shots))]
    part = list(by.paint(Segment(1, 50, 60, CONTEXT), iter(shots[50 - CONTEXT :])))[-10:]
    for ours, theirs in zip(part, whole[50:], strict=True):
        error = np.square(ours.picture.to_ndarray().astype(float) - theirs).mean()
        assert 10 * np.log10(255**2 / max(error, 1e-9)) > 45
