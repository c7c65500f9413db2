"""A look file comes back as it was written; whatever else is sent is refused, and nothing in it ever runs."""

import errno
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save as as_bytes

from overglass_cloud.neural import look_file as files
from overglass_cloud.neural.look_file import MAX_BYTES, LookFile, Weights, save
from overglass_protocol.errors import LookError
from tests.cloud.neural.weights import TINY, card, look_file, metadata, raw, weights


def test_a_look_comes_back_as_it_was_written(tmp_path: Path) -> None:
    written = card(strength=0.7, trained={"seed": 3, "teacher": "nobody"}, figures={"warp_ratio": 1.25})
    path = tmp_path / "deep" / "dusk.look.safetensors"
    save(path, written, weights(seed=4))
    found = LookFile.open(path)
    assert found.card == written
    expected, read = weights(seed=4), found.weights()
    assert read.keys() == expected.keys()
    assert all(np.array_equal(read[name], expected[name]) for name in expected)


def test_a_file_can_be_read_by_everybody_whoever_wrote_it(tmp_path: Path) -> None:
    assert look_file(tmp_path).path.stat().st_mode & 0o777 == 0o644


class Trap:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no look"),
        (b"\x00" * 7, "no look"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "no look"),
        (b"{}" * 100, "no look"),
        (raw({}, length=2**63), "no look"),
        (raw({}, length=4096), "no look"),
        (raw(b"{" * 64), "no look"),
        (raw(b"\xff\xfe" * 32), "no look"),
        (raw({"a": {"dtype": "F16", "shape": [4], "data_offsets": [0, 8]}}), "no look"),
        (raw({"a": {"dtype": "F16", "shape": [2**40, 2**40], "data_offsets": [0, 8]}}, bytes(8)), "no look"),
        (raw({"a": {"dtype": "F16", "shape": [-1], "data_offsets": [0, 8]}}, bytes(8)), "no look"),
        (raw({"a": {"dtype": "F16", "shape": [4], "data_offsets": [8, 0]}}, bytes(8)), "no look"),
        (raw({"__metadata__": "words"}), "no look"),
        (raw({}), "its format is 'not said'"),
        (raw({"__metadata__": {"format": "overglass-look-99"}}), "overglass-look-99"),
        (raw({"__metadata__": metadata(card="")}), "JSON"),
        (raw({"__metadata__": metadata(card="[]")}), "its card"),
        (raw({"__metadata__": metadata(card="[" * 9999)}), "JSON"),
        (raw({"__metadata__": {"format": files.FORMAT}}), "JSON"),
    ],
)
def test_what_is_no_look_is_refused_with_the_cure(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.look.safetensors"
    path.write_bytes(content)
    with pytest.raises(LookError, match="overglass looks export") as raised:
        LookFile.open(path)
    assert says in raised.value.message
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "../../etc/passwd"),
        ("name", "a/b"),
        ("name", ".."),
        ("name", "Dusk"),
        ("name", "dusk\n"),
        ("name", ""),
        ("name", "x" * 41),
        ("name", None),
        ("summary", "two\nlines"),
        ("summary", ""),
        ("summary", "x" * 201),
        ("licence", "x\ry"),
        ("strength", 1.5),
        ("strength", float("nan")),
        ("strength", "0.5"),
        ("figures", {"warp_ratio": float("inf")}),
        ("figures", {str(number): 0.0 for number in range(33)}),
        ("trained", {"seed": [1]}),
        ("shape", {"wide": 2**31, "deep": 8, "blocks": 1}),
        ("shape", {"wide": 0, "deep": 8, "blocks": 1}),
        ("shape", {"wide": 8, "deep": 8, "blocks": 10**9}),
        ("shape", {"wide": 8.5, "deep": 8, "blocks": 1}),
        ("shape", {"wide": 8, "deep": 8, "blocks": 1, "code": "import os"}),
        ("code", "import os"),
    ],
)
def test_a_card_that_cannot_be_believed_is_refused(tmp_path: Path, field: str, value: Any) -> None:
    told = json.dumps(card().model_dump() | {field: value})
    path = tmp_path / "x.look.safetensors"
    path.write_bytes(as_bytes(dict(weights()), metadata(card=told)))
    with pytest.raises(LookError, match="overglass looks export") as raised:
        LookFile.open(path)
    assert "\n" not in str(raised.value)


