from pathlib import Path

import av
import numpy as np
import pytest

from overglass_cloud.marking.detection import detect, detect_in, luma_of
from overglass_cloud.marking.reading import Reading
from overglass_cloud.marking.watermark import Watermark
from overglass_protocol.errors import ClipError
from tests.cloud.marking.clips import decoded, encoded, scenery, some_of_each, walk, written

RECORD = 0xCAFE1234


@pytest.mark.parametrize(
    ("crf", "size"), [(18, None), (28, None), (33, None), (28, (424, 240)), (23, (600, 400))]
)
def test_a_real_clip_keeps_its_mark_through_h264(crf: int, size: tuple[int, int] | None) -> None:
    marked = [Watermark(RECORD).mark(picture) for picture in walk(12)]
    found = detect(decoded(encoded(marked, crf, size)))
    assert found is not None
    assert found.payload == RECORD
    assert found.confidence > 6


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (512, 512), (1280, 720)])
def test_any_shape_of_picture_carries_it(size: tuple[int, int]) -> None:
    found = detect([Watermark(RECORD).mark(scenery(*size))])
    assert found is not None
    assert found.payload == RECORD


def test_black_bars_do_not_hide_it() -> None:
    luma = luma_of(Watermark(RECORD).mark(walk(1)[0]))
    barred = np.full((720, 848), 16, np.uint8)
    barred[120:600] = luma
    picture = av.VideoFrame.from_ndarray(barred, format="gray")
    found = detect([picture])
    assert found is not None
    assert found.payload == RECORD


def cut(picture: av.VideoFrame, left: int, top: int, width: int, height: int) -> av.VideoFrame:
    part = luma_of(picture)[top : top + height, left : left + width]
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(part), format="gray")


@pytest.mark.parametrize("box", [(84, 48, 678, 384), (13, 27, 780, 440), (50, 0, 700, 480)])
def test_a_part_of_the_picture_is_enough_where_asked_for(box: tuple[int, int, int, int]) -> None:
    marked = decoded(encoded([Watermark(RECORD).mark(picture) for picture in walk(8)], crf=18))
    parts = [cut(picture, *box) for picture in marked]
    assert detect(parts) is None, "it would be found anyway"
    found = detect(parts, cropped=True)
    assert found is not None
    assert found.payload == RECORD
    assert detect([cut(picture, *box) for picture in walk(8)], cropped=True) is None


def test_an_upright_part_is_found_too() -> None:
    marked = Watermark(RECORD).mark(scenery(720, 1280))
    found = detect([cut(marked, 40, 100, 640, 1000)], cropped=True)
    assert found is not None
    assert found.payload == RECORD


def test_unmarked_crops_raise_no_alarm() -> None:
    """Over 200 crops of real clips: none is taken for marked, and the pilot behaves as chance does."""
    rng = np.random.default_rng(11)
    confidences = []
    for picture in some_of_each(every=5, at_most=14):
        luma = luma_of(picture)
        for _ in range(5):
            height, width = (int(rng.integers(side // 3, side + 1)) for side in luma.shape)
            top, left = (
                int(rng.integers(0, room + 1)) for room in (luma.shape[0] - height, luma.shape[1] - width)
            )
            reading = Reading()
            reading.add(luma[top : top + height, left : left + width])
            assert reading.found() is None
            confidences.append(reading.confidence)
    assert len(confidences) >= 200
    assert abs(np.mean(confidences)) < 0.5
    assert 0.6 < np.std(confidences) < 1.4


def test_made_pictures_raise_no_alarm() -> None:
    assert all(detect([scenery(320, 180, seed)]) is None for seed in range(40))
    flat = av.VideoFrame.from_ndarray(np.full((270, 320), 90, np.uint8), format="yuv420p")
    assert detect([flat]) is None
    assert detect([]) is None


def test_it_is_read_from_all_over_a_file(tmp_path: Path) -> None:
    plain, marked = walk(40), [Watermark(RECORD).mark(picture) for picture in walk(40)]
    found = detect_in(written(tmp_path / "marked.mp4", marked))
    assert found is not None
    assert found.payload == RECORD
    assert found.pictures <= 48
    assert detect_in(written(tmp_path / "plain.mp4", plain)) is None


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.mp4").write_text("not a clip")
    with pytest.raises(ClipError, match=r"words\.mp4"):
        detect_in(tmp_path / "words.mp4")
    with pytest.raises(ClipError):
        detect_in(tmp_path / "absent.mp4")
