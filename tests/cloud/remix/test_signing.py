"""A remix made from a signed capture: what its record says, and what is left without it."""

from dataclasses import replace
from pathlib import Path

import pytest

from overglass_cloud.looks import Looks, Workshop
from overglass_cloud.marking.finding import finding
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.remix.here import commissioned, make
from overglass_cloud.remix.itinerary import Remix
from overglass_cloud.remix.presets.registry import Presets
from overglass_cloud.remix.recipe import Delivery, Recipe, Step
from overglass_protocol.provenance.chain import Chain, State
from overglass_protocol.provenance.keys import Keys
from overglass_protocol.provenance.reading import read
from overglass_protocol.provenance.signing import Statement, sign
from overglass_protocol.provenance.terms import SourceType
from tests.cloud.clips.made import make as make_clip
from tests.cloud.clips.made import variable_times
from tests.protocol.provenance.clips import flipped, remuxed


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.here(tmp_path_factory.mktemp("keys") / "trust")


@pytest.fixture
def remix(tmp_path: Path, keys: Keys) -> Remix:
    workshop = Workshop(Store(tmp_path / "models", Manifest.shipped()), exact=1)
    return Remix(Presets.installed(), Looks.installed(), workshop, signer=lambda: keys.signer)


@pytest.fixture
def capture(tmp_path: Path, keys: Keys) -> Path:
    path = make_clip(tmp_path / "capture.mp4", variable_times(30), size=(480, 320))
    sign(path, path, Statement("Overglass capture", SourceType.CAMERA), keys.signer)
    return path


def _made(remix: Remix, source: Path, look: str = "comic") -> Path:
    target = source.with_name(f"{source.stem}-{look}.mp4")
    recipe = Recipe(
        steps=(Step(preset="restyle", parameters={"look": look}),), delivery=Delivery(effort="fast")
    )
    make(commissioned(recipe, [source]), target, remix, lambda item, done, whole: None)
    return target


def _read(path: Path, keys: Keys) -> Chain:
    return read(path, keys.anchors)


def test_the_chain_leads_from_the_remix_to_the_camera(capture: Path, remix: Remix, keys: Keys) -> None:
    chain = _read(_made(remix, capture), keys)
    assert chain.state is State.TRUSTED
    assert [link.depth for link in chain.links] == [0, 1]
    steps = {step.source: step for step in chain.links[0].steps}
    painted = steps["compositeWithTrainedAlgorithmicMedia"]
    assert painted.model == "overglass look comic"
    assert len(painted.recipe) == 64
    assert chain.links[1].steps[0].words == "captured with a camera"


def test_a_capture_that_was_tampered_with_is_shown_as_the_worst(
    tmp_path: Path, capture: Path, remix: Remix, keys: Keys
) -> None:
    pixels = capture.read_bytes().index(b"mdat") + 400
    bad = flipped(capture, pixels, tmp_path / "bad.mp4")
    chain = _read(_made(remix, bad), keys)
    assert chain.state is State.TAMPERED
    assert chain.links[0].state is State.TRUSTED


def test_without_its_record_a_remix_is_known_by_its_watermark(
    tmp_path: Path, capture: Path, remix: Remix, keys: Keys
) -> None:
    made = _made(remix, capture)
    stripped = remuxed(made, tmp_path / "stripped.mp4")
    assert _read(stripped, keys).state is State.NONE
    words = finding(stripped)
    assert words is not None
    facts = str(dict(_read(made, keys).links[0].facts))
    assert words.split("record ")[1][:8] in facts
    assert finding(capture) is None


def test_a_cut_claims_no_ai(capture: Path, remix: Remix, keys: Keys) -> None:
    chain = _read(_made(remix, capture, "none"), keys)
    assert chain.state is State.TRUSTED
    assert not any("Algorithmic" in step.source for step in chain.links[0].steps)
    assert finding(capture.with_name("capture-none.mp4")) is None


def test_what_is_signed_differs_from_the_unsigned_in_nothing_else(
    tmp_path: Path, capture: Path, remix: Remix
) -> None:
    made = _made(remix, capture)
    signed = made.rename(tmp_path / "signed.mp4")
    bare = _made(replace(remix, signer=None), capture)
    assert remuxed(signed, tmp_path / "a.mp4").read_bytes() == remuxed(bare, tmp_path / "b.mp4").read_bytes()
