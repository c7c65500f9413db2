"""Brings one model file here. Knows HTTP, and nothing of which models there are or who needs them.

What has come so far stays in `FILE.part`, so that a broken download goes on where it broke, in this run
or the next. A file gets its own name only when it is, to the last byte, the one the manifest describes.
"""

import errno
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import structlog
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from overglass_cloud.models.manifest import Model
from overglass_protocol.errors import ModelError

log = structlog.get_logger()

Progress = Callable[[int, str], None]
"Told again and again: how many bytes are here, and in a few words what goes on."

ATTEMPTS = 5
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
"Seconds without a byte, and for a connection."
LONGEST_WAIT = 60.0
"Seconds; a server that asks for more patience than this is asked again all the same."
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"Statuses that may be different in a moment."


class _TransientError(Exception):
    """It may go on in a moment; `after` is when the server said so, in seconds."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after


def download(
    model: Model, folder: Path, progress: Progress, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Leaves the model's file in `folder`, which exists. Raises ModelError; the file is then not there."""
    part = _Part(folder / f"{model.file}.part", model.size)

    def wait(state: RetryCallState) -> None:
        reason, seconds = _reason(state), state.upcoming_sleep
        log.debug("download interrupted", model=model.name, reason=reason, again_in_s=round(seconds, 1))
        progress(part.length, f"again in {seconds:.0f} s")

    try:
        # Plain HTTP is for this machine alone (see the manifest), where no proxy may stand between.
        with httpx.Client(
            follow_redirects=True, timeout=TIMEOUT, trust_env=model.url.startswith("https:")
        ) as client:
            Retrying(
                retry=retry_if_exception_type(_TransientError),
                stop=stop_after_attempt(ATTEMPTS),
                wait=_patience,
                before_sleep=wait,
                sleep=sleep,
                reraise=True,
            )(_go_on, client, model, part, progress)
        progress(part.length, "checking")
        _check(model, part)
        part.become(folder / model.file)
    except _TransientError as error:
        raise ModelError(
            f"{model.name} could not be fetched from {httpx.URL(model.url).host}: {error}",
            cure=f"Look after the network, then run: overglass models pull {model.name}. "
            f"Or lay {model.file} into {folder} by hand.",
        ) from error
    except OSError as error:
        raise unwritable(folder, error, model.size) from error


def unwritable(folder: Path, error: OSError, needed: int) -> ModelError:
    """What a failure to write into `folder` means to a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ModelError(
            f"there is no room left in {folder} for {needed} bytes",
            cure="Make room there, or set OVERGLASS_MODELS to a folder elsewhere.",
        )
    return ModelError(
        f"cannot write into {folder}: {error.strerror or error}",
        cure="Set OVERGLASS_MODELS to a folder that you may write into.",
    )


class _Part:
    """What has come so far, and the tag of the version it is of."""

    def __init__(self, path: Path, whole: int) -> None:
        self.path = path
        self._tag = path.with_name(path.name + ".etag")
        self.whole = whole

    @property
    def length(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def tag(self) -> str:
        """The strong ETag it came with; empty when there was none."""
        try:
            return self._tag.read_text(encoding="ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            return ""

    def begin(self, tag: str | None) -> None:
        """Starts anew, from a version with this tag."""
        self.path.write_bytes(b"")
        self._tag.unlink(missing_ok=True)
        if tag and tag.isascii() and not tag.startswith("W/"):
            self._tag.write_text(tag, encoding="ascii")

    def drop(self) -> None:
        self._tag.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def become(self, path: Path) -> None:
        os.replace(self.path, path)
        self._tag.unlink(missing_ok=True)


def _go_on(client: httpx.Client, model: Model, part: _Part, progress: Progress) -> None:
    """One attempt. Raises _TransientError when another may do better."""
    if part.length == model.size:
        return
    if part.length > model.size or (part.length and not part.tag):
        part.drop()  # nothing says that the rest would be of the same version
    headers = {"Accept-Encoding": "identity"}
    if part.length:
        headers |= {"Range": f"bytes={part.length}-", "If-Range": part.tag}
    progress(part.length, "asking")
    try:
        with client.stream("GET", model.url, headers=headers) as response:
            _refuse(model, part, response)
            if response.status_code != httpx.codes.PARTIAL_CONTENT:
                part.begin(response.headers.get("ETag"))
            _take(model, part, response, progress)
    except httpx.ConnectError as error:
        raise _TransientError(f"no connection ({error})") from error
    except httpx.TimeoutException as error:
        raise _TransientError("it fell silent") from error
    except httpx.TransportError as error:
        raise _TransientError("the connection broke") from error
    except httpx.HTTPError as error:
        raise _TransientError(str(error)) from error
    if part.length < model.size:
        raise _TransientError("it ended early")


def _refuse(model: Model, part: _Part, response: httpx.Response) -> None:
    """Raises unless the response carries what was asked for."""
    status, offered = response.status_code, response.headers.get("Content-Length", "")
    if status in _BUSY:
        raise _TransientError(f"the server answers {status}", _retry_after(response))
    if status == httpx.codes.PARTIAL_CONTENT:
        if response.headers.get("Content-Range") != f"bytes {part.length}-{model.size - 1}/{model.size}":
            part.drop()
            raise _TransientError("the server gave another part than asked for")
    elif status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.drop()
        raise _TransientError("the file has changed meanwhile")
    elif status != httpx.codes.OK:
        raise ModelError(
            f"the publisher answers {status} for {model.name} ({model.url})",
            cure=f"Get {model.file} elsewhere and lay it into the folder of OVERGLASS_MODELS, "
            "or install a newer overglass.",
        )
    elif offered.isdigit() and int(offered) != model.size:
        part.drop()
        raise _other(model, f"it has {offered} bytes and should have {model.size}")


def _take(model: Model, part: _Part, response: httpx.Response, progress: Progress) -> None:
    """Appends the body. Never keeps more than the manifest says there is."""
    done = part.length
    with part.path.open("ab") as file:
        # As they come: gathered into chunks of one size, what is gathered is lost when the connection breaks.
        for chunk in response.iter_raw():
            done += len(chunk)
            if done > model.size:
                break
            file.write(chunk)
            progress(done, "fetching")
        file.flush()
        os.fsync(file.fileno())
    if done > model.size:
        part.drop()
        raise _other(model, f"it has more than {model.size} bytes")


def _check(model: Model, part: _Part) -> None:
    found = digest(part.path)
    if found != model.sha256:
        part.drop()
        raise _other(model, f"its sha256 is {found} and should be {model.sha256}")


def digest(path: Path) -> str:
    """The sha256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _other(model: Model, why: str) -> ModelError:
    return ModelError(
        f"what {httpx.URL(model.url).host} sent is not {model.name}: {why}. It was thrown away",
        cure=f"Run: overglass models pull {model.name}. If that repeats, something changes it on its way, "
        f"or the publisher has changed it: lay {model.file} into the folder of OVERGLASS_MODELS by hand.",
    )


def _retry_after(response: httpx.Response) -> float:
    after = response.headers.get("Retry-After", "")
    return min(LONGEST_WAIT, float(after)) if after.isdigit() else 0.0


_backoff = wait_exponential(multiplier=0.5, max=10.0) + wait_random(0.0, 0.5)


def _patience(state: RetryCallState) -> float:
    """Seconds until the next attempt: longer each time, and at least what the server asked for."""
    error = state.outcome.exception() if state.outcome is not None else None
    return max(_backoff(state), error.after if isinstance(error, _TransientError) else 0.0)


def _reason(state: RetryCallState) -> str:
    return str(state.outcome.exception()) if state.outcome is not None else ""