def changed(**tensors: Any) -> dict[str, Any]:
    """Good weights but for these, dots written as two underscores; None leaves one out."""
    named = {name.replace("__", "."): tensor for name, tensor in tensors.items()}
    return {name: tensor for name, tensor in (weights() | named).items() if tensor is not None}


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        (changed(enter__bias=None), "another network"),
        (changed(spare=np.zeros(1, np.float16)), "another network"),
        ({}, "another network"),
        (changed(enter__bias=np.zeros(9, np.float16)), r"enter.bias is float16 of shape \(9,\)"),
        (changed(enter__bias=np.zeros((8, 1), np.float16)), "enter.bias"),
        (changed(enter__bias=np.zeros(8, np.float32)), "enter.bias is float32"),
        (changed(enter__bias=np.full(8, np.nan, np.float16)), "enter.bias is not finite"),
        (changed(enter__bias=np.full(8, np.inf, np.float16)), "enter.bias is not finite"),
    ],
)
def test_weights_of_another_kind_are_refused(tmp_path: Path, tensors: Weights, says: str) -> None:
    path = tmp_path / "x.look.safetensors"
    path.write_bytes(as_bytes(tensors, metadata()))
    with pytest.raises(LookError, match=says) as raised:
        LookFile.open(path).weights()
    assert "overglass looks export" in raised.value.cure


def test_bfloat16_weights_which_numpy_does_not_know_are_refused(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save as torch_bytes

    tensors = {name: torch.from_numpy(w).bfloat16() for name, w in weights().items()}
    path = tmp_path / "x.look.safetensors"
    path.write_bytes(torch_bytes(tensors, metadata()))
    with pytest.raises(LookError, match="overglass looks export"):
        LookFile.open(path).weights()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.look.safetensors"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(LookError, match=f"it has {MAX_BYTES + 1} bytes"):
        LookFile.open(path)


def test_no_code_in_a_file_is_ever_run(tmp_path: Path) -> None:
    sprung, path = tmp_path / "sprung", tmp_path / "x.look.safetensors"
    path.write_bytes(pickle.dumps(Trap(sprung)))
    with pytest.raises(LookError, match="no look"):
        LookFile.open(path)
    assert not sprung.exists()
    pickle.loads(path.read_bytes())
    assert sprung.exists(), "the trap has to work to prove anything"


def test_what_is_no_file_is_said_so(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.look.safetensors", tmp_path):
        with pytest.raises(LookError, match="cannot be read"):
            LookFile.open(path)


def test_a_file_that_has_been_cut_short_since_it_was_opened_is_refused(tmp_path: Path) -> None:
    file = look_file(tmp_path)
    file.path.write_bytes(file.path.read_bytes()[:-100])
    with pytest.raises(LookError, match="no look"):
        file.weights()


def full_disk(*args: Any) -> None:
    """Writes half of it, as a real one would."""
    Path(args[1]).write_bytes(b"half")
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = look_file(tmp_path).path.read_bytes()
    monkeypatch.setattr(files, "save_file", full_disk)
    with pytest.raises(LookError, match=r"No space left on device.*Make room"):
        save(tmp_path / "dusk.look.safetensors", card(), weights(seed=2))
    assert [path.name for path in tmp_path.iterdir()] == ["dusk.look.safetensors"]
    assert (tmp_path / "dusk.look.safetensors").read_bytes() == before


def test_ctrl_c_while_it_is_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "save_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path / "dusk.look.safetensors", card(), weights())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LookError, match=r"cannot write.*choose a folder"):
        save(tmp_path / "file" / "dusk.look.safetensors", card(), weights())


def test_the_card_tells_its_shape() -> None:
    assert card().shape == TINY
