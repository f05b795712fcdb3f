"""Stopping on SIGTERM and SIGINT: finish the batch in hand, then leave."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Stop:
    """A flag that loops look at between batches and wait on instead of sleeping.

    `wake` ends a wait early without stopping, so that one wait serves both the change stream and the signal.
    """

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._wake = threading.Event()

    def __bool__(self) -> bool:
        return self._stopped.is_set()

    def set(self) -> None:
        self._stopped.set()
        self._wake.set()

    def wake(self) -> None:
        self._wake.set()

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, on `wake`, or at once when stopped."""
        self._wake.wait(seconds)
        if not self._stopped.is_set():
            self._wake.clear()

    def on_signals(self) -> Stop:
        """Install the handlers; only from the main thread of a process. Returns itself."""

        def handle(number: int, frame: FrameType | None) -> None:
            self.set()

        signal.signal(signal.SIGTERM, handle)
        signal.signal(signal.SIGINT, handle)
        return self
