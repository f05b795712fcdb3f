"""From announcements to notifications: recipients are resolved once, frozen, and then turned into documents."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from services.notifier.adapters.announcements import Announcements
from services.notifier.adapters.directory import Directory
from services.notifier.adapters.notifications import Notifications, notification_of
from services.notifier.domain.recipients import resolve
from shared import metrics
from shared.clock import Clock, parse_timestamp
from shared.crash import crash_point

BATCH = 100


class Dispatch:
    def __init__(
        self,
        announcements: Announcements,
        notifications: Notifications,
        directory: Directory,
        clock: Clock,
        too_old: dt.timedelta,
    ) -> None:
        self._announcements = announcements
        self._notifications = notifications
        self._directory = directory
        self._clock = clock
        self._too_old = too_old

    def __call__(self) -> int:
        """Dispatch the oldest waiting announcements; how many. May be repeated at any point, by several
        processes: ids are derived, and what is frozen stays."""
        batch = self._announcements.pending(BATCH)
        if not batch:
            return 0
        now = self._clock.now()
        rules, mailboxes = self._directory.rules(), self._directory.mailboxes()
        resolved = {
            announcement["_id"]: resolve(
                announcement["event_type"],
                announcement["data"],
                parse_timestamp(announcement["occurred_at"]),
                now,
                rules,
                mailboxes,
                self._too_old,
            )
            for announcement in batch
        }
        frozen = self._announcements.freeze(resolved)
        crash_point("dispatch.frozen")
        documents = [
            notification_of(announcement, recipient, now)
            for announcement in batch
            for recipient in frozen[announcement["_id"]]
        ]
        self._notifications.add(documents)
        crash_point("dispatch.inserted")
        self._announcements.done([announcement["_id"] for announcement in batch])
        outcomes = Counter((d["channel"], d["status"]) for d in documents if d["status"] != "pending")
        for (channel, status), count in outcomes.items():
            metrics.NOTIFICATIONS.labels(channel, status).inc(count)
        return len(batch)

    def measure(self) -> None:
        metrics.ANNOUNCEMENTS_WAITING.labels("notifier").set(self._announcements.waiting())
