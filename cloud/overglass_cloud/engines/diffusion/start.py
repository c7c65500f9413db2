"""From a choice to an engine: which device, which number format, and what can go wrong at the start."""

from collections.abc import Callable

import torch

from overglass_cloud.engines.diffusion import weights
from overglass_cloud.engines.diffusion.choice import Choice
from overglass_cloud.engines.diffusion.engine import Diffusion, no_room, out_of_memory
from overglass_cloud.engines.diffusion.prompts import Encoder
from overglass_cloud.engines.diffusion.replay import Replay
from overglass_cloud.engines.diffusion.source import folder_of
from overglass_cloud.models.store import Store

Progress = Callable[[str, int, int], None]
"Told what is being read, and how many bytes of how many."


def engine_of(choice: Choice, models: Store, progress: Progress, max_batch: int) -> Diffusion:
    """Loads the weights. Raises LookError with the cure; what was loaded until then is free again."""
    folder = folder_of(choice.source, models)
    device, dtype = best_device()
    failure = ""
    try:
        model = weights.load(
            folder, device, dtype, choice.steps, lambda done, total: progress("diffusion", done, total)
        )
        reader = Encoder(folder)
        if choice.compiled:
            model.compile_parts()
        return Diffusion(
            model,
            reader,
            Replay(model, choice.pixels, graphs=device.type == "cuda"),
            noise=choice.noise,
            max_batch=max_batch,
        )
    except Exception as error:
        if not out_of_memory(error):
            raise
        failure = str(error).partition("\n")[0]
    if device.type == "cuda":
        torch.cuda.empty_cache()
    raise no_room(failure)


def best_device() -> tuple[torch.device, torch.dtype]:
    """CUDA with bfloat16 where there is one, else the processor with float32."""
    if torch.cuda.is_available():
        torch.backends.cudnn.benchmark = True  # shapes are few and fixed
        return torch.device("cuda"), torch.bfloat16
    return torch.device("cpu"), torch.float32
