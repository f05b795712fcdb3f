"""The real `Subscription`, on kafka-python 3: always a member of a group, offsets only through the group, so
that a broker that lost its data makes it start from the beginning."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from kafka.structs import OffsetAndMetadata

from shared.errors import RetryableError
from shared.logs import get_logger
from shared.messaging import stall
from shared.messaging.message import Partition, Record
from shared.settings import KafkaSettings

log = get_logger(__name__)

MAX_RECORDS = 500
# A member that fetches hears from the broker at every fetch, records or not. Silence for so long means that the client
# waits for an answer that was lost with a connection (seen when a broker is killed); it is then opened anew.
SILENCE_SECONDS = 15.0
_LOOK_EVERY_SECONDS = 1.0
_LOST_MEMBERSHIP = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)


class _Epoch(ConsumerRebalanceListener):  # type: ignore[misc,unused-ignore]
    def __init__(self) -> None:
        self.number = 0

    def on_partitions_revoked(self, revoked: Any) -> None:
        pass

    def on_partitions_assigned(self, assigned: Any) -> None:
        self.number += 1


class KafkaSubscription:
    """Connects on first use, and anew after every error: what an error leaves behind in the client is not trusted.
    Not thread-safe."""

    def __init__(
        self,
        settings: KafkaSettings,
        group: str,
        topics: Sequence[str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._group = group
        self._topics = list(topics)
        self._consumer: Any = None
        self._epoch = _Epoch()
        self._settled_epoch = 0
        self._paused = False
        self._monotonic = monotonic
        self._heard_at = monotonic()
        self._look_due = 0.0

    def poll(self, seconds: float) -> list[Record]:
        consumer = self._connected()
        if self._paused:
            # Partitions that a rebalance brought meanwhile are paused as well before anything is fetched.
            self._guard(lambda: consumer.pause(*consumer.assignment()))
        polled = self._guard(lambda: consumer.poll(timeout_ms=int(seconds * 1000), max_records=MAX_RECORDS))
        if self._epoch.number != self._settled_epoch:
            self._guard(lambda: self._return_to_committed(consumer))
            self._settled_epoch = self._epoch.number
            return []
        self._require_an_answer(consumer)
        return [
            Record(
                partition=Partition(record.topic, record.partition),
                offset=record.offset,
                key=record.key,
                value=record.value,
                headers=tuple((name, value or b"") for name, value in record.headers),
            )
            for records in polled.values()
            for record in records
        ]

    def _return_to_committed(self, consumer: Any) -> None:
        """Begin every partition of a new assignment at its committed offset. The client would go on where it was in
        partitions that stayed with it, past records that were polled and then dropped."""
        for partition in consumer.assignment():
            offset = consumer.committed(partition, timeout_ms=5000)
            if offset is None:
                consumer.seek_to_beginning(partition)
            else:
                consumer.seek(partition, offset)

    def _require_an_answer(self, consumer: Any) -> None:
        """Open the client anew when no fetch has been answered for too long. Raises RetryableError."""
        now = self._monotonic()
        if now < self._look_due:
            return
        self._look_due = now + _LOOK_EVERY_SECONDS
        rate = consumer.metrics().get("consumer-fetch-manager-metrics", {}).get("fetch-rate", 0.0)
        if rate > 0 or self._paused or not consumer.assignment():
            self._heard_at = now
        elif now - self._heard_at > SILENCE_SECONDS:
            self.close()
            raise RetryableError(f"no fetch was answered for {SILENCE_SECONDS:.0f} s, the client is opened anew")

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        if not offsets:
            return
        consumer = self._connected()
        wanted = {TopicPartition(p.topic, p.number): OffsetAndMetadata(offset, "", -1) for p, offset in offsets.items()}
        try:
            with stall.watched("commit", stall.COMMIT):
                consumer.commit(wanted, timeout_ms=5000)
        except _LOST_MEMBERSHIP as error:
            log.info("membership lost before the commit, the records come again", error=type(error).__name__)
        except (KafkaError, OSError, RuntimeError, AssertionError) as error:
            self.close()
            raise RetryableError(f"offsets cannot be committed: {type(error).__name__}") from error

    def assigned(self) -> frozenset[Partition]:
        if self._consumer is None:
            return frozenset()
        return frozenset(Partition(p.topic, p.partition) for p in self._consumer.assignment())

    def epoch(self) -> int:
        return self._epoch.number

    def pause(self) -> None:
        self._paused = True
        if self._consumer is not None:
            self._guard(lambda: self._consumer.pause(*self._consumer.assignment()))

    def resume(self) -> None:
        self._paused = False
        if self._consumer is not None:
            self._guard(lambda: self._consumer.resume(*self._consumer.paused()))

    def lag(self) -> dict[Partition, int]:
        # From the fetched high-water mark: `end_offsets` is wrong for batches on Tansu.
        consumer = self._connected()
        lags = {}
        for partition in consumer.assignment():
            high = consumer.highwater(partition)
            if high is not None:
                position = self._guard(lambda p=partition: consumer.position(p, timeout_ms=1000))
                lags[Partition(partition.topic, partition.partition)] = max(high - (position or 0), 0)
        return lags

    def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            self._epoch.number += 1  # what this client has polled is nobody's
            try:
                with stall.watched("close", stall.COMMIT):
                    consumer.close(autocommit=False, timeout_ms=3000)
            except Exception as error:
                log.debug("consumer did not close", error=type(error).__name__)

    def _connected(self) -> Any:
        if self._consumer is None:
            self._consumer = self._guard(self._open)
            self._heard_at = self._monotonic()
        return self._consumer

    def _open(self) -> Any:
        consumer = KafkaConsumer(
            bootstrap_servers=list(self._settings.bootstrap_servers),
            client_id=self._group,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            session_timeout_ms=self._settings.session_timeout_ms,
            heartbeat_interval_ms=min(3000, self._settings.session_timeout_ms // 3),
            fetch_max_wait_ms=self._settings.fetch_max_wait_ms,
            # A topic that comes into being after us is found within this time.
            metadata_max_age_ms=5000,
            request_timeout_ms=30_000,
            reconnect_backoff_max_ms=2000,
            bootstrap_timeout_ms=5000,
            # Rates over about ten seconds, so that silence is noticed.
            metrics_sample_window_ms=5000,
            metrics_num_samples=2,
        )
        consumer.subscribe(topics=self._topics, listener=self._epoch)
        return consumer

    def _guard(self, do: Any) -> Any:
        try:
            with stall.watched("poll", stall.POLL):
                return do()
        except (KafkaError, OSError, RuntimeError, AssertionError) as error:
            self.close()
            raise RetryableError(f"the broker cannot be reached: {type(error).__name__}") from error
