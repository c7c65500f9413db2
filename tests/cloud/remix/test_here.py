"""A whole remix in one process, on clips made here and on a real one."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from overglass_cloud.clips.probe import probe
from overglass_cloud.clips.reading import pictures
from overglass_cloud.looks import Looks, Workshop
from overglass_cloud.marking.detection import detect_in
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.remix.commission import Commission
from overglass_cloud.remix.here import commissioned, make, working_folder
from overglass_cloud.remix.itinerary import Remix
from overglass_cloud.remix.presets.registry import Presets
from overglass_cloud.remix.recipe import Delivery, Recipe, Step
from overglass_cloud.remix.work import Item, Order, Told
from overglass_protocol.errors import ClipError, LookError, OverglassError, RemixError
from tests.cloud.clips.made import make as make_clip
from tests.cloud.clips.made import sound_packets, variable_times
from tests.shared import clip as shared_clip


class Killed(BaseException):
    """The process ends here."""


class Struck:
    """An itinerary that is killed in the middle of its so many-th segment."""

    def __init__(self, whole: Remix, segment: int) -> None:
        self.first, self.after = whole.first, whole.after
        self._whole, self._segment = whole, segment

    def perform(self, order: Order, told: Told) -> Mapping[str, Any]:
        def dying(units: int) -> None:
            if (order.item.stage, order.item.index, units) == ("paint", self._segment, 5):
                raise Killed
            told(units)

        return self._whole.perform(order, dying)


@pytest.fixture
def remix(tmp_path: Path) -> Remix:
    workshop = Workshop(Store(tmp_path / "models", Manifest.shipped()), exact=1)
    return Remix(Presets.installed(), Looks.installed(), workshop)


def _ordered(source: Path, look: str = "comic", **delivery: Any) -> Commission:
    step = Step(preset="restyle", parameters={"look": look})
    return commissioned(Recipe(steps=(step,), delivery=Delivery(effort="fast", **delivery)), [source])


def _unwatched(item: Item, done: int, whole: int) -> None:
    pass


def _corner(path: Path) -> float:
    """Mean luma, top right, of the first picture."""
    (_, first), *_ = pictures(path, probe(path), 0, 1)
    luma = first.to_ndarray()[: first.height]
    return float(luma[: first.height // 12, -first.width // 4 :].mean())


def test_a_real_walk_is_restyled_with_every_time_and_its_sound_and_says_so(
    tmp_path: Path, remix: Remix
) -> None:
    source = shared_clip("walk_first_person.mp4")
    commission = _ordered(source, crf=28)
    told: list[tuple[str, int, int]] = []
    make(
        commission,
        tmp_path / "out.mp4",
        remix,
        lambda item, done, whole: told.append((item.stage, done, whole)),
    )
    before, after = probe(source), probe(tmp_path / "out.mp4")
    assert [int(t) * before.time_base for t in before.pts] == [int(t) * after.time_base for t in after.pts]
    assert sound_packets(tmp_path / "out.mp4") == sound_packets(source)
    found = detect_in(tmp_path / "out.mp4")
    assert found is not None
    assert found.payload == commission.record
    painted = [done for stage, done, _ in told if stage == "paint"]
    assert painted == sorted(painted)
    assert painted[-1] == before.frames


def test_the_label_is_in_the_picture_unless_it_is_not_wanted(tmp_path: Path, remix: Remix) -> None:
    source = make_clip(tmp_path / "clip.mp4", variable_times(20), size=(640, 360), sound=False)
    make(_ordered(source), tmp_path / "labelled.mp4", remix, _unwatched)
    make(_ordered(source, label=False), tmp_path / "bare.mp4", remix, _unwatched)
    assert abs(_corner(tmp_path / "labelled.mp4") - _corner(tmp_path / "bare.mp4")) > 10


def test_what_no_ai_was_at_work_on_bears_no_mark(tmp_path: Path, remix: Remix) -> None:
    source = make_clip(tmp_path / "clip.mp4", variable_times(20), size=(320, 240), sound=False)
    make(_ordered(source, "none", crf=0), tmp_path / "out.mp4", remix, _unwatched)
    assert detect_in(tmp_path / "out.mp4") is None
    clip = probe(source)
    pairs = zip(pictures(source, clip, 0, 20), pictures(tmp_path / "out.mp4", clip, 0, 20), strict=True)
    assert all(np.array_equal(a.to_ndarray(), b.to_ndarray()) for (_, a), (_, b) in pairs)


@pytest.mark.parametrize("segment", [0, 1])
def test_killed_in_a_segment_it_goes_on_with_the_same_result(
    tmp_path: Path, remix: Remix, segment: int
) -> None:
    source = make_clip(tmp_path / "clip.mp4", variable_times(300))
    commission = _ordered(source, "midnight")
    make(commission, tmp_path / "undisturbed.mp4", remix, _unwatched)
    target = tmp_path / "out.mp4"
    with pytest.raises(Killed):
        make(commission, target, Struck(remix, segment), _unwatched)
    kept = {path.name: path.stat().st_mtime_ns for path in _segments(commission, target)}
    assert len(kept) == segment
    again: list[int] = []
    make(commission, target, remix, lambda item, done, whole: again.append(done))
    digests = [hashlib.sha256(p.read_bytes()).digest() for p in (target, tmp_path / "undisturbed.mp4")]
    assert digests[0] == digests[1]
    assert not working_folder(commission, target).exists()


def _segments(commission: Commission, target: Path) -> list[Path]:
    return list((working_folder(commission, target) / "segments").glob("[!.]*.mp4"))


@pytest.mark.parametrize(
    ("look", "error"),
    [("nope", LookError), ("character-fox", RemixError)],
)
def test_what_cannot_be_painted_is_refused_before_decoding_and_leaves_nothing(
    tmp_path: Path, remix: Remix, look: str, error: type[OverglassError]
) -> None:
    source = make_clip(tmp_path / "clip.mp4", variable_times(20), sound=False)
    with pytest.raises(error) as refused:
        make(_ordered(source, look), tmp_path / "out.mp4", remix, _unwatched)
    assert refused.value.cure
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="cannot be read"):
        _ordered(tmp_path / "nothing.mp4")


def test_a_trimmed_clip_keeps_the_sound_of_what_is_left(tmp_path: Path, remix: Remix) -> None:
    source = make_clip(tmp_path / "clip.mp4", variable_times(120))
    recipe = Recipe(steps=(Step(preset="trim", parameters={"start": 1.0, "end": 3.0}),))
    said = make(commissioned(recipe, [source]), tmp_path / "out.mp4", remix, _unwatched)
    assert said["left_out"] == []
    left, whole = sound_packets(tmp_path / "out.mp4"), sound_packets(source)
    assert 80 < len(left) < 110
    data = [packet for _, packet in whole]
    begins = data.index(left[0][1])
    assert [packet for _, packet in left] == data[begins : begins + len(left)]
    assert 1.0 <= float(whole[begins][0]) < 1.03
    # The picture on show at the first moment, and all that come after it.
    assert probe(tmp_path / "out.mp4").frames == 1 + sum(600 < t < 1800 for t in variable_times(120))


def test_another_speed_says_that_it_has_no_sound(tmp_path: Path, remix: Remix) -> None:
    source = make_clip(tmp_path / "clip.mp4", variable_times(60))
    recipe = Recipe(steps=(Step(preset="speed", parameters={"factor": 2.0}),))
    said = make(commissioned(recipe, [source]), tmp_path / "out.mp4", remix, _unwatched)
    assert "speed" in said["left_out"][0]
    assert not probe(tmp_path / "out.mp4").has_sound
    assert probe(tmp_path / "out.mp4").duration < probe(source).duration * 6 / 10


@pytest.mark.parametrize("preset", ["reframe", "captions"])
def test_presets_that_look_at_the_whole_clip_first_are_made(
    tmp_path: Path, remix: Remix, preset: str
) -> None:
    source = make_clip(tmp_path / "clip.mp4", variable_times(40), size=(320, 180))
    (tmp_path / "talk.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello there\n")
    parameters = {"reframe": {"shape": "9:16"}, "captions": {"file": "talk.srt"}}[preset]
    recipe = Recipe(steps=(Step(preset=preset, parameters=parameters),))
    commission = commissioned(recipe, [source], [tmp_path / "talk.srt"])
    make(commission, tmp_path / "out.mp4", remix, _unwatched)
    made = probe(tmp_path / "out.mp4")
    assert made.frames == 40
    assert sound_packets(tmp_path / "out.mp4") == sound_packets(source)
    assert (made.width < made.height) == (preset == "reframe")
