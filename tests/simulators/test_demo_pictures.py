"""Pairs, clip and plot, on made-up pictures."""

import asyncio
from pathlib import Path

import av
import pytest

from overglass_edge.sources import Captured, FileCamera
from overglass_protocol.envelope import Envelope
from overglass_protocol.frame import Frame
from overglass_protocol.scene import Scene, Thing
from overglass_simulators.demo.layout import Layout
from overglass_simulators.demo.pairs import UNDER_WAY, Pair, Pairing
from overglass_simulators.demo.plot import write_plot
from overglass_simulators.demo.report import make_report
from overglass_simulators.demo.results import CLIP, PLOT
from overglass_simulators.demo.side_by_side import write_side_by_side
from overglass_simulators.demo.spool import Spool
from overglass_simulators.demo.tee import Tee
from tests.simulators.demo_parts import SIZE, WITHIN, account, clip, grey, returned, size_of, trip


def test_pairs_are_matched_by_frame_id_and_kept_no_longer_than_they_can_be_used() -> None:
    pairs: list[Pair] = []
    pairing = Pairing([pairs.append])
    pictures = [grey(level) for level in range(UNDER_WAY + 10)]
    for number, picture in enumerate(pictures):
        pairing.seen(number, Captured(picture, float(number)))
    for number in (3, 20, 12, 21):  # 3 has made room, 12 was overtaken
        pairing.show(returned(trip(number)), trip(number))
    pairing.show(returned(trip(30)), None)
    assert [pair.trip.frame_id for pair in pairs] == [20, 21]
    assert [pair.camera for pair in pairs] == [pictures[20], pictures[21]]


async def test_a_tee_shows_each_picture_and_ends_on_time(tmp_path: Path) -> None:
    seen: list[tuple[int, float]] = []
    async with asyncio.timeout(WITHIN):
        camera = await FileCamera(clip(tmp_path / "a.mp4"), skip_late=False).__aenter__()
        async with Tee(
            camera, lambda number, captured: seen.append((number, captured.capture_time)), 0.5
        ) as tee:
            taken = [captured.capture_time async for captured in tee]
    assert [number for number, _ in seen] == list(range(len(taken)))
    assert [at for _, at in seen] == taken
    assert 0 < taken[-1] - taken[0] < 0.5
    assert tee.seconds == taken[-1] - taken[0]


async def test_a_tee_that_is_told_to_end_hands_out_nothing_more(tmp_path: Path) -> None:
    async with asyncio.timeout(WITHIN):
        camera = await FileCamera(clip(tmp_path / "a.mp4"), loop=True).__aenter__()
        async with Tee(camera, lambda number, captured: None) as tee:
            await anext(tee)
            tee.end()
            assert [captured async for captured in tee] == []


def spooled(path: Path, numbers: list[int], size: tuple[int, int] = SIZE, **options: int) -> Spool:
    spool = Spool(path, **options)
    for number in numbers:
        spool.keep(Pair(grey(40 + 10 * number, size), grey(220 - 10 * number, size), trip(number)))
    spool.finish()
    return spool


@pytest.mark.parametrize("size", [SIZE, (100, 202), (1920, 1080)])
def test_both_halves_of_the_clip_show_the_same_instant_at_its_time(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    numbers = [0, 1, 2, 5, 6]
    with spooled(tmp_path / "spool", numbers, size) as spool:
        write_side_by_side(tmp_path / CLIP, spool, ("Camera", "None"), ("made up", "made up"), lambda: None)
    layout = Layout.of(size)
    with av.open(str(tmp_path / CLIP)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (layout.width, layout.height)
        pictures = list(container.decode(video=0))
    assert [round(picture.time * 25) for picture in pictures] == numbers
    for number, picture in zip(numbers, pictures, strict=True):
        luma = picture.to_ndarray()[: layout.height]
        for box, level in ((layout.camera, 40 + 10 * number), (layout.result, 220 - 10 * number)):
            pane = luma[box.y + 8 : box.y + box.height - 8, box.x + 8 : box.x + box.width - 8]
            assert abs(float(pane.mean()) - level) < 3


FOUND = Scene((Thing("object", 1, "", 0.9, (0.2, 0.2, 0.6, 0.6)),))


def test_what_was_found_is_drawn_over_the_result_in_the_clip_and_on_the_page(tmp_path: Path) -> None:
    with Spool(tmp_path / "spool") as spool:
        spool.keep(Pair(grey(60), grey(60), trip(0), FOUND))
        spool.keep(Pair(grey(60), grey(60), trip(1), Scene()))
        spool.finish()
        write_side_by_side(tmp_path / CLIP, spool, ("Camera", "None"), ("made up", "made up"), lambda: None)
    layout = Layout.of(SIZE)
    with av.open(str(tmp_path / CLIP)) as container:
        drawn, bare = (shown.to_ndarray().astype(int) for shown in container.decode(video=0))
    for luma, box, has_lines in (
        (drawn, layout.camera, False),
        (drawn, layout.result, True),
        (bare, layout.result, False),
    ):
        pane = luma[box.y + 8 : box.y + box.height - 8, box.x + 8 : box.x + box.width - 8]
        assert bool(pane.max() > 110) is has_lines


def test_pairs_bring_the_scene_of_their_frame() -> None:
    taken: list[Pair] = []
    pairing = Pairing([taken.append])
    for number in range(2):
        pairing.seen(number, Captured(grey(60), 1.0))
    pairing.show(Frame(grey(60), Envelope(0, 1.0, scene=FOUND)), trip(0))
    pairing.show(Frame(grey(60), Envelope(1, 1.0)), trip(1))
    assert [pair.scene for pair in taken] == [FOUND, None]


@pytest.mark.parametrize("size", [(64, 64), (98, 802), (848, 480), (4000, 300), (1280, 1280)])
def test_a_layout_has_even_boxes_inside_its_canvas(size: tuple[int, int]) -> None:
    layout = Layout.of(size)
    for box in (layout.header, layout.camera, layout.result, layout.footer):
        assert not any(part % 2 for part in (box.x, box.y, box.width, box.height))
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height
    assert layout.camera.x + layout.camera.width < layout.result.x


def test_a_full_spool_keeps_what_it_has(tmp_path: Path) -> None:
    pair = 2 * sum(plane.buffer_size for plane in grey(0).planes)
    with spooled(tmp_path / "spool", [0, 1, 2], most_bytes=2 * pair) as spool:
        assert spool.full
        assert [kept.trip.frame_id for kept, _, _ in spool.read()] == [0, 1]
    assert not (tmp_path / "spool").exists()


def test_the_plot_is_a_picture(tmp_path: Path) -> None:
    trips = [trip(n, 0.02 + (n == 7)) for n in range(300)]
    write_plot(tmp_path / PLOT, make_report(account(trips)), trips)
    assert size_of(tmp_path / PLOT) == (1920, 1140)
