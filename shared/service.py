"""What a service tells about itself, and the processes and tools that follow from it.

Each service's `bootstrap.py` builds one `Service`; the relay, the consumer and the command line are the same
for all of them and are built from it here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pymongo.database import Database

from shared.clock import Clock
from shared.contracts.topics import Topic, group_name
from shared.inbox.dead_letters import DeadLetters
from shared.inbox.loop import ConsumerLoop
from shared.inbox.processor import Handler, Processor
from shared.messaging.kafka_admin import KafkaTopicAdmin
from shared.messaging.kafka_consumer import KafkaSubscription
from shared.messaging.kafka_producer import KafkaPublisher
from shared.messaging.message import Publisher, Subscription, TopicAdmin
from shared.outbox.lease import Lease
from shared.outbox.recovery import Recovery
from shared.outbox.relay import Relay
from shared.outbox.republish import Encoder
from shared.outbox.staged import StagedDocuments
from shared.settings import KafkaSettings, RoleSettings
from shared.storage.client import Document
from shared.storage.indexes import Index


@dataclass(frozen=True)
class Service:
    """`aggregates` maps each collection with histories to the immutable fields that `encode` needs;
    `handlers` is the visible table from event type to handler; `load` fills in the first data, idempotently."""

    name: str
    database: Database[Document]
    clock: Clock
    kafka: KafkaSettings
    publishes: Topic
    subscribes: tuple[Topic, ...]
    aggregates: Mapping[str, tuple[str, ...]]
    indexes: tuple[Index, ...]
    encode: Encoder
    handlers: Mapping[str, Handler]
    load: Callable[[], None]

    @property
    def group(self) -> str:
        return group_name(self.kafka.topic_prefix, self.name)

    def topic_name(self, topic: Topic) -> str:
        return self.kafka.topic_prefix + topic.name

    def staged(self) -> list[StagedDocuments]:
        return [StagedDocuments(self.database[name], fields) for name, fields in self.aggregates.items()]

    def dead_letters(self, stop_after: int) -> DeadLetters:
        return DeadLetters(self.database, self.name, self.group, stop_after, self.clock)

    def processor(self, stop_after: int) -> Processor:
        letters = self.dead_letters(stop_after)
        return Processor(self.name, self.database, self.handlers, letters, self.clock, time.sleep)


def build_relay(
    service: Service,
    role: RoleSettings,
    publisher: Publisher | None = None,
    admin: TopicAdmin | None = None,
) -> Relay:
    """The service's relay; tests may hand in fake doors to the broker."""
    client_id = f"sankalp.{service.name}.relay"
    publisher = publisher or KafkaPublisher(service.kafka, client_id)
    recovery = Recovery(
        service.name,
        [service.topic_name(service.publishes)],
        service.database["relay_state"],
        service.staged(),
        service.encode,
        publisher,
        admin or KafkaTopicAdmin(service.kafka, client_id),
        service.clock,
        role.recovery_days,
    )
    return Relay(
        service.name,
        service.staged(),
        service.encode,
        publisher,
        recovery,
        Lease(service.database["leases"], "relay", role.lease_seconds),
        service.clock,
        role.poll_seconds,
        role.broker_check_seconds,
    )


def build_consumer(service: Service, role: RoleSettings, subscription: Subscription | None = None) -> ConsumerLoop:
    """The service's consumer; tests may hand in a fake subscription."""
    topics: Sequence[str] = [service.topic_name(topic) for topic in service.subscribes]
    return ConsumerLoop(
        service.name,
        subscription or KafkaSubscription(service.kafka, service.group, topics),
        service.processor(role.stop_after),
        retry_max_seconds=role.retry_max_seconds,
        watchdog_seconds=role.watchdog_seconds,
    )
