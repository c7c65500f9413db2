from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from overglass_cloud.clips.probe import Limits, probe
from overglass_cloud.clips.reading import pictures
from overglass_protocol.errors import ClipError
from tests.cloud.clips.made import make, variable_times


def _code(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(ClipError) as refused:
        probe(path, limits or Limits())
    assert refused.value.cure
    return refused.value.code


def test_each_limit_is_checked(tmp_path: Path) -> None:
    clip = make(tmp_path / "clip.mp4", variable_times(60), sound=False)
    assert _code(clip, Limits(bytes=100)) == "too-large"
    assert _code(clip, Limits(pixels=96 * 64 - 1)) == "too-many-pixels"
    assert _code(clip, Limits(frames=59)) == "too-many-frames"
    assert _code(clip, Limits(seconds=1.0)) == "too-long"
    assert probe(clip, Limits(frames=60, pixels=96 * 64)).frames == 60


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a video\n" * 50,
        b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
    ],
    ids=["empty", "text", "playlist", "concat"],
)
def test_what_is_no_clip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert _code(path) == "not-a-video"


def test_a_name_that_looks_like_an_address_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "concat:a|b.mp4"
    make(tmp_path / "clip.mp4", variable_times(5), sound=False).rename(path)
    assert probe(path).frames == 5
    assert _code(tmp_path / "http:" / "x.mp4") == "no-file"


def test_sound_alone_is_no_clip(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "song.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert _code(tmp_path / "song.mp4") == "no-video"


def test_a_clip_cut_short_names_the_time_that_it_ends_at(tmp_path: Path) -> None:
    clip = make(tmp_path / "clip.mkv", variable_times(120), sound=False)
    whole = probe(clip)
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    assert 0 < probe(clip).frames < whole.frames
    with pytest.raises(ClipError, match="cannot be decoded"):
        list(pictures(clip, whole, 0, whole.frames))


def test_pixels_far_from_square_do_not_get_around_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "wide.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(50, 1)
        container.mux(stream.encode(av.VideoFrame(96, 64, "yuv420p")))
        container.mux(stream.encode(None))
    assert _code(path, Limits(pixels=96 * 64 * 10)) == "too-many-pixels"
