"""The page's bytes against ours: what JavaScript writes we read, and what we write it reads."""

import base64

import numpy as np

from overglass_protocol import stamps
from overglass_protocol.envelope import Envelope
from overglass_protocol.rtc.bitstream import envelope_of, with_envelope
from overglass_protocol.scene import Scene, Thing
from overglass_protocol.stamps import ClockPing, ClockPong, FrameStamp, StampPart
from tests.end_to_end.wire import CASES, Dice, as_page, in_page, text


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
