"""Simulated glasses as a pytest fixture, for other people's tests: no browser, no GPU, no glasses.

Bring it into a test module, or a `conftest.py`, by `from overglass_simulators import glasses`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from overglass_simulators.link import LinkSettings
from overglass_simulators.sim.hosted import hosted
from overglass_simulators.sim.plan import SimPlan
from overglass_simulators.sim.worn import Worn

PutOn = Callable[..., Worn]
"See `glasses`."


@pytest.fixture
def glasses(tmp_path: Path) -> Iterator[PutOn]:
    """Puts simulated glasses on: `with glasses("quest-3", cloud=...) as worn:`.

    `cloud` is the address of a running service, or an ASGI application, which is served on loopback for the
    test; left out, our own service runs. `device` is a profile's name or path. Other arguments: `world`,
    `motion`, `look`, `strength`, `mode`, `seed`, and `link` (`LinkSettings`). Recordings go into `tmp_path`.
    """
    with ExitStack() as stack:

        def put_on(
            device: str = "desktop-webcam",
            *,
            cloud: str | Any = None,
            look: str = "none",
            link: LinkSettings | None = None,
            **wishes: Any,
        ) -> Worn:
            if cloud is not None and not isinstance(cloud, str):
                cloud = stack.enter_context(hosted(cloud))
            plan = SimPlan(
                device=device,
                cloud=cloud,
                look=look,
                link=link or LinkSettings(),
                recordings=tmp_path / "recordings",
                **wishes,
            )
            return Worn(plan)

        yield put_on
