"""Pictures that a session names are found among the job's files by what is in them."""

import hashlib
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from overglass_cloud.looks import Look, Looks
from overglass_cloud.references import References
from overglass_cloud.remix.presets.session_pictures import lend
from overglass_cloud.remix.presets.session_timeline import Schedule, Worn
from overglass_protocol.control import Control
from overglass_protocol.errors import MissingReferenceError, PictureError
from tests.cloud.parts import looks

LIKE = Look("like", "", "test", lambda workshop: None, takes_reference=True)  # type: ignore[arg-type, return-value]


def known() -> Looks:
    return looks(LIKE)


def wearing(name: str | None, look: str = "like", strength: float = 1.0) -> Schedule:
    return Schedule((Worn(Fraction(0), Control(look=look, reference=name, strength=strength)),))


def named(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def red(tmp_path: Path) -> Path:
    path = tmp_path / "upload-17"
    done, data = cv2.imencode(".png", np.full((32, 48, 3), (0, 0, 200), np.uint8))
    assert done
    path.write_bytes(data.tobytes())
    return path


def test_a_picture_is_found_by_its_content_among_other_files(red: Path, tmp_path: Path) -> None:
    other = tmp_path / "timeline.jsonl"
    other.write_text("{}")
    kept = References()
    lend(wearing(named(red)), known(), [other, tmp_path, red], kept)
    picture = kept.picture_for(Control(look="like", reference=named(red)))
    assert picture[0, 0].tolist() == [200, 0, 0]
    assert len(kept) == 1


def test_one_that_is_nowhere_is_said_with_the_cure(red: Path) -> None:
    with pytest.raises(MissingReferenceError, match="0" * 64) as caught:
        lend(wearing("0" * 64), known(), [red], References())
    assert "sha256" in caught.value.cure


def test_one_that_is_kept_already_needs_no_file() -> None:
    kept = References()
    kept.keep("0" * 64, np.zeros((2, 2, 3), np.uint8))
    lend(wearing("0" * 64), known(), [], kept)


def test_a_look_that_goes_by_a_picture_and_was_given_none_is_refused() -> None:
    with pytest.raises(MissingReferenceError, match="given none"):
        lend(wearing(None), known(), [], References())


def test_looks_that_go_by_none_and_those_not_seen_need_none() -> None:
    lend(wearing("0" * 64, look="none"), known(), [], References())
    lend(wearing("0" * 64, strength=0), known(), [], References())


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes"
    text.write_text("not a picture")
    with pytest.raises(PictureError):
        lend(wearing(named(text)), known(), [text], References())
