"""What a page is told in words and figures: once whole, then what is new. Reads; changes nothing."""

import math
from pathlib import Path
from typing import Any

from overglass_simulators.sim.subject import STAGES, FrameRow, Said, SimState, Subject
from overglass_simulators.studio.choices import Choices, choices_in_words
from overglass_simulators.studio.links import in_words
from overglass_simulators.studio.story import Episode, Story


class Feed:
    """One page's view: each call tells what the last has not."""

    def __init__(self, subject: Subject, story: Story, choices: Choices, looks: list[str]) -> None:
        self._subject, self._story = subject, story
        self._choices, self._looks = choices, looks
        self._session = 0
        self._row = -1
        self._said_at = -math.inf

    def news(self) -> dict[str, Any]:
        """What is new. With `choices` at first, and `fresh` when a session has begun, or the page has."""
        state = self._story.read()
        first, fresh = self._session == 0, self._session != self._story.session
        if fresh:
            self._session, self._row, self._said_at = self._story.session, -1, -math.inf
        rows = self._subject.rows(self._row)
        if rows:
            self._row = rows[-1].frame_id
        said = [each for each in state.said if each.at > self._said_at]
        if said:
            self._said_at = said[-1].at
        news = {
            "state": _state(state, self._story.recorded_for(state)),
            "rows": [_row(row) for row in rows],
            "said": [_said(each) for each in said],
            "episodes": [_episode(each) for each in self._story.episodes],
            "fresh": fresh,
        }
        return {**news, "choices": choices_in_words(self._choices, self._looks)} if first else news


def _row(row: FrameRow) -> list[Any]:
    """Compact: id, when its light fell in (s), latency (ms), the stages in order (ms, null if unknown)."""
    stages = [round(row.stages[name] * 1000, 2) if name in row.stages else None for name in STAGES]
    return [row.frame_id, round(row.exposed, 4), round(row.latency * 1000, 2), stages]


def _said(said: Said) -> dict[str, Any]:
    return {"at": round(said.at, 3), "name": said.name, "detail": said.detail}


def _episode(episode: Episode) -> dict[str, Any]:
    recovery = episode.recovery
    return {
        "number": episode.number,
        "kind": episode.kind,
        "began": round(episode.began, 3),
        "ends": round(episode.ends, 3),
        "recovery": None if recovery is None else round(recovery, 3),
    }


def _state(state: SimState, recorded_for: float | None) -> dict[str, Any]:
    registration = state.registration
    return {
        "time": round(state.time, 4),
        "device": state.device.name,
        "link": in_words(state.link),
        "motion": state.motion,
        "look": state.look,
        "strength": state.strength,
        "mode": state.mode,
        "connected": state.connected,
        "display": state.display,
        "sent": state.sent,
        "returned": state.returned,
        "fps": round(state.fps, 2),
        "latency_ms": _ms(state.latency),
        "contrast": None if state.contrast is None else round(state.contrast, 3),
        "registration": None
        if registration is None
        else {"warped": round(registration.warped, 3), "plain": round(registration.plain, 3)},
        "clock_error_ms": _ms(state.clock_error),
        "faults": [{"kind": fault.kind, "seconds": round(fault.seconds, 2)} for fault in state.faults],
        "recording": _name(state.recording),
        "recorded_for": None if recorded_for is None else round(recorded_for, 1),
        "replaying": _name(state.replaying),
    }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)


def _name(path: Path | None) -> str | None:
    return None if path is None else path.name
