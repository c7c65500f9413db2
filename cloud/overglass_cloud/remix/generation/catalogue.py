"""The video models that can be used, each with what it was made for and what it wants, as data.

Imports no torch and no diffusers: listing what can be made must work without them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from overglass_cloud.remix.presets.contract import Shape

Task = Literal["video", "image"]
"What is changed: a video picture by picture, or one picture set moving."


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a pipeline that lies in a folder of its own."""

    component: str
    "As the pipeline's constructor calls it."
    type: str
    "Class of diffusers."
    hub: str


@dataclass(frozen=True, slots=True)
class Licence:
    """Of the weights."""

    name: str
    link: str


@dataclass(frozen=True, slots=True)
class Model:
    """One pipeline of diffusers 0.42.1 with the weights it was made for."""

    name: str
    pipeline: str
    "Class of diffusers."
    hub: str
    "OWNER/NAME of the weights."
    licence: Licence
    memory: int
    "GPU memory in GB at `pixels` and the most pictures, in half precision. Published figures or estimates."
    task: Task
    shape: Shape
    multiple: int
    "Both sides are multiples of it."
    pixels: int
    "Of a picture, at most: what it was trained on."
    steps: int
    guidance: float
    strength: str | None = None
    "The argument that says how far from the video; None where it has none."
    keeping: str | None = None
    """The same the other way round, 1 for the video as it was. LTX mixes the video into the noise by
    it, and leaves it alone until the schedule has come down to there."""
    mask: bool = False
    "Whether it takes a mask: black keeps, white generates."
    counted: bool = True
    "Whether it is told the count of pictures (`num_frames`)."
    rated: bool = False
    "Whether it is told how many pictures a second has (`frame_rate`)."
    parts: tuple[Part, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    "Arguments that always go with it."


_APACHE = Licence("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0")
_LTX = Licence("LTX-Video Open Weights License", "https://github.com/Lightricks/LTX-Video")
_RAIL = Licence("CreativeML OpenRAIL-M (base), Apache-2.0 (motion)", "https://github.com/guoyww/AnimateDiff")

MODELS = (
    Model(
        "wan-video",
        "WanVideoToVideoPipeline",
        "Wan-AI/Wan2.1-T2V-1.3B-Diffusers",
        _APACHE,
        memory=16,
        task="video",
        shape=Shape(4, 1, 81),
        multiple=16,
        pixels=832 * 480,
        steps=30,
        guidance=5.0,
        strength="strength",
        counted=False,
    ),
    Model(
        "wan-image",
        "WanImageToVideoPipeline",
        "Wan-AI/Wan2.1-I2V-14B-480P-Diffusers",
        _APACHE,
        memory=48,
        task="image",
        shape=Shape(4, 1, 81),
        multiple=16,
        pixels=832 * 480,
        steps=40,
        guidance=5.0,
    ),
    Model(
        "vace",
        "WanVACEPipeline",
        "Wan-AI/Wan2.1-VACE-1.3B-diffusers",
        _APACHE,
        memory=20,
        task="video",
        shape=Shape(4, 1, 81),
        multiple=16,
        pixels=832 * 480,
        steps=30,
        guidance=5.0,
        mask=True,
    ),
    Model(
        "ltx-video",
        "LTXConditionPipeline",
        "Lightricks/LTX-Video-0.9.5",
        _LTX,
        memory=16,
        task="video",
        shape=Shape(8, 1, 161),
        multiple=32,
        pixels=704 * 512,
        steps=40,
        guidance=3.0,
        keeping="strength",
    ),
    Model(
        "ltx-image",
        "LTXConditionPipeline",
        "Lightricks/LTX-Video-0.9.5",
        _LTX,
        memory=16,
        task="image",
        shape=Shape(8, 1, 161),
        multiple=32,
        pixels=704 * 512,
        steps=40,
        guidance=3.0,
        rated=True,
    ),
    Model(
        "ltx2-image",
        "LTX2ImageToVideoPipeline",
        "Lightricks/LTX-2",
        Licence("LTX-2 Community License", "https://github.com/Lightricks/LTX-2"),
        memory=80,
        task="image",
        shape=Shape(8, 1, 121),
        multiple=32,
        pixels=768 * 512,
        steps=30,
        guidance=3.0,
        rated=True,
    ),
    Model(
        "animatediff",
        "AnimateDiffVideoToVideoPipeline",
        "stable-diffusion-v1-5/stable-diffusion-v1-5",
        _RAIL,
        memory=12,
        task="video",
        shape=Shape(1, 0, 16),
        multiple=8,
        pixels=512 * 512,
        steps=25,
        guidance=7.5,
        strength="strength",
        counted=False,
        parts=(Part("motion_adapter", "MotionAdapter", "guoyww/animatediff-motion-adapter-v1-5-2"),),
    ),
)
BY_NAME: Mapping[str, Model] = {model.name: model for model in MODELS}
