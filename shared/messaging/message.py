"""What passes to and from the broker, and the three doors to it. Each door has a real side (`kafka_*`) and a
fake one for unit tests (`tests/fakes`); both pass the same contract tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Message:
    """One message to publish. `key` decides the partition, so messages with one key keep their order."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


@dataclass(frozen=True)
class Partition:
    topic: str
    number: int


@dataclass(frozen=True)
class Record:
    """One message as consumed, with its place in the log."""

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def place(self) -> str:
        return f"{self.partition.topic}:{self.partition.number}:{self.offset}"


class Publisher(Protocol):
    def publish(self, messages: Sequence[Message]) -> None:
        """Send all, in order per key, and return when every one is acknowledged by all in-sync replicas.

        Raises RetryableError when it is not certain that all were; some may have been. Raises
        BrokerForgotError when the broker acknowledges an offset that it had already given away.
        """

    def forget(self) -> None:
        """Drop the connection and the offsets that are remembered: the broker has lost its data. After a mere error
        the offsets are kept, since an offset that goes back after it tells of the loss."""

    def close(self) -> None: ...


class TopicAdmin(Protocol):
    def topic_ids(self, topics: Sequence[str]) -> dict[str, str]:
        """The broker's id of each topic that exists. Raises RetryableError."""

    def ensure(self, topics: Sequence[str]) -> None:
        """Create what is missing; already there is success. Raises RetryableError."""

    def close(self) -> None: ...


class Subscription(Protocol):
    """A member of a consumer group. Raises RetryableError from any method while the broker is away."""

    def poll(self, seconds: float) -> list[Record]:
        """The next records of the partitions that are not paused, in order per partition; each once."""

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Store the next offset to read of each partition. A lost membership is normal and silent: the
        records come again, to whoever owns the partition now."""

    def assigned(self) -> frozenset[Partition]:
        """The partitions that are ours at this moment."""

    def epoch(self) -> int:
        """A number that moves whenever partitions were given to us anew. Records polled before that are
        nobody's: they come again, and their offsets must not be committed."""

    def pause(self) -> None:
        """Fetch nothing until `resume`, while `poll` keeps the membership alive."""

    def resume(self) -> None: ...

    def lag(self) -> dict[Partition, int]:
        """Records between our position and the high-water mark of the last fetch."""

    def close(self) -> None:
        """Leave the group, so that another member takes over at once."""
