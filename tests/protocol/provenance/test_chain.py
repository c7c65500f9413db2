"""What is read back of a clip: the whole chain, and the worst of it."""

import random
import socket
from pathlib import Path
from typing import Any

import c2pa
import pytest

from overglass_protocol.errors import TrustError
from overglass_protocol.provenance.chain import Chain, State, chain_of
from overglass_protocol.provenance.keys import Keys
from overglass_protocol.provenance.reading import read
from overglass_protocol.provenance.signing import SETTINGS, Action, Statement, sign
from overglass_protocol.provenance.terms import Act, SourceType
from tests.protocol.provenance.clips import captured, film, flipped, remixed, remuxed


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.here(tmp_path_factory.mktemp("keys") / "trust")


def store_of(path: Path) -> str:
    with c2pa.Context.from_dict(dict(SETTINGS)) as context, path.open("rb") as file:
        return str(c2pa.Reader("video/mp4", file, context=context).json())


def test_a_remix_leads_back_to_its_capture(tmp_path: Path, keys: Keys) -> None:
    capture = captured(tmp_path / "capture.mp4", keys)
    recipe = "ab" * 32
    said = Action(Act.EDITED, "painted as ink", SourceType.COMPOSITE, model="ink 1.2", recipe=recipe)
    target = tmp_path / "remix.mp4"
    sign(film(target), target, Statement("remix", actions=(said,), parents=(capture,)), keys.signer)
    chain = read(target, keys.anchors)
    assert chain.state is State.TRUSTED
    assert [(link.title, link.depth) for link in chain.links] == [("remix", 0), ("capture.mp4", 1)]
    painted = chain.links[0].steps[-1]
    assert (painted.words, painted.model, painted.recipe) == ("painted as ink", "ink 1.2", recipe)
    assert painted.source == "compositeWithTrainedAlgorithmicMedia"
    assert painted.program.startswith("Overglass ")
    assert painted.when
    assert chain.links[1].steps[0].words == "captured with a camera"


def test_one_flipped_bit_anywhere_is_found(tmp_path: Path, keys: Keys) -> None:
    clip = captured(tmp_path / "clip.mp4", keys)
    assert read(clip, keys.anchors).state is State.TRUSTED
    size, dice = clip.stat().st_size, random.Random(6)
    # The first and last bytes hold what C2PA leaves out of its hash: brand, box headers, padding, the seal.
    places = {*range(0, 130), *range(size - 60, size), *dice.sample(range(size), 150)}
    unseen = []
    for at in sorted(places):
        copy = flipped(clip, at, tmp_path / "flipped.mp4", 1 << dice.randrange(8))
        if read(copy, keys.anchors).state > State.UNREADABLE:
            unseen.append(at)
    assert unseen == []


def test_a_tampered_parent_is_the_worst_though_c2pa_says_trusted(tmp_path: Path, keys: Keys) -> None:
    capture = captured(tmp_path / "capture.mp4", keys)
    pixels = capture.read_bytes().index(b"mdat") + 40
    bad = flipped(capture, pixels, tmp_path / "bad.mp4")
    remix = remixed(tmp_path / "remix.mp4", bad, keys)
    trusting = {**SETTINGS, "trust": {"user_anchors": keys.anchors}}
    with c2pa.Context.from_dict(trusting) as context, remix.open("rb") as file:
        assert c2pa.Reader("video/mp4", file, context=context).get_validation_state() == "Trusted"
    chain = read(remix, keys.anchors)
    assert chain.state is State.TAMPERED
    assert [link.state for link in chain.links] == [State.TRUSTED, State.TAMPERED]
    assert chain.problems[0].code == "assertion.bmffHash.mismatch"


def test_a_tampered_grandparent_is_the_worst_too(tmp_path: Path, keys: Keys) -> None:
    capture = captured(tmp_path / "capture.mp4", keys)
    bad = flipped(capture, capture.read_bytes().index(b"mdat") + 40, tmp_path / "bad.mp4")
    remix = remixed(tmp_path / "again.mp4", remixed(tmp_path / "remix.mp4", bad, keys), keys)
    chain = read(remix, keys.anchors)
    assert [link.state for link in chain.links] == [State.TRUSTED, State.TRUSTED, State.TAMPERED]
    assert chain.state is State.TAMPERED


def test_a_remote_manifest_is_never_fetched(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = film(tmp_path / "clip.mp4")
    remote = tmp_path / "remote.mp4"
    with socket.socket() as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen()
        trap.settimeout(0.2)
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/secret.c2pa"
        _sign_elsewhere(clip, remote, address, keys)
        assert address.encode() in remote.read_bytes()
        chain = read(remote, keys.anchors)
        with pytest.raises(TimeoutError):
            trap.accept()
    assert chain.state is State.UNREADABLE
    assert chain.problems[0].code == "overglass.elsewhere"


def _sign_elsewhere(clip: Path, target: Path, address: str, keys: Keys) -> None:
    created = {"action": "c2pa.created", "digitalSourceType": SourceType.CAMERA.address}
    manifest = {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}]}
    signer = c2pa.Signer.from_callback(keys.signer.sign, c2pa.C2paSigningAlg.ES256, keys.signer.chain)
    with (
        c2pa.Context.from_dict(dict(SETTINGS)) as context,
        c2pa.Builder(manifest, context) as builder,
        clip.open("rb") as source,
        target.open("w+b") as out,
        signer,
    ):
        builder.set_no_embed()
        builder.set_remote_url(address)
        builder.sign(signer, "video/mp4", source, out)


