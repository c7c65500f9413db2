"""A scene's bytes: what display and detector agree on, how exactly, and what strangers may send."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RemoteProtocolError
from overglass_protocol.scene import EXPRESSIONS, MAX_THINGS, Scene, Thing

RNG = np.random.default_rng(1)


def face() -> Thing:
    points = (RNG.random((478, 2)) * (0.2, 0.3) + (0.4, 0.1)).astype(np.float32)
    expression = tuple(float(value) for value in RNG.random(len(EXPRESSIONS)))
    return Thing("face", 7, "Face 1", 0.9, (0.4, 0.1, 0.2, 0.3), points=points, expression=expression)


def test_a_face_comes_back_within_a_thousandth_of_its_size_in_less_than_two_kilobytes() -> None:
    sent = face()
    data = Scene((sent,), age=0.021).to_bytes()
    assert len(data) < 1500
    scene = Scene.from_bytes(data)
    (got,) = scene.things
    assert scene.age == pytest.approx(0.021)
    assert (got.kind, got.track, got.label, got.anchor) == ("face", 7, "Face 1", "world")
    assert got.box == pytest.approx(sent.box, abs=1e-4)
    assert np.abs(got.points - sent.points).max() < 0.3 / 1000
    assert got.expression == pytest.approx(sent.expression, abs=1 / 255)


def test_outlines_that_leave_the_picture_and_one_point_come_back() -> None:
    outlines = (
        np.array([(-0.5, 0.2), (1.5, 0.3), (0.5, 1.7)], np.float32),
        np.full((1, 2), 0.25, np.float32),
    )
    scene = Scene((Thing("person", 65535, "", 1.0, (-0.5, 0.2, 2.0, 1.5), "screen", outlines=outlines),))
    (got,) = Scene.from_bytes(scene.to_bytes()).things
    assert got.anchor == "screen"
    for ours, theirs in zip(got.outlines, outlines, strict=True):
        assert np.abs(ours - theirs).max() < 2 / 1000


def test_a_scene_rides_in_an_envelope_and_an_empty_one_is_not_none() -> None:
    envelope = Envelope(3, 1.0, scene=Scene((face(), face())))
    got = Envelope.from_bytes(envelope.to_bytes())
    assert got.scene is not None
    assert len(got.scene.things) == 2
    empty = Envelope.from_bytes(Envelope(3, 1.0, scene=Scene()).to_bytes())
    assert empty.scene is not None
    assert empty.scene.things == ()


def test_a_long_label_is_cut_between_letters() -> None:
    scene = Scene((Thing("object", 1, "ü" * 60, 0.5, (0, 0, 1, 1)),))
    assert Scene.from_bytes(scene.to_bytes()).things[0].label == "ü" * 32


@given(st.binary(max_size=300))
def test_any_bytes_are_a_scene_or_a_protocol_error(data: bytes) -> None:
    with suppress(RemoteProtocolError):
        assert isinstance(Scene.from_bytes(data), Scene)


def test_every_cut_scene_is_refused() -> None:
    data = Scene((face(),)).to_bytes()
    for size in range(0, len(data), 7):
        with pytest.raises(RemoteProtocolError):
            Scene.from_bytes(data[:size])


def test_more_things_than_allowed_are_refused_and_not_sent() -> None:
    scene = Scene((Thing("object", 1, "", 0.5, (0, 0, 1, 1)),) * (MAX_THINGS + 5))
    data = scene.to_bytes()
    assert len(Scene.from_bytes(data).things) == MAX_THINGS
    with pytest.raises(RemoteProtocolError, match="more than"):
        Scene.from_bytes(data[:2] + bytes([MAX_THINGS + 1]) + data[3:])


def test_a_crowd_in_detail_fits_the_envelope_all_the_same() -> None:
    outlines = tuple(RNG.random((60, 2)).astype(np.float32) for _ in range(16))
    crowd = tuple(Thing("person", n, f"person {n}", 1.0, (0, 0, 1, 1), outlines=outlines) for n in range(20))
    got = Envelope.from_bytes(Envelope(3, 1.0, scene=Scene(crowd)).to_bytes())
    assert got.scene is not None
    assert [thing.track for thing in got.scene.things] == list(range(20))
    detailed = [bool(thing.outlines) for thing in got.scene.things]
    assert detailed == sorted(detailed, reverse=True)
    assert 0 < sum(detailed) < 20
