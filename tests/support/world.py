"""The three services in one process, on a real MongoDB and on a broker, moved step by step by the test."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from services.actions import bootstrap as actions_bootstrap
from services.actions.config import Config as ActionsConfig
from services.feedback import bootstrap as feedback_bootstrap
from services.feedback.application.submit import Request
from services.feedback.config import Config as FeedbackConfig
from services.feedback.domain.submission import Content
from services.notifier import bootstrap as notifier_bootstrap
from services.notifier.config import Config as NotifierConfig
from shared.ids import new_id
from shared.inbox.loop import ConsumerLoop
from shared.messaging.kafka_admin import KafkaTopicAdmin
from shared.messaging.kafka_consumer import KafkaSubscription
from shared.messaging.kafka_producer import KafkaPublisher
from shared.messaging.message import Publisher, Subscription, TopicAdmin
from shared.outbox.history import Context
from shared.outbox.relay import Relay
from shared.service import Service, build_consumer, build_relay
from shared.settings import Environment, KafkaSettings, RoleSettings, read_kafka, read_role
from shared.stop import Stop
from shared.storage.client import Document
from shared.storage.indexes import create_indexes
from tests.fakes.broker import FakeBroker, FakePublisher, FakeSubscription, FakeTopicAdmin
from tests.fakes.mailer import FakeMailer


class Bus(Protocol):
    """A broker's three doors, real or fake."""

    threaded: bool

    def publisher(self) -> Publisher: ...

    def admin(self) -> TopicAdmin: ...

    def subscription(self, group: str, topics: Iterable[str]) -> Subscription: ...


@dataclass
class FakeBus:
    """In memory; consumers take steps when the test does."""

    broker: FakeBroker = field(default_factory=FakeBroker)
    threaded = False

    def publisher(self) -> Publisher:
        return FakePublisher(self.broker)

    def admin(self) -> TopicAdmin:
        return FakeTopicAdmin(self.broker)

    def subscription(self, group: str, topics: Iterable[str]) -> Subscription:
        return FakeSubscription(self.broker, group, list(topics))


@dataclass
class KafkaBus:
    """A real broker; consumers run in threads, since joining a group takes polling without a pause."""

    settings: KafkaSettings
    threaded = True

    def publisher(self) -> Publisher:
        return KafkaPublisher(self.settings, "test")

    def admin(self) -> TopicAdmin:
        return KafkaTopicAdmin(self.settings, "test")

    def subscription(self, group: str, topics: Iterable[str]) -> Subscription:
        return KafkaSubscription(self.settings, group, list(topics))


def settings_of(mongo_uri: str, bootstrap: str = "127.0.0.1:1", **extra: str) -> dict[str, str]:
    """A process's environment, with databases and topics of its own."""
    prefix = f"t{uuid.uuid4().hex[:10]}"
    return {
        "MONGODB_URI": mongo_uri,
        "MONGODB_PREFIX": f"{prefix}_",
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA_TOPIC_PREFIX": f"{prefix}.",
        "KAFKA_PARTITIONS": "3",
        "KAFKA_SESSION_TIMEOUT_MS": "2000",
        "KAFKA_FETCH_MAX_WAIT_MS": "25",
        "INTERNAL_PORT": "0",
        "PORT": "0",
        "POLL_SECONDS": "0.1",
        "LEASE_SECONDS": "3",
        "BROKER_CHECK_SECONDS": "0.5",
        "RETRY_MAX_SECONDS": "0.5",
        "ACCESS": "loopback",
        "SECRET_KEY": "a secret of the tests, long enough for all",
        **extra,
    }


