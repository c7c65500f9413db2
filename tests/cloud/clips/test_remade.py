"""What survives a clip's way through decoder, encoder and assembly."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from overglass_cloud.clips.probe import probe
from overglass_cloud.clips.reading import pictures
from overglass_cloud.clips.writing import ENCODERS, Codec, Encoding
from tests.cloud.clips.made import make, sound_packets, variable_times
from tests.cloud.clips.remake import remake
from tests.shared import clip as shared_clip


def _same_times(source: Path, made: Path) -> None:
    before, after = probe(source), probe(made)
    assert [int(t) * before.time_base for t in before.pts] == [int(t) * after.time_base for t in after.pts]


def test_a_portrait_clip_of_varying_rate_keeps_every_time_and_sound_and_stands_upright(
    tmp_path: Path,
) -> None:
    source = make(tmp_path / "phone.mp4", variable_times(150), rotation=90)
    made = remake(source, tmp_path, longest=40)
    _same_times(source, made)
    assert sound_packets(made) == sound_packets(source)
    clip = probe(made)
    assert (clip.width, clip.height, clip.rotation) == (64, 96, 0)
    (_, first), *_ = pictures(made, clip, 0, 1)
    luma = first.to_ndarray()[:96]
    assert luma[:40].mean() > luma[56:].mean() + 80  # the right half, turned counterclockwise


def test_a_real_walk_keeps_every_time_and_sound(tmp_path: Path) -> None:
    source = shared_clip("walk_first_person.mp4")
    made = remake(source, tmp_path)
    _same_times(source, made)
    assert sound_packets(made) == sound_packets(source)


@pytest.mark.timeout(180)
def test_three_minutes_take_no_more_memory_than_one_gigabyte(tmp_path: Path) -> None:
    source = make(tmp_path / "phone.mp4", variable_times(5000), rotation=90)
    assert probe(source).duration > 180
    ended = subprocess.run(
        [sys.executable, "-m", "tests.cloud.clips.remake", str(source), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=170,
        check=True,
    )
    assert int(ended.stdout) < 1024
    _same_times(source, tmp_path / "remade.mp4")
    assert sound_packets(tmp_path / "remade.mp4") == sound_packets(source)


def test_the_same_clip_makes_the_same_bytes(tmp_path: Path) -> None:
    source = make(tmp_path / "phone.mp4", variable_times(60))
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    one, two = (hashlib.sha256(remake(source, folder).read_bytes()).digest() for folder in folders)
    assert one == two


@pytest.mark.parametrize("codec", ["hevc", "av1"])
def test_other_codecs_keep_every_time_too(tmp_path: Path, codec: Codec) -> None:
    if ENCODERS[codec] not in av.codecs_available:
        pytest.skip(f"FFmpeg was built without {ENCODERS[codec]}")
    source = make(tmp_path / "phone.mp4", variable_times(50))
    made = remake(source, tmp_path, Encoding(codec, effort="fast"), longest=20)
    assert probe(made).codec in {"hevc": ("hevc",), "av1": ("libdav1d", "av1")}[codec]
    _same_times(source, made)


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="needs Linux")
def test_no_encoder_makes_this_process_real_time(tmp_path: Path) -> None:
    if ENCODERS["av1"] not in av.codecs_available:
        pytest.skip("FFmpeg was built without libsvtav1")
    code = (
        "import os, sys; from pathlib import Path; from tests.cloud.clips.made import picture; "
        "from overglass_cloud.clips.writing import Encoding, Writer; from fractions import Fraction\n"
        "encoding = Encoding('av1', effort='fast')\n"
        "with Writer(Path(sys.argv[1]), (96, 64), Fraction(1, 30), encoding) as writer:\n"
        "    for number in range(3):\n"
        "        writer.write(picture(number), number)\n"
        "    print({os.sched_getscheduler(int(each)) for each in os.listdir('/proc/self/task')})\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "out.mp4")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=50, check=True)
    assert ended.stdout.strip() == str({os.SCHED_OTHER})


def test_chapters_go_along(tmp_path: Path) -> None:
    source = make(tmp_path / "phone.mp4", variable_times(60), chapters=True)
    with av.open(str(remake(source, tmp_path))) as container:
        (chapter,) = container.chapters()
    assert chapter["metadata"]["title"] == "Out of the door"


def test_an_odd_side_gets_its_last_row_or_column_once_more(tmp_path: Path) -> None:
    source = make(tmp_path / "odd.mp4", variable_times(5), size=(97, 63), sound=False)
    clip = probe(source)
    assert (clip.width, clip.height) == (97, 63)
    for _, picture in pictures(source, clip, 0, 5):
        assert (picture.width, picture.height) == (98, 64)
        luma = picture.to_ndarray()[:64]
        assert np.array_equal(luma[:, 97], luma[:, 96])
        assert np.array_equal(luma[63], luma[62])


@pytest.mark.parametrize("first", [0, 1, 24, 25, 26, 49, 59])
def test_a_picture_is_the_same_wherever_reading_begins(tmp_path: Path, first: int) -> None:
    source = make(tmp_path / "phone.mp4", variable_times(60), sound=False)
    clip = probe(source)
    whole = dict(pictures(source, clip, 0, clip.frames))
    for number, picture in pictures(source, clip, first, clip.frames):
        assert np.array_equal(picture.to_ndarray(), whole[number].to_ndarray())
        assert picture.pts == clip.pts[number]


def test_what_the_samples_mean_is_said_on(tmp_path: Path) -> None:
    source = tmp_path / "tagged.mp4"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        context = stream.codec_context
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, 1, 1, 1
        for number in range(5):
            container.mux(stream.encode(av.VideoFrame(96, 64, "yuv420p")) if number else [])
        container.mux(stream.encode(None))
    with av.open(str(remake(source, tmp_path))) as container:
        first = next(container.decode(video=0))
    said = (first.color_range, first.colorspace, first.color_primaries, first.color_trc)
    assert [int(each) for each in said] == [1, 1, 1, 1]


@pytest.mark.parametrize("transfer", [16, 18], ids=["PQ", "HLG"])
def test_high_dynamic_range_comes_out_as_bt709(tmp_path: Path, transfer: int) -> None:
    source = tmp_path / "hdr.mp4"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx265", rate=30, options={"x265-params": "log-level=error"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p10le"
        context = stream.codec_context
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = (
            1,
            9,
            9,
            transfer,
        )
        grey = np.full((96, 96), 64 + 512, np.uint16)
        grey[64:] = 512
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="yuv420p10le")))
        container.mux(stream.encode(None))
    clip = probe(source)
    assert clip.hdr == {16: "PQ", 18: "HLG"}[transfer]
    (_, picture), *_ = pictures(source, clip, 0, 1)
    assert [int(each) for each in (picture.colorspace, picture.color_primaries, picture.color_trc)] == [
        1,
        1,
        1,
    ]
    planes = picture.to_ndarray()
    assert 60 < planes[:64].mean() < 235
    assert abs(planes[64:].mean() - 128) < 2
