"""The pair of files, certificate and key, that the service proves itself with.

Either somebody's own, or one made here for trying the page from a phone: browsers give no camera to a page
that came without TLS, unless it came from the same machine.
"""

import datetime
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from filelock import FileLock

from overglass_cloud import addresses
from overglass_cloud.config import Settings
from overglass_protocol.errors import ConfigError

VALID = datetime.timedelta(days=365)
RENEWED = datetime.timedelta(days=1)
"How long before its end a pair is made anew, so that it lasts while the service runs."
LOCK_SECONDS = 10.0

_DEFAULT_CURE = "Give the files of your certificate authority, or try it out with --dev-tls."


@dataclass(frozen=True, slots=True)
class Pair:
    """Two PEM files that belong together."""

    certificate: Path
    key: Path

    def check(self) -> None:
        """Raises ConfigError, in one line, when no server could use them."""
        for flag, path in (("--tls-cert", self.certificate), ("--tls-key", self.key)):
            try:
                path.read_bytes()
            except OSError as error:
                raise ConfigError(
                    f"{flag} {path} cannot be read: {error.strerror or error}", cure=_DEFAULT_CURE
                ) from error
        try:
            # Without a password OpenSSL would ask for one on the terminal.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certificate, self.key, password="")
        except ssl.SSLError as error:
            if error.reason == "KEY_VALUES_MISMATCH":
                raise ConfigError(
                    f"the key {self.key} is not that of the certificate {self.certificate}",
                    cure="Give the two that were made together.",
                ) from error
            raise ConfigError(
                f"{self.certificate} and {self.key} are no certificate and key that can be used"
                + (f" ({error.reason.replace('_', ' ').lower()})" if error.reason else ""),
                cure="Give both as PEM files; the key without a password.",
            ) from error


def pair_of(settings: Settings) -> Pair | None:
    """What these settings ask for, checked; None: no TLS. Raises ConfigError."""
    if settings.tls_cert is not None and settings.tls_key is not None:
        pair = Pair(settings.tls_cert, settings.tls_key)
        pair.check()
        return pair
    if not settings.dev_tls:
        return None
    here = () if settings.host in ("0.0.0.0", "::") else (settings.host,)
    return dev_pair(settings.data, (*addresses.names(), *here), map(str, addresses.addresses()))


def dev_pair(
    folder: Path, names: Iterable[str], ips: Iterable[str], now: datetime.datetime | None = None
) -> Pair:
    """A self-signed pair for these names and addresses, kept in `folder`.

    The one from last time is used again while it is valid and says all of them, since a new one is one
    more warning in every browser. An IPv6 address alone is no reason for a new one: they change daily
    (RFC 8981). Raises ConfigError when the folder cannot be written.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    pair = Pair(folder / "dev-cert.pem", folder / "dev-key.pem")
    said = (*names, "127.0.0.1", "::1", *ips)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(folder / ".dev-tls.lock", timeout=LOCK_SECONDS):
            if not _serves(pair, said, now):
                _make(pair, said, now)
    except OSError as error:  # a lock that stays taken is one as well
        raise ConfigError(
            f"cannot keep a certificate in {folder}: {error.strerror or error}",
            cure="Set OVERGLASS_DATA to a folder that you may write into.",
        ) from error
    return pair


def _serves(pair: Pair, said: Iterable[str], now: datetime.datetime) -> bool:
    """Whether the pair of last time can be used again."""
    try:
        pair.check()
        certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
        known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ConfigError, ValueError, x509.ExtensionNotFound):
        return False
    asked = {name for name in map(_general_name, said) if not _is_ipv6(name)}
    lasts = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEWED
    return lasts and asked <= set(known)


def _make(pair: Pair, said: Iterable[str], now: datetime.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Overglass on this network")])
    alternatives = x509.SubjectAlternativeName([*dict.fromkeys(map(_general_name, said))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))  # phones' clocks are not ours
        .not_valid_after(now + VALID)
        .add_extension(alternatives, critical=False)
        # No authority: whoever trusts it trusts this service, and nothing that its key could sign.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(pair.key, private)
    _write(pair.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and for nobody else's eyes (as `mkstemp` makes it: 0600)."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.replace(name, path)


def _general_name(said: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(said))
    except ValueError:
        return x509.DNSName(said)


def _is_ipv6(name: x509.GeneralName) -> bool:
    return isinstance(name, x509.IPAddress) and isinstance(name.value, ipaddress.IPv6Address)
