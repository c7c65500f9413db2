"""The HTTP doors where anybody may look: what can be painted and found here, and how the service is."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from overglass_cloud.metrics import Metrics
from overglass_cloud.problems import Problem
from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scheduler import Scheduler
from overglass_cloud.sessions.visits import Visits


def status_doors(
    visits: Visits, scheduler: Scheduler, capabilities: Capabilities, metrics: Metrics
) -> APIRouter:
    """Where anybody may look: what can be painted and found, and how the service is."""
    doors = APIRouter()

    @doors.get("/looks")
    async def list_looks() -> list[dict[str, Any]]:
        """What can be generated here."""
        return [look.describe() for look in scheduler.looks]

    @doors.get("/overlays")
    def list_overlays() -> list[dict[str, Any]]:
        """What can be looked for here, and what to do where a model is missing."""
        return capabilities.describe()

    @doors.get("/healthz")
    async def alive() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "alive"}

    @doors.get("/readyz")
    async def ready() -> JSONResponse:
        """Whether sessions can be served: the engine's thread runs."""
        if not scheduler.alive:
            raise Problem(503, "engine-stopped", "the engine has stopped", cure="Restart the service.")
        return JSONResponse({"status": "ready", "sessions": len(visits)})

    @doors.get("/metrics", response_class=PlainTextResponse)
    async def show_metrics() -> Response:
        """Prometheus metrics."""
        return Response(metrics.render(), media_type=metrics.content_type)

    return doors
