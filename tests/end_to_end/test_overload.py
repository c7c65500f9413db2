"""Wearers on a service whose look takes 50 ms a picture: nobody falls behind, each is told what it gets."""

from functools import partial

from overglass_protocol.control import Control
from overglass_simulators.service import Service
from tests.end_to_end.parts import Glasses, glasses

WORN = Control(look="model")


def is_lower(worn: Glasses) -> bool:
    report = worn.agent.report
    return report is not None and report.rung != "full"


def has_shown(worn: Glasses, pictures: int) -> bool:
    return len(worn.trips) >= pictures


async def test_the_ladder_acts_and_says_so_and_nobodys_latency_grows_with_time() -> None:
    with Service(look="model", model_ms=50) as service:
        async with (
            glasses(service.url, WORN) as one,
            glasses(service.url, WORN) as two,
            glasses(service.url, WORN) as three,
        ):
            all_three = (one, two, three)
            for worn in all_three:
                await worn.until(partial(is_lower, worn))
            for worn in all_three:
                await worn.until(partial(has_shown, worn, len(worn.trips) + 60))
    for worn in all_three:
        ids = [trip.frame_id for trip in worn.trips]
        assert ids == sorted(set(ids))
        report = worn.agent.report
        assert report is not None
        assert (report.limit, bool(report.detail)) == ("cpu", True)
        # Three sessions ask for 4.5 times what there is: what piled up would be seconds old by now.
        assert sorted(trip.latency for trip in worn.trips[-60:])[30] < 1.0


async def test_a_lone_wearer_of_a_slow_look_gets_a_picture_for_nearly_each_it_sends() -> None:
    with Service(look="model", model_ms=50) as service:
        async with glasses(service.url, WORN) as worn:
            await worn.until(lambda: is_lower(worn))
            already, sent = len(worn.trips), worn.agent.tally.sent
            await worn.until(lambda: len(worn.trips) >= already + 60)
            report = worn.agent.report
            assert worn.agent.tally.sent - sent < 120, "the look alone would give 20 of 30 back at best"
    assert report is not None
    assert report.rung == "alternate"
    assert "moved along" in report.detail
