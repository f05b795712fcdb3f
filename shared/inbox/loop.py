"""The consumer loop: poll, process, commit; hold back on a passing failure; stop before doing harm."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared import metrics
from shared.crash import crash_point
from shared.errors import RetryableError, StopConsumerError, UnknownVersionError
from shared.inbox.processor import Processor
from shared.logs import get_logger
from shared.messaging.message import Partition, Record, Subscription
from shared.stop import Stop

log = get_logger(__name__)

_POLL_SECONDS = 0.5
_MEASURE_SECONDS = 5.0


class StalledError(Exception):
    """There is a lag and nothing arrives: end the process, so that it is started anew."""


@dataclass
class Held:
    """Records that a passing failure holds back. `poll` does not return them a second time, so they are kept
    here and tried again while their partitions are paused."""

    records: list[Record]
    epoch: int
    since: float
    attempts: int
    due: float


class ConsumerLoop:
    def __init__(
        self,
        service: str,
        subscription: Subscription,
        processor: Processor,
        *,
        retry_max_seconds: float,
        watchdog_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self.subscription = subscription
        self._processor = processor
        self._retry_max = retry_max_seconds
        self._watchdog = watchdog_seconds
        self._monotonic = monotonic
        self._held: Held | None = None
        self._polled_at = monotonic()
        self._measure_due = 0.0
        self._joined = False
        self.stopped_because: str | None = None

    def ready(self) -> str | None:
        """None when records flow or may flow; else the reason why not."""
        if self.stopped_because:
            return self.stopped_because
        return None if self._joined else "not a member of the consumer group yet"

    def run(self, stop: Stop) -> None:
        """Consume until stopped. A consumer that stopped itself stays alive and unready, so that an operator
        finds it. Raises StalledError."""
        try:
            while not stop and self.stopped_because is None:
                self.step()
        except (StopConsumerError, UnknownVersionError) as error:
            self.stopped_because = str(error)
            metrics.CONSUMER_STOPPED.labels(self._service).set(1)
            log.critical("consumer stopped itself, an operator must look", why=self.stopped_because)
        finally:
            self.subscription.close()
        while not stop:
            stop.wait(60)

    def step(self) -> int:
        """One poll and what follows from it; the number of records done."""
        try:
            records = self.subscription.poll(self._wait_seconds())
            epoch = self.subscription.epoch()
            self._joined = self._joined or bool(self.subscription.assigned())
        except RetryableError as error:
            log.warning("the broker is away, will try again", error=str(error))
            time.sleep(min(1.0, self._retry_max))
            return 0
        if records:
            self._polled_at = self._monotonic()
        self._measure()
        batch = self._due(records, epoch)
        if not batch:
            return 0
        try:
            self._processor.process(batch)
        except RetryableError as error:
            self._hold(batch, epoch, error)
            return 0
        self._release()
        self._commit(batch)
        return len(batch)

    def _wait_seconds(self) -> float:
        if self._held is None:
            return _POLL_SECONDS
        return min(max(self._held.due - self._monotonic(), 0.01), _POLL_SECONDS)

    def _due(self, records: list[Record], epoch: int) -> list[Record]:
        """What to process now. Held records of an older assignment are nobody's and are dropped."""
        held = self._held
        if held is None:
            return records
        if held.epoch != epoch:
            log.info("assignment changed, held records come again", records=len(held.records))
            self._release()
            return records
        held.records.extend(records)
        return held.records if self._monotonic() >= held.due else []

    def _hold(self, batch: list[Record], epoch: int, error: RetryableError) -> None:
        now = self._monotonic()
        attempts = self._held.attempts + 1 if self._held else 1
        since = self._held.since if self._held else now
        pause = min(0.1 * 2 ** min(attempts, 16), self._retry_max) * random.uniform(0.8, 1.0)
        self._held = Held(batch, epoch, since, attempts, now + pause)
        metrics.CONSUMER_PAUSED.labels(self._service).set(1)
        log.warning("work held back", error=str(error), records=len(batch), attempts=attempts)
        self._quietly(self.subscription.pause)

    def _release(self) -> None:
        if self._held is not None:
            self._held = None
            metrics.CONSUMER_PAUSED.labels(self._service).set(0)
            self._quietly(self.subscription.resume)

    def _commit(self, batch: list[Record]) -> None:
        offsets: dict[Partition, int] = {}
        for record in batch:
            offsets[record.partition] = max(record.offset + 1, offsets.get(record.partition, 0))
        self._quietly(lambda: self.subscription.commit(self._still_ours(offsets)))
        crash_point("inbox.committed")

    def _still_ours(self, offsets: Mapping[Partition, int]) -> dict[Partition, int]:
        assigned = self.subscription.assigned()
        return {partition: offset for partition, offset in offsets.items() if partition in assigned}

    def _quietly(self, do: Callable[[], None]) -> None:
        """What is lost here is made good by itself: an offset by redelivery, a pause by the next hold."""
        try:
            do()
        except RetryableError as error:
            log.warning("the broker is away, going on", error=str(error))

    def _measure(self) -> None:
        now = self._monotonic()
        if now < self._measure_due:
            return
        self._measure_due = now + _MEASURE_SECONDS
        try:
            lags = self.subscription.lag()
        except RetryableError:
            return
        metrics.CONSUMER_LAG.clear()  # partitions that are no longer ours have no lag here
        for partition, lag in lags.items():
            metrics.CONSUMER_LAG.labels(self._service, partition.topic, str(partition.number)).set(lag)
        metrics.CONSUMER_PAUSED_AGE.labels(self._service).set(now - self._held.since if self._held else 0)
        if self._held is None and sum(lags.values()) > 0 and now - self._polled_at > self._watchdog:
            raise StalledError(f"a lag of {sum(lags.values())} records and none arrived for {self._watchdog} s")
