"""What limits a session's quality now, from counts that only grow. Sends nothing."""

from overglass_cloud.seat import Standing
from overglass_protocol import rtc
from overglass_protocol.messages import Limit, Report

REPORT_EVERY = 2.0
"Seconds between reports."


class Reporter:
    """Makes one session's reports, each about the time since the one before."""

    def __init__(self) -> None:
        self._painted = self._refused = 0

    def report(
        self,
        statistics: rtc.Statistics,
        standing: Standing,
        *,
        painted: int,
        refused: int,
        dropped: dict[str, int],
        viewers: int,
    ) -> Report:
        """`painted` frames so far, and those `refused` by an engine or a detector that was busy."""
        if refused > self._refused or standing.rung != "full":
            limit: Limit = standing.device
        else:
            limit = "network" if statistics.limited_by_network else "none"
        rate = (painted - self._painted) / REPORT_EVERY
        self._painted, self._refused = painted, refused
        return Report(
            limit=limit,
            rung=standing.rung,
            detail=standing.detail,
            frames_per_s=rate,
            dropped=dropped,
            bitrate=statistics.bitrate,
            viewers=viewers,
        )
