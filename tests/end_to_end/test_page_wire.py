"""The page's bytes against ours: what JavaScript writes we read, and what we write it reads."""

import base64
import json
import random
import struct
from typing import Any

import numpy as np
import pytest

from overglass_protocol import stamps
from overglass_protocol.envelope import Envelope, Stages
from overglass_protocol.pose import Pose
from overglass_protocol.rtc.bitstream import envelope_of, with_envelope
from overglass_protocol.scene import ANCHORS, EXPRESSIONS, KINDS, Scene, Thing
from overglass_protocol.stamps import ClockPing, ClockPong, FrameStamp, StampPart
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


async def test_envelopes_are_read_and_written_to_the_last_bit() -> None:
    dice = Dice(1)
    envelopes = [dice.envelope(scene=False) for _ in range(CASES)]
    cases = [{"bytes": text(e.to_bytes()), "fields": as_page(e)} for e in envelopes]
    found = await in_page(
        "({bytes: b, fields}) => [plain(wire.readEnvelope(bytes(b))), text(wire.writeEnvelope(fields))]",
        cases,
    )
    for envelope, (read, written) in zip(envelopes, found, strict=True):
        assert read == {**as_page(envelope), "scene": None}
        assert base64.b64decode(written) == envelope.to_bytes()
        assert Envelope.from_bytes(base64.b64decode(written)) == envelope


async def test_scenes_are_read_as_they_were_written() -> None:
    dice = Dice(2)
    scenes = [dice.scene() for _ in range(CASES)]
    found = await in_page("(b) => plain(wire.readScene(bytes(b)))", [text(s.to_bytes()) for s in scenes])
    for scene, read in zip(scenes, found, strict=True):
        ours = Scene.from_bytes(scene.to_bytes())
        assert read["age"] == ours.age
        assert len(read["things"]) == len(ours.things)
        for thing, theirs in zip(ours.things, read["things"], strict=True):
            same = ("kind", "track", "label", "score", "anchor")
            assert {name: theirs[name] for name in same} == {name: getattr(thing, name) for name in same}
            assert theirs["box"] == list(thing.box)
            assert theirs["expression"] == list(thing.expression)
            np.testing.assert_allclose(theirs["points"], thing.points.reshape(-1), atol=1e-6)
            assert len(theirs["outlines"]) == len(thing.outlines)
            for one, other in zip(theirs["outlines"], thing.outlines, strict=True):
                np.testing.assert_allclose(one, other.reshape(-1), atol=1e-6)


async def test_what_is_cut_short_or_foreign_is_malformed_and_nothing_worse() -> None:
    dice = Dice(3)
    cases = []
    for _ in range(CASES):
        data = bytearray(dice.envelope().to_bytes())
        if dice.random.random() < 0.5:
            data = data[: dice.random.randrange(len(data))]
        else:
            data[dice.random.randrange(len(data))] ^= 1 << dice.random.randrange(8)
        cases.append(text(bytes(data)))
    found = await in_page("(b) => { wire.readEnvelope(bytes(b)); return 'read'; }", cases)
    assert set(found) == {"read", "Malformed"}


async def test_an_envelope_in_a_picture_is_found_by_both_ends() -> None:
    dice = Dice(4)
    pairs = [(dice.unit(), dice.envelope(scene=False)) for _ in range(CASES)]
    cases = [
        {"unit": text(unit), "fields": as_page(envelope), "ours": text(with_envelope(unit, envelope))}
        for unit, envelope in pairs
    ]
    found = await in_page(
        "({unit, fields, ours}) => [text(wire.withEnvelope(bytes(unit), fields)),"
        " plain(wire.envelopeIn(bytes(ours))), wire.envelopeIn(bytes(unit))]",
        cases,
    )
    for (unit, envelope), (written, read, nothing) in zip(pairs, found, strict=True):
        assert base64.b64decode(written) == with_envelope(unit, envelope)
        assert envelope_of(base64.b64decode(written)) == envelope
        assert read == {**as_page(envelope), "scene": None}
        assert nothing is None


