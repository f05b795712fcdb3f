"""The contract of the broker's three doors: the same tests on the fake and on the real broker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.messaging.message import Message, Partition, Record
from tests.conftest import real_world
from tests.support.wait import eventually
from tests.support.world import Bus, FakeBus


@pytest.fixture(params=["fake", "real"])
def bus(request: pytest.FixtureRequest) -> Iterator[tuple[Bus, str]]:
    if request.param == "fake":
        yield FakeBus(), "t.contract"
    else:
        world = real_world(request.getfixturevalue("mongo_uri"), request.getfixturevalue("broker"))
        yield world.bus, world.kafka.topic_prefix + "contract"
        world.close()


def message(topic: str, key: str, value: str) -> Message:
    return Message(topic, key.encode(), value.encode(), (("ce_id", b"1"), ("note", "नोट".encode())))


def create(bus: Bus, topic: str) -> None:
    admin = bus.admin()
    admin.ensure([topic])
    admin.close()


def take(subscription, count: int) -> list[Record]:
    """Poll until `count` records have come."""
    records: list[Record] = []
    eventually(lambda: records.extend(subscription.poll(0.2)) or len(records) >= count, what=f"{count} records")
    return records


def test_a_missing_topic_has_no_id_and_ensure_creates_it_once(bus):
    made, topic = bus
    admin = made.admin()
    assert admin.topic_ids([topic]) == {}
    admin.ensure([topic])
    first = admin.topic_ids([topic])
    admin.ensure([topic])
    assert admin.topic_ids([topic]) == first != {}
    admin.close()


def test_records_come_in_order_per_key_with_their_headers(bus):
    made, topic = bus
    create(made, topic)
    publisher = made.publisher()
    publisher.publish([message(topic, f"k{n % 5}", str(n)) for n in range(50)])
    subscription = made.subscription(topic + ".g1", [topic])
    records = take(subscription, 50)
    assert len(records) == 50
    for key in (b"k0", b"k3"):
        values = [int(record.value or b"") for record in records if record.key == key]
        assert values == sorted(values)
    assert dict(records[0].headers)["note"].decode() == "नोट"
    subscription.close()
    publisher.close()


def test_committed_records_do_not_come_again_and_uncommitted_ones_do(bus):
    made, topic = bus
    create(made, topic)
    publisher = made.publisher()
    publisher.publish([message(topic, "one", "1"), message(topic, "one", "2")])
    first = made.subscription(topic + ".g2", [topic])
    records = take(first, 2)
    assert {record.partition for record in records} <= first.assigned()
    first.commit({records[0].partition: records[0].offset + 1})
    first.close()
    second = made.subscription(topic + ".g2", [topic])
    assert [record.value for record in take(second, 1)] == [b"2"]
    second.close()
    publisher.close()


def test_a_paused_subscription_delivers_nothing_until_it_is_resumed(bus):
    made, topic = bus
    create(made, topic)
    publisher = made.publisher()
    subscription = made.subscription(topic + ".g3", [topic])
    eventually(lambda: subscription.poll(0.2) or subscription.assigned(), what="the group to be joined")
    subscription.pause()
    publisher.publish([message(topic, "k", "1")])
    assert [subscription.poll(0.2) for _ in range(3)] == [[], [], []]
    subscription.resume()
    assert len(take(subscription, 1)) == 1
    subscription.close()
    publisher.close()


def test_lag_counts_what_has_not_been_polled(bus):
    made, topic = bus
    create(made, topic)
    publisher = made.publisher()
    publisher.publish([message(topic, "k", str(n)) for n in range(7)])
    subscription = made.subscription(topic + ".g4", [topic])
    take(subscription, 7)
    assert sum(subscription.lag().values()) == 0
    subscription.close()
    publisher.close()


def test_the_epoch_moves_when_partitions_are_assigned(bus):
    made, topic = bus
    create(made, topic)
    subscription = made.subscription(topic + ".g5", [topic])
    before = subscription.epoch()
    eventually(lambda: subscription.poll(0.2) or subscription.assigned(), what="the group to be joined")
    assert subscription.epoch() > before
    assert all(isinstance(partition, Partition) for partition in subscription.assigned())
    subscription.close()
