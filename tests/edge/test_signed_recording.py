"""A recording is signed at its clean end, claims what its camera knows, and is never the worse for it."""

import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from overglass_edge.recorder import Recorder
from overglass_edge.recording import gathered, signed
from overglass_edge.sources import CameraDevice, FileCamera, RtmpCamera
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import TrustError
from overglass_protocol.provenance.chain import State
from overglass_protocol.provenance.keys import Keys, Signer
from overglass_protocol.provenance.reading import read
from overglass_protocol.provenance.terms import SourceType
from overglass_protocol.recording.session_folder import SessionFolder
from overglass_simulators.sim.camera import SimulatedCamera
from overglass_simulators.world.camera import WorldCamera
from tests.edge.clips import JumpingClock, ScriptedCamera, captured, make_clip, sound_of, take_all

BASE = Fraction(1, 30)


class RealCamera(ScriptedCamera):
    digital_source = SourceType.CAMERA


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.here(tmp_path_factory.mktemp("keys") / "trust")


def recorded(
    folder: Path, signer: Callable[[], Signer] | None, camera: ScriptedCamera | None = None
) -> SessionFolder:
    with Recorder(folder, camera or RealCamera(), signer=signer) as recorder:
        for number in range(20):
            recorder.record(captured(number, number, BASE), Envelope(number, 0.0))
    assert recorder.error is None
    return SessionFolder.open(folder)


def pictures(session: SessionFolder) -> list[tuple[int | None, bytes]]:
    return [(frame.picture.pts, frame.picture.to_ndarray().tobytes()) for frame in session.pictures()]


def test_a_capture_of_a_camera_is_signed_as_one(tmp_path: Path, keys: Keys) -> None:
    session = recorded(tmp_path / "s", lambda: keys.signer)
    chain = read(tmp_path / "s" / "capture.mp4", keys.anchors)
    assert chain.state is State.TRUSTED
    assert chain.links[0].steps[0].source == "digitalCapture"
    assert session.problems == ()
    assert session.complete


def test_the_signature_binds_the_timeline(tmp_path: Path, keys: Keys) -> None:
    session = recorded(tmp_path / "s", lambda: keys.signer)
    facts = read(tmp_path / "s" / "capture.mp4", keys.anchors).links[0].facts[signed.SESSION]
    assert facts == {
        "id": str(session.manifest.session),
        "timeline_sha256": hashlib.sha256((tmp_path / "s" / "timeline.jsonl").read_bytes()).hexdigest(),
    }


def test_pictures_are_the_same_with_and_without_a_signature(tmp_path: Path, keys: Keys) -> None:
    plain, marked = recorded(tmp_path / "plain", None), recorded(tmp_path / "signed", lambda: keys.signer)
    assert pictures(plain) == pictures(marked)
    assert len(pictures(plain)) == 20


async def test_sound_is_the_same_with_a_signature(tmp_path: Path, keys: Keys) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(40), sound=True)
    camera = FileCamera(clip, skip_late=False, clock=JumpingClock())
    async with camera, Recorder(tmp_path / "s", camera, signer=lambda: keys.signer) as recorder:
        for number, one in enumerate(await take_all(camera)):
            recorder.record(one, Envelope(number, one.capture_time))
    session = SessionFolder.open(tmp_path / "s")
    assert [(packet.pts, bytes(packet)) for packet in session.sound()] == sound_of(clip)
    chain = read(tmp_path / "s" / "capture.mp4", keys.anchors)
    assert chain.state is State.TRUSTED
    assert "digitalCapture" not in json.dumps([step.source for link in chain.links for step in link.steps])


def test_only_a_device_claims_a_capture(tmp_path: Path) -> None:
    claims = {
        SimulatedCamera.digital_source,
        WorldCamera.digital_source,
        FileCamera(tmp_path / "clip.mp4").digital_source,
        RtmpCamera.digital_source,
        CameraDevice("x", input_format="lavfi").digital_source,
        CameraDevice(":0", input_format="x11grab").digital_source,
    }
    assert SourceType.CAMERA not in claims
    assert SimulatedCamera.digital_source is WorldCamera.digital_source is SourceType.VIRTUAL
    assert CameraDevice("0", platform="darwin").digital_source is SourceType.CAMERA


