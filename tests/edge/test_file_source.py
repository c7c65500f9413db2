"""A file that behaves as a camera: every kind of clip, on a clock that jumps."""

import errno
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from overglass_edge.sources import Captured, FileCamera
from overglass_protocol.errors import SourceError
from overglass_protocol.packet import presentation_time
from tests.edge.clips import (
    WALK,
    JumpingClock,
    luma,
    make_clip,
    number_of,
    sound_of,
    take_all,
    take_into,
    times_of,
)

VARIABLE = [0, 33, 66, 166, 167, 400, 433, 1000, 1010, 1100]
"Milliseconds."


def lossless(path: Path, *, loop: bool = False, fps: float | None = None) -> FileCamera:
    return FileCamera(path, loop=loop, fps=fps, skip_late=False, clock=JumpingClock())


def pts_of(taken: list[Captured]) -> list[int | None]:
    return [captured.picture.pts for captured in taken]


async def test_every_picture_comes_once_and_when_its_timestamp_says(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(40), b_frames=2)
    async with lossless(clip) as camera:
        assert (camera.name, camera.width, camera.height, camera.fps) == ("clip.mp4", 64, 48, 30.0)
        taken = await take_all(camera)
    assert [number_of(captured.picture) for captured in taken] == [n % 20 for n in range(40)]
    start = taken[0].capture_time
    for captured in taken:
        assert captured.capture_time - start == pytest.approx(float(presentation_time(captured.picture)))
    assert not camera.dropped


async def test_variable_frame_rate_survives(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=VARIABLE, time_base=Fraction(1, 1000))
    async with lossless(clip) as camera:
        taken = await take_all(camera)
    assert [1000 * presentation_time(captured.picture) for captured in taken] == VARIABLE
    assert [c.capture_time - taken[0].capture_time for c in taken] == pytest.approx(
        [t / 1000 for t in VARIABLE]
    )


async def test_a_clip_starts_when_somebody_pulls(tmp_path: Path) -> None:
    clock = JumpingClock()
    async with FileCamera(make_clip(tmp_path / "clip.mp4"), skip_late=False, clock=clock) as camera:
        clock.time += 60.0
        taken = await take_all(camera, 1)
    assert taken[0].capture_time == 1060.0


async def test_a_clip_that_falls_behind_skips_what_is_late(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(40))
    async with FileCamera(clip, clock=JumpingClock({10: 0.19})) as camera:
        taken = await take_all(camera)
    # Picture 10 woke 5.7 intervals too late, so 11 to 14 are more than one interval late.
    assert camera.dropped["late"] == 4
    assert not {11, 12, 13, 14} & {captured.picture.pts for captured in taken}
    assert len(taken) + camera.dropped["displaced"] + 4 == 40


async def test_without_skipping_a_clip_that_falls_behind_still_gives_everything(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(40))
    async with FileCamera(clip, skip_late=False, clock=JumpingClock({10: 5.0})) as camera:
        taken = await take_all(camera)
    assert len(taken) == 40
    assert taken[-1].capture_time == pytest.approx(taken[10].capture_time + 5.0 + 28 / 30, abs=1 / 30)


async def test_a_loop_goes_on_without_a_jump(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(10))
    async with lossless(clip, loop=True) as camera:
        taken = await take_all(camera, 35)
    step = taken[1].picture.pts
    assert step is not None
    assert pts_of(taken) == [step * n for n in range(35)]
    assert [number_of(captured.picture) for captured in taken] == [n % 10 for n in range(35)]


