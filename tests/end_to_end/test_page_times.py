"""How the page dates its pictures, finds the service's clock, and takes up a session."""

import json

import numpy as np
import pytest

from tests.end_to_end.wire import Dice, in_page


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
