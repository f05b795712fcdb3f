"""The relay: takes entries from the outbox to Kafka, in order per document, at least once.

One process per service is active (see `lease`). A batch is read, sent, acknowledged as a whole and only then
marked; a crash anywhere in between sends it again, and the consumers do not mind.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from pymongo.errors import PyMongoError

from shared import metrics
from shared.clock import Clock
from shared.crash import crash_point
from shared.errors import BrokerForgotError, RetryableError
from shared.logs import get_logger
from shared.messaging.message import Publisher
from shared.outbox.lease import Lease
from shared.outbox.recovery import Recovery
from shared.outbox.republish import Encoder
from shared.outbox.staged import StagedDocuments
from shared.stop import Stop
from shared.storage.client import is_transient

log = get_logger(__name__)

BATCH = 200


class Relay:
    """Publishes the outboxes in `staged` (one per collection of aggregates) while it holds the lease."""

    def __init__(
        self,
        service: str,
        staged: Sequence[StagedDocuments],
        encode: Encoder,
        publisher: Publisher,
        recovery: Recovery,
        lease: Lease,
        clock: Clock,
        poll_seconds: float,
        check_seconds: float,
    ) -> None:
        self._service = service
        self._staged = staged
        self._encode = encode
        self.publisher = publisher
        self._recovery = recovery
        self.lease = lease
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._check_seconds = check_seconds
        self._check_due = 0.0
        self._compared = False
        self._failures = 0

    def ready(self) -> str | None:
        """None once the broker has been compared, or while another relay is the active one."""
        if self.lease.other_holds:
            return None
        return None if self.lease.held() and self._compared else "the lease or the broker cannot be had yet"

    def run(self, stop: Stop) -> None:
        """Work until stopped. Passing failures are logged and tried again; anything else ends the process,
        and its supervisor starts it anew."""
        self.lease.start()
        try:
            while not stop:
                if self.attempt() == 0:
                    stop.wait(min(self._poll_seconds * max(self._failures, 1), 5.0))
        finally:
            self.lease.release()

    def attempt(self) -> int:
        """One step; a passing failure is logged, and makes the next step compare the broker at once."""
        try:
            sent = self.step()
        except (RetryableError, PyMongoError) as error:
            if isinstance(error, PyMongoError) and not is_transient(error):
                raise
            self._failed(error)
            return 0
        self._failures = 0
        return sent

    def step(self) -> int:
        """Compare the broker if that is due, then publish one batch. Returns the number of entries sent; 0
        when there is nothing to do or another process is active. Raises RetryableError."""
        held = self.lease.held()
        metrics.RELAY_LEASE.labels(self._service).set(int(held))
        if not held:
            return 0
        if time.monotonic() >= self._check_due:
            self._measure()
            self._recovery.compare(self.lease.held)
            self._compared = True
            self._check_due = time.monotonic() + self._check_seconds
        return sum(self._publish_batch(staged) for staged in self._staged)

    def _publish_batch(self, staged: StagedDocuments) -> int:
        documents = staged.oldest(BATCH)
        if not documents or not self.lease.held():
            return 0
        entries = [(document, entry) for document in documents for entry in document["history"]]
        try:
            self.publisher.publish([self._encode(document, entry) for document, entry in entries])
        except BrokerForgotError:
            self._recovery.suspect()
            raise
        crash_point("relay.acknowledged")
        if not self.lease.held():  # another relay may have recovered a broker that forgot what we have just sent
            raise RetryableError("the lease was lost while publishing; nothing is marked")
        staged.mark_published(documents)
        crash_point("relay.marked")
        for type, count in Counter(entry["type"] for _, entry in entries).items():
            metrics.RELAY_PUBLISHED.labels(self._service, type).inc(count)
        return len(entries)

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        metrics.RELAY_ERRORS.labels(self._service, type(error).__name__).inc()
        log.warning("relay cannot go on, will try again", error=type(error).__name__, failures=self._failures)
        self._check_due = 0.0  # after an error the broker is compared at once

    def _measure(self) -> None:
        depth, oldest = 0, None
        for staged in self._staged:
            count, since = staged.backlog()
            depth += count
            oldest = min(filter(None, (oldest, since)), default=None)
        age = (self._clock.now() - oldest).total_seconds() if oldest else 0
        metrics.OUTBOX_DEPTH.labels(self._service).set(depth)
        metrics.OUTBOX_AGE.labels(self._service).set(max(age, 0))
