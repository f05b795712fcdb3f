"""Named points at which a test can end a process as `kill -9` would.

Every durable step of the system passes one of these. In production the call is a comparison with None. A
test sets `CRASH_AT=name` for a child process (or installs a hook in its own) and then checks that a restart
loses nothing and doubles nothing.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

POINTS = (
    "write.committed",  # a command's document write is durable, its answer not yet given
    "relay.acknowledged",  # Kafka has acknowledged a batch, nothing is marked yet
    "relay.marked",  # the batch is marked as published
    "recovery.suspected",  # the relay has noted that the broker forgot
    "recovery.topics_ready",  # the topics exist again
    "recovery.republished",  # the recovery window is sent again, the new topic id not yet stored
    "recovery.stored",  # the new topic id is stored
    "inbox.written",  # a batch's bulk write is durable, its offsets not yet committed
    "inbox.committed",  # the batch's offsets are committed
    "dispatch.frozen",  # an announcement's recipients are frozen, no notification inserted yet
    "dispatch.inserted",  # its notifications are inserted, the announcement not yet done
    "send.accepted",  # the mail server has said 250, the notification is not yet marked
    "send.marked",  # the notification is marked as sent
)

_hook: Callable[[str], None] | None = None


def install(hook: Callable[[str], None] | None) -> None:
    """Call `hook(name)` at every point from now on; None removes it."""
    global _hook
    _hook = hook


def kill_at(point: str) -> None:
    """End this process with SIGKILL when it first reaches `point`. Raises ValueError for an unknown name."""
    if point not in POINTS:
        raise ValueError(f"no crash point is called {point!r}; there are {', '.join(POINTS)}")

    def die(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    install(die)


def crash_point(name: str) -> None:
    if _hook is not None:
        _hook(name)
