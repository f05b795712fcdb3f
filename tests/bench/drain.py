"""Part b: relays and consumers, each alone on a backlog, in events per second.

All roles are stopped while the backlog is made (the submissions that part a had accepted). Then one role after the
other is started, works off what waits for it and is stopped again. The clock starts at the first sample that shows
progress, so that the start of the process and the joining of the group are not timed, and what was done before that
sample is not counted. It ends at the first sample that shows nothing left. A sample is one count on an index (or the
collection's own count) every 50 ms.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.cpu import Meter
from tests.bench.figures import Figure
from tests.bench.system import Missing, System

_SAMPLE, _PATIENCE = 0.05, 90.0


@dataclass(frozen=True)
class Stage:
    """One role and what is left for it; `end` says when an event counts as done. `window` (seconds) ends the
    measurement early, for work that would take too long to finish."""

    role: str
    unit: str
    end: str
    left: Callable[[], Callable[[], int]]
    window: float | None = None


def stages(system: System, sender_seconds: float) -> list[Stage]:
    """In the order in which an event passes through them."""
    return [
        Stage(
            "feedback relay",
            "events/s",
            "published_seq == seq on the submission",
            lambda: system.unpublished("feedback", "submissions"),
        ),
        Stage("actions consumer", "events/s", "the item is stored", system.without_item),
        Stage(
            "actions relay",
            "events/s",
            "published_seq == seq on the item",
            lambda: system.unpublished("actions", "items"),
        ),
        Stage("notifier consumer", "events/s", "the announcement is stored", system.unannounced),
        Stage("feedback consumer", "events/s", "the submission shows its item's state", system.without_follow_up),
        Stage("notifier dispatcher", "events/s", "all four notifications are stored and marked", system.undispatched),
        Stage(
            "notifier relay",
            "events/s",
            "published_seq == seq on the notification",
            lambda: system.unpublished("notifier", "notifications"),
        ),
        Stage("notifier sender", "mails/s", "handed to the mail sink and marked", system.unsent, sender_seconds),
    ]


def drain(system: System, stage: Stage) -> Figure:
    """Start the role, time its work, stop it. Raises Missing if it does not finish."""
    left = stage.left()
    total = left()
    if total <= 0:
        raise Missing(f"there is no backlog for {stage.role}")
    meter, deadline = Meter(system.children), time.monotonic() + _PATIENCE
    system.start_role(stage.role)
    at_start = _sample_until(system, left, lambda now: now < total, deadline, stage)
    meter.start()
    window_end = time.monotonic() + (stage.window or _PATIENCE)
    at_end = _sample_until(
        system,
        left,
        lambda now: now <= 0 or (stage.window is not None and time.monotonic() >= window_end),
        deadline,
        stage,
    )
    usage = meter.stop()
    system.stop_roles([stage.role])
    done = at_start - at_end
    if done <= 0:
        raise Missing(f"{stage.role} was done with {total} before it could be timed: the backlog is too small")
    return Figure(
        part="b",
        name=stage.role,
        value=done / usage.wall,
        unit=stage.unit,
        method=f"{done} of a backlog of {total} in {usage.wall:.1f} s, until {stage.end}; alone",
        limit=usage.limit(done),
        cpu=usage.described(),
    )


def _sample_until(
    system: System, left: Callable[[], int], reached: Callable[[int], bool], deadline: float, stage: Stage
) -> int:
    while True:
        now = left()
        if reached(now):
            return now
        if time.monotonic() > deadline:
            last = system.stack.child(stage.role).last_lines()
            raise Missing(f"{stage.role} has not finished: {now} left. Its last lines:\n{last}")
        time.sleep(_SAMPLE)
