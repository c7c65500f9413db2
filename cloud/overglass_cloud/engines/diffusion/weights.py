"""A pipeline's folder, in the layout of diffusers, as a model on a device. Never reaches the network.

Weights are read tensor by tensor onto the device, so that the host never holds them all.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from overglass_cloud.engines.diffusion import autoencoder, plan
from overglass_cloud.engines.diffusion.frame import Model
from overglass_cloud.engines.diffusion.plan import unfit
from overglass_cloud.engines.diffusion.schedule import schedule_of
from overglass_cloud.engines.diffusion.unet import Unet
from overglass_protocol.errors import LookError

Progress = Callable[[int, int], None]
"Told how many bytes of how many have been read."

TINY = "taesd"
"The sub-folder of the tiny autoencoder, where the pipeline's own is a large one."


def load(folder: Path, device: torch.device, dtype: torch.dtype, steps: int, progress: Progress) -> Model:
    """The model in `folder`, ready to paint. Raises LookError with the cure, OutOfMemoryError of torch."""
    vae = _autoencoder_of(folder)
    files = [_weights_of(folder / "unet"), _weights_of(vae)]
    total, done = sum(file.stat().st_size for file in files), 0

    def read(count: int) -> None:
        nonlocal done
        done += count
        progress(min(done, total), total)

    with torch.device("meta"), understood(folder):
        unet = Unet(plan.plan_of(_config(folder / "unet")))
        tiny = autoencoder.Autoencoder(_autoencoder_plan(vae))
        schedule = schedule_of(_config(folder / "scheduler", "scheduler_config.json"))
    for part, file in zip((unet, tiny), files, strict=True):
        assert isinstance(part, Unet | autoencoder.Autoencoder)
        part.to(dtype).to_empty(device=device)
        with weights(file, read) as found:
            part.load_published(found)
    progress(total, total)
    return settled(Model(unet, tiny, schedule, steps))


def settled(model: Model) -> Model:
    """The same, laid out as its device likes it and never to be trained."""
    return model.to(memory_format=torch.channels_last).eval().requires_grad_(False)  # type: ignore[call-overload,no-any-return]


@contextmanager
def weights(file: Path, read: Callable[[int], None]) -> Iterator[Mapping[str, Tensor]]:
    """The tensors of a safetensors file, each read when it is asked for. Raises LookError."""
    from safetensors import SafetensorError, safe_open

    with ExitStack() as stack:
        try:
            handle = stack.enter_context(safe_open(file, "pt"))
        except (SafetensorError, OSError) as error:
            raise _damaged(file, error) from error
        yield _Weights(handle, file, read)


class _Weights(Mapping[str, Tensor]):
    def __init__(self, handle: Any, file: Path, read: Callable[[int], None]) -> None:
        self._handle, self._file, self._read = handle, file, read
        self._names = list(handle.keys())

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._names:
            raise KeyError(name)
        tensor: Tensor = self._handle.get_tensor(name)
        self._read(tensor.nbytes)
        return tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@contextmanager
def understood(folder: Path) -> Iterator[None]:
    """What a configuration lacks or has of another type is not of this family."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise unfit(f"{folder} has a configuration without or with an odd {error}") from error


def _autoencoder_of(folder: Path) -> Path:
    """The folder of the tiny autoencoder. Raises LookError."""
    if not folder.is_dir():
        raise LookError(
            f"there is no diffusion pipeline in {folder}",
            cure="Run: overglass models pull sd_turbo. Or set OVERGLASS_DIFFUSION to the folder of one.",
        )
    if not (folder / "unet").is_dir() or not (folder / "scheduler").is_dir():
        raise LookError(
            f"{folder} is no diffusion pipeline: it has no folders unet and scheduler",
            cure="Set OVERGLASS_DIFFUSION to a folder in the layout that diffusers saves.",
        )
    if (folder / TINY).is_dir():
        return folder / TINY
    if (folder / "vae").is_dir() and _config(folder / "vae").get("_class_name") == "AutoencoderTiny":
        return folder / "vae"
    raise LookError(
        f"{folder} has no tiny autoencoder, and a large one is too slow to be worn",
        cure=f"Lay the files of madebyollin/taesd into {folder / TINY}.",
    )


def _autoencoder_plan(folder: Path) -> autoencoder.Plan:
    """Raises LookError. The weights of TAESD alone are enough: there is but one."""
    has_config = (folder / "config.json").exists()
    return autoencoder.plan_of(_config(folder)) if has_config else autoencoder.Plan()


def _config(folder: Path, name: str = "config.json") -> dict[str, Any]:
    """Raises LookError."""
    file = folder / name
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(file, error) from error
    if not isinstance(found, dict):
        raise _damaged(file, "it is no JSON object")
    return found


def _weights_of(folder: Path) -> Path:
    """The newest layout first: half the bytes are as good. Raises LookError."""
    names = ("diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.safetensors")
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise LookError(
        f"the weights in {folder} are missing: there is no {names[-1]}",
        cure="Run: overglass models pull sd_turbo. Or lay them there; other formats than safetensors can "
        "hide code and are not read.",
    )


def _damaged(file: Path, why: object) -> LookError:
    return LookError(
        f"{file} cannot be read, perhaps half a download ({why})",
        cure="Delete it, then run: overglass models pull sd_turbo, or lay a whole one there.",
    )
