"""A consumer of its own with an injected handler, on the fake broker and a real database."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from shared.clock import FixedClock
from shared.inbox.dead_letters import DeadLetters
from shared.inbox.loop import ConsumerLoop
from shared.inbox.processor import Handler, Processor
from shared.inbox.shapes import Create, Write
from shared.messaging.envelope import Event, to_message
from shared.messaging.message import Message
from tests.contract.examples import event_of
from tests.fakes.broker import FakeBroker, FakeSubscription
from tests.unit.items import NOW

TOPIC = "feedback.events"
GROUP = "g"
EVENT = "feedback.submitted"


def message(number: int, *, topic: str = TOPIC, version: int = 1, key: str = "", **data: Any) -> Message:
    """The `number`th submission, as its relay would publish it."""
    event = event_of(f"{EVENT}.v1", id=f"01938a3c-7c30-7e4f-9d22-{number:012d}", subject=key or f"k{number}")
    told = {**event.data, "title": f"number {number}", **data}
    changed = Event(**{**event.__dict__, "data": told, "version": version})
    return to_message(changed, topic)


def poison(number: int) -> Message:
    """A message that nobody can decode."""
    good = message(number)
    return Message(good.topic, good.key, b"{broken", good.headers)


def keep(event: Event) -> Sequence[Write]:
    return [Create("kept", {"_id": event.id, "title": event.data["title"]})]


class Consuming:
    """Steps like a consumer process. `restart` forgets everything but the database and the broker."""

    def __init__(self, database: Any, handler: Callable[[Event], Sequence[Write]] = keep, stop_after: int = 20) -> None:
        self.database = database
        self.broker = FakeBroker()
        self.broker.create(TOPIC)
        self.clock = FixedClock(NOW)
        self.seconds = 0.0
        self.pauses: list[float] = []
        self.handler = handler
        self.stop_after = stop_after
        self.restart()

    def restart(self, handler: Callable[[Event], Sequence[Write]] | None = None) -> None:
        self.handler = handler or self.handler
        handlers: dict[str, Handler] = {EVENT: lambda event: self.handler(event)}
        self.letters = DeadLetters(self.database, "tests", GROUP, self.stop_after, self.clock)
        self.processor = Processor("tests", self.database, handlers, self.letters, self.clock, self.pauses.append)
        self.subscription = FakeSubscription(self.broker, GROUP, [TOPIC])
        self.loop = ConsumerLoop(
            "tests",
            self.subscription,
            self.processor,
            retry_max_seconds=60,
            watchdog_seconds=60,
            monotonic=lambda: self.seconds,
        )

    def publish(self, *messages: Message) -> None:
        for one in messages:
            self.broker.append(one)

    def kept(self) -> set[str]:
        return {document["title"] for document in self.database["kept"].find()}

    def dead(self) -> list[dict[str, Any]]:
        return list(self.database["dead_letters"].find().sort("offset", 1))

    def committed(self) -> int:
        """How many records the group has done with."""
        return sum(self.broker.committed.values())


def titles(*numbers: int) -> set[str]:
    return {f"number {number}" for number in numbers}


def value_of(message: Message) -> Any:
    return json.loads(message.value)
