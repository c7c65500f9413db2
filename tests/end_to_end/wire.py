"""What the tests of the page's wire modules share: random things of our protocol, and a way in."""

import base64
import random
import struct
from typing import Any

import numpy as np

from overglass_protocol.envelope import Envelope, Stages
from overglass_protocol.pose import Pose
from overglass_protocol.scene import ANCHORS, EXPRESSIONS, KINDS, Scene, Thing
from tests.end_to_end.browser import chromium, opened, service

CASES = 150


def single(value: float) -> float:
    """The nearest number that four bytes can hold."""
    return float(struct.unpack("!f", struct.pack("!f", value))[0])


class Dice:
    """Random things of our protocol, the same in every run."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def envelope(self, scene: bool = True) -> Envelope:
        r = self.random
        numbers = [single(r.uniform(-4, 4)) for _ in range(10)]
        pose = Pose((*numbers[:4],), (*numbers[4:7],), (*numbers[7:],))  # type: ignore[arg-type]
        return Envelope(
            r.choice([0, 1, 255, 2**31, 2**53 - 1, r.randrange(2**40)]),
            r.choice([0.0, r.uniform(0, 1e6), 2.0**-40]),
            r.choice([0, 1, 2**16 - 1]),
            pose if r.random() < 0.5 else None,
            Stages(*(r.uniform(0, 1e5) for _ in range(5))) if r.random() < 0.5 else None,
            r.randrange(2**32) if r.random() < 0.5 else None,
            self.scene() if scene and r.random() < 0.7 else None,
        )

    def scene(self) -> Scene:
        return Scene(
            tuple(self.thing() for _ in range(self.random.randrange(4))), self.random.randrange(900) / 1000
        )

    def thing(self) -> Thing:
        r = self.random
        return Thing(
            r.choice(KINDS),
            r.randrange(2**16),
            r.choice(["", "Ada", "naïve façade", "猫", "x" * 64]),
            r.random(),
            (r.uniform(-1, 1), r.uniform(-1, 1), r.uniform(0, 2), r.uniform(0, 2)),
            r.choice(ANCHORS),
            self.points(r.choice([0, 1, 2, 3, 21, 33, 478])),
            tuple(r.random() for _ in EXPRESSIONS) if r.random() < 0.5 else (),
            tuple(self.points(r.randrange(1, 40)) for _ in range(r.randrange(3))),
        )

    def points(self, count: int) -> Any:
        return np.array(
            [[self.random.uniform(-0.5, 1.5) for _ in range(2)] for _ in range(count)], np.float32
        ).reshape(-1, 2)

    def unit(self) -> bytes:
        """An H.264 access unit, of which only the start codes and types are to be trusted."""
        r = self.random
        kinds = r.choice([[7, 8, 5], [1], [9, 1, 1], [6, 1], [7, 8, 6, 5, 5]])
        body = [
            bytes([kind]) + bytes(r.randrange(4, 256) for _ in range(r.randrange(1, 40))) for kind in kinds
        ]
        return b"".join(r.choice([b"\0\0\1", b"\0\0\0\1"]) + each for each in body)


async def in_page(script: str, cases: list[Any]) -> list[Any]:
    """What this function of a page's modules, `run(given)`, makes of each case."""
    body = """async (cases) => {
      const names = ["envelope", "scene", "stamps", "bitstream", "captures", "talk", "clock"];
      const all = await Promise.all(names.map((name) => import(`/assets/wire/${name}.js`)));
      const wire = Object.assign({}, ...all);
      const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const text = (data) => btoa(String.fromCharCode(...data));
      const listed = (_, value) => (value instanceof Float32Array ? Array.from(value) : value);
      const plain = (value) => JSON.parse(JSON.stringify(value, listed));
      const run = %s;
      return cases.map((given) => {
        try { return run(given); } catch (error) { return error.constructor.name; }
      });
    }"""
    with service() as url:
        async with chromium() as browser:
            page = await opened(browser, f"{url}/watch")
            found: list[Any] = await page.evaluate(body % script, cases)
            return found


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def as_page(envelope: Envelope) -> dict[str, Any]:
    """An envelope by the page's names, but for its scene."""
    pose, stages = envelope.pose, envelope.stages
    return {
        "frameId": envelope.frame_id,
        "captureTime": envelope.capture_time,
        "intrinsicsId": envelope.intrinsics_id,
        "pose": pose
        and {
            "orientation": [*pose.orientation],
            "angularVelocity": [*pose.angular_velocity],
            "position": [*pose.position],
        },
        "stages": stages
        and {name: getattr(stages, name) for name in ("arrived", "decoded", "started", "painted", "encoded")},
        "controlVersion": envelope.control_version,
    }
