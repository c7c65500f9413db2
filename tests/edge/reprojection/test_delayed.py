"""The very picture an overlay belongs to, and no more memory than was allowed."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from overglass_edge.reprojection.delayed import DelayedComposition
from overglass_edge.reprojection.layer import Picture


def picture(shade: int, height: int = 4) -> Picture:
    return np.full((height, 8, 3), shade, np.uint8)


def test_an_overlay_meets_the_picture_it_was_painted_for() -> None:
    delayed = DelayedComposition()
    own = [picture(shade) for shade in range(10)]
    for frame_id, one in enumerate(own):
        delayed.keep(frame_id, frame_id / 30, one)
    kept = delayed.matched(6)
    assert kept is not None
    assert kept.picture is own[6]
    assert kept.age(0.5) == 0.5 - 6 / 30
    assert delayed.matched(6) is kept, "the display refreshes faster than overlays come"


def test_what_is_older_than_a_match_is_let_go() -> None:
    delayed = DelayedComposition()
    for frame_id in range(5):
        delayed.keep(frame_id, 0.0, picture(frame_id))
    assert delayed.matched(3) is not None
    assert len(delayed) == 2
    assert delayed.matched(2) is None
    assert delayed.dropped == 0


def test_a_picture_that_never_was_or_is_gone_is_none() -> None:
    delayed = DelayedComposition(most=2)
    assert delayed.matched(0) is None
    for frame_id in range(3):
        delayed.keep(frame_id, 0.0, picture(frame_id))
    assert delayed.matched(0) is None
    assert len(delayed) == 2
    assert delayed.dropped == 1


def test_a_frame_id_said_again_takes_the_older_ones_place() -> None:
    delayed = DelayedComposition()
    for frame_id in (0, 1, 0):
        delayed.keep(frame_id, 0.0, picture(frame_id + 7))
    assert len(delayed) == 2
    assert delayed.kept_bytes == 2 * picture(0).nbytes
    assert delayed.matched(0) is not None
    assert delayed.matched(1) is None, "it is older than the new 0"


def test_a_picture_larger_than_all_the_room_is_not_kept() -> None:
    delayed = DelayedComposition(most_bytes=100)
    delayed.keep(0, 0.0, picture(0, height=4))
    delayed.keep(1, 0.0, picture(1, height=40))
    assert delayed.matched(1) is None
    assert delayed.dropped == 1
    assert delayed.matched(0) is not None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12), st.booleans()), max_size=60),
    st.integers(1, 6),
    st.integers(0, 1200),
)
def test_never_more_is_kept_than_was_allowed(
    steps: list[tuple[int, int, bool]], most: int, most_bytes: int
) -> None:
    delayed = DelayedComposition(most, most_bytes)
    last: dict[int, Picture] = {}
    for frame_id, height, match in steps:
        if match:
            kept = delayed.matched(frame_id)
            assert kept is None or kept.picture is last[frame_id]
        else:
            last[frame_id] = picture(frame_id, height)
            delayed.keep(frame_id, 0.0, last[frame_id])
        assert len(delayed) <= most
        assert delayed.kept_bytes <= most_bytes
        assert (delayed.kept_bytes == 0) == (len(delayed) == 0)