class World:
    def __init__(self, environ: dict[str, str], bus: Bus, clock: Any = None) -> None:
        self.environ = environ
        self.bus = bus
        self.mailer = FakeMailer()
        self.feedback = feedback_bootstrap.build(FeedbackConfig.read(environ), clock)
        self.actions = actions_bootstrap.build(ActionsConfig.read(environ), clock)
        self.notifier = notifier_bootstrap.build(NotifierConfig.read(environ), clock, self.mailer)
        self.services: dict[str, Service] = {
            "feedback": self.feedback.service,
            "actions": self.actions.service,
            "notifier": self.notifier.service,
        }
        self.relays: dict[str, Relay] = {}
        self.consumers: dict[str, ConsumerLoop] = {}
        self._stop = Stop()
        self._threads: list[threading.Thread] = []

    @property
    def role(self) -> RoleSettings:
        return read_role(Environment(self.environ))

    @property
    def kafka(self) -> KafkaSettings:
        return read_kafka(Environment(self.environ))

    def set_up(self, *, load: bool = True) -> World:
        """Indexes, topics and first data, as `sankalp setup` makes them. The resolutions are not loaded: tests
        count items."""
        admin = self.bus.admin()
        for service in self.services.values():
            create_indexes(service.database, service.indexes)
            admin.ensure([service.topic_name(service.publishes)])
        admin.close()
        if load:
            self.feedback.service.load()
            self.notifier.service.load()
            self.actions.reference.save(_conference())
        return self

    def submit(self, key: str | None = None, **content: Any) -> Document:
        """Submit through the use case; the stored document."""
        made = Content(**{**SUBMISSION, **content})
        context = Context(by={"organisation": made.state, "principal": "local"}, correlation_id=new_id())
        return self.feedback.submit(Request(made, key or new_id(), "local", "hash", context))[0]

    def relay(self, name: str) -> Relay:
        """The relay of a service, holding its lease; made on first use."""
        if name not in self.relays:
            relay = build_relay(self.services[name], self.role, self.bus.publisher(), self.bus.admin())
            self.relays[name] = relay
        assert self.relays[name].lease.acquire(), "another relay holds the lease"
        return self.relays[name]

    def consumer(self, name: str) -> ConsumerLoop:
        if name not in self.consumers:
            service = self.services[name]
            topics = [service.topic_name(topic) for topic in service.subscribes]
            consumer = build_consumer(service, self.role, self.bus.subscription(service.group, topics))
            self.consumers[name] = consumer
            if self.bus.threaded:
                thread = threading.Thread(target=consumer.run, args=(self._stop,), daemon=True)
                thread.start()
                self._threads.append(thread)
        return self.consumers[name]

    def consume(self, name: str) -> int:
        """One step of a consumer, or, where it runs in a thread, a moment for it."""
        consumer = self.consumer(name)
        return 0 if self.bus.threaded else consumer.step()

    def restart(self) -> None:
        """Forget every process: the next step makes new ones from nothing but the databases and the broker."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=20)
            assert not thread.is_alive(), "a consumer does not stop"
        if not self.bus.threaded:
            for consumer in self.consumers.values():
                consumer.subscription.close()
        self._stop, self._threads = Stop(), []
        for relay in self.relays.values():
            relay.lease.release()
            relay.publisher.close()
        self.consumers.clear()
        self.relays.clear()

    def step(self, *names: str) -> int:
        """One round of all processes (or of the named ones); how much was done."""
        done = 0
        for name in names or self.services:
            done += self.relay(name).attempt()
            done += self.consume(name)
        if not names or "notifier" in names:
            done += self.notifier.dispatch()
            while self.notifier.send():
                done += 1
        return done

    def settle(self, until: Callable[[], Any], seconds: float = 30.0) -> None:
        """Take steps until `until` is true and nothing is left to do."""
        from tests.support.wait import eventually

        eventually(lambda: (self.step(), until())[1], seconds, "the world to settle")
        quiet, enough = 0, 15 if self.bus.threaded else 3
        while quiet < enough:
            quiet = 0 if self.step() or not until() else quiet + 1
            time.sleep(0.02 if self.bus.threaded else 0)

    def close(self) -> None:
        self.restart()
        for service in self.services.values():
            service.database.client.drop_database(service.database.name)
            service.database.client.close()

    # --- what tests look at -------------------------------------------------------------------------------
    def items(self) -> list[Document]:
        return list(self.actions.service.database["items"].find().sort("order", 1))

    def notifications(self) -> list[Document]:
        return list(self.notifier.service.database["notifications"].find())

    def submissions(self) -> list[Document]:
        return list(self.feedback.service.database["submissions"].find().sort("_id", 1))

    def documents(self) -> dict[str, int]:
        """How many documents each collection of each service holds."""
        return {
            f"{name}.{collection}": service.database[collection].count_documents({})
            for name, service in self.services.items()
            for collection in sorted(service.database.list_collection_names())
        }

    def everything_published(self) -> bool:
        return all(
            service.database[name].count_documents({"$expr": {"$ne": ["$seq", "$published_seq"]}}) == 0
            for service in self.services.values()
            for name in service.aggregates
        )

    def followed(self) -> bool:
        """Every submission shows its item's present state."""
        items = {item["_id"]: item for item in self.items()}
        submissions = self.submissions()
        return bool(submissions) and all(
            (shown := s["follow_up"]["shown"]).get("action_id") in items
            and shown["status"] == items[shown["action_id"]]["status"]
            for s in submissions
        )


SUBMISSION: dict[str, Any] = {
    "meeting": "ITSC2024",
    "kind": "request",
    "state": "AR",
    "theme": "data-exchange",
    "title": "Sample: shared map layers",
    "details": "A sample text of the tests, long enough to be valid.",
}


def _conference() -> Any:
    from shared.contracts.organisations import first_conference

    return first_conference()
