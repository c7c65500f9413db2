"""The manifest: what this version pins, and what a manifest may not say."""

import re

import pytest

from overglass_cloud.models.manifest import Manifest
from overglass_protocol.errors import ModelError

ENTRY = """
[[model]]
name = "nose"
file = "nose.task"
purpose = "noses"
url = "https://models.example/nose/1/nose.task"
size = 12
sha256 = "{sha256}"
licence = "Apache-2.0"
licence_source = "https://models.example/nose"
checksum_of = "version 1"
""".format(sha256="ab" * 32)


def test_every_model_of_this_version_is_pinned_and_says_whose_it_is() -> None:
    manifest = Manifest.shipped()
    assert {"face_landmarker", "selfie_segmenter"} < set(manifest.names)
    for model in manifest:
        assert model.url.startswith("https://")
        assert re.search(r"/\d+/|_\d+\.tflite$|/resolve/[0-9a-f]{40}/", model.url), "the version stands there"
        assert "latest" not in model.url
        assert model.licence in ("Apache-2.0", "MIT", "LicenseRef-Stability-AI-Community")
        assert model.licence_source.startswith("https://")


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(ModelError, match="face_landmarker, selfie_segmenter"):
        Manifest.shipped()["nose"]


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ('name = "nose"', 'name = "../nose"'),
        ('file = "nose.task"', 'file = "../nose.task"'),
        ('file = "nose.task"', 'file = ".hidden"'),
        ('file = "nose.task"', ""),
        ("https://", "http://"),
        ("https://", "file://"),
        ("size = 12", "size = 0"),
        ("size = 12", 'size = "12"'),
        ("abab", "abaz"),
        ('licence = "Apache-2.0"', 'licence = ""'),
        ('purpose = "noses"', 'purpose = "noses"\nmirror = "https://elsewhere.example"'),
    ],
)
def test_what_cannot_be_trusted_is_no_manifest(said: str, instead: str) -> None:
    assert Manifest.parse(ENTRY).names == ("nose",)
    assert said in ENTRY
    with pytest.raises(ValueError, match=r"nose|file|url|size|sha256|licence|mirror"):
        Manifest.parse(ENTRY.replace(said, instead, 1))


@pytest.mark.parametrize("second", [ENTRY, ENTRY.replace('name = "nose"', 'name = "snout"')])
def test_two_models_share_neither_name_nor_file(second: str) -> None:
    with pytest.raises(ValueError, match="two models"):
        Manifest.parse(ENTRY + second)
