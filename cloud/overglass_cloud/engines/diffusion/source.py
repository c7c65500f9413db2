"""Where a diffusion pipeline lies: in the store, in the cache of Hugging Face's hub, or in a folder. Never
reaches the network: what is missing is an error that says the command to run.
"""

from pathlib import Path

from overglass_cloud.models.store import Store
from overglass_protocol.errors import LookError, ModelError


def folder_of(source: str, models: Store) -> Path:
    """The folder of a bundle of the store, checked; of a hub id OWNER/NAME; or `source` itself.

    Raises LookError with the cure.
    """
    if source in models.manifest.bundles:
        try:
            return models.bundle(source)
        except ModelError as error:
            raise LookError(error.message, cure=error.cure) from error
    there = Path(source).expanduser()
    if there.is_dir() or source.count("/") != 1 or source.startswith((".", "/", "~")):
        return there
    return _pulled_from_hub(source)


def _pulled_from_hub(repo: str) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
    except ImportError as error:
        raise LookError(
            f"the hub's cache cannot be read: {error}", cure="Run: pip install 'overglass[diffusion]'."
        ) from error
    try:
        return Path(snapshot_download(repo, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise LookError(
            f"the diffusion pipeline {repo} is not on this machine",
            cure=f"Run: hf download {repo}. Or set OVERGLASS_DIFFUSION to sd_turbo or to a folder.",
        ) from error
