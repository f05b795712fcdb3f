"""The real `Publisher`, on kafka-python 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from shared.errors import BrokerForgotError, RetryableError
from shared.logs import get_logger
from shared.messaging import stall
from shared.messaging.message import Message
from shared.settings import KafkaSettings

log = get_logger(__name__)

_DELIVERY_SECONDS = 30.0


class KafkaPublisher:
    """Not thread-safe. Connects on first use and anew after every error."""

    def __init__(self, settings: KafkaSettings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._producer: Any = None
        self._last_offset: dict[tuple[str, int], int] = {}

    def publish(self, messages: Sequence[Message]) -> None:
        try:
            with stall.watched("publish", stall.PUBLISH):
                acknowledged = self._send(messages)
        except (KafkaError, OSError, RuntimeError, AssertionError) as error:
            self.reset()
            raise RetryableError(f"the broker did not acknowledge: {type(error).__name__}") from error
        for metadata in acknowledged:
            self._check_offset((metadata.topic, metadata.partition), metadata.offset)

    def _send(self, messages: Sequence[Message]) -> list[Any]:
        producer = self._connected()
        futures = [producer.send(m.topic, value=m.value, key=m.key, headers=list(m.headers)) for m in messages]
        return [future.get(timeout=_DELIVERY_SECONDS) for future in futures]

    def _check_offset(self, partition: tuple[str, int], offset: int) -> None:
        if offset < 0:  # "acknowledged", but nobody knows where: no acknowledgement
            self.reset()
            raise RetryableError("the broker acknowledged without an offset")
        last = self._last_offset.get(partition, -1)
        if offset <= last:
            self.reset()
            raise BrokerForgotError(f"the broker gave offset {offset} after {last}")
        self._last_offset[partition] = offset

    def forget(self) -> None:
        self.reset()
        self._last_offset.clear()

    def reset(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                producer.close(timeout=1)
            except Exception as error:  # with the broker down `close` raises and leaves its thread; see relay's exit
                log.debug("producer did not close", error=type(error).__name__)

    def close(self) -> None:
        self.reset()

    def _connected(self) -> Any:
        if self._producer is None:
            self._producer = KafkaProducer(
                bootstrap_servers=list(self._settings.bootstrap_servers),
                client_id=self._client_id,
                acks="all",
                enable_idempotence=True,  # explicit: else a conflicting setting disables it silently
                linger_ms=5,
                max_block_ms=5000,
                request_timeout_ms=10_000,
                delivery_timeout_ms=int(_DELIVERY_SECONDS * 1000),
                reconnect_backoff_max_ms=2000,
                bootstrap_timeout_ms=5000,
            )
        return self._producer
