"""The talk with a publisher, held by its side here."""

import pytest

from overglass_edge.rtmp import amf
from overglass_edge.rtmp.amf import Value
from overglass_edge.rtmp.chunks import (
    AUDIO,
    COMMAND,
    DATA,
    USER_CONTROL,
    VIDEO,
    ChunkReader,
    Message,
    chunked,
)
from overglass_edge.rtmp.talk import (
    HANDSHAKE,
    MAX_STRANGER,
    WINDOW,
    Described,
    Event,
    Finished,
    Media,
    Published,
    PublisherTalk,
    Refused,
)

HELLO = b"\3" + bytes(range(256)) * 6


class Publisher:
    """The other end: what it says, and what it is answered."""

    def __init__(self, path: str = "live/KEY") -> None:
        self.talk = PublisherTalk(path)
        self._answers = ChunkReader(1 << 16)

    def shake_hands(self) -> None:
        assert self.talk.receive(HELLO) == []
        answer = self.talk.to_send()
        assert answer[0] == 3
        assert answer[1 + HANDSHAKE :] == HELLO[1:]
        assert self.talk.receive(answer[1 : 1 + HANDSHAKE]) == []

    def say(self, *values: Value) -> list[Event]:
        return self.talk.receive(chunked(Message(COMMAND, amf.encode(values)), 3))

    def heard(self) -> list[list[Value]]:
        """The commands that were answered."""
        messages = self._answers.receive(self.talk.to_send())
        return [amf.decode(message.data) for message in messages if message.kind == COMMAND]

    def publish(self, application: str = "live", key: str = "KEY") -> list[Event]:
        self.shake_hands()
        self.say("connect", 1.0, {"app": application})
        self.say("createStream", 4.0, None)
        return self.say("publish", 5.0, None, key, "live")


def codes(answers: list[list[Value]]) -> list[Value]:
    return [
        value["code"] for answer in answers for value in answer if isinstance(value, dict) and "code" in value
    ]


def test_whoever_names_the_key_may_publish_and_is_told_so() -> None:
    publisher = Publisher()
    assert publisher.publish() == [Published()]
    answers = publisher.heard()
    assert codes(answers) == ["NetConnection.Connect.Success", "NetStream.Publish.Start"]
    assert ["_result", 4.0, None, 1.0] in answers


@pytest.mark.parametrize(
    ("application", "key"),
    [
        ("live", "key"),
        ("live", "KEY2"),
        ("live", "KE"),
        ("other", "KEY"),
        ("", "KEY"),
        ("live", ""),
        ("live/KEY", "KEY"),
    ],
)
def test_any_other_application_or_key_is_refused(application: str, key: str) -> None:
    publisher = Publisher()
    (refused,) = publisher.publish(application, key)
    assert isinstance(refused, Refused)
    assert codes(publisher.heard())[-1] == "NetStream.Publish.BadName"
    assert publisher.talk.receive(chunked(Message(VIDEO, b"x"), 4)) == []


@pytest.mark.parametrize(("application", "key"), [("live/glasses", "KEY"), ("live", "glasses/KEY")])
def test_publishers_may_part_a_long_path_where_they_like(application: str, key: str) -> None:
    assert Publisher("live/glasses/KEY").publish(application, key) == [Published()]


def test_media_before_the_key_is_not_listened_to_and_after_it_is_handed_out() -> None:
    publisher = Publisher()
    publisher.shake_hands()
    assert publisher.talk.receive(chunked(Message(VIDEO, b"early"), 4)) == []
    publisher = Publisher()
    publisher.publish()
    described = amf.encode(["@setDataFrame", "onMetaData", {"framerate": 30.0}])
    events = publisher.talk.receive(
        chunked(Message(DATA, described), 4)
        + chunked(Message(VIDEO, b"picture", 7), 4)
        + chunked(Message(AUDIO, b"sound", 9), 4)
    )
    assert events == [
        Described({"framerate": 30.0}),
        Media(is_video=True, time=7, data=b"picture"),
        Media(is_video=False, time=9, data=b"sound"),
    ]
    assert publisher.say("FCUnpublish", 6.0, None, "KEY") == []
    assert publisher.say("deleteStream", 7.0, None, 1.0) == [Finished()]


def test_a_long_message_is_refused_from_a_stranger_and_taken_from_a_publisher() -> None:
    long = chunked(Message(VIDEO, bytes(MAX_STRANGER + 1)), 4)
    stranger = Publisher()
    stranger.shake_hands()
    assert isinstance(stranger.talk.receive(long)[0], Refused)
    publisher = Publisher()
    publisher.publish()
    assert isinstance(publisher.talk.receive(long)[0], Media)


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01", b"\6" + bytes(HANDSHAKE)])
def test_whoever_speaks_something_else_is_refused_at_the_first_byte(data: bytes) -> None:
    (refused,) = PublisherTalk("live/KEY").receive(data)
    assert refused == Refused("this is not RTMP")


def test_whoever_wants_to_play_is_refused() -> None:
    publisher = Publisher()
    publisher.shake_hands()
    (refused,) = publisher.say("play", 4.0, None, "KEY")
    assert isinstance(refused, Refused)


@pytest.mark.parametrize(
    "values", [[], [5.0], ["connect"], ["connect", 1.0, "x"], ["publish"], ["publish", 1.0, 2.0]]
)
def test_commands_without_their_parts_end_in_a_refusal_or_nothing(values: list[Value]) -> None:
    publisher = Publisher()
    publisher.shake_hands()
    assert all(isinstance(event, Refused) for event in publisher.say(*values))


def test_a_ping_is_answered_with_its_own_time() -> None:
    publisher = Publisher()
    publisher.publish()
    publisher.heard()
    publisher.talk.receive(chunked(Message(USER_CONTROL, b"\0\6" + b"time"), 2))
    (pong,) = ChunkReader(1 << 16).receive(publisher.talk.to_send())
    assert (pong.kind, pong.data) == (USER_CONTROL, b"\0\7" + b"time")


def test_received_bytes_are_acknowledged_once_in_a_window() -> None:
    publisher = Publisher()
    publisher.publish()
    publisher.heard()
    publisher.talk.receive(chunked(Message(VIDEO, bytes(WINDOW)), 4))
    (acknowledgement,) = ChunkReader(1 << 16).receive(publisher.talk.to_send())
    assert acknowledgement.kind == 3
    assert int.from_bytes(acknowledgement.data, "big") > WINDOW


@pytest.mark.parametrize("name", ["connect", "createStream", "releaseStream", "FCPublish", "FCUnpublish"])
@pytest.mark.parametrize("kind", ["long text", "object"])
def test_a_transaction_that_is_no_number_is_refused(name: str, kind: str) -> None:
    publisher = Publisher()
    publisher.publish()
    long = b"\x0c" + (70_000).to_bytes(4, "big") + bytes(70_000)
    transaction = long if kind == "long text" else amf.encode([{}])
    command = Message(COMMAND, amf.encode([name]) + transaction)
    (refused,) = publisher.talk.receive(chunked(command, 3))
    assert isinstance(refused, Refused)
