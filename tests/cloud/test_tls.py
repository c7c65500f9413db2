"""TLS: somebody's own pair is checked before it is used, and one made here serves until it cannot."""

import datetime
import ipaddress
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from overglass_cloud import addresses
from overglass_cloud.config import Settings
from overglass_cloud.tls import VALID, Pair, dev_pair, pair_of
from overglass_protocol.errors import ConfigError

SECRET = "0123456789abcdef0123456789abcdef"
NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)
NAMES = ("localhost", "desk", "desk.local")
IPS = ("192.168.1.5", "fd00::5")


def certificate(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes())


def test_a_pair_made_here_says_every_name_and_address_and_nobody_else_reads_its_key(tmp_path: Path) -> None:
    pair = dev_pair(tmp_path / "data", NAMES, IPS, NOW)
    pair.check()
    said = certificate(pair).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert said.get_values_for_type(x509.DNSName) == list(NAMES)
    assert said.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address(ip) for ip in ("127.0.0.1", "::1", *IPS)
    ]
    key = certificate(pair).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert pair.key.stat().st_mode & 0o777 == 0o600
    assert pair.key.parent.stat().st_mode & 0o777 == 0o700


def test_it_can_vouch_for_nothing_but_itself(tmp_path: Path) -> None:
    pair = dev_pair(tmp_path, NAMES, IPS, NOW)
    limits = certificate(pair).extensions.get_extension_for_class(x509.BasicConstraints)
    assert limits.critical
    assert not limits.value.ca


@pytest.mark.parametrize(
    ("names", "ips", "later", "same"),
    [
        (NAMES, IPS, datetime.timedelta(0), True),
        (NAMES, IPS, VALID - datetime.timedelta(days=2), True),
        (NAMES, IPS, VALID - datetime.timedelta(hours=2), False),
        (NAMES, IPS, datetime.timedelta(days=-1), False),
        (NAMES, (), datetime.timedelta(0), True),
        (NAMES, ("192.168.1.5", "fd00::6"), datetime.timedelta(0), True),
        (NAMES, ("192.168.7.5",), datetime.timedelta(0), False),
        (("localhost", "lap"), IPS, datetime.timedelta(0), False),
    ],
)
def test_last_times_pair_serves_while_it_is_valid_and_says_what_is_asked(
    tmp_path: Path, names: tuple[str, ...], ips: tuple[str, ...], later: datetime.timedelta, same: bool
) -> None:
    first = certificate(dev_pair(tmp_path, NAMES, IPS, NOW))
    assert (certificate(dev_pair(tmp_path, names, ips, NOW + later)) == first) is same


@pytest.mark.parametrize("broken", ["dev-cert.pem", "dev-key.pem"])
@pytest.mark.parametrize("with_what", [None, b"noise"])
def test_a_pair_that_is_broken_is_made_anew(tmp_path: Path, broken: str, with_what: bytes | None) -> None:
    dev_pair(tmp_path, NAMES, IPS, NOW)
    (tmp_path / broken).unlink() if with_what is None else (tmp_path / broken).write_bytes(with_what)
    dev_pair(tmp_path, NAMES, IPS, NOW).check()


def test_a_folder_that_cannot_be_written_says_which_setting_cures_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="OVERGLASS_DATA"):
        dev_pair(tmp_path / "file" / "data", NAMES, IPS)


def pairs(folder: Path) -> tuple[Pair, Pair]:
    return dev_pair(folder / "a", NAMES, IPS), dev_pair(folder / "b", NAMES, IPS)


def test_files_of_ones_own_are_used(tmp_path: Path) -> None:
    mine, _ = pairs(tmp_path)
    assert pair_of(Settings(tls_cert=mine.certificate, tls_key=mine.key)) == mine
    assert pair_of(Settings()) is None


@pytest.mark.parametrize("missing", ["certificate", "key"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    mine, _ = pairs(tmp_path)
    gone = {"certificate": mine.certificate, "key": mine.key, missing: tmp_path / "gone.pem"}
    with pytest.raises(ConfigError, match=r"gone\.pem cannot be read: No such file") as caught:
        pair_of(Settings(tls_cert=gone["certificate"], tls_key=gone["key"]))
    assert "\n" not in str(caught.value)


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    mine, other = pairs(tmp_path)
    with pytest.raises(ConfigError, match="is not that of the certificate"):
        Pair(mine.certificate, other.key).check()


@pytest.mark.parametrize("which", ["certificate", "key"])
def test_files_that_are_no_pem_are_refused(tmp_path: Path, which: str) -> None:
    mine, _ = pairs(tmp_path)
    getattr(mine, which).write_text("noise")
    with pytest.raises(ConfigError, match="PEM"):
        mine.check()


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    mine, _ = pairs(tmp_path)
    key = serialization.load_pem_private_key(mine.key.read_bytes(), None)
    locked = serialization.BestAvailableEncryption(b"open sesame")
    mine.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    )
    with pytest.raises(ConfigError, match="without a password"):
        mine.check()


@contextmanager
def served(data: Path, *flags: str, **settings: str) -> Iterator[dict[str, Any]]:
    """The service as a person starts it, on loopback, and what it says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OVERGLASS_")}
    with subprocess.Popen(
        [sys.executable, "-m", "overglass_edge", "cloud", "--host", "127.0.0.1", "--port", "0", *flags],
        env={**kept, "OVERGLASS_DATA": str(data), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def client(pair: Pair) -> httpx.Client:
    """One that trusts this certificate alone, and is strict about it."""
    trust = ssl.create_default_context(cafile=str(pair.certificate))
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    return httpx.Client(verify=trust, trust_env=False, timeout=10)


def test_the_service_speaks_tls_with_the_pair_it_made(tmp_path: Path) -> None:
    with served(tmp_path, "--dev-tls", "--json") as said:
        assert said["url"].startswith("https://127.0.0.1:")
        assert said["open_url"] == f"{said['url']}/"
        pair = pair_of(Settings(dev_tls=True, data=tmp_path))
        assert pair is not None
        with client(pair) as trusting:
            assert trusting.get(f"{said['url']}/healthz").json() == {"status": "alive"}
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            httpx.get(f"{said['url']}/healthz", trust_env=False)


def test_the_service_speaks_tls_with_somebodys_own_pair(tmp_path: Path) -> None:
    mine, _ = pairs(tmp_path)
    flags = ("--tls-cert", str(mine.certificate), "--tls-key", str(mine.key), "--json")
    with served(tmp_path, *flags) as said, client(mine) as trusting:
        assert trusting.get(f"{said['url']}/readyz").is_success
        assert "open_url" not in said


def test_what_a_phone_opens_carries_a_token_that_is_let_in(tmp_path: Path) -> None:
    with served(tmp_path, "--dev-tls", "--json", OVERGLASS_SECRET=SECRET) as said:
        base, _, token = said["open_url"].partition("/#token=")
        pair = dev_pair(tmp_path, addresses.names(), ("127.0.0.1",))
        with client(pair) as trusting:
            assert trusting.post(f"{base}/live").status_code == 401
            let_in = trusting.post(f"{base}/live", headers={"Authorization": f"Bearer {token}"})
            assert let_in.status_code == 415, "the door is open; what came through it is no offer"
