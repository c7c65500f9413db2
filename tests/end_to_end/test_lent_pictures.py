"""A lent picture over the whole loop: painted like it, also after the service was restarted or forgot it."""

import asyncio

import httpx
import numpy as np
import pytest

from overglass_cloud.references import CAPACITY
from overglass_protocol.control import Control
from overglass_protocol.errors import RefusedError
from overglass_protocol.reference import Reference
from overglass_simulators.service import Service
from tests import shared
from tests.cloud.style.styles import mosaic
from tests.end_to_end.parts import Glasses, glasses
from tests.picture_files import encoded, gradient

PICTURE = Reference(encoded(mosaic()))
WANTED = Control(version=1, look="any-picture", reference=PICTURE.id)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("OVERGLASS_MODELS", str(shared.model("magenta_style_transfer_int8.tflite").parent))
    return Service()


def colourful(worn: Glasses) -> bool:
    """Whether the newest picture is in the mosaic's colours: the camera's is grey."""
    if not worn.frames:
        return False
    return bool(np.ptp(worn.frames[-1].picture.to_ndarray(format="rgb24"), axis=2).mean() > 40)


async def test_the_scene_is_painted_like_the_picture_also_by_a_service_that_was_restarted(
    service: Service,
) -> None:
    with service:
        async with glasses(service.url, WANTED, reference=PICTURE, silence_seconds=0.6) as worn:
            await worn.until(lambda: colourful(worn))
            service.kill()
            await worn.until(lambda: "connection-lost" in worn.names())
            worn.frames.clear()
            await asyncio.to_thread(service.restart)
            await worn.until(lambda: "new-session" in worn.names())
            await worn.until(lambda: colourful(worn))
    assert "complaint" not in worn.names()


async def test_a_picture_that_the_service_forgot_is_lent_again(service: Service) -> None:
    with service:
        plain = WANTED.model_copy(update={"look": "none"})
        async with glasses(service.url, plain, reference=PICTURE) as worn:
            await worn.until(lambda: worn.frames)
            async with httpx.AsyncClient(base_url=service.url, trust_env=False) as others:
                for n in range(CAPACITY):
                    another = encoded(gradient(64 + n, 64))
                    await others.post("/references", content=another, headers={"Content-Type": "image/png"})
                assert (await others.get(f"/references/{PICTURE.id}")).status_code == 404
            asked = worn.agent.set_control(WANTED)
            await worn.until(lambda: colourful(worn))
    assert [name for name in worn.names() if name == "complaint"] == ["complaint"]
    assert worn.agent.control.version == asked.version + 1
    assert worn.agent.control.reference == PICTURE.id


async def test_without_a_picture_the_wearer_hears_what_to_do_and_sees_the_scene(service: Service) -> None:
    with service:
        async with glasses(service.url, Control(version=1, look="any-picture")) as worn:
            await worn.until(lambda: "complaint" in worn.names())
            shown = len(worn.frames)
            await worn.until(lambda: len(worn.frames) > shown + 5)
    (complaint,) = [detail for name, detail in worn.said if name == "complaint"]
    assert "--reference PICTURE" in complaint


async def test_a_picture_that_the_service_cannot_read_ends_the_glasses_with_the_cure(
    service: Service,
) -> None:
    broken = Reference(PICTURE.data[:1000])
    with service, pytest.raises(RefusedError, match=r"broken or cut short.*picture viewer"):
        async with glasses(service.url, WANTED, reference=broken) as worn:
            await worn.until(lambda: worn.frames)
