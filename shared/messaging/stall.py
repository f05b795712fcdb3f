"""A guard against calls into the broker's client that never return.

kafka-python 3 runs its network on a thread of its own, and a caller waits for it without a time limit. Seen here:
the broker was killed at the wrong moment, the caller's wake-up was lost, and `poll()` never came back; no lag was
to be seen, since nothing was fetched any more. So every call is watched, and a process that is stuck in one ends
itself and is started anew: MongoDB and the group's offsets hold all that it needs.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.logs import get_logger

log = get_logger(__name__)

# How long a call may take, in seconds: well beyond its own time limits.
POLL, COMMIT, PUBLISH, ASK = 20.0, 20.0, 60.0, 60.0

EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h

_running: dict[int, tuple[str, float]] = {}  # by thread: the call and the time at which it is overdue


@contextmanager
def watched(call: str, seconds: float) -> Iterator[None]:
    """Mark a call as running in this thread."""
    thread = threading.get_ident()
    _running[thread] = (call, time.monotonic() + seconds)
    try:
        yield
    finally:
        _running.pop(thread, None)


def overdue() -> str | None:
    """The name of a call that should long have returned, or None."""
    now = time.monotonic()
    return next((call for call, due in list(_running.values()) if now > due), None)


def end_when_stuck(end: Callable[[], None] | None = None) -> threading.Thread:
    """Start a daemon thread that ends this process when a watched call is overdue."""

    def watch() -> None:
        while True:
            time.sleep(1.0)
            stuck = overdue()
            if stuck is not None:
                log.critical("a call into the broker's client does not return, ending this process", call=stuck)
                sys.stderr.flush()
                (end or _exit)()
                return

    thread = threading.Thread(target=watch, name="stall-guard", daemon=True)
    thread.start()
    return thread


def _exit() -> None:
    os._exit(EXIT_CODE)
