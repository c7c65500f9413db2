"""The talk of both ends, without I/O: two sessions in one test, words carried by hand."""

import pytest

from overglass_protocol import messages, session, stamps
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import LocalProtocolError
from overglass_protocol.events import (
    Applied,
    Complained,
    ControlChanged,
    Ended,
    Event,
    Greeted,
    StampArrived,
    Welcomed,
)
from overglass_protocol.messages import Hello, Welcome
from overglass_protocol.session import CloudSession, EdgeSession, State


def make(control: Control | None = None, in_force: Control | None = None) -> tuple[EdgeSession, CloudSession]:
    welcome = Welcome(
        session="s", resume_token="r", resumed=False, looks=("none",), control=in_force or Control()
    )
    return EdgeSession(Hello(control=control or Control())), CloudSession(welcome)


def carry(
    sender: EdgeSession | CloudSession, receiver: EdgeSession | CloudSession, now: float = 0.0
) -> list[Event]:
    """Carries everything said, once; what it makes the receiver say stays with the receiver."""
    events: list[Event] = []
    for outgoing in sender.to_send():
        if outgoing.channel == "control":
            events += receiver.receive_message(outgoing.data, now)
        else:
            assert isinstance(outgoing.data, bytes)
            events += receiver.receive_stamp(outgoing.data, now)
    return events


def live(control: Control | None = None) -> tuple[EdgeSession, CloudSession]:
    edge, cloud = make(control)
    carry(edge, cloud)
    carry(cloud, edge)
    assert edge.state is cloud.state is State.LIVE
    return edge, cloud


def test_hello_and_welcome_make_both_ends_live() -> None:
    edge, cloud = make(Control(look="ink", version=4))
    assert [type(e) for e in carry(edge, cloud)] == [Greeted, ControlChanged]
    (welcomed,) = carry(cloud, edge)
    assert isinstance(welcomed, Welcomed)
    assert welcomed.welcome.control == Control(look="ink", version=4)
    assert edge.state is cloud.state is State.LIVE
    assert not edge.to_send()


def test_what_a_new_edge_wants_holds_from_the_start_whatever_its_version() -> None:
    edge, cloud = make(Control(look="ink", strength=0.25), in_force=Control(look="ink"))
    assert carry(edge, cloud)[1] == ControlChanged(Control(look="ink", strength=0.25))
    (welcomed,) = carry(cloud, edge)
    assert isinstance(welcomed, Welcomed)
    assert welcomed.welcome.control.strength == 0.25


def test_the_last_of_many_controls_is_in_force_and_acknowledged_once() -> None:
    edge, cloud = live()
    for step in range(1, 121):
        edge.set_control(Control(strength=step / 120))
    changes = carry(edge, cloud)
    assert isinstance(changes[-1], ControlChanged)
    assert changes[-1].control.strength == 1.0
    assert changes[-1].control.version == 120
    cloud.painted(120, frame_id=7)
    cloud.painted(120, frame_id=8)
    cloud.painted(119, frame_id=9)
    assert carry(cloud, edge) == [Applied(120, 7)]
    assert edge.applied_version == 120


def test_an_older_control_that_arrives_late_changes_nothing() -> None:
    edge, cloud = live()
    first, second = edge.set_control(Control(look="a")), edge.set_control(Control(look="b"))
    words = edge.to_send()
    assert cloud.receive_message(words[1].data, 0.0) == [ControlChanged(second)]
    assert cloud.receive_message(words[0].data, 0.0) == []
    assert first.version < second.version == cloud.control.version


def test_a_change_made_before_the_welcome_is_said_with_it() -> None:
    edge, cloud = make()
    carry(edge, cloud)
    wanted = edge.set_control(Control(look="ink"))
    assert not edge.to_send()
    carry(cloud, edge)
    assert carry(edge, cloud) == [ControlChanged(wanted)]


def test_an_edge_that_resumes_keeps_the_newer_document_of_the_two() -> None:
    edge, cloud = make(Control(version=3, look="old"), in_force=Control(version=9, look="new"))
    assert [type(e) for e in carry(edge, cloud)] == [Greeted]
    (welcomed,) = carry(cloud, edge)
    assert isinstance(welcomed, Welcomed)
    assert cloud.control.look == "new"


def test_clock_pings_are_frequent_at_first_then_ten_a_second_and_give_the_offset() -> None:
    edge, cloud = live()
    now, sent_at = 0.0, []
    while now < 5.0:
        due = edge.tick(now)
        for outgoing in edge.to_send():
            sent_at.append(now)
            assert isinstance(outgoing.data, bytes)
            cloud.receive_stamp(outgoing.data, now + 0.010 + 500.0)
            for answer in cloud.to_send():
                assert isinstance(answer.data, bytes)
                edge.receive_stamp(answer.data, now + 0.020)
        now = due
    assert sent_at[39] < 2.0
    assert sent_at[-1] - sent_at[-2] == pytest.approx(0.1)
    assert edge.clock.offset(5.0) == pytest.approx(500.0, abs=1e-6)


def test_another_protocol_version_is_told_so_and_ended() -> None:
    _, cloud = make()
    (ended,) = cloud.receive_message(messages.encode(Hello(protocol=99)), 0.0)
    assert isinstance(ended, Ended)
    said = [messages.decode(o.data) for o in cloud.to_send()]
    assert [m.type for m in said] == ["error", "bye"]


def test_nonsense_is_answered_with_an_error_and_after_too_much_with_goodbye() -> None:
    edge, cloud = live()
    assert cloud.receive_message("nonsense", 0.0) == []
    (complaint,) = carry(cloud, edge)
    assert isinstance(complaint, Complained)
    assert complaint.error.cure
    events: list[Event] = []
    for _ in range(session.MAX_FAULTS):
        events += cloud.receive_message(b"\x00" * 20_000, 0.0)
    assert isinstance(events[-1], Ended)
    assert cloud.state is State.ENDED
    assert cloud.receive_message(messages.encode(Hello()), 0.0) == []


def test_a_message_that_makes_no_sense_now_is_refused() -> None:
    edge, cloud = live()
    assert cloud.receive_message(messages.encode(Hello()), 0.0) == []
    (complaint,) = carry(cloud, edge)
    assert isinstance(complaint, Complained)
    assert complaint.error.code == "unexpected-message"


def test_goodbye_ends_both_ends_and_nothing_can_be_asked_afterwards() -> None:
    edge, cloud = live()
    edge.end("battery empty")
    assert carry(edge, cloud) == [Ended("battery empty")]
    assert edge.state is cloud.state is State.ENDED
    with pytest.raises(LocalProtocolError):
        edge.set_control(Control())


def test_an_envelope_beside_its_picture_is_an_event_and_garbage_is_not() -> None:
    _, cloud = live()
    stamp = stamps.FrameStamp(90_000, Envelope(1, 2.0))
    (datagram,) = stamps.datagrams(stamp)
    assert cloud.receive_stamp(datagram, 0.0) == [StampArrived(stamp)]
    assert cloud.receive_stamp(b"\xffgarbage", 0.0) == []