def test_missing_keys_leave_the_recording_good(tmp_path: Path) -> None:
    def none() -> Signer:
        raise TrustError("there are no keys", cure="Make some.")

    with capture_logs() as logs:
        session = recorded(tmp_path / "s", none)
    assert [entry["event"] for entry in logs] == ["the recording is whole, but not signed"]
    assert logs[0]["reason"] == "there are no keys. Make some."
    assert session.complete
    assert len(pictures(session)) == 20


def test_a_full_disk_while_signing_leaves_the_capture_as_it_was(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*parts: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("overglass_protocol.provenance.seal.seal", full)
    with capture_logs() as logs:
        session = recorded(tmp_path / "s", lambda: keys.signer)
    assert "No space left on device" in logs[0]["reason"]
    assert len(pictures(session)) == 20
    assert read(tmp_path / "s" / "capture.mp4").state is State.NONE
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == [
        "capture.mp4",
        "session.json",
        "timeline.jsonl",
    ]


def test_a_long_capture_is_gathered_and_stays_the_same(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered, "ENOUGH", 4)
    plain, marked = recorded(tmp_path / "plain", None), recorded(tmp_path / "signed", lambda: keys.signer)
    assert pictures(plain) == pictures(marked)
    assert marked.problems == ()
    fragments = [(one.path / "capture.mp4").read_bytes().count(b"moof") for one in (plain, marked)]
    assert fragments == [20, 1]
    assert read(tmp_path / "signed" / "capture.mp4", keys.anchors).state is State.TRUSTED


@pytest.mark.parametrize("most", [1, 3, 1000])
async def test_gathering_keeps_every_sample_and_its_time(
    tmp_path: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered, "MOST_SAMPLES", most)
    times = [0, 33, 66, 166, 167, 400, 433, 1000, 1010, 1100]
    clip = make_clip(tmp_path / "clip.mkv", pts=times, time_base=Fraction(1, 1000), sound=True)
    camera = FileCamera(clip, skip_late=False, clock=JumpingClock())
    async with camera, Recorder(tmp_path / "s", camera) as recorder:
        for number, one in enumerate(await take_all(camera)):
            recorder.record(one, Envelope(number, one.capture_time))
    capture = tmp_path / "s" / "capture.mp4"
    before = pictures(SessionFolder.open(tmp_path / "s"))
    with capture.open("rb") as source, (tmp_path / "new").open("wb") as target:
        gathered.gather(source, target)
    (tmp_path / "new").replace(capture)
    session = SessionFolder.open(tmp_path / "s")
    assert session.problems == ()
    assert pictures(session) == before
    assert [(packet.pts, bytes(packet)) for packet in session.sound()] == sound_of(clip)


def test_a_cut_capture_is_not_gathered(tmp_path: Path) -> None:
    recorded(tmp_path / "s", None)
    capture = tmp_path / "s" / "capture.mp4"
    capture.write_bytes(capture.read_bytes()[:-5])
    with capture.open("rb") as source, pytest.raises(ValueError, match="cut"):
        gathered.gather(source, io.BytesIO())


def test_a_kill_while_signing_leaves_the_capture_as_it_was(tmp_path: Path, keys: Keys) -> None:
    session = recorded(tmp_path / "s", None)
    before = (session.path / "capture.mp4").read_bytes()
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from uuid import uuid4\n"
        "from overglass_edge.recording.signed import sign_capture\n"
        "from overglass_protocol.provenance.keys import Keys, Signer\n"
        "folder, keys = Path(sys.argv[1]), Keys.here(Path(sys.argv[2]))\n"
        "signer = Signer.of(keys.signer.chain, lambda data: os._exit(9))\n"
        "sign_capture(folder / 'capture.mp4', folder / 'timeline.jsonl', uuid4(), None, signer)\n"
    )
    died = subprocess.run([sys.executable, "-c", program, session.path, keys.folder], timeout=40, check=False)
    assert died.returncode == 9
    assert (session.path / "capture.mp4").read_bytes() == before
    assert len(pictures(SessionFolder.open(session.path))) == 20


def test_a_recording_that_saw_nothing_is_left_alone(tmp_path: Path, keys: Keys) -> None:
    with capture_logs() as logs, Recorder(tmp_path / "s", RealCamera(), signer=lambda: keys.signer):
        pass
    assert logs == []
    assert (tmp_path / "s" / "capture.mp4").stat().st_size == 0
