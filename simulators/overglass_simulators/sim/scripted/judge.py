"""Whether a finished session is what its script expects. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from overglass_simulators.sim.scripted.script import Expectation


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was expected."""

    what: str
    bound: str
    measured: str
    kept: bool


def judged(expect: Expectation, report: dict[str, Any]) -> list[Verdict]:
    """One for each thing asked for, in the order of the script's fields; `report` as `headless` makes it."""
    return list(_judged(expect, report))


def _judged(expect: Expectation, report: dict[str, Any]) -> Iterator[Verdict]:
    if expect.live_within is not None:
        for fault in report["faults"]:
            found = fault["live_within_s"]
            yield Verdict(
                f"recovery from {fault['fault']} at {fault['at']:g} s",
                f"at most {expect.live_within:g} s",
                "never" if found is None else f"{found:g} s",
                found is not None and found <= expect.live_within,
            )
    if expect.p95_deg is not None:
        found = report["registration_deg"]["p95"]
        yield Verdict(
            "registration, p95",
            f"at most {expect.p95_deg:g} degrees",
            "unknown" if found is None else f"{found:g} degrees",
            found is not None and found <= expect.p95_deg,
        )
    if expect.min_fps is not None:
        found = report["fps"]
        yield Verdict(
            "pictures a second", f"at least {expect.min_fps:g}", f"{found:g}", found >= expect.min_fps
        )
    told = {said["name"] for said in report["told"]}
    for name in expect.told:
        yield Verdict(
            f"telling the wearer {name!r}", "done", "done" if name in told else "not done", name in told
        )
