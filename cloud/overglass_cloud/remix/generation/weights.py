"""Finds a model's weights on this machine and loads them. Never reaches the network: what is missing is an
error that says the command to run.
"""

import importlib.util
from pathlib import Path
from typing import Any

from overglass_cloud.engines.diffusion.source import folder_of
from overglass_cloud.models.store import Store
from overglass_cloud.remix.generation.catalogue import Model
from overglass_protocol.errors import LookError, RemixError

MODULES = ("torch", "diffusers", "transformers", "ftfy")
"What the pipelines import."


def folders(model: Model, models: Store) -> tuple[Path, dict[str, Path]]:
    """The pipeline's folder, and those of parts that lie elsewhere. Raises RemixError with the cure.

    A folder of the model's name in the store's, as `save_pretrained` leaves it, comes before the hub's cache.
    """
    own = models.folder / model.name
    if (own / "model_index.json").is_file():
        return own, {part.component: own / part.component for part in model.parts}
    wanted = [model.hub, *(part.hub for part in model.parts)]
    try:
        found = [folder_of(hub, models) for hub in wanted]
    except LookError as error:
        commands = " && ".join(f"hf download {hub}" for hub in wanted)
        raise RemixError(
            f"the weights of {model.name} are not on this machine",
            code="no-weights",
            cure=f"Run: {commands}. Or lay its pipeline in {own}.",
        ) from error
    return found[0], {part.component: at for part, at in zip(model.parts, found[1:], strict=True)}


def missing(model: Model, models: Store) -> str | None:
    """The cure where the model cannot run here."""
    if any(importlib.util.find_spec(module) is None for module in MODULES):
        return "Run: pip install 'overglass[diffusion]' ftfy."
    try:
        folders(model, models)
    except RemixError as error:
        return error.cure
    return None


def loaded(model: Model, models: Store, device: str, threads: int = 1) -> Any:
    """The pipeline on its device, silent. Raises RemixError with the cure."""
    if (cure := missing(model, models)) is not None:
        raise RemixError(f"{model.name} cannot run here", code="no-weights", cure=cure)
    import diffusers  # noqa: PLC0415 - listing what there is must not load it
    import torch  # noqa: PLC0415

    torch.set_num_threads(threads)  # sums come out the same only in the same number of parts
    folder, parts = folders(model, models)
    half = torch.float32 if device == "cpu" else torch.bfloat16
    try:
        given = {
            part.component: getattr(diffusers, part.type).from_pretrained(
                parts[part.component], dtype=half, local_files_only=True
            )
            for part in model.parts
        }
        pipeline = getattr(diffusers, model.pipeline).from_pretrained(
            folder, dtype={"default": half, "vae": torch.float32}, local_files_only=True, **given
        )
    except (OSError, ValueError, KeyError) as error:
        raise RemixError(
            f"the weights in {folder} cannot be loaded: {error}",
            code="bad-weights",
            cure=f"Lay a {model.pipeline} there, or run: hf download {model.hub}.",
        ) from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(device)
