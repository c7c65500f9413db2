"""Sockets for publishers, with the other end held here, in the same thread."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias

import pytest

from overglass_edge.rtmp import amf, listener
from overglass_edge.rtmp.address import Address
from overglass_edge.rtmp.amf import Value
from overglass_edge.rtmp.chunks import COMMAND, VIDEO, Message, chunked
from overglass_edge.rtmp.listener import MAX_CONNECTIONS, Came, Gone, Listener, News, TurnedAway
from overglass_edge.rtmp.talk import HANDSHAKE, Media
from overglass_protocol.errors import SourceError
from tests.edge.rtmp.test_talk import HELLO

Knock: TypeAlias = 'Callable[..., "Publisher"]'
POLLS = 200
"Of 0.05 seconds each: far more than any of these waits needs."


@pytest.fixture
def door() -> Iterator[Listener]:
    opened = Listener(Address("127.0.0.1", 0, "live/KEY"))
    yield opened
    opened.close()


@pytest.fixture
def knock(door: Listener) -> Iterator[Knock]:
    """Makes publishers at the door."""
    with ExitStack() as sockets:

        def make(source: str = "127.0.0.1") -> Publisher:
            publisher = Publisher(door, source)
            sockets.enter_context(publisher.socket)
            return publisher

        yield make


class Publisher:
    """The other end."""

    def __init__(self, door: Listener, source: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", door.port), source_address=(source, 0))
        self.socket.settimeout(10)

    def publish(self, key: str = "KEY") -> None:
        # Whoever answers without looking may send everything at once.
        self.socket.sendall(HELLO + bytes(HANDSHAKE))
        self.connect(key)

    def connect(self, key: str = "KEY") -> None:
        self.say("connect", 1.0, {"app": "live"})
        self.say("publish", 5.0, None, key, "live")

    def say(self, *values: Value) -> None:
        self.socket.sendall(chunked(Message(COMMAND, amf.encode(values)), 3))

    def send(self, data: bytes) -> None:
        self.socket.sendall(chunked(Message(VIDEO, data, stream=1), 4))

    def is_sent_away(self) -> bool:
        """Reads whatever comes; whether the other end then closes."""
        try:
            while self.socket.recv(1 << 16):
                pass
        except ConnectionError:
            pass
        except TimeoutError:
            return False
        return True


def news_until(door: Listener, enough: Callable[[list[News]], object]) -> list[News]:
    news: list[News] = []
    for _ in range(POLLS):
        news += door.poll(0.05)
        if enough(news):
            return news
    raise AssertionError(f"only {news} came")


def test_a_publisher_comes_sends_and_goes(door: Listener, knock: Knock) -> None:
    publisher = knock()
    publisher.publish()
    publisher.send(b"picture")
    news = news_until(door, lambda news: len(news) == 2)
    assert isinstance(news[0], Came)
    assert news[1] == Media(is_video=True, time=0, data=b"picture")
    publisher.socket.close()
    (gone,) = news_until(door, lambda news: news)
    assert isinstance(gone, Gone)


def test_a_publisher_that_says_goodbye_closes_by_itself(door: Listener, knock: Knock) -> None:
    publisher = knock()
    publisher.publish()
    publisher.say("deleteStream", 7.0, None, 1.0)
    news_until(door, lambda news: any(isinstance(item, Gone) for item in news))
    publisher.send(b"more")
    assert door.poll(0.05) == []
    publisher.socket.settimeout(0.2)
    assert not publisher.is_sent_away()
    publisher.socket.close()
    assert door.poll(0.2) == []  # nobody is said to be turned away


def test_the_newest_publisher_takes_the_place_and_a_wrong_key_takes_none(
    door: Listener, knock: Knock
) -> None:
    first, rogue, second = knock(), knock(), knock()
    first.publish()
    news_until(door, lambda news: news)
    rogue.publish("WRONG")
    (refused,) = news_until(door, lambda news: news)
    assert isinstance(refused, TurnedAway)
    assert rogue.is_sent_away()
    second.publish()
    (came,) = news_until(door, lambda news: news)
    assert isinstance(came, Came)
    assert first.is_sent_away()
    first.socket.close()
    second.send(b"picture")
    assert news_until(door, lambda news: news) == [Media(is_video=True, time=0, data=b"picture")]


def test_silent_strangers_and_silent_publishers_are_sent_away(
    door: Listener, knock: Knock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger, publisher = knock(), knock()
    publisher.publish()
    news_until(door, lambda news: news)
    monkeypatch.setattr(listener, "STRANGER_SECONDS", 0.0)
    (away,) = news_until(door, lambda news: news)
    assert isinstance(away, TurnedAway)
    assert stranger.is_sent_away()
    monkeypatch.setattr(listener, "SILENT_SECONDS", 0.0)
    (gone,) = news_until(door, lambda news: news)
    assert isinstance(gone, Gone)
    assert publisher.is_sent_away()


def test_however_many_knock_the_publisher_stays_and_another_can_come(door: Listener, knock: Knock) -> None:
    publisher = knock()
    publisher.publish()
    news_until(door, lambda news: news)
    for _ in range(3 * MAX_CONNECTIONS):
        knock()
        door.poll(0.05)
    publisher.send(b"picture")
    assert news_until(door, lambda news: news) == [Media(is_video=True, time=0, data=b"picture")]
    successor = knock()
    successor.publish()
    (came,) = news_until(door, lambda news: news)
    assert isinstance(came, Came)


@pytest.mark.parametrize("greeting", [b"", HELLO])
def test_however_many_knock_a_handshake_that_has_begun_can_end(
    door: Listener, knock: Knock, greeting: bytes
) -> None:
    early = knock()
    early.socket.sendall(HELLO)
    door.poll(0.05)
    door.poll(0.05)
    for _ in range(3 * MAX_CONNECTIONS):
        knock().socket.sendall(greeting)
        door.poll(0.05)
        door.poll(0.05 if greeting else 0)
    early.socket.sendall(bytes(HANDSHAKE))
    early.connect()
    (came,) = news_until(door, lambda news: news)
    assert isinstance(came, Came)


def test_whoever_knocks_from_elsewhere_keeps_the_place_while_one_address_floods(
    door: Listener, knock: Knock
) -> None:
    for _ in range(2 * MAX_CONNECTIONS):
        knock()
        door.poll(0.05)
    other = knock("127.0.0.2")
    door.poll(0.05)
    for _ in range(2 * MAX_CONNECTIONS):
        knock()
        door.poll(0.05)
    other.publish()
    (came,) = news_until(door, lambda news: news)
    assert isinstance(came, Came)


def test_publishing_once_more_on_the_same_connection_is_no_news(door: Listener, knock: Knock) -> None:
    publisher = knock()
    publisher.publish()
    news_until(door, lambda news: news)
    publisher.say("publish", 6.0, None, "KEY", "live")
    publisher.send(b"picture")
    assert news_until(door, lambda news: news) == [Media(is_video=True, time=0, data=b"picture")]
    publisher.say("publish", 7.0, None, "KEY", "live")
    publisher.say("play", 8.0, None, "KEY")
    (gone,) = news_until(door, lambda news: news)
    assert isinstance(gone, Gone)


def test_a_publisher_that_is_turned_away_is_told_why(door: Listener, knock: Knock) -> None:
    publisher = knock()
    publisher.publish()
    news_until(door, lambda news: news)
    door.turn_away("it sends HEVC")
    answer = b""
    while data := publisher.socket.recv(1 << 16):
        answer += data
    assert b"NetStream.Publish.Rejected" in answer
    assert b"it sends HEVC" in answer


def test_an_address_of_another_machine_cannot_be_listened_at() -> None:
    with pytest.raises(SourceError, match="cannot listen on"):
        Listener(Address("192.0.2.1", 0, "live/KEY"))


def test_a_port_that_is_taken_is_told_without_the_key(door: Listener) -> None:
    with pytest.raises(SourceError, match="is taken") as caught:
        Listener(Address("127.0.0.1", door.port, "live/SECRET"))
    assert f":{door.port + 1}/live/" in str(caught.value)
    assert "SECRET" not in str(caught.value)
