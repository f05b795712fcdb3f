"""Handing mails over, at least once, each with a stable Message-ID."""

from __future__ import annotations

import datetime as dt

from services.notifier.adapters.mail import Mailer, compose
from services.notifier.adapters.notifications import Notifications
from services.notifier.config import MailSettings
from services.notifier.domain.recipients import retry_after
from shared import metrics
from shared.clock import Clock, parse_timestamp
from shared.crash import crash_point
from shared.errors import PermanentError, RetryableError
from shared.logs import get_logger
from shared.storage.client import Document

log = get_logger(__name__)

# A sender that dies with a mail in hand leaves it for this long.
CLAIM = dt.timedelta(minutes=2)


class Send:
    def __init__(
        self, notifications: Notifications, mailer: Mailer, settings: MailSettings, public_url: str, clock: Clock
    ) -> None:
        self._notifications = notifications
        self._mailer = mailer
        self._settings = settings
        self._public_url = public_url
        self._clock = clock

    def __call__(self) -> bool:
        """Send the mail that has been due the longest; False when none is due or the server is away."""
        now = self._clock.now()
        notification = self._notifications.claim(now, now + CLAIM)
        if notification is None:
            return False
        if notification["attempts"] > 1:
            metrics.NOTIFICATION_RETRIES.labels("email").inc()
        try:
            self._mailer.send(compose(notification, self._settings, self._public_url, now))
        except PermanentError as error:
            self._settle(notification, "failed", "refused", error)
            return True
        except RetryableError as error:
            return self._later(notification, error)
        crash_point("send.accepted")
        self._settle(notification, "sent", None, None)
        crash_point("send.marked")
        return True

    def measure(self) -> None:
        count, since = self._notifications.waiting()
        age = (self._clock.now() - since).total_seconds() if since else 0
        metrics.NOTIFICATIONS_WAITING.labels("email").set(count)
        metrics.NOTIFICATIONS_WAITING_AGE.labels("email").set(age)

    def _later(self, notification: Document, error: RetryableError) -> bool:
        now = self._clock.now()
        too_old = dt.timedelta(hours=self._settings.too_old_hours)
        if now - parse_timestamp(notification["occurred_at"]) > too_old:
            self._settle(notification, "failed", "given_up", error)
            return True
        self._notifications.try_again(notification, now + retry_after(notification["attempts"]))
        log.warning("mail not handed over, will try again", error=str(error), attempts=notification["attempts"])
        return False

    def _settle(self, notification: Document, status: str, reason: str | None, error: Exception | None) -> None:
        now = self._clock.now()
        if not self._notifications.settle(notification, status, reason, now):
            log.warning("mail was settled by another sender", notification=notification["_id"])
            return
        metrics.NOTIFICATIONS.labels("email", status).inc()
        if error is not None:
            log.error("mail failed", notification=notification["_id"], error=str(error))
        else:
            delay = (now - parse_timestamp(notification["occurred_at"])).total_seconds()
            metrics.NOTIFICATION_DELAY.labels("email").observe(max(delay, 0))
