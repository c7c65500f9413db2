"""Prometheus metrics, read off the sessions when somebody asks, so that the live path pays nothing."""

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scheduler import Scheduler
from overglass_cloud.sessions.summary import Summary
from overglass_cloud.sessions.visits import Visits
from overglass_protocol.messages import RungName


class Metrics(Collector):
    """This service's numbers."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, visits: Visits, scheduler: Scheduler, capabilities: Capabilities) -> None:
        self._visits = visits
        self._scheduler = scheduler
        self._capabilities = capabilities
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def render(self) -> bytes:
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        summaries = self._visits.summaries()
        past = self._visits.past
        yield GaugeMetricFamily("overglass_sessions", "Sessions known.", value=len(summaries))
        connected = sum(summary.connected for summary in summaries)
        yield GaugeMetricFamily(
            "overglass_sessions_connected", "Sessions with a connection.", value=connected
        )
        yield _rungs(summaries)
        yield CounterMetricFamily(
            "overglass_engine_busy_seconds", "Time spent painting.", value=self._scheduler.busy_seconds
        )
        yield CounterMetricFamily(
            "overglass_detections", "Pictures looked at for overlays.", value=self._capabilities.detections
        )
        yield CounterMetricFamily(
            "overglass_detection_seconds",
            "Time spent looking at pictures.",
            value=self._capabilities.detection_seconds,
        )
        for name, what in (("received", "decoded"), ("painted", "painted"), ("sent", "encoded and sent")):
            total = past[name] + sum(getattr(summary, name) for summary in summaries)
            yield CounterMetricFamily(f"overglass_frames_{name}", f"Frames {what}.", value=total)
        yield _dropped(summaries, past)


def _rungs(summaries: list[Summary]) -> Metric:
    counts = Counter(summary.rung for summary in summaries)
    family = GaugeMetricFamily(
        "overglass_sessions_on_rung", "Sessions, by how far the service had to step down.", labels=["rung"]
    )
    for rung in get_args(RungName):
        family.add_metric([rung], counts[rung])
    return family


def _dropped(summaries: list[Summary], past: Counter[str]) -> Metric:
    reasons = Counter(
        {key.removeprefix("dropped "): n for key, n in past.items() if key.startswith("dropped ")}
    )
    for summary in summaries:
        reasons.update(summary.dropped)
    family = CounterMetricFamily("overglass_frames_dropped", "Frames dropped, by reason.", labels=["reason"])
    for reason, count in sorted(reasons.items()):
        family.add_metric([reason], count)
    return family