async def test_a_loop_keeps_a_clip_that_does_not_start_at_zero_where_it_is(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", pts=range(5, 10), time_base=Fraction(1, 50))
    async with lossless(clip, loop=True) as camera:
        taken = await take_all(camera, 12)
    assert [presentation_time(c.picture) for c in taken[:5]] == [Fraction(n, 50) for n in range(5, 10)]
    gaps = {later - earlier for earlier, later in pairwise(pts_of(taken))}  # type: ignore[operator]
    assert max(gaps) <= 34  # Milliseconds: the seam is no longer than a picture stands at 30 a second.
    assert min(gaps) >= 19


async def test_sound_comes_bit_for_bit_with_the_pictures_it_is_due_by(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(30), sound=True)
    async with lossless(clip) as camera:
        assert camera.sound is not None
        assert camera.sound.codec_context.name == "aac"
        taken = await take_all(camera)
    packets = [packet for captured in taken for packet in captured.sound]
    assert [(packet.pts, bytes(packet)) for packet in packets] == sound_of(clip)
    for captured in taken[:-1]:
        now = presentation_time(captured.picture)
        assert all(now - 1 < presentation_time(packet) <= now for packet in captured.sound)


async def test_sound_keeps_its_place_when_a_clip_starts_again(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(30), sound=True)
    once = {data: time for time, data in sound_of(clip)}
    async with lossless(clip, loop=True) as camera:
        taken = await take_all(camera, 90)
    packets = [packet for captured in taken for packet in captured.sound]
    times = [packet.pts for packet in packets if packet.pts is not None]
    assert times == sorted(set(times))
    # The clip is one second long: each packet stands a whole number of seconds after where it was.
    assert {(time - once[bytes(packet)]) % 48000 for time, packet in zip(times, packets, strict=True)} == {0}
    assert times[-1] > 2.9 * 48000


async def test_sound_that_outlasts_the_picture_is_cut_at_the_seam_and_not_at_the_end(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(30), sound=True, sound_tail=20)
    async with lossless(clip, loop=True) as camera:
        packets = [packet for c in await take_all(camera, 90) for packet in c.sound]
    times = [packet.pts for packet in packets]
    assert times == sorted(set(times))  # type: ignore[type-var]
    at_zero = next(data for time, data in sound_of(clip) if time == 0)
    assert [packet.pts for packet in packets if bytes(packet) == at_zero] == [0, 48000, 96000]
    async with lossless(clip) as camera:
        assert sum(len(c.sound) for c in await take_all(camera)) == len(sound_of(clip))


async def test_skipped_pictures_leave_their_sound_to_the_next(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(30), sound=True)
    async with lossless(clip, fps=10) as camera:
        taken = await take_all(camera)
    assert camera.fps == 10
    # The end of the clip comes in any case, since the rest of the sound is with it.
    assert [presentation_time(c.picture) for c in taken] == [Fraction(n, 30) for n in (*range(0, 30, 3), 29)]
    assert [bytes(p) for c in taken for p in c.sound] == [data for _, data in sound_of(clip)]


async def test_a_clip_without_sound_is_silent(tmp_path: Path) -> None:
    async with lossless(make_clip(tmp_path / "clip.mp4")) as camera:
        assert camera.sound is None
        assert all(captured.sound == () for captured in await take_all(camera))


async def test_an_odd_size_loses_a_row_and_a_column(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", size=(65, 49), pixel_format="yuv444p")
    async with lossless(clip) as camera:
        assert (camera.width, camera.height) == (64, 48)
        taken = await take_all(camera)
    assert {(c.picture.width, c.picture.height, c.picture.format.name) for c in taken} == {
        (64, 48, "yuv420p")
    }
    assert [number_of(captured.picture) for captured in taken] == list(range(10))


@pytest.mark.parametrize(("rotation", "bright"), [(90, "top"), (180, "left"), (270, "bottom")])
async def test_a_phones_rotation_is_baked(tmp_path: Path, rotation: int, bright: str) -> None:
    clip = make_clip(tmp_path / "clip.mp4", rotation=rotation)  # The right half of each picture is bright.
    async with lossless(clip) as camera:
        taken = await take_all(camera)
        assert (camera.width, camera.height) == ((64, 48) if rotation == 180 else (48, 64))
    picture = taken[-1].picture
    rows = luma(picture)
    halves = {
        "top": rows[: picture.height // 2],
        "bottom": rows[picture.height // 2 :],
        "left": rows[:, : picture.width // 2],
    }
    assert float(halves[bright].mean()) > 80
    assert picture.rotation == 0


async def test_a_size_is_covered_and_the_field_of_view_shrinks_with_it(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", size=(128, 64))
    camera = FileCamera(clip, size=(32, 32), skip_late=False, clock=JumpingClock())
    async with camera:
        taken = await take_all(camera)
    assert {(c.picture.width, c.picture.height) for c in taken} == {(32, 32)}
    whole, part = 128 / 2 / camera.intrinsics.fx, 32 / camera.intrinsics.fx
    assert (camera.intrinsics.cx, camera.intrinsics.width) == (16.0, 32)
    assert part < whole


async def test_pictures_carry_no_orders_for_the_next_encoder(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(20), b_frames=2)
    async with lossless(clip) as camera:
        assert {captured.picture.pict_type for captured in await take_all(camera)} == {0}


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def only_sound(path: Path) -> Path:
    with av.open(str(path), "w") as out:
        audio = out.add_stream("aac", rate=48000, layout="stereo")
        frame = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
        frame.sample_rate = 48000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        out.mux(audio.encode(frame))
        out.mux(audio.encode(None))
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "missing.mp4", "there is no file"),
        (lambda folder: folder, "is a folder"),
        (lambda folder: write(folder / "notes.mp4", b"buy milk\n" * 100), "is not a video"),
        (lambda folder: write(folder / "notes.txt", b"buy milk\n" * 100), "is not a video"),
        (lambda folder: write(folder / "empty.mp4", b""), "is not a video"),
        (lambda folder: only_sound(folder / "song.m4a"), "has sound but no video"),
        (
            lambda folder: write(folder / "cut.mp4", make_clip(folder / "clip.mp4").read_bytes()[:-500]),
            "cut short",
        ),
    ],
    ids=["missing", "folder", "no video", "text", "empty", "sound only", "cut before its index"],
)
async def test_what_cannot_be_played_is_said_in_one_line_with_a_cure(
    tmp_path: Path, make: Callable[[Path], Path], message: str
) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        async with FileCamera(make(tmp_path)):
            pass
    assert caught.value.cure
    assert "\n" not in str(caught.value)


async def test_a_file_that_may_not_be_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise av.error.PermissionError(errno.EACCES, "Permission denied", "clip.mp4")

    monkeypatch.setattr(av, "open", refuse)
    with pytest.raises(SourceError, match="may not be read") as caught:
        async with FileCamera("clip.mp4"):
            pass
    assert "chmod" in caught.value.cure


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv"])
async def test_a_clip_that_was_cut_plays_what_is_left_and_then_says_so(tmp_path: Path, name: str) -> None:
    options = {"movflags": "faststart"} if name.endswith("mp4") else {}
    whole = make_clip(tmp_path / name, pts=range(150), options=options).read_bytes()
    cut = write(tmp_path / f"cut_{name}", whole[: len(whole) // 2])
    taken: list[Captured] = []
    with pytest.raises(SourceError, match=r"cut short after \d\.\d s") as caught:
        await take_into(taken, lossless(cut))
    assert 20 < len(taken) < 130
    assert caught.value.cure


async def test_a_clip_that_was_cut_between_two_pictures_says_so_too(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(50), options={"movflags": "faststart"})
    with av.open(str(clip)) as whole:
        ends = [packet.pos + packet.size for packet in whole.demux(video=0) if packet.pos is not None]
    cut = write(tmp_path / "cut.mp4", clip.read_bytes()[: ends[29]])
    taken: list[Captured] = []
    with pytest.raises(SourceError, match="cut short"):
        await take_into(taken, lossless(cut))
    assert len(taken) == 30


async def test_leaving_early_ends_the_thread(tmp_path: Path) -> None:
    camera = lossless(make_clip(tmp_path / "clip.mp4"), loop=True)
    async with camera:
        await take_all(camera, 3)
    assert [captured async for captured in camera] == []


async def test_the_real_walk_plays_whole() -> None:
    if not WALK.exists():
        pytest.skip(f"{WALK} is not on this machine")
    async with lossless(WALK) as camera:
        taken = await take_all(camera)
    assert pts_of(taken) == times_of(WALK)
    assert [(p.pts, bytes(p)) for c in taken for p in c.sound] == sound_of(WALK)
