"""Motions by name: what a command, a page or a bench offers to choose from."""

import math
from pathlib import Path
from typing import Literal, get_args

from overglass_protocol.errors import ConfigError
from overglass_protocol.pose import Pose, Vector
from overglass_protocol.recording.session_folder import SessionFolder
from overglass_simulators.motion import Motion
from overglass_simulators.motion.analytic import STANDING, Constant, Sinusoidal, Still
from overglass_simulators.motion.metadata import imu_of_video
from overglass_simulators.motion.recorded import Ending, GyroTrace, Trace, pose_trace
from overglass_simulators.motion.walk import Walk

MotionName = Literal["still", "constant", "sin30", "sin20", "sin10", "walk", "recorded"]
MOTIONS: tuple[MotionName, ...] = get_args(MotionName)
"""`constant` turns by 30 degrees a second; `sin30` looks 30 degrees to either side at 0.5 Hz, `sin20` 20 at
1 Hz, `sin10` 10 at 2 Hz; `recorded` is as a file says."""


def named(name: str, recording: Path | str | None = None, *, place: Vector = STANDING) -> Motion:
    """The motion of that name; `recording` is for `recorded`: see `from_recording`.

    `place` is where the head is, but for a walk and a session that knows better. Raises ConfigError for a
    name that is none, and SourceError for a recording that cannot be used.
    """
    formulas: dict[str, Motion] = {
        "still": Still(place),
        "constant": Constant(math.radians(30), place=place),
        "sin30": Sinusoidal(30, 0.5, place=place),
        "sin20": Sinusoidal(20, 1.0, place=place),
        "sin10": Sinusoidal(10, 2.0, place=place),
        "walk": Walk(),
    }
    if name in formulas:
        return formulas[name]
    if name != "recorded":
        raise ConfigError(f"there is no motion {name!r}", cure=f"Choose one of {', '.join(MOTIONS)}.")
    if recording is None:
        raise ConfigError(
            "a recorded motion needs a recording", cure="Name a video or a session folder with it."
        )
    return from_recording(recording, place=place)


def from_recording(recording: Path | str, ending: Ending = "back", *, place: Vector = STANDING) -> Trace:
    """How the head moved that took a video with a gyroscope in its metadata, or a session folder.

    A session's own poses come first, then its inertial samples. Raises SourceError, and RecordingError for
    a folder that is no session.
    """
    recording = Path(recording)
    if not recording.is_dir():
        return GyroTrace(imu_of_video(recording), ending, place=place)
    session = SessionFolder.open(recording)
    poses = [(line.capture_time, line.pose) for line in session.frames if line.pose is not None]
    if len(poses) < 2 and session.imu:
        return GyroTrace(session.imu, ending, place=place)
    if not any(any(pose.position) for _, pose in poses):
        poses = [(at, Pose(p.orientation, p.angular_velocity, place)) for at, p in poses]
    return pose_trace(poses, ending)
