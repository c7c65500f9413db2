"""Who signs: a certificate chain and something that signs bytes, from a file, a data folder or elsewhere.

On first use a folder gets a development authority and a signing certificate of its own. What they sign
is whole and checkable, but only those who have that authority's certificate see it as trusted. Knows
nothing of clips and of C2PA beyond what its certificates must look like.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from overglass_protocol.errors import TrustError

AUTHORITY, CHAIN, KEY, AUTHORITY_KEY = "authority.pem", "chain.pem", "signing.key", "authority.key"
SIGNING_YEARS, AUTHORITY_YEARS = 5, 10
"Without a time stamp authority, a signature is as old as its certificate, so this is long."
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"RFC 9336; with e-mail protection what C2PA accepts of a signer (specification 2.2, 14.5.1)."
_PRIVATE = 0o600
_YEAR = timedelta(days=365)
_CURVES = {"secp256r1": hashes.SHA256}
_RENEW = (
    "Run 'overglass trust init --renew', and name the certificate in OVERGLASS_TRUST_CHAIN if it is yours."
)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs bytes with ES256 on behalf of the first certificate of `chain`."""

    chain: str
    "Certificates in PEM: the signer's first, then who vouches for whom, without the root."
    sign: Callable[[bytes], bytes]
    """Gives the ECDSA signature over the SHA-256 of the bytes, in DER or as r and s of 32 bytes each. It
    may ask a key service. Raises what it likes; signing then fails as a TrustError with that text."""
    name: str
    "Whom the certificate names."
    expires: datetime
    time_stamps: str | None = None
    "Address of an RFC 3161 authority, asked at each signature; None asks nobody."

    @classmethod
    def of(
        cls,
        chain: str,
        sign: Callable[[bytes], bytes],
        *,
        time_stamps: str | None = None,
        now: datetime | None = None,
    ) -> "Signer":
        """Whoever signs, by whatever means. Raises TrustError for a chain that cannot be used now."""
        leaf = _certificates(chain, "the chain")[0]
        _refuse_outdated(leaf, now or datetime.now(UTC))
        if not _is_p256(leaf.public_key()):
            raise TrustError(
                "the signing certificate's key is not on the curve P-256",
                cure="Sign with ES256 (prime256v1).",
            )
        return cls(chain, sign, _name(leaf), leaf.not_valid_after_utc, time_stamps)

    @classmethod
    def from_files(
        cls, chain: Path, key: Path, *, time_stamps: str | None = None, now: datetime | None = None
    ) -> "Signer":
        """Your own certificate chain and its unencrypted private key, both PEM. Raises TrustError."""
        text, private = _read(chain), _private_key(key)
        leaf = _certificates(text, str(chain))[0]
        if leaf.public_key() != private.public_key():
            raise TrustError(
                f"{key} does not belong to {chain}", cure="Name the key of the first certificate."
            )
        return cls.of(
            text, lambda data: private.sign(data, ec.ECDSA(hashes.SHA256())), time_stamps=time_stamps, now=now
        )


@dataclass(frozen=True, slots=True)
class Keys:
    """The development keys of one data folder."""

    folder: Path
    anchors: str
    "The authority's certificate in PEM: whoever is given it sees these signatures as trusted."
    signer: Signer

    @classmethod
    def here(cls, folder: Path, *, renew: bool = False, now: datetime | None = None) -> "Keys":
        """The keys of this folder, made if there are none or with `renew`. Raises TrustError.

        All of them or none come to be, whoever else makes them at the same time: who is first has made
        them. Renewing keeps the old ones beside, and the new authority stands before the old ones in
        `anchors`, so that what was signed before is still trusted.
        """
        now = now or datetime.now(UTC)
        try:
            if renew and folder.exists():
                _replace(folder, now)
            elif not (folder / KEY).exists():
                _make(folder, now)
        except OSError as error:
            raise TrustError(
                f"no keys can be kept in {folder}: {error.strerror}",
                cure="Name a folder that you may write in OVERGLASS_TRUST_FOLDER.",
            ) from error
        return cls(
            folder, _read(folder / AUTHORITY), Signer.from_files(folder / CHAIN, folder / KEY, now=now)
        )


def _make(folder: Path, now: datetime) -> None:
    """Writes all beside the folder and renames: a rename onto a folder with something in it fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_keys(fresh, now)
        try:
            fresh.rename(folder)
        except OSError:
            if not (folder / KEY).exists():
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _replace(folder: Path, now: datetime) -> None:
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_keys(fresh, now)
        with suppress(FileNotFoundError):
            before = (folder / AUTHORITY).read_bytes()
            _write(fresh / AUTHORITY, (fresh / AUTHORITY).read_bytes() + before, 0o644)
        kept = folder.with_name(f"{folder.name}-until-{now:%Y%m%dT%H%M%SZ}")
        folder.rename(kept)
        try:
            fresh.rename(folder)
        except OSError:
            kept.rename(folder)
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write_keys(folder: Path, now: datetime) -> None:
    authority_key, signing_key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    authority = _authority(authority_key, now)
    leaf = _leaf(signing_key, authority, authority_key, now)
    _write(folder / AUTHORITY_KEY, _pem(authority_key), _PRIVATE)
    _write(folder / KEY, _pem(signing_key), _PRIVATE)
    _write(folder / AUTHORITY, authority.public_bytes(serialization.Encoding.PEM), 0o644)
    _write(folder / CHAIN, leaf.public_bytes(serialization.Encoding.PEM), 0o644)


def _authority(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = _subject("Overglass development authority")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return (
        _certificate(name, name, key.public_key(), now, AUTHORITY_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, DOCUMENT_SIGNING])
    vouched = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    name = _subject("Overglass development signer")
    return (
        _certificate(name, authority.subject, key.public_key(), now, SIGNING_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(purposes, critical=True)
        .add_extension(vouched, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # A clock that is a little behind must not find it not yet valid.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + years * _YEAR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _subject(name: str) -> x509.Name:
    # C2PA readers show the organisation as the signer, so it must be there.
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Overglass development")
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes, mode: int) -> None:
    """Never readable by others, not even for a moment, where it may not be."""
    with suppress(FileNotFoundError):
        path.unlink()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise TrustError(f"{path} cannot be read", cure="Name a PEM file.") from error


def _private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(_read(path).encode(), password=None)
    except (ValueError, TypeError) as error:
        raise TrustError(f"{path} is no private key", cure="Name an unencrypted PEM file.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not _is_p256(key.public_key()):
        raise TrustError(f"{path} is not a key on the curve P-256", cure="Sign with ES256 (prime256v1).")
    return key


def _certificates(pem: str, where: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise TrustError(
            f"{where} holds no certificate", cure="Name PEM certificates, yours first."
        ) from error


def _is_p256(key: object) -> bool:
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES


def _refuse_outdated(leaf: x509.Certificate, now: datetime) -> None:
    if now > leaf.not_valid_after_utc:
        raise TrustError(
            f"the signing certificate expired on {leaf.not_valid_after_utc:%Y-%m-%d}", cure=_RENEW
        )
    if now < leaf.not_valid_before_utc:
        raise TrustError(
            f"the signing certificate is valid only from {leaf.not_valid_before_utc:%Y-%m-%d}",
            cure="Set this machine's clock right.",
        )


def _name(leaf: x509.Certificate) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in leaf.subject.get_attributes_for_oid(kind):
            return str(attribute.value)
    return leaf.subject.rfc4514_string()
