"""The engines that are loaded, and the loading of more, each in a thread of its own.

Loading weights takes seconds or minutes, in which nobody's pictures may wait. Knows no sessions.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future

import structlog

from overglass_cloud.looks import Engine, Looks, Sitter, State, Workshop
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError

log = structlog.get_logger()

OTHER_LOOK = "Choose another look; the service's log says more."


class Engines:
    """By look. May be used from any thread."""

    def __init__(
        self,
        looks: Looks,
        workshop: Workshop,
        loaded: Callable[[str, Engine], None],
        failed: Callable[[str, LookError], None],
    ) -> None:
        """Both are called in the thread that loaded, or could not."""
        self._looks = looks
        self._workshop = workshop
        self._loaded, self._failed = loaded, failed
        self._engines: dict[str, Engine] = {}
        self._loading: dict[str, Future[None]] = {}
        self._lock = threading.Lock()

    def __contains__(self, name: str) -> bool:
        return name in self._engines

    def __getitem__(self, name: str) -> Engine:
        return self._engines[name]

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        """As `Engine.prepare`, by the document's look, which is loaded and takes what the document has."""
        self._looks[control.look].check(control)
        return self._engines[control.look].prepare(control, previous, sitter)

    def want(self, name: str) -> "Future[None]":
        """Loads a look's engine if that is not done or under way. The future raises LookError when it cannot;
        the next call tries anew."""
        with self._lock:
            if name in self._engines:
                done: Future[None] = Future()
                done.set_result(None)
                return done
            if name not in self._loading:
                future = self._loading[name] = Future()
                future.set_running_or_notify_cancel()  # shared, so nobody who waits for it may cancel it
                # A daemon: whoever ends the service does not wait for weights to load.
                threading.Thread(target=self._load, args=(name,), name=f"load {name}", daemon=True).start()
            return self._loading[name]

    def _load(self, name: str) -> None:
        engine, error = None, None
        try:
            engine = self._started(name)
        except LookError as caught:
            error = caught
        with self._lock:
            future = self._loading.pop(name)
            if engine is not None:
                self._engines[name] = engine
        if engine is not None:
            self._loaded(name, engine)
            future.set_result(None)
        elif error is not None:
            self._failed(name, error)
            future.set_exception(error)

    def _started(self, name: str) -> Engine:
        look = self._looks[name]
        log.info("starting a look", look=name)
        try:
            return look.start(self._workshop)
        except LookError:
            raise
        except Exception as error:
            log.exception("a look cannot start", look=name)
            raise LookError(f"the look {name!r} cannot start: {error}", cure=OTHER_LOOK) from error
