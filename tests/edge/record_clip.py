"""A program for tests to kill: records a clip, and prints how many frames are safe after each.

python -m tests.edge.record_clip CLIP FOLDER [LARGEST_FILE]
"""

import asyncio
import resource
import sys

from overglass_edge.recorder import Recorder
from overglass_edge.sources import FileCamera
from overglass_protocol.envelope import Envelope
from tests.edge.clips import JumpingClock


async def record(clip: str, folder: str) -> None:
    camera = FileCamera(clip, loop=False, skip_late=False, clock=JumpingClock())
    async with camera, Recorder(folder, camera, device="test") as recorder:
        frame_id = 0
        async for captured in camera:
            recorder.record(captured, Envelope(frame_id, captured.capture_time))
            recorder.flush(10)
            frame_id += 1
            print(f"{recorder.frames} of {frame_id}", flush=True)
    print(f"lost {recorder.frames_lost}: {recorder.error}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        largest = int(sys.argv[3])
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    asyncio.run(record(sys.argv[1], sys.argv[2]))
