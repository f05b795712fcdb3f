"""The real `Subscription`, on kafka-python 3: always a member of a group, offsets only through the group, so
that a broker that lost its data makes it start from the beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
_LOST_MEMBERSHIP = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)


class _Epoch(ConsumerRebalanceListener):  # type: ignore[misc,unused-ignore]
    def __init__(self) -> None:
        self.number = 0

    def on_partitions_revoked(self, revoked: Any) -> None:
        pass

    def on_partitions_assigned(self, assigned: Any) -> None:
        self.number += 1


class KafkaSubscription:
    """Connects on first use and anew after an error that leaves the client unusable. Not thread-safe."""

    def __init__(self, settings: KafkaSettings, group: str, topics: Sequence[str]) -> None:
        self._settings = settings
        self._group = group
        self._topics = list(topics)
        self._consumer: Any = None
        self._epoch = _Epoch()
        self._paused = False

    def poll(self, seconds: float) -> list[Record]:
        consumer = self._connected()
        if self._paused:
            # Partitions that a rebalance brought meanwhile are paused as well before anything is fetched.
            self._guard(lambda: consumer.pause(*consumer.assignment()))
        polled = self._guard(lambda: consumer.poll(timeout_ms=int(seconds * 1000), max_records=MAX_RECORDS))
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

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        consumer = self._connected()
        wanted = {TopicPartition(p.topic, p.number): OffsetAndMetadata(offset, "", -1) for p, offset in offsets.items()}
        try:
            with stall.watched("commit", stall.COMMIT):
                consumer.commit(wanted, timeout_ms=5000)
        except _LOST_MEMBERSHIP as error:
            log.info("membership lost before the commit, the records come again", error=type(error).__name__)
        except (KafkaError, OSError, RuntimeError, AssertionError) as error:
            raise RetryableError(f"offsets cannot be committed: {type(error).__name__}") from error

    def assigned(self) -> frozenset[Partition]:
        consumer = self._connected()
        return frozenset(Partition(p.topic, p.partition) for p in consumer.assignment())

    def epoch(self) -> int:
        return self._epoch.number

    def pause(self) -> None:
        consumer = self._connected()
        self._paused = True
        self._guard(lambda: consumer.pause(*consumer.assignment()))

    def resume(self) -> None:
        consumer = self._connected()
        self._paused = False
        self._guard(lambda: consumer.resume(*consumer.paused()))

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
            try:
                consumer.close(autocommit=False, timeout_ms=3000)
            except Exception as error:
                log.debug("consumer did not close", error=type(error).__name__)

    def _connected(self) -> Any:
        if self._consumer is None:
            self._consumer = self._guard(self._open)
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
        )
        consumer.subscribe(topics=self._topics, listener=self._epoch)
        return consumer

    def _guard(self, do: Any) -> Any:
        try:
            with stall.watched("poll", stall.POLL):
                return do()
        except (KafkaError, OSError, RuntimeError, AssertionError) as error:
            raise RetryableError(f"the broker cannot be reached: {type(error).__name__}") from error
