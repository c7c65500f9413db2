"""The display that is a file."""

import threading
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from overglass_edge.displays.file import BACKLOG, FileDisplay
from overglass_edge.trip import Trip
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import DisplayError
from overglass_protocol.frame import Frame
from overglass_protocol.scene import Scene, Thing


def frame(level: int, width: int = 64) -> Frame:
    pixels = np.full((96, width), level, np.uint8)
    return Frame(av.VideoFrame.from_ndarray(pixels, format="yuv420p"), decoded=level / 10)


def test_frames_are_written_at_the_times_they_were_captured(tmp_path: Path) -> None:
    display = FileDisplay(tmp_path / "deep" / "out.mp4")
    times = [5.0, 5.1, 5.35, 5.4]
    for n, at in enumerate(times):
        display.show(frame(50 + 40 * n), Trip(n, at, at + 0.01, {}))
    display.close()
    with av.open(str(tmp_path / "deep" / "out.mp4")) as clip:
        shown = list(clip.decode(video=0))
    assert [float(f.time) for f in shown] == pytest.approx([at - 5.0 for at in times], abs=1e-4)
    assert [round(f.to_ndarray()[:64].mean(), -1) for f in shown] == [50, 90, 130, 170]


def test_a_picture_of_another_size_and_one_without_a_trip_are_shown_too(tmp_path: Path) -> None:
    display = FileDisplay(tmp_path / "out.mp4")
    display.show(frame(60), None)
    display.show(frame(90, width=128), None)
    display.close()
    assert display.written == 2


def test_a_file_without_frames_is_no_error(tmp_path: Path) -> None:
    FileDisplay(tmp_path / "out.mp4").close()


def test_a_place_that_cannot_be_written_is_an_error_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DisplayError, match="folder"):
        FileDisplay(tmp_path / "file" / "out.mp4")


def test_what_was_found_in_a_picture_is_drawn_over_it_and_the_shared_picture_stays(tmp_path: Path) -> None:
    found = Thing("object", 1, "", 0.9, (0.25, 0.25, 0.5, 0.5))
    plain = frame(60)
    display = FileDisplay(tmp_path / "out.mp4")
    display.show(replace(plain, envelope=Envelope(0, 5.0, scene=Scene((found,)))), None)
    display.show(replace(plain, envelope=Envelope(1, 5.1, scene=Scene()), decoded=7.0), None)
    display.close()
    assert (plain.picture.to_ndarray() == 60).all()
    with av.open(str(tmp_path / "out.mp4")) as clip:
        drawn, bare = (shown.to_ndarray()[:64].astype(int) for shown in clip.decode(video=0))
    assert np.abs(drawn - 60).max() > 40
    assert np.abs(bare - 60).max() < 8


def test_whatever_goes_wrong_in_the_thread_closing_tells_it_and_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> av.VideoFrame:
        raise RuntimeError("no canvas")

    monkeypatch.setattr("overglass_edge.displays.file.with_scene", broken)
    told: list[str] = []

    def write() -> None:
        display = FileDisplay(tmp_path / "out.mp4")
        for _ in range(2 * BACKLOG):
            display.show(frame(60), None)
        with pytest.raises(DisplayError) as caught:
            display.close()
        told.append(str(caught.value))

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    writer.join(20)
    assert not writer.is_alive()
    assert "no canvas" in told[0]