def test_there_is_no_picture_inside_a_record(tmp_path: Path, keys: Keys) -> None:
    remix = remixed(tmp_path / "remix.mp4", captured(tmp_path / "capture.mp4", keys), keys)
    assert "thumbnail" not in store_of(remix)
    data = remix.read_bytes()
    assert b"\xff\xd8\xff" not in data
    assert b"\x89PNG" not in data


def test_a_remux_strips_the_record(tmp_path: Path, keys: Keys) -> None:
    stripped = remuxed(captured(tmp_path / "clip.mp4", keys), tmp_path / "stripped.mp4")
    assert read(stripped, keys.anchors) == Chain.without_record("stripped.mp4")


def test_a_foreign_signer_is_whole_but_unknown(tmp_path: Path, keys: Keys) -> None:
    foreign = Keys.here(tmp_path / "foreign")
    remix = remixed(tmp_path / "remix.mp4", captured(tmp_path / "capture.mp4", foreign), keys)
    chain = read(remix, keys.anchors)
    assert [link.state for link in chain.links] == [State.TRUSTED, State.UNTRUSTED]
    assert chain.state is State.UNTRUSTED


@pytest.mark.parametrize("code", ["signingCredential.expired", "claimSignature.outsideValidity"])
def test_a_certificate_that_has_expired_is_shown(code: str) -> None:
    failure = {"code": code, "url": "self#jumbf=/c2pa/a/c2pa.signature"}
    store = {
        "active_manifest": "a",
        "manifests": {"a": {}},
        "validation_results": {"activeManifest": {"failure": [failure]}},
    }
    assert chain_of(store).state is State.EXPIRED


def test_a_parent_without_a_record_does_not_taint(tmp_path: Path, keys: Keys) -> None:
    chain = read(remixed(tmp_path / "remix.mp4", film(tmp_path / "found.mp4"), keys), keys.anchors)
    assert [(link.title, link.state) for link in chain.links] == [
        ("a remix", State.TRUSTED),
        ("found.mp4", State.NONE),
    ]
    assert chain.state is State.TRUSTED


def test_who_claims_nothing_is_seen_to_claim_nothing(tmp_path: Path, keys: Keys) -> None:
    clip = film(tmp_path / "clip.mp4")
    sign(clip, clip, Statement("played"), keys.signer)
    chain = read(clip, keys.anchors)
    assert chain.state is State.TRUSTED
    assert chain.links[1].state is State.NONE
    assert "digitalCapture" not in store_of(clip)


def test_a_file_that_is_no_film_is_refused(tmp_path: Path, keys: Keys) -> None:
    (tmp_path / "note.mp4").write_text("hello, this is no film")
    with pytest.raises(TrustError, match="neither MP4 nor MOV"):
        read(tmp_path / "note.mp4", keys.anchors)
    with pytest.raises(TrustError, match="cannot be read"):
        read(tmp_path / "missing.mp4")


@pytest.mark.parametrize("length", [12, 40, 3000, 12_000])
def test_a_truncated_file_has_a_record_that_cannot_be_read(tmp_path: Path, keys: Keys, length: int) -> None:
    clip = captured(tmp_path / "clip.mp4", keys)
    clip.write_bytes(clip.read_bytes()[:length])
    assert read(clip, keys.anchors).state in (State.UNREADABLE, State.TAMPERED)


def test_more_boxes_than_can_be_borne_are_refused_at_once(tmp_path: Path, keys: Keys) -> None:
    clip = captured(tmp_path / "clip.mp4", keys)
    clip.write_bytes(clip.read_bytes() + b"\0\0\0\x08abcd" * 300_000)
    assert read(clip, keys.anchors).problems[0].code == "overglass.tooLarge"


def test_many_boxes_without_a_record_are_just_that(tmp_path: Path, keys: Keys) -> None:
    clip = film(tmp_path / "clip.mp4")
    clip.write_bytes(clip.read_bytes() + b"\0\0\0\x08free" * 50_000)
    assert read(clip, keys.anchors).state is State.NONE
    with pytest.raises(TrustError, match="too many parts"):
        sign(clip, clip, Statement("clip", SourceType.CAMERA), keys.signer)


def test_a_chain_in_a_circle_ends() -> None:
    store: dict[str, Any] = {
        "active_manifest": "a",
        "manifests": {
            "a": {"ingredients": [{"active_manifest": "b"}]},
            "b": {"ingredients": [{"active_manifest": "a"}, {"active_manifest": "gone"}]},
        },
    }
    chain = chain_of(store)
    assert len(chain.links) == 3
    assert chain.state is State.UNREADABLE


def test_a_record_of_nonsense_is_borne() -> None:
    hostile = {"title": "x\x1b[31m" + "y" * 9999, "assertions": [7, {"label": None}], "ingredients": 3}
    store: dict[str, Any] = {
        "active_manifest": "a",
        "manifests": {"a": hostile},
        "validation_results": [],
    }
    title = chain_of(store).links[0].title
    assert "\x1b" not in title
    assert len(title) <= 200


def test_a_signers_own_trusted_means_nothing() -> None:
    url = "self#jumbf=/c2pa/b/c2pa.signature"
    written = {
        "success": [{"code": "signingCredential.trusted", "url": url}],
        "failure": [{"code": "signingCredential.untrusted", "url": url}],
    }
    ingredient = {"active_manifest": "b", "validation_results": {"activeManifest": written}}
    store = {"active_manifest": "a", "manifests": {"a": {"ingredients": [ingredient]}, "b": {}}}
    assert chain_of(store).state is State.UNTRUSTED
