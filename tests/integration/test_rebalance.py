"""A second member joins while the first holds records that it has not committed: they come again, to one of them."""

from __future__ import annotations

import threading

import pytest

from shared.messaging.message import Message, Record
from tests.conftest import real_world
from tests.support.servers import BrokerServer
from tests.support.wait import eventually

RECORDS = 40


def test_records_polled_before_a_rebalance_and_not_committed_come_again(mongo_uri: str, broker: BrokerServer) -> None:
    world = real_world(mongo_uri, broker)
    topic = world.kafka.topic_prefix + "rebalance"
    admin, publisher = world.bus.admin(), world.bus.publisher()
    admin.ensure([topic])
    publisher.publish([Message(topic, str(n).encode(), str(n).encode(), ()) for n in range(RECORDS)])
    first = world.bus.subscription(topic, [topic])
    before: list[Record] = []
    eventually(lambda: before.extend(first.poll(0.2)) or len(before) >= RECORDS, what="all records")
    epoch = first.epoch()

    after: list[Record] = []
    stop = threading.Event()

    def second_member() -> None:
        second = world.bus.subscription(topic, [topic])
        while not stop.is_set():
            after.extend(second.poll(0.2))
        second.close()

    thread = threading.Thread(target=second_member)
    thread.start()

    def all_again() -> bool:
        polled = first.poll(0.2)
        if first.epoch() != epoch:
            after.extend(polled)
        return {record.value for record in after} == {str(n).encode() for n in range(RECORDS)}

    try:
        eventually(all_again, 60, "every record once more")
    finally:
        stop.set()
        thread.join(20)
        first.close()
        publisher.close()
        admin.close()
        world.close()


def test_a_client_that_hears_nothing_is_opened_anew(mongo_uri: str, broker: BrokerServer) -> None:
    from shared.errors import RetryableError
    from shared.messaging.kafka_consumer import SILENCE_SECONDS, KafkaSubscription

    world = real_world(mongo_uri, broker)
    topic = world.kafka.topic_prefix + "silence"
    admin = world.bus.admin()
    admin.ensure([topic])
    now = [0.0]
    subscription = KafkaSubscription(world.kafka, topic, [topic], monotonic=lambda: now[0])
    try:
        eventually(lambda: subscription.poll(0.2) or subscription.assigned(), what="the group to be joined")
        subscription._consumer.metrics = lambda: {"consumer-fetch-manager-metrics": {"fetch-rate": 0.0}}
        deaf = subscription._consumer
        now[0] += SILENCE_SECONDS
        subscription.poll(0.05)
        now[0] += SILENCE_SECONDS
        with pytest.raises(RetryableError):
            subscription.poll(0.05)
        eventually(lambda: subscription.poll(0.2) or subscription.assigned(), what="the group to be joined again")
        assert subscription._consumer is not deaf
    finally:
        subscription.close()
        admin.close()
        world.close()
