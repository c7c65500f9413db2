"""Development keys: made once, whole, private; and signers of other kinds."""

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from overglass_protocol.errors import TrustError
from overglass_protocol.provenance.chain import State
from overglass_protocol.provenance.keys import AUTHORITY_KEY, CHAIN, KEY, Keys, Signer
from overglass_protocol.provenance.reading import read
from overglass_protocol.provenance.settings import TrustSettings
from overglass_protocol.provenance.signing import Statement, sign
from overglass_protocol.provenance.terms import SourceType
from tests.protocol.provenance.clips import captured, film

LATER = datetime.now(UTC) + timedelta(days=366 * 6)


def test_keys_are_made_on_first_use_and_found_again(tmp_path: Path) -> None:
    first, again = Keys.here(tmp_path / "deep" / "trust"), Keys.here(tmp_path / "deep" / "trust")
    assert first.signer.chain == again.signer.chain
    assert first.anchors == again.anchors
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["trust"]


def test_private_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    Keys.here(tmp_path / "trust")
    for name in (KEY, AUTHORITY_KEY):
        assert stat.S_IMODE((tmp_path / "trust" / name).stat().st_mode) == 0o600


def test_who_comes_at_the_same_time_gets_the_same_keys(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(Keys.here(tmp_path / "trust").signer.chain))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 6
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["trust"]


def test_an_expired_certificate_is_refused_with_the_cure(tmp_path: Path) -> None:
    Keys.here(tmp_path / "trust")
    with pytest.raises(TrustError, match=r"expired on .*overglass trust init --renew"):
        Keys.here(tmp_path / "trust", now=LATER)


def test_a_clock_before_the_certificate_is_noticed(tmp_path: Path) -> None:
    Keys.here(tmp_path / "trust")
    with pytest.raises(TrustError, match="clock"):
        Keys.here(tmp_path / "trust", now=datetime(2001, 1, 1, tzinfo=UTC))


def test_renewed_keys_still_vouch_for_what_the_old_ones_signed(tmp_path: Path) -> None:
    old = Keys.here(tmp_path / "trust")
    clip = captured(tmp_path / "clip.mp4", old)
    new = Keys.here(tmp_path / "trust", renew=True)
    assert new.signer.chain != old.signer.chain
    assert read(clip, new.anchors).state is State.TRUSTED
    assert read(captured(tmp_path / "next.mp4", new), new.anchors).state is State.TRUSTED


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TrustError, match="OVERGLASS_TRUST_FOLDER"):
        Keys.here(tmp_path / "file" / "trust")


def test_a_key_service_can_sign(tmp_path: Path) -> None:
    keys = Keys.here(tmp_path / "trust")
    key = serialization.load_pem_private_key((keys.folder / KEY).read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    asked: list[bytes] = []

    def service(data: bytes) -> bytes:
        asked.append(data)
        return key.sign(data, ec.ECDSA(hashes.SHA256()))

    signer = Signer.of((keys.folder / CHAIN).read_text(), service)
    clip = film(tmp_path / "clip.mp4")
    sign(clip, clip, Statement("clip", SourceType.CAMERA), signer)
    assert len(asked) == 1
    assert read(clip, keys.anchors).state is State.TRUSTED


def test_what_a_key_service_says_is_passed_on_and_the_clip_stays(tmp_path: Path) -> None:
    keys = Keys.here(tmp_path / "trust")

    def service(data: bytes) -> bytes:
        raise ConnectionError("the vault is closed")

    clip = film(tmp_path / "clip.mp4")
    before = clip.read_bytes()
    with pytest.raises(TrustError, match="the vault is closed"):
        sign(clip, clip, Statement("clip", SourceType.CAMERA), Signer.of(keys.signer.chain, service))
    assert clip.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "trust"]


def test_another_ones_key_is_noticed(tmp_path: Path) -> None:
    mine, other = Keys.here(tmp_path / "mine"), Keys.here(tmp_path / "other")
    settings = TrustSettings(chain=mine.folder / CHAIN, key=other.folder / KEY)
    with pytest.raises(TrustError, match="does not belong"):
        settings.signer()


def test_own_certificates_are_used_where_they_are_set(tmp_path: Path) -> None:
    own = Keys.here(tmp_path / "own")
    settings = TrustSettings(folder=tmp_path / "none", chain=own.folder / CHAIN, key=own.folder / KEY)
    assert settings.signer().chain == own.signer.chain
    assert not (tmp_path / "none").exists()


def test_a_chain_without_a_key_is_half_a_setting(tmp_path: Path) -> None:
    with pytest.raises(TrustError, match="OVERGLASS_TRUST_KEY"):
        TrustSettings(folder=tmp_path, chain=tmp_path / "chain.pem").signer()
