from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from overglass_cloud.clips.still import Still
from overglass_cloud.remix.presets.captions import Captioner, Captions, _font, unwritable, wrapped
from overglass_cloud.remix.presets.contract import Segment
from overglass_cloud.remix.presets.subtitles import Cue, read_cues, samples
from overglass_protocol.errors import RemixError

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello\nthere\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>Bye</i>\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "words.srt"
    path.write_text(text)
    return path


def test_srt_and_webvtt_give_the_same_cues(tmp_path: Path) -> None:
    cues = read_cues(written(tmp_path, SRT))
    assert cues == (Cue(1000, 2500, "Hello\nthere"), Cue(3000, 4000, "Bye"))
    assert read_cues(written(tmp_path, "WEBVTT\n\n" + SRT.replace(",", "."))) == cues


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (SRT.replace("00:00:03,000", "soon"), "line 7"),
        ("nothing", "line 1"),
        (SRT.replace("00:00:04", "00:00:02"), "line 7"),
    ],
)
def test_a_broken_file_is_refused_with_the_line(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(RemixError, match=line):
        read_cues(written(tmp_path, text))


def test_a_text_track_has_no_gaps_and_is_empty_between_cues() -> None:
    track = list(samples([Cue(1000, 2000, "é")]))
    assert [(s.pts, s.duration, s.payload) for s in track] == [
        (0, 1000, b"\0\0"),
        (1000, 1000, b"\0\2" + "é".encode()),
    ]


def test_scripts_without_glyphs_are_found() -> None:
    assert unwritable("Mind the gap, 1-2!") == ""
    assert unwritable("a 漢 שa") == "漢ש"


def test_lines_are_wrapped_to_the_width() -> None:
    font = _font(20)
    lines = list(wrapped("some words that are long " + "x" * 60, font, 150))
    assert len(lines) > 3
    assert all(font.getlength(line) <= 150 for line in lines)


def test_words_are_shown_only_while_their_cue_lasts_and_inside_the_safe_area() -> None:
    grey = av.VideoFrame.from_ndarray(np.full((180 * 3 // 2, 320), 128, np.uint8), format="yuv420p")
    stills = [Still(n, Fraction(n), grey) for n in range(3)]
    painter = Captioner([Cue(1000, 2000, "Look up")], Captions())
    before, shown, after = painter.paint(Segment(0, 0, 3), iter(stills))
    assert before.picture is grey
    assert after.picture is grey
    luma = shown.picture.to_ndarray()[:180].astype(int)
    assert luma.max() > 220
    touched = (abs(luma - 128) > 3).nonzero()
    assert touched[0].min() > 120
    assert touched[0].max() < 176
