"""The real `TopicAdmin`, on kafka-python 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from shared.errors import RetryableError
from shared.logs import get_logger
from shared.messaging import stall
from shared.settings import KafkaSettings

log = get_logger(__name__)


class KafkaTopicAdmin:
    """Connects on first use and anew after every error. Not thread-safe."""

    def __init__(self, settings: KafkaSettings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._client: Any = None

    def topic_ids(self, topics: Sequence[str]) -> dict[str, str]:
        described = self._call(lambda client: client.describe_topics(list(topics)))
        for topic in described:
            partitions = len(topic["partitions"])
            if topic["error_code"] == 0 and partitions != self._settings.partitions:
                # A living client may have re-created a topic with the broker's default; nothing depends on it.
                log.warning("topic has another number of partitions", topic=topic["name"], partitions=partitions)
        return {topic["name"]: str(topic["topic_id"]) for topic in described if topic["error_code"] == 0}

    def ensure(self, topics: Sequence[str]) -> None:
        for topic in topics:
            self._call(lambda client, topic=topic: self._create(client, topic))

    def _create(self, client: Any, topic: str) -> None:
        new = NewTopic(
            topic,
            num_partitions=self._settings.partitions,
            replication_factor=self._settings.replication,
            topic_configs={"retention.ms": str(self._settings.retention_days * 86_400_000)},
        )
        try:
            client.create_topics([new], timeout_ms=10_000)
        except TopicAlreadyExistsError:
            return
        log.info("topic created", topic=topic, partitions=self._settings.partitions)

    def _call(self, do: Any) -> Any:
        try:
            if self._client is None:
                self._client = KafkaAdminClient(
                    bootstrap_servers=list(self._settings.bootstrap_servers),
                    client_id=self._client_id,
                    request_timeout_ms=10_000,
                    bootstrap_timeout_ms=5000,
                    reconnect_backoff_max_ms=2000,
                )
            with stall.watched("ask the broker", stall.ASK):
                return do(self._client)
        except (KafkaError, OSError, RuntimeError, AssertionError) as error:
            self.close()
            raise RetryableError(f"the broker cannot be asked: {type(error).__name__}") from error

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                client.close()
            except Exception as error:
                log.debug("admin client did not close", error=type(error).__name__)
