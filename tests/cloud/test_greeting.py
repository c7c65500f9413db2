"""What a person reads when the service starts, and what a phone reads."""

import re

import cv2
import numpy as np
import pytest

from overglass_cloud import addresses
from overglass_cloud.config import Settings
from overglass_cloud.greeting import Invitation, for_phones, invitation, qr
from overglass_cloud.tokens import Gate

SECRET = "0123456789abcdef0123456789abcdef"
HALVES = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


def read_by_a_phone(drawn: str) -> str:
    """What a camera reads from half blocks of a terminal."""
    rows = [[HALVES[half] for half in line] for line in drawn.splitlines()]
    modules = np.array([[half[place] for half in row] for row in rows for place in (0, 1)], np.uint8)
    picture = np.kron(modules * 255, np.ones((6, 6), np.uint8)).astype(np.uint8)
    return str(cv2.QRCodeDetector().detectAndDecode(picture)[0])


def test_beyond_loopback_the_address_is_the_machines_and_carries_a_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "outward", lambda: "192.168.1.5")
    settings = Settings(dev_tls=True, secret=SECRET)
    invited = invitation(settings, 8400)
    address, _, token = invited.url.partition("#token=")
    assert address == "https://192.168.1.5:8400/"
    assert invited.reachable
    assert Gate(SECRET).admit(f"Bearer {token}", "session").id


def test_without_a_secret_one_is_made_for_this_run() -> None:
    one, two = Settings(dev_tls=True), Settings(dev_tls=True)
    assert one.secret is not None
    assert one.secret != two.secret
    token = invitation(one, 8400).url.partition("#token=")[2]
    assert Gate(one.secret.get_secret_value()).admit(f"Bearer {token}", "session").id


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "https://127.0.0.1:8400/"),
        ("localhost", "https://localhost:8400/"),
        ("::1", "https://[::1]:8400/"),
    ],
)
def test_on_loopback_no_token_is_needed_and_no_phone_invited(host: str, url: str) -> None:
    invited = invitation(Settings(dev_tls=True, host=host), 8400)
    assert invited == Invitation(url, reachable=False)
    assert for_phones(invited, colour=False) == f"Open {url} on this machine; no other can reach it."


def test_a_machine_without_a_network_invites_no_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "outward", lambda: None)
    assert not invitation(Settings(dev_tls=True), 8400).reachable


def test_a_host_that_was_named_is_the_one_to_open() -> None:
    invited = invitation(Settings(dev_tls=True, host="10.0.0.7"), 8400)
    assert invited.url.startswith("https://10.0.0.7:8400/#token=")
    assert invited.reachable


def test_a_phone_reads_the_code_it_is_shown() -> None:
    invited = invitation(Settings(dev_tls=True, host="192.168.100.100"), 65535)
    shown = for_phones(invited, colour=False)
    code, _, rest = shown.partition("Open this on a phone")
    assert read_by_a_phone(code.rstrip("\n")) == invited.url
    assert max(map(len, code.splitlines())) < 80, "it fits a terminal"
    assert invited.url in rest
    assert "warn about the certificate once" in rest


def test_colour_changes_no_module() -> None:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", qr("https://localhost", colour=True))
    assert plain == qr("https://localhost", colour=False)


def test_this_machine_has_names_and_reaches_out_by_an_address_of_its_own() -> None:
    assert addresses.names()[0] == "localhost"
    there = {str(address) for address in addresses.addresses()}
    assert addresses.outward() in there or not there
    assert "127.0.0.1" not in there
