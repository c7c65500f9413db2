"""What the page shows of pictures: the newest views as JPEGs, encoded once, only while somebody asks.

Viewers pull, so that each holds one set and never a backlog. Encodes in a thread; knows no HTTP.
"""

import asyncio
from dataclasses import dataclass

import cv2

from overglass_simulators.sim.subject import Picture, Subject, Views

QUALITY = 85
MOST_HEIGHT = 960
"Of a picture on the page. Scaling costs more than encoding: only what no screen would show is scaled down."


@dataclass(frozen=True, slots=True)
class Shot:
    """One moment's views as the page gets them."""

    number: int
    frame_id: int | None
    camera: bytes
    worn: bytes
    plain: bytes
    "Empty where it is the same as `worn`."


class Pictures:
    """All methods are for the event loop."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._encoding: tuple[Views, asyncio.Task[Shot]] | None = None

    async def newer(self, than: int, within: float) -> Shot | None:
        """Views with a higher number, at once or as soon as there are; None after `within` seconds."""
        views = await self._subject.views(than, within)
        if views is None:
            return None
        if self._encoding is None or not _same(self._encoding[0], views):
            self._encoding = views, asyncio.create_task(asyncio.to_thread(encoded, views))
        # Several pages may wait for the same: one that leaves must not take the others' picture along.
        return await asyncio.shield(self._encoding[1])


def _same(one: Views, other: Views) -> bool:
    """Another session may count its views anew."""
    return one.number == other.number and one.camera is other.camera


def encoded(views: Views) -> Shot:
    plain = b"" if views.plain is views.worn else _jpeg(views.plain)
    return Shot(views.number, views.frame_id, _jpeg(views.camera), _jpeg(views.worn), plain)


def _jpeg(picture: Picture) -> bytes:
    height, width = picture.shape[:2]
    if height > MOST_HEIGHT:
        size = max(2, round(width * MOST_HEIGHT / height)), MOST_HEIGHT
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])
