"""The messages' wire form and its exported schema."""

import json
from pathlib import Path

import pytest

from overglass_protocol import messages
from overglass_protocol.control import Control
from overglass_protocol.errors import RemoteProtocolError

SCHEMA = Path(__file__).parents[2] / "protocol" / "messages.schema.json"


def hello_with(**display: object) -> str:
    """A hello whose display has this wrong."""
    said = {"kind": "additive", "width": 600, "height": 600, "field_of_view": 14.3, **display}
    return json.dumps({"type": "hello", "display": said})


def test_every_message_is_read_as_it_was_written() -> None:
    control = Control(version=3, look="ink", prompt="a meadow", seed=7, strength=0.5)
    for message in (
        messages.Hello(device="quest-3", control=control),
        messages.Hello(
            display=messages.Display(kind="additive", width=600, height=600, field_of_view=14.3),
            control=control,
        ),
        messages.Welcome(session="s", resume_token="r", resumed=True, looks=("none",), control=control),
        messages.SetControl(control=control),
        messages.ControlApplied(version=3, frame_id=99),
        messages.Report(limit="gpu", frames_per_s=20.0, dropped={"engine busy": 3}),
        messages.Error(code="x", detail="y", cure="z"),
        messages.Bye(reason="done"),
    ):
        assert messages.decode(messages.encode(message)) == message


def test_the_committed_schema_is_the_schema_of_the_code() -> None:
    assert json.loads(SCHEMA.read_text()) == messages.schema(), (
        "run: python -m overglass_protocol.export_schema"
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("no json", "bad-message"),
        ("{}", "bad-message"),
        ('{"type": "dance"}', "bad-message"),
        ('{"type": "control", "control": {"version": -1}}', "bad-message"),
        ('{"type": "control", "control": {"strength": 7}}', "bad-message"),
        ('{"type": "control", "control": {"surprise": 1}}', "bad-message"),
        ('{"type": "hello", "display": {"kind": "additive"}}', "bad-message"),
        (hello_with(kind="holographic"), "bad-message"),
        (hello_with(width=0), "bad-message"),
        (hello_with(height="600"), "bad-message"),
        (hello_with(field_of_view=180), "bad-message"),
        (hello_with(field_of_view=float("nan")), "bad-message"),
        ('{"type": "bye", "reason": "' + "x" * messages.MAX_SIZE + '"}', "message-too-large"),
        (b"\xff\xfe", "bad-message"),
    ],
)
def test_what_is_no_message_is_an_error_with_a_code_and_a_cure(data: str | bytes, code: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        messages.decode(data)
    assert caught.value.code == code
    assert caught.value.cure


def test_a_field_of_the_future_is_ignored() -> None:
    assert messages.decode('{"type": "bye", "reason": "r", "mood": "fine"}') == messages.Bye(reason="r")


def test_an_edge_that_names_no_display_is_understood() -> None:
    assert messages.decode('{"type": "hello", "device": "old"}') == messages.Hello(device="old", display=None)