async def test_stamps_are_read_and_written_alike_whole_and_in_parts() -> None:
    dice = Dice(5)
    pong = ClockPong(7, 1.5, 1e5 + 0.25, 1e5 + 0.5)
    envelope = dice.envelope(scene=False)
    long = Envelope(
        3, 2.5, scene=Scene((Thing("face", 1, "Ada", 0.9, (0, 0, 1, 1), points=dice.points(478)),))
    )
    parts = [text(each) for each in stamps.datagrams(FrameStamp(2**32 - 1, long))]
    assert len(parts) > 1
    dice.random.shuffle(parts)
    [ping, read, frame, whole, junk] = await in_page(
        """(given) => {
          if (given.ping) return text(wire.writePing(...given.ping));
          if (given.fields) return text(wire.writeFrameStamp(77, given.fields));
          if (given.parts) {
            const assembly = new wire.Assembly();
            const read = given.parts.map((part) => assembly.add(wire.readStamp(bytes(part))));
            return plain(read.filter(Boolean));
          }
          return plain(wire.readStamp(bytes(given.bytes)));
        }""",
        [
            {"ping": [41, 12.125]},
            {"bytes": text(stamps.encode(pong))},
            {"fields": as_page(envelope)},
            {"parts": parts},
            {"bytes": text(b"\x09nonsense")},
        ],
    )
    assert stamps.decode(base64.b64decode(ping)) == ClockPing(41, 12.125)
    assert read == {"kind": "pong", "number": 7, "sent": 1.5, "received": 1e5 + 0.25, "answered": 1e5 + 0.5}
    assert stamps.decode(base64.b64decode(frame)) == FrameStamp(77, envelope)
    assert [(stamp["rtpTime"], stamp["envelope"]["frameId"]) for stamp in whole] == [(2**32 - 1, 3)]
    assert len(whole[0]["envelope"]["scene"]["things"][0]["points"]) == 2 * 478
    assert junk == "Malformed"
    assert not isinstance(stamps.decode(base64.b64decode(parts[0])), FrameStamp)
    assert isinstance(stamps.decode(base64.b64decode(parts[0])), StampPart)


@pytest.mark.parametrize("least", [0.002, 0.02])
async def test_pictures_are_dated_by_their_own_capture(least: float) -> None:
    """The camera's and the encoder's times are told apart and joined: frames of uneven pace, some unseen."""
    dice = Dice(6)
    events, truth, at = [], {}, 100.0
    for _ in range(120):
        at += 1 / 30 + dice.random.uniform(-0.004, 0.004)
        encoded = at + least + abs(dice.random.gauss(0, 0.004))
        rtp = int(round(at, 3) * 90_000 + 4_294_000_000) % 2**32
        if dice.random.random() > 0.1:
            events.append((at + 0.001, "capture", at, 0.0))
        events.append((encoded, "picture", rtp, encoded))
        truth[rtp] = at
    events.sort()
    [found] = await in_page(
        """(events) => {
          const times = new wire.CaptureTimes();
          return events.map(([, kind, value, encoded]) => {
            if (kind === "picture") return [value, times.of(value, encoded)];
            times.add(value);
            return null;
          }).filter(Boolean);
        }""",
        [events],
    )
    dated = [(rtp, time) for rtp, time in found if time is not None]
    assert len(dated) > 100
    errors = [abs(time - truth[rtp]) for rtp, time in dated[20:]]
    assert float(np.median(errors)) < 0.002
    assert max(errors) < 0.01


async def test_the_clock_is_found_in_spite_of_late_packets() -> None:
    dice = Dice(7)
    offset, exchanges = 5000.125, []
    for n in range(60):
        sent = 10 + n / 4
        there, back = (
            0.002 + (dice.random.expovariate(50) if dice.random.random() < 0.8 else 0) for _ in range(2)
        )
        received = sent + there + offset
        exchanges.append([{"sent": sent, "received": received, "answered": received}, sent + there + back])
    [found] = await in_page(
        """(all) => {
          const clock = new wire.Clock();
          for (const each of all) clock.add(...each);
          return [clock.offset, clock.error];
        }""",
        [exchanges],
    )
    assert abs(found[0] - offset) < 0.002
    assert found[1] >= abs(found[0] - offset)


async def test_a_reloaded_page_takes_up_the_document_that_the_service_remembers() -> None:
    ours = {
        "version": 0,
        "look": "none",
        "strength": 1,
        "prompt": None,
        "seed": 0,
        "overlays": [],
        "region": "all",
    }
    theirs = {**ours, "version": 9, "look": "ink"}
    cases = [[ours, theirs], [{**ours, "version": 10}, theirs], [theirs, theirs]]
    found = await in_page(
        """([ours, theirs]) => { const talk = new wire.Talk({ device: "d", program: "p", control: ours });
          talk.toSend();
          talk.receiveMessage(JSON.stringify({ type: "welcome", control: theirs }), 1);
          return [talk.control.version, talk.toSend().map(([, data]) => JSON.parse(data).type)]; }""",
        cases,
    )
    assert json.loads(json.dumps(found)) == [[9, []], [10, ["control"]], [9, []]]
