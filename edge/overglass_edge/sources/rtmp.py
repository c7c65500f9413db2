"""A camera that others bring: glasses and phones that push RTMP to us, one after the other.

Waits for them, says so, and turns what each sends into one stream of pictures whose times keep growing.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Self

import structlog

from overglass_edge.rtmp.address import Address
from overglass_edge.rtmp.flv import SoundTemplate
from overglass_edge.rtmp.listener import Came, Gone, Listener, News, TurnedAway
from overglass_edge.rtmp.talk import Described, Media
from overglass_edge.sources.captured import Captured, assumed_intrinsics
from overglass_edge.sources.footage import Shot
from overglass_edge.sources.framing import Framer
from overglass_edge.sources.pacing import Arrivals, Picker
from overglass_edge.sources.publication import Publication
from overglass_edge.sources.threaded import ThreadedCamera
from overglass_protocol.errors import RemoteProtocolError, SourceError
from overglass_protocol.packet import SoundPacket, presentation_time

log = structlog.get_logger()

BACKLOG = 250
"Milliseconds by which a picture may be older than the newest that has come, before it is left out."
_LOOK_UP = 0.1
"Seconds between looks at whether to stop, when nobody publishes."


class RtmpCamera(ThreadedCamera):
    """Listens at `url`, less its scheme: `//127.0.0.1:1935/live/KEY`. See `Camera`, `Address`.

    It is open once somebody publishes. Whoever has the key takes the place of whoever publishes
    already; the pictures of all are brought to the size of the first, or to `size`. Sound is that of
    the first; any of another kind later is left out. `dropped` counts pictures `late` (a backlog came
    at once), `displaced`, `damaged` and `out of order`, and `sound packets`.
    """

    def __init__(self, url: str, *, size: tuple[int, int] | None = None, fps: float | None = None) -> None:
        self._address = Address.parse(f"rtmp:{url}")
        super().__init__(f"RTMP at {self._address.host}:{self._address.port}")
        self.say: Callable[[str, str], None] = lambda name, detail: log.info(detail, event_name=name)
        "Hears where it listens and who comes and goes; called on the event loop."
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: Listener | None = None
        self._wanted_fps = fps
        self._framer = Framer(size)
        self._publication: Publication | None = None
        self._first_sound: SoundTemplate | None = None
        self._is_settled = False
        self._left_out = ""
        "Which sound of this publisher was said to be left out."
        self._sound_left: tuple[SoundPacket, ...] = ()
        self._began = 0.0
        self._latest = -1
        self._arrivals = Arrivals()
        self._unseen: list[tuple[Shot, float]] = []

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        return await super().__aenter__()

    def _open(self) -> None:
        self._listener = Listener(self._address)
        where = f"waiting for a publisher at {self._address.with_port(self._listener.port).place}"
        if not self._address.is_loopback:
            where += "; RTMP is not encrypted: whoever is on the way can watch, and read the key"
        self._tell("listening", where)
        while not self._stop.is_set():
            for shot in self._shots():
                self._unseen.append(shot)
            if self._unseen and self._publication is not None and self._publication.is_settled:
                self._settle_on(self._publication, self._unseen[0][0])
                return

    def _settle_on(self, publication: Publication, first: Shot) -> None:
        """The first publisher decides size, rate and sound."""
        self._framer.frame(first.picture)
        framing = self._framer.framing
        self.width, self.height = framing.width, framing.height
        self.fps = min(self._wanted_fps or publication.fps, publication.fps)
        self.intrinsics = framing.intrinsics(assumed_intrinsics(framing.source_width, framing.source_height))
        if publication.sound is not None:
            self._first_sound, self.sound = publication.sound, publication.sound.stream
        self._is_settled = True

    def _captures(self) -> Iterator[Captured]:
        picker = Picker(self._wanted_fps)
        sound: tuple[SoundPacket, ...] = ()
        shots, self._unseen = self._unseen, []
        while not self._stop.is_set():
            newest = shots[-1][0].picture.pts or 0 if shots else 0
            for shot, at in shots:
                sound += shot.sound
                if newest - (shot.picture.pts or 0) > BACKLOG:
                    self.dropped["late"] += 1
                elif picker.picks(presentation_time(shot.picture)):
                    yield Captured(self._framer.frame(shot.picture), at, sound=sound)
                    sound = ()
            shots = list(self._shots())

    def _shots(self) -> "Iterator[tuple[Shot, float]]":
        """Pictures that have come, and when they were captured; waits a little for some."""
        assert self._listener is not None
        news = self._listener.poll(_LOOK_UP)
        now = time.monotonic()
        for item in news:
            try:
                for shot in self._on_news(item, now):
                    self._latest = shot.picture.pts or 0
                    yield shot, self._arrivals.captured(self._latest / 1000, now)
            except (SourceError, RemoteProtocolError) as error:
                self._listener.turn_away(str(error))
                self._drop_publication()
                self._tell("publisher-refused", f"{error} Waiting for the next.")

    def _on_news(self, news: News, now: float) -> Iterator[Shot]:
        match news:
            case Came(who):
                yield from self._end_publication()
                self._start_publication(now)
                self._tell("publisher-came", f"{who} publishes")
            case Gone(who, why):
                yield from self._end_publication()
                self._tell("publisher-gone", f"{who} publishes no more: {why}; waiting for the next")
            case TurnedAway(who, why):
                self._tell("publisher-refused", f"{who} was turned away: {why}")
            case Described() | Media():
                if self._publication is not None:
                    for shot in self._publication.receive(news):
                        yield replace(shot, sound=self._fitting(self._publication, shot.sound))

    def _start_publication(self, now: float) -> None:
        """Its times go on from the last one's as the clock has."""
        if self._latest < 0:
            self._began = now
        start = max(self._latest + 1, round((now - self._began) * 1000))
        self._publication = Publication(start, self.dropped)
        self._left_out = ""
        if not self._is_settled:
            self._unseen.clear()
            self._sound_left = ()

    def _end_publication(self) -> Iterator[Shot]:
        """What it still holds: the last pictures, and sound, which goes with the next one's first."""
        if self._publication is not None:
            for shot in self._publication.finish():
                yield replace(shot, sound=self._fitting(self._publication, shot.sound))
            rest = self._publication.sound_left()
            self._sound_left = self._fitting(self._publication, rest)
        self._drop_publication()

    def _drop_publication(self) -> None:
        publication, self._publication = self._publication, None
        if publication is not None and publication.sound is not self._first_sound:
            publication.close()

    def _fitting(self, of: Publication, sound: tuple[SoundPacket, ...]) -> tuple[SoundPacket, ...]:
        """The packets, if the sound is of the kind that `Camera.sound` describes."""
        left_out = of.foreign_sound
        if self._is_settled and of.sound is not None:
            if self._first_sound is None:
                left_out = "sound, which was not there at the beginning"
            elif of.sound.setup != self._first_sound.setup:
                left_out = "another kind of AAC than at the beginning"
        if left_out and left_out != self._left_out:
            self._tell("sound-left-out", f"the publisher sends {left_out}: it is not recorded")
        self._left_out = left_out
        kept, self._sound_left = self._sound_left, ()
        if left_out:
            self.dropped["sound packets"] += len(sound)
            return kept
        return kept + sound

    def _tell(self, name: str, detail: str) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: self.say(name, detail))

    def _close(self) -> None:
        self._drop_publication()
        if self._listener is not None:
            self._listener.close()
