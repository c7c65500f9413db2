"""Where publishers are listened to."""

import pytest

from overglass_edge.rtmp.address import PORT, SHORTEST_KEY, Address
from overglass_protocol.errors import SourceError


def test_an_address_has_host_port_application_and_key() -> None:
    assert Address.parse("rtmp://127.0.0.1:2000/live/KEY") == Address("127.0.0.1", 2000, "live/KEY")
    assert Address.parse("rtmp://localhost/live/KEY") == Address("127.0.0.1", PORT, "live/KEY")
    assert str(Address.parse("rtmp://[::1]:2000/live/KEY")) == "rtmp://[::1]:2000/live/KEY"
    assert Address.parse("rtmp://127.0.0.1/a/b/KEY?x=1").path == "a/b/KEY?x=1"


@pytest.mark.parametrize(
    "url",
    [
        "rtmp:",
        "rtmp://127.0.0.1/KEY",
        "rtmp://127.0.0.1:x/live/KEY",
        "rtmp://127.0.0.1:99999/live/KEY",
        "rtmp://glasses.example/live/KEY",
        "rtmp://me:secret@127.0.0.1/live/KEY",
        "rtmp:///live/KEY",
        "rtmp://me:KEY@127.0.0.1:x/KEY",
    ],
)
def test_anything_else_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(SourceError, match=r"Give one like rtmp://127\.0\.0\.1:1935/live/KEY") as caught:
        Address.parse(url)
    assert "KEY" not in caught.value.message
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "[::]"])
def test_beyond_loopback_a_short_key_is_refused_with_a_better_one(host: str) -> None:
    with pytest.raises(SourceError, match="too short") as caught:
        Address.parse(f"rtmp://{host}:1935/live/short")
    suggested = Address.parse(caught.value.cure.split()[-1])
    assert len(suggested.key) >= SHORTEST_KEY
    assert suggested.path.startswith("live/")
    assert not suggested.is_loopback


def test_the_place_that_is_told_keeps_the_key_secret() -> None:
    assert "SECRET" not in Address.parse("rtmp://127.0.0.1/live/SECRET").place
