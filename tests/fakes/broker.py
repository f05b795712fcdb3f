"""A broker in memory with the three doors of `shared.messaging.message`. The contract tests in
`tests/contract/test_broker_contract.py` run on it and on the real broker alike."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping, Sequence

from shared.errors import BrokerForgotError, RetryableError
from shared.messaging.message import Message, Partition, Record

PARTITIONS = 3


class FakeBroker:
    """Logs by partition, and the committed offsets of each group. `down` makes every door raise."""

    def __init__(self) -> None:
        self.down = False
        self.fail_commits = False
        self.forget()

    def forget(self) -> None:
        """Lose everything, as a broker does that keeps its data in memory and is started anew."""
        self.logs: dict[Partition, list[Message]] = {}
        self.ids: dict[str, str] = {}
        self.committed: dict[tuple[str, Partition], int] = {}
        self.incarnation = getattr(self, "incarnation", 0) + 1

    def lose_logs(self) -> None:
        """Lose logs and groups, and keep the topics with their ids."""
        for log in self.logs.values():
            log.clear()
        self.committed.clear()
        self.incarnation += 1

    def create(self, topic: str) -> None:
        if topic not in self.ids:
            self.ids[topic] = str(uuid.uuid4())
            self.logs.update({Partition(topic, number): [] for number in range(PARTITIONS)})

    def append(self, message: Message) -> tuple[Partition, int]:
        partition = Partition(message.topic, zlib.crc32(message.key) % PARTITIONS)
        if partition not in self.logs:
            raise RetryableError("no such topic")
        self.logs[partition].append(message)
        return partition, len(self.logs[partition]) - 1

    def check(self) -> None:
        if self.down:
            raise RetryableError("the broker is down")

    def messages(self, topic: str) -> list[Message]:
        return [message for partition, log in self.logs.items() if partition.topic == topic for message in log]


class FakePublisher:
    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker
        self._last: dict[Partition, int] = {}

    def publish(self, messages: Sequence[Message]) -> None:
        self._broker.check()
        for message in messages:
            partition, offset = self._broker.append(message)
            if offset <= self._last.get(partition, -1):
                raise BrokerForgotError("an offset went back")
            self._last[partition] = offset

    def forget(self) -> None:
        self._last.clear()

    def close(self) -> None:
        pass


class FakeTopicAdmin:
    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker

    def topic_ids(self, topics: Sequence[str]) -> dict[str, str]:
        self._broker.check()
        return {topic: self._broker.ids[topic] for topic in topics if topic in self._broker.ids}

    def ensure(self, topics: Sequence[str]) -> None:
        self._broker.check()
        for topic in topics:
            self._broker.create(topic)

    def close(self) -> None:
        pass


class FakeSubscription:
    """The only member of its group. An emptied broker refuses it, and it starts from the beginning."""

    def __init__(self, broker: FakeBroker, group: str, topics: Sequence[str]) -> None:
        self._broker = broker
        self._group = group
        self._topics = list(topics)
        self._incarnation = 0
        self._epoch = 0
        self._positions: dict[Partition, int] = {}
        self._paused: set[Partition] = set()

    def poll(self, seconds: float) -> list[Record]:
        self._broker.check()
        if self._incarnation != self._broker.incarnation or self.rejoin_due():
            self._join()
        records = []
        for partition in sorted(self._positions, key=lambda p: (p.topic, p.number)):
            if partition in self._paused:
                continue
            start = self._positions[partition]
            for offset, message in enumerate(self._broker.logs[partition][start:], start):
                records.append(Record(partition, offset, message.key, message.value, message.headers))
            self._positions[partition] = len(self._broker.logs[partition])
        return records

    def rejoin_due(self) -> bool:
        return {p for p in self._broker.logs if p.topic in self._topics} != set(self._positions)

    def _join(self) -> None:
        self._incarnation = self._broker.incarnation
        self._epoch += 1
        self._paused.clear()
        mine = [partition for partition in self._broker.logs if partition.topic in self._topics]
        self._positions = {p: self._broker.committed.get((self._group, p), 0) for p in mine}

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        self._broker.check()
        if self._broker.fail_commits:
            raise RetryableError("commits fail")
        if self._incarnation != self._broker.incarnation:
            return  # an emptied broker knows no such member
        for partition, offset in offsets.items():
            self._broker.committed[self._group, partition] = offset

    def assigned(self) -> frozenset[Partition]:
        return frozenset(self._positions)

    def epoch(self) -> int:
        return self._epoch

    def pause(self) -> None:
        self._paused = set(self._positions)

    def resume(self) -> None:
        self._paused = set()

    def lag(self) -> dict[Partition, int]:
        return {p: len(self._broker.logs[p]) - at for p, at in self._positions.items() if p in self._broker.logs}

    def close(self) -> None:
        pass
