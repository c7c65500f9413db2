"""Joins the service's parts into one ASGI application. Chooses nothing; that is the command's part."""

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from overglass_cloud import problems
from overglass_cloud.config import Settings
from overglass_cloud.doors.exchange import ice_links
from overglass_cloud.doors.hosts import Hosts
from overglass_cloud.doors.origins import Origins
from overglass_cloud.doors.references import reference_doors
from overglass_cloud.doors.sessions import session_doors
from overglass_cloud.doors.status import status_doors
from overglass_cloud.doors.viewers import share_door, view_doors
from overglass_cloud.engines.progress import Loading
from overglass_cloud.looks import Looks, Workshop
from overglass_cloud.metrics import Metrics
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scheduler import Scheduler
from overglass_cloud.sessions.visits import Visits
from overglass_cloud.tokens import Gate, Scope
from overglass_cloud.web import pages


def create_app(settings: Settings, looks: Looks) -> FastAPI:
    """The service. Raises LookError when the default look is not among `looks`."""
    looks[settings.look]
    models = Store(settings.models, Manifest.shipped())
    workshop = Workshop(models, diffusion=settings.diffusion_choice(), progress=Loading())
    scheduler = Scheduler(looks, workshop)
    capabilities = Capabilities(models)
    visits = Visits(settings, scheduler, capabilities)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with scheduler:
            await asyncio.wrap_future(scheduler.start_look(settings.look))
            await asyncio.to_thread(capabilities.warm)
            # What is loaded by now stays; without it in the way a collection pauses frames far less.
            gc.collect()
            gc.freeze()
            sweep = asyncio.create_task(visits.sweep())
            yield
            sweep.cancel()
            with suppress(asyncio.CancelledError):
                await sweep
            await visits.end_all()

    app = FastAPI(title="overglass", lifespan=lifespan, docs_url=None, redoc_url=None)
    problems.install(app)
    secret = settings.secret.get_secret_value() if settings.secret is not None else None
    gate = Gate(secret)

    def links(scope: Scope, authorization: str | None) -> Sequence[str]:
        try:
            gate.admit(authorization, scope)
        except problems.Problem:
            return ()
        return ice_links(settings)

    app.add_middleware(Origins, anywhere=secret is not None, named=settings.origins, links=links)
    if settings.loopback:  # added last, it is asked first
        app.add_middleware(Hosts, named={"localhost", "127.0.0.1", "::1", settings.host})
    app.include_router(session_doors(gate, visits, scheduler, settings))
    app.include_router(view_doors(gate, visits, settings))
    app.include_router(share_door(gate, visits, settings))
    app.include_router(reference_doors(gate, workshop.references))
    metrics = Metrics(visits, scheduler, capabilities)
    app.include_router(status_doors(visits, scheduler, capabilities, metrics))
    app.include_router(pages())
    app.state.visits = visits
    return app
