"""The camera that others push to, with FFmpeg's publisher in a process of its own."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import av
import pytest

from overglass_edge.sources import Captured, RtmpCamera, open_camera
from overglass_protocol.errors import SourceError
from overglass_protocol.packet import presentation_time
from tests.edge.clips import WALK, make_clip, number_of, painted, sound_of, times_of
from tests.edge.push_rtmp import pushing

WITHIN = 30.0
"Seconds that any wait may take on a busy machine."


class Watched:
    """A camera that is being opened and taken from, with all it said and gave."""

    def __init__(self, path: str = "live/KEY") -> None:
        self.camera = RtmpCamera(f"//127.0.0.1:0/{path}")
        self.camera.say = self._hear
        self.said: list[tuple[str, str]] = []
        self.taken: list[Captured] = []
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._take())

    async def __aenter__(self) -> "Watched":
        await self.until(lambda: self.said)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            async with asyncio.timeout(WITHIN):
                await self._task

    @property
    def url(self) -> str:
        """Where it listens, with the key."""
        place = self.said[0][1].split()[-1]
        return place.replace("…", "KEY")

    def names(self) -> list[str]:
        return [name for name, _ in self.said]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(WITHIN):
            while not condition():
                if self._task.done():
                    self._task.result()
                self._changed.clear()
                await self._changed.wait()

    def _hear(self, name: str, detail: str) -> None:
        self.said.append((name, detail))
        self._changed.set()

    async def _take(self) -> None:
        async with self.camera:
            async for captured in self.camera:
                self.taken.append(captured)
                self._changed.set()


def sounds(captures: list[Captured]) -> list[bytes]:
    return [bytes(packet) for captured in captures for packet in captured.sound]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "clip.mp4", pts=range(60), sound=True, sound_tail=2)


@pytest.mark.skipif(not WALK.exists(), reason=f"needs {WALK.name}")
async def test_a_real_walk_arrives_whole_with_its_sound_bit_exact() -> None:
    async with Watched() as watched:
        with pushing(watched.url, WALK):
            await watched.until(lambda: "publisher-gone" in watched.names())
    camera, taken = watched.camera, watched.taken
    assert (camera.width, camera.height) == (848, 480)
    assert camera.fps == pytest.approx(29.97, abs=0.01)
    assert camera.sound is not None
    assert camera.sound.codec_context.sample_rate == 48000
    assert len(taken) >= 0.97 * len(times_of(WALK))
    heard, original = sounds(taken), [data for _, data in sound_of(WALK)]
    assert heard == original[: len(heard)]
    assert len(heard) >= len(original) - 3
    pictures = [presentation_time(captured.picture) for captured in taken]
    assert pictures == sorted(set(pictures))
    captured_at = [captured.capture_time for captured in taken]
    assert captured_at == sorted(set(captured_at))


async def test_sound_keeps_its_place_beside_the_picture(clip: Path) -> None:
    async with Watched() as watched:
        with pushing(watched.url, clip):
            await watched.until(lambda: "publisher-gone" in watched.names())
    for captured in watched.taken:
        at = presentation_time(captured.picture)
        assert all(presentation_time(packet) <= at for packet in captured.sound)
    packets = [packet for captured in watched.taken for packet in captured.sound]
    times = [float(presentation_time(packet)) for packet in packets]
    expected = [1024 * n / 48000 for n in range(len(times))]
    assert [t - times[0] for t in times] == pytest.approx(expected, abs=0.002)


async def test_a_publisher_that_dies_is_told_of_and_the_next_one_goes_on(clip: Path) -> None:
    async with Watched() as watched:
        with pushing(watched.url, clip):
            await watched.until(lambda: len(watched.taken) >= 5)
        await watched.until(lambda: "publisher-gone" in watched.names())
        before = len(watched.taken)
        with pushing(watched.url, clip):
            await watched.until(lambda: len(watched.taken) > before + 20)
    pictures = [presentation_time(captured.picture) for captured in watched.taken]
    assert pictures == sorted(set(pictures))
    assert sounds(watched.taken[before + 5 :])
    assert watched.names().count("publisher-came") == 2


async def test_another_publisher_of_another_size_and_without_sound_is_fitted_in(
    clip: Path, tmp_path: Path
) -> None:
    larger = make_clip(tmp_path / "larger.mp4", pts=range(60), size=(128, 96))
    async with Watched() as watched:
        with pushing(watched.url, clip):
            await watched.until(lambda: len(watched.taken) >= 5)
        await watched.until(lambda: "publisher-gone" in watched.names())
        before = len(watched.taken)
        with pushing(watched.url, larger):
            await watched.until(lambda: len(watched.taken) > before + 20)
    assert {(c.picture.width, c.picture.height) for c in watched.taken} == {(64, 48)}
    assert not sounds(watched.taken[before + 2 :])
    numbers = [number_of(captured.picture) for captured in watched.taken[before + 2 :]]
    assert all(later in ((earlier + 1) % 20, (earlier + 2) % 20) for earlier, later in pairwise(numbers))


async def test_sound_that_was_not_there_at_the_beginning_is_left_out_and_said(clip: Path) -> None:
    async with Watched() as watched:
        with pushing(watched.url, clip, sound=False):
            await watched.until(lambda: len(watched.taken) >= 5)
        await watched.until(lambda: "publisher-gone" in watched.names())
        with pushing(watched.url, clip):
            await watched.until(lambda: "sound-left-out" in watched.names())
            await watched.until(lambda: len(watched.taken) > 20)
    assert watched.camera.sound is None
    assert not sounds(watched.taken)
    assert watched.camera.dropped["sound packets"] > 0


async def test_whoever_has_the_key_takes_the_place_of_whoever_publishes(clip: Path) -> None:
    async with Watched() as watched:
        with pushing(watched.url, clip) as first:
            await watched.until(lambda: len(watched.taken) >= 5)
            with pushing(watched.url, clip):
                await watched.until(lambda: watched.names().count("publisher-came") == 2)
                before = len(watched.taken)
                await watched.until(lambda: len(watched.taken) > before + 10)
                async with asyncio.timeout(WITHIN):
                    assert await asyncio.to_thread(first.wait) != 0


@pytest.mark.parametrize("wrong", ["live/WRONG", "other/KEY", "live/KEY/more"])
async def test_a_wrong_key_is_refused_and_the_right_one_still_welcome(clip: Path, wrong: str) -> None:
    async with Watched() as watched:
        with pushing(watched.url.replace("live/KEY", wrong), clip) as rogue:
            async with asyncio.timeout(WITHIN):
                assert await asyncio.to_thread(rogue.wait) != 0
        await watched.until(lambda: "publisher-refused" in watched.names())
        assert not watched.taken
        with pushing(watched.url, clip):
            await watched.until(lambda: len(watched.taken) >= 5)
    assert all("KEY" not in detail and wrong not in detail for _, detail in watched.said)


async def test_strangers_who_say_nothing_do_not_keep_a_publisher_out(clip: Path) -> None:
    async with Watched() as watched:
        port = int(watched.url.rpartition(":")[2].partition("/")[0])
        strangers = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        try:
            with pushing(watched.url, clip):
                await watched.until(lambda: len(watched.taken) >= 5)
        finally:
            for stranger in strangers:
                stranger.close()


@pytest.mark.parametrize(
    ("codec", "kind", "told"), [("flv", "flv", "Sorenson H.263"), ("libx265", "mp4", "HEVC")]
)
async def test_another_codec_is_refused_with_the_cure(
    tmp_path: Path, codec: str, kind: str, told: str
) -> None:
    path = tmp_path / f"clip.{kind}"
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=30)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(60):
            out.mux(stream.encode(painted(number, (64, 64))))
        out.mux(stream.encode(None))
    async with Watched() as watched:
        with pushing(watched.url, path):
            await watched.until(lambda: "publisher-refused" in watched.names())
    (detail,) = [detail for name, detail in watched.said if name == "publisher-refused"]
    assert f"it sends {told}. Set it to H.264" in detail


async def test_a_port_that_is_taken_is_an_error_with_another(clip: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SourceError, match="is taken") as caught:
            async with open_camera(f"rtmp://127.0.0.1:{port}/live/KEY"):
                pass
    assert f"rtmp://127.0.0.1:{port + 1}/live/…" in caught.value.cure


async def test_leaving_frees_the_port_at_once(clip: Path) -> None:
    async with Watched() as watched:
        port = int(watched.url.rpartition(":")[2].partition("/")[0])
        with pushing(watched.url, clip):
            await watched.until(lambda: watched.taken)
    again = RtmpCamera(f"//127.0.0.1:{port}/live/KEY")
    opening = asyncio.create_task(again.__aenter__())
    heard = asyncio.Event()
    again.say = lambda name, detail: heard.set()
    async with asyncio.timeout(WITHIN):
        await heard.wait()
    opening.cancel()
    with suppress(asyncio.CancelledError):
        await opening
