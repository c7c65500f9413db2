import av
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.remix.shots import cuts
from tests import shared


def taken(name: str, start: int, count: int) -> list[NDArray[np.uint8]]:
    with av.open(str(shared.clip(name))) as container:
        pictures = []
        for number, picture in enumerate(container.decode(video=0)):
            if number >= start:
                small = picture.reformat(160, 90, format="rgb24").to_ndarray()
                pictures.append(np.asarray(small, np.uint8))
            if len(pictures) == count:
                break
    return pictures


def test_a_walk_has_no_cuts_and_joined_pieces_have_one_each() -> None:
    walk = taken("walk_first_person.mp4", 0, 60)
    assert cuts(walk) == []
    assert cuts([*walk[:30], *(np.ascontiguousarray(p[:, ::-1]) for p in walk[30:])]) == [30]


def test_a_flash_is_no_cut() -> None:
    walk = taken("walk_first_person.mp4", 0, 40)
    for number in (20, 21):
        walk[number] = np.full_like(walk[number], 250)
    assert cuts(walk) == []
