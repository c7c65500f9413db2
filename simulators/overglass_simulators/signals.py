"""How a person ends what runs until they do. Knows nothing of what runs."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def ended_by_signals(end: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C, a closed terminal and a polite kill call `end` instead of tearing the run apart."""
    loop = asyncio.get_running_loop()
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows; not the main thread
        for name in names:
            loop.add_signal_handler(getattr(signal, name), end)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError, RuntimeError):
            for name in names:
                loop.remove_signal_handler(getattr(signal, name))
