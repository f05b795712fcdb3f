"""A broker that forgot.

Kafka's data can be lost (a disk, a mistaken deletion, or the local broker that keeps everything in memory).
The documents are the log, so nothing is lost for good: the relay notices, sends the entries of the recovery
window again, and the consumers take what they miss.

The relay keeps each topic's id (KIP-516) in its own database and compares it at start, at intervals (also
when idle) and after every produce error. The broker has forgotten when an id changed, a topic is missing, an
acknowledged offset went back, or no id is kept although entries are marked published. The new id is stored
last, so that a crash in between repeats the recovery.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from pymongo.collection import Collection

from shared import metrics
from shared.clock import Clock
from shared.crash import crash_point
from shared.errors import RetryableError
from shared.logs import get_logger
from shared.messaging.message import Publisher, TopicAdmin
from shared.outbox.republish import Encoder, republish
from shared.outbox.staged import StagedDocuments
from shared.storage.client import Document

log = get_logger(__name__)

_RECORD = "topics"


class Recovery:
    """Compares the broker's topics with the record in `state`, and makes good what the broker lost."""

    def __init__(
        self,
        service: str,
        topics: Sequence[str],
        state: Collection[Document],
        staged: Sequence[StagedDocuments],
        encode: Encoder,
        publisher: Publisher,
        admin: TopicAdmin,
        clock: Clock,
        window_days: int,
    ) -> None:
        self._service = service
        self._topics = tuple(topics)
        self._state = state
        self._staged = staged
        self._encode = encode
        self._publisher = publisher
        self._admin = admin
        self._clock = clock
        self._window = dt.timedelta(days=window_days)
        self._suspected = False  # kept here too until the recovery is done: the note itself may fail

    def compare(self, still_active: Callable[[], bool]) -> bool:
        """Recover if the broker has forgotten; True if it had. Raises RetryableError while it is away or when
        `still_active` turns false (another relay has taken over and will compare for itself)."""
        current = self._admin.topic_ids(self._topics)
        record = self._state.find_one({"_id": _RECORD})
        if record is not None and not self._suspected and not record.get("suspected") and record["ids"] == current:
            return False
        if record is None and not any(staged.any_published() for staged in self._staged):
            self._store(self._ready_topics())
            return False
        self._recover(still_active)
        return True

    def suspect(self) -> None:
        """Note durably that the broker must have forgotten although its ids may look the same."""
        self._suspected = True
        self._state.update_one({"_id": _RECORD}, {"$set": {"suspected": True}, "$setOnInsert": {"ids": {}}}, True)
        crash_point("recovery.suspected")

    def _recover(self, still_active: Callable[[], bool]) -> None:
        self.suspect()
        metrics.BROKER_FORGOT.labels(self._service).inc()
        log.warning("the broker has forgotten its data, sending the recovery window again")
        self._publisher.forget()
        ids = self._ready_topics()
        crash_point("recovery.topics_ready")
        since = self._clock.now() - self._window
        sent = 0
        for staged in self._staged:
            for count in republish(staged, self._encode, self._publisher, since=since):
                sent += count
                metrics.RELAY_REPUBLISHED.labels(self._service).inc(count)
                if not still_active():
                    raise RetryableError("the lease was lost during a recovery")
        crash_point("recovery.republished")
        self._store(ids)
        crash_point("recovery.stored")
        log.warning("recovery done", entries=sent)

    def _ready_topics(self) -> dict[str, str]:
        """Make sure that the topics exist; their ids as of now. If the broker forgets again during the
        recovery these ids are the old ones, and the next comparison starts over."""
        self._admin.ensure(self._topics)
        return self._admin.topic_ids(self._topics)

    def _store(self, ids: dict[str, str]) -> None:
        self._state.replace_one({"_id": _RECORD}, {"ids": ids, "suspected": False}, upsert=True)
        self._suspected = False
