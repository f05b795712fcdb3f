"""A State sends a submission."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass

from services.feedback.adapters.meetings import Meetings
from services.feedback.adapters.submissions import IDEMPOTENCY_KEY, TRACKING_KEY, Submissions
from services.feedback.adapters.tracking import new_tracking_number
from services.feedback.domain.errors import AlreadySent, InvalidSubmission
from services.feedback.domain.submission import Content, check
from shared.clock import Clock, today_in_india
from shared.errors import NotVisibleError
from shared.ids import new_id
from shared.outbox.aggregates import Taken
from shared.outbox.history import Context, new_entry
from shared.storage.client import Document

_TRIES = 5


@dataclass(frozen=True)
class Request:
    """`key` and `principal` make it safe to repeat; `content_hash` tells a repeat from another content."""

    content: Content
    key: str
    principal: str
    content_hash: str
    context: Context


class Submit:
    def __init__(self, submissions: Submissions, meetings: Meetings, clock: Clock) -> None:
        self._submissions = submissions
        self._meetings = meetings
        self._clock = clock

    def __call__(self, request: Request) -> tuple[Document, bool]:
        """The stored submission, and whether it had been sent before.

        Raises InvalidSubmission, AlreadySent (the key was used for another content) and NotVisibleError. A
        repeat is answered as the first time even if it would not be valid today.
        """
        now = self._clock.now()
        try:
            check(request.content, self._meetings.get(request.content.meeting), today_in_india(now))
        except InvalidSubmission:
            earlier = self._submissions.by_key(request.principal, request.key)
            if earlier is None:
                raise
            return _same(earlier, request), True
        return self._store(request)

    def _store(self, request: Request) -> tuple[Document, bool]:
        id = new_id()
        content = request.content
        texts = {"title": content.title, "details": content.details}
        public = {
            name: value
            for name, value in asdict(content).items()
            if name not in (*texts, "contact") and value is not None
        }
        for _ in range(_TRIES):
            tracking_number = new_tracking_number(secrets.choice)
            entry = new_entry(
                id,
                None,
                type="feedback.submitted",
                at=self._clock.now(),
                context=request.context,
                data={"tracking_number": tracking_number, **public},
                texts=texts,
                keep_texts=False,
            )
            try:
                stored = self._submissions.add(
                    id, tracking_number, content, entry, request.principal, request.key, request.content_hash
                )
            except Taken as taken:
                if taken.key == IDEMPOTENCY_KEY:
                    earlier = self._submissions.surely_by_key(request.principal, request.key)
                    return _same(earlier, request), True
                if taken.key != TRACKING_KEY:
                    raise NotVisibleError("an insert met itself") from taken
            else:
                return stored, False
        raise NotVisibleError("no free tracking number in five tries")


def _same(earlier: Document, request: Request) -> Document:
    if earlier["idempotency"]["content_hash"] != request.content_hash:
        raise AlreadySent(earlier["tracking_number"])
    return earlier
