"""The messages on the `control` channel: one JSON object each, told apart by `type`.

The wire form is pydantic's, and `schema()` exports it for people who write other ends.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from overglass_protocol.control import Control, Overlay
from overglass_protocol.errors import RemoteProtocolError

PROTOCOL_VERSION = 1
MAX_SIZE = 16 * 1024
"Bytes of one message. The longest honest one is a control document with its prompt, about 3 KB."


Limit = Literal["none", "network", "gpu", "cpu"]
"What keeps quality from being higher."
RungName = Literal["full", "smaller", "alternate", "cheaper", "plain"]
"""What a session gets while the service is full: all it asked for; painted smaller and scaled up; only every
other picture painted; another, cheaper look; or the plain picture with overlays. Each keeps the savings of
those before it."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Camera(_Message):
    """How the pictures that this edge sends were projected."""

    intrinsics_id: int = Field(ge=0, lt=2**16)
    width: int = Field(gt=0, le=16384)
    height: int = Field(gt=0, le=16384)
    fx: float
    fy: float
    cx: float
    cy: float


DisplayKind = Literal["additive", "video-see-through", "screen"]
"Light added to the world; a camera's picture in place of it; a screen one looks at."


class Display(_Message):
    """What the wearer sees the returned pictures on. They are painted for its kind."""

    kind: DisplayKind = Field(
        description="On an additive display black is clear: pictures come as light on black."
    )
    width: int = Field(gt=0, le=16384, strict=True)
    height: int = Field(gt=0, le=16384, strict=True)
    field_of_view: float = Field(
        gt=0, lt=180, allow_inf_nan=False, strict=True, description="Degrees across its width."
    )


class Hello(_Message):
    """The edge's first words."""

    type: Literal["hello"] = "hello"
    protocol: int = PROTOCOL_VERSION
    device: str = Field(default="unknown", max_length=64, description="Name of the device profile.")
    program: str = Field(default="", max_length=64, description="Who is speaking, with its version.")
    cameras: tuple[Camera, ...] = Field(default=(), max_length=16)
    display: Display | None = Field(default=None, description="Null where nobody says.")
    control: Control = Control()


class Welcome(_Message):
    """The cloud's answer: the session is live."""

    type: Literal["welcome"] = "welcome"
    protocol: int = PROTOCOL_VERSION
    session: str
    resume_token: str
    resumed: bool = Field(description="True when an earlier connection of the same session is continued.")
    looks: tuple[str, ...] = Field(description="What can be generated here.")
    overlays: tuple[Overlay, ...] = Field(default=(), description="What can be looked for here.")
    control: Control = Field(description="The document in force.")


class SetControl(_Message):
    """The edge replaces the control document."""

    type: Literal["control"] = "control"
    control: Control


class ControlApplied(_Message):
    """The first frame painted with this version has been painted."""

    type: Literal["control-applied"] = "control-applied"
    version: int = Field(ge=0)
    frame_id: int | None = Field(description="That frame's id; null for a sender without envelopes.")


class Report(_Message):
    """What limits quality at the sender of this message now."""

    type: Literal["report"] = "report"
    limit: Limit
    rung: RungName = Field(default="full", description="How far the service had to step down.")
    detail: str = Field(
        default="", max_length=500, description="What is less than asked for, in words for the wearer."
    )
    frames_per_s: float = Field(ge=0)
    dropped: dict[str, int] = Field(default_factory=dict, description="Frames dropped so far, by reason.")
    bitrate: int = Field(default=0, ge=0, description="Bits per second being sent.")
    viewers: int = Field(default=0, ge=0, description="Who watches the result beside the wearer.")


class Error(_Message):
    """Something this end asked for cannot be done; the session goes on unless a bye follows."""

    type: Literal["error"] = "error"
    code: str = Field(max_length=64)
    detail: str = Field(max_length=2000)
    cure: str = Field(default="", max_length=2000)


class Bye(_Message):
    """The session ends."""

    type: Literal["bye"] = "bye"
    reason: str = Field(default="", max_length=500)


Message = Annotated[
    Hello | Welcome | SetControl | ControlApplied | Report | Error | Bye, Field(discriminator="type")
]
_ADAPTER: TypeAdapter[Message] = TypeAdapter(Message)


def encode(message: Message) -> str:
    return message.model_dump_json()


def decode(data: str | bytes) -> Message:
    """Reads one message. Raises RemoteProtocolError with a code and a cure."""
    if len(data) > MAX_SIZE:
        raise RemoteProtocolError(
            f"a message of {len(data)} bytes is too long",
            code="message-too-large",
            cure=f"Keep messages under {MAX_SIZE} bytes; pictures travel as video, not as messages.",
        )
    try:
        return _ADAPTER.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RemoteProtocolError(
            f"a message cannot be read: {first['msg']}" + (f" (at {where})" if where else ""),
            code="bad-message",
            cure="The messages and their fields are in protocol/messages.schema.json.",
        ) from error


def schema() -> dict[str, Any]:
    """JSON Schema of every message, as committed in protocol/messages.schema.json."""
    return {"title": f"overglass messages, protocol {PROTOCOL_VERSION}", **_ADAPTER.json_schema()}
