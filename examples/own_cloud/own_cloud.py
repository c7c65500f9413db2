"""A whole cloud of one's own in one file: takes the glasses' pictures and sends their negatives back.

Run it with `uvicorn own_cloud:app` and wear it with `overglass edge --cloud http://127.0.0.1:8000`.
"""

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import av
from fastapi import FastAPI, Request, Response

from overglass_protocol import rtc
from overglass_protocol.control import Control
from overglass_protocol.events import StampArrived
from overglass_protocol.frame import Frame
from overglass_protocol.messages import Welcome
from overglass_protocol.rtc.sdp import read_offer
from overglass_protocol.session import CloudSession

SETTINGS = rtc.PeerSettings(hosts=("127.0.0.1",))


def negative(picture: av.VideoFrame) -> av.VideoFrame:
    """What this cloud does: put your model here."""
    painted = av.VideoFrame.from_ndarray(255 - picture.to_ndarray(), format="yuv420p")
    painted.pts, painted.time_base = picture.pts, picture.time_base
    return painted


class Visitor:
    """One pair of glasses: the connection, and the talk beside it."""

    def __init__(self) -> None:
        token = secrets.token_urlsafe()
        self.talk = CloudSession(
            Welcome(session=token, resume_token=token, resumed=False, looks=("none",), control=Control())
        )
        self.peer = rtc.Peer(
            SETTINGS, rtc.Handlers(frame=self.paint, message=self.hear, stamp=self.hear_stamp)
        )

    def paint(self, frame: Frame) -> None:
        """Called in the decoder's thread. The envelope goes back with its picture: that is its passport."""
        self.peer.send(replace(frame, picture=negative(frame.picture)))

    def hear(self, message: str | bytes) -> None:
        self.talk.receive_message(message, time.monotonic())
        self.answer()

    def hear_stamp(self, stamp: bytes) -> None:
        for event in self.talk.receive_stamp(stamp, time.monotonic()):
            if isinstance(event, StampArrived):
                self.peer.keep_envelope(event.stamp)
        self.answer()

    def answer(self) -> None:
        for word in self.talk.to_send():
            self.peer.say(word)


visitors: dict[str, Visitor] = {}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    for visitor in visitors.values():
        await visitor.peer.close()


app = FastAPI(lifespan=lifespan)


@app.post("/live")
async def live(request: Request) -> Response:
    """The door: an offer comes in, the answer goes out."""
    visitor, name = Visitor(), secrets.token_urlsafe(8)
    answer = await visitor.peer.answer(read_offer((await request.body()).decode()))
    visitors[name] = visitor
    headers = {"Location": f"/live/{name}"}
    return Response(answer, 201, headers, media_type="application/sdp")


@app.delete("/live/{name}")
async def leave(name: str) -> Response:
    visitor = visitors.pop(name, None)
    if visitor is not None:
        await visitor.peer.close()
    return Response(status_code=200 if visitor else 404)
