"""What travels with every frame: whose it is, when it was captured, and what the cloud did to it.

The bytes ride inside the picture where the codec has a place for them, beside it where it has not;
this module knows neither. Layout, big-endian: a fixed head, then sections of tag, length and body,
so that a reader skips what it does not know.
"""

import struct
from dataclasses import dataclass, fields, replace

from overglass_protocol.errors import RemoteProtocolError
from overglass_protocol.pose import Pose
from overglass_protocol.scene import Scene

VERSION = 1
MAX_SIZE = 16 * 1024
"Bytes. A scene rides here too, 1.4 KB for a face with all its landmarks; a picture never does."

_HEAD = struct.Struct("!BBHQd")
_SECTION = struct.Struct("!BH")
_POSE = struct.Struct("!10f")
_STAGES = struct.Struct("!5d")
_CONTROL = struct.Struct("!I")
_TAG_POSE, _TAG_STAGES, _TAG_CONTROL, _TAG_SCENE = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Stages:
    """When the cloud did what to a frame: seconds on the cloud's monotonic clock."""

    arrived: float
    "The frame's first packet came in."
    decoded: float
    "The picture left the decoder."
    started: float
    "The engine took it."
    painted: float
    "The engine gave it back."
    encoded: float
    "The result left the encoder; its packets go out next."


@dataclass(frozen=True, slots=True)
class Envelope:
    """One frame's identity, timing and pose."""

    frame_id: int
    "Counts up by one for each captured frame of a session, from 0."
    capture_time: float
    "Seconds on the edge's monotonic clock."
    intrinsics_id: int = 0
    "Which of the session's camera descriptions applies."
    pose: Pose | None = None
    "The head at capture time, where the device knows it."
    stages: Stages | None = None
    "Filled in by the cloud on the way back."
    control_version: int | None = None
    "On the way back: the version of the control document this frame was painted with."
    scene: Scene | None = None
    "On the way back, where overlays are on: what was found in this picture."

    def with_stages(self, stages: Stages, control_version: int) -> "Envelope":
        """The same envelope as the cloud returns it."""
        return replace(self, stages=stages, control_version=control_version)

    def to_bytes(self) -> bytes:
        out = [_HEAD.pack(VERSION, 0, self.intrinsics_id, self.frame_id, self.capture_time)]
        if self.pose is not None:
            body = _POSE.pack(*self.pose.orientation, *self.pose.angular_velocity, *self.pose.position)
            out.append(_SECTION.pack(_TAG_POSE, len(body)) + body)
        if self.stages is not None:
            body = _STAGES.pack(*(getattr(self.stages, f.name) for f in fields(Stages)))
            out.append(_SECTION.pack(_TAG_STAGES, len(body)) + body)
        if self.control_version is not None:
            out.append(_SECTION.pack(_TAG_CONTROL, _CONTROL.size) + _CONTROL.pack(self.control_version))
        if self.scene is not None:
            body = self.scene.to_bytes()
            out.append(_SECTION.pack(_TAG_SCENE, len(body)) + body)
        return b"".join(out)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Envelope":
        """Reads what `to_bytes` wrote, of this version; unknown sections are skipped.

        Raises RemoteProtocolError when the bytes are not an envelope.
        """
        if len(data) > MAX_SIZE:
            raise _malformed(f"{len(data)} bytes are more than {MAX_SIZE}")
        try:
            version, _flags, intrinsics_id, frame_id, capture_time = _HEAD.unpack_from(data)
            if version != VERSION:
                raise _malformed(f"version {version} is not {VERSION}")
            envelope = cls(frame_id, capture_time, intrinsics_id)
            at = _HEAD.size
            while at < len(data):
                tag, length = _SECTION.unpack_from(data, at)
                body = data[at + _SECTION.size : at + _SECTION.size + length]
                if len(body) != length:
                    raise _malformed("a section is cut short")
                envelope = envelope._with_section(tag, body)
                at += _SECTION.size + length
        except struct.error as error:
            raise _malformed(str(error)) from error
        return envelope

    def _with_section(self, tag: int, body: bytes) -> "Envelope":
        match tag:
            case 1:
                n = _POSE.unpack(body)
                pose = Pose((n[0], n[1], n[2], n[3]), (n[4], n[5], n[6]), (n[7], n[8], n[9]))
                return replace(self, pose=pose)
            case 2:
                return replace(self, stages=Stages(*_STAGES.unpack(body)))
            case 3:
                return replace(self, control_version=_CONTROL.unpack(body)[0])
            case 4:
                return replace(self, scene=Scene.from_bytes(body))
            case _:
                return self


def _malformed(why: str) -> RemoteProtocolError:
    return RemoteProtocolError(
        f"an envelope cannot be read: {why}",
        code="bad-envelope",
        cure="Use the same version of overglass at both ends.",
    )
