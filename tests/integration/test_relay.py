"""The relay against real MongoDB: marks that race with commands, leases, indexes."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

import pytest

from services.actions.application.command import ChangedMeanwhile
from shared.clock import parse_timestamp
from shared.errors import RetryableError
from shared.outbox.staged import StagedDocuments
from tests.integration.test_delivery import command
from tests.support.world import FakeBus, World

RACE_SECONDS = 10.0


def test_a_command_and_a_mark_that_race_leave_every_entry_on_the_topic(fake_world: World) -> None:
    world = fake_world
    for n in range(4):
        world.submit(title=f"Sample number {n}")
    world.settle(world.followed)
    for item in world.items():
        command(world, item["_id"], "assign", owner="NIC", target_date="2099-01-31")
    ids = [item["_id"] for item in world.items()]
    end = time.monotonic() + RACE_SECONDS
    given = [0] * len(ids)

    def give(position: int) -> None:
        while time.monotonic() < end:
            try:
                command(world, ids[position], "note", text="A note that races with a mark.")
                given[position] += 1
            except ChangedMeanwhile:
                continue

    threads = [threading.Thread(target=give, args=(position,)) for position in range(len(ids))]
    for thread in threads:
        thread.start()
    relay = world.relay("actions")
    while any(thread.is_alive() for thread in threads):
        assert relay.lease.acquire()
        relay.step()
    for thread in threads:
        thread.join()
    while relay.step():
        pass

    assert sum(given) > 200, "the race did not take place"
    assert isinstance(world.bus, FakeBus)
    service = world.services["actions"]
    published = {
        dict(m.headers)["ce_id"].decode() for m in world.bus.broker.messages(service.topic_name(service.publishes))
    }
    entries = {entry["id"] for item in world.items() for entry in item["history"]}
    assert entries == published
    assert world.everything_published()


def test_a_mark_without_the_guard_on_seq_would_lose_an_entry(fake_world: World) -> None:
    """The negative control of the race: marked carelessly, the entry that came between is never published."""
    world = fake_world
    world.submit()
    world.settle(world.followed)
    [item] = world.items()
    command(world, item["_id"], "note", text="The entry that is read and sent.")
    staged = world.services["actions"].staged()[0]
    [read] = staged.oldest(10)
    command(world, item["_id"], "note", text="The entry that comes between.")

    staged.mark_published([read])
    [waiting] = staged.oldest(10)
    assert [entry["seq"] for entry in waiting["history"]] == [read["seq"] + 1]

    staged.collection.update_one(  # what a mark without `seq` in its filter does
        {"_id": item["_id"]}, {"$set": {"published_seq": read["seq"]}, "$unset": {"staged_at": ""}}
    )
    assert staged.oldest(10) == []


def test_a_busy_document_keeps_its_place_in_the_queue(fake_world: World) -> None:
    world = fake_world
    world.submit()
    world.submit(title="Sample that came second")
    world.settle(world.followed)
    first, second = (item["_id"] for item in world.items())
    for item_id in (first, second, first):
        command(world, item_id, "note", text="A note that waits for the relay.")
    waiting = world.services["actions"].staged()[0].oldest(10)
    assert [document["_id"] for document in waiting] == [first, second]
    assert [len(document["history"]) for document in waiting] == [2, 1]


def test_a_relay_that_does_not_hold_the_lease_publishes_nothing(fake_world: World) -> None:
    world = fake_world
    world.submit()
    world.relay("feedback").step()
    world.submit(title="Sample that waits for the lease")
    world.relays["feedback"].lease.release()
    assert world.relays["feedback"].step() == 0
    assert not world.everything_published()


def stages(plan: dict[str, Any]) -> list[str]:
    """The names of all stages of an explained plan."""
    found = [plan["stage"]] if "stage" in plan else []
    for value in plan.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict):
                found += stages(child)
    return found


def winning(collection: Any, query: dict[str, Any], sort: list[tuple[str, int]], hint: str | None = None) -> list[str]:
    cursor = collection.find(query).sort(sort)
    if hint:
        cursor = cursor.hint(hint)
    return stages(cursor.explain()["queryPlanner"]["winningPlan"])


INBOX = {"channel": "inbox", "status": "sent"}
LISTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("feedback", "submissions", {}, "_id"),
    ("feedback", "submissions", {"state": "AR"}, "_id"),
    ("feedback", "submissions", {"theme": "ne-hilly"}, "_id"),
    ("feedback", "submissions", {"follow_up.shown.status": "open"}, "_id"),
    ("feedback", "submissions", {"state": "AR", "follow_up.shown.status": "open"}, "_id"),
    ("feedback", "submissions", {"tokens": {"$all": ["map", "layers"]}}, "_id"),
    ("actions", "items", {}, "order"),
    ("actions", "items", {"origins.submission": "x"}, "order"),
    ("actions", "items", {"states": "AR"}, "order"),
    ("actions", "items", {"status": "open"}, "order"),
    ("actions", "items", {"owner": "NIC"}, "order"),
    ("actions", "items", {"owner": "NIC", "status": "open"}, "order"),
    ("actions", "items", {"tokens": {"$all": ["map"]}}, "order"),
    ("actions", "items", {"due_on": {"$type": "string", "$lt": "2026-01-01"}}, "order"),
    ("notifier", "notifications", INBOX, "order"),
    ("notifier", "notifications", {**INBOX, "organisation": "AR"}, "order"),
    (
        "notifier",
        "notifications",
        {**INBOX, "organisation": "AR", "read_at": None},
        "order",
    ),
    ("notifier", "notifications", {}, "order"),
    ("notifier", "notifications", {"organisation": "AR"}, "order"),
    ("notifier", "notifications", {"status": "failed"}, "order"),
    ("notifier", "notifications", {"channel": "email"}, "order"),
]


def test_every_list_is_read_from_an_index(fake_world: World) -> None:
    wrong = []
    for service, collection, query, order in LISTS:
        found = winning(fake_world.services[service].database[collection], query, [(order, -1)])
        if "IXSCAN" not in found or "COLLSCAN" in found:
            wrong.append((collection, query, found))
    assert wrong == []


def test_the_index_check_can_fail(fake_world: World) -> None:
    assert "COLLSCAN" in winning(fake_world.services["actions"].database["items"], {"percent": 5}, [("percent", -1)])


def test_the_relay_reads_its_queue_and_the_recovery_window_from_an_index(fake_world: World) -> None:
    window = {"changed_at": {"$gte": parse_timestamp("2026-01-01T00:00:00Z")}}
    queues: list[StagedDocuments] = [staged for s in fake_world.services.values() for staged in s.staged()]
    for staged in queues:
        query = {"staged_at": {"$exists": True}}
        found = winning(staged.collection, query, [("staged_at", 1)], "staged")
        assert "IXSCAN" in found
        assert "SORT" not in found
        found = winning(staged.collection, window, [("changed_at", 1)])
        assert "IXSCAN" in found
        assert "SORT" not in found


def test_a_relay_that_loses_its_lease_while_it_publishes_marks_nothing(fake_world: World) -> None:
    world = fake_world
    relay = world.relay("feedback")
    relay.step()
    world.submit()
    publish = relay.publisher.publish

    def publish_slowly(messages: Any) -> None:
        publish(messages)
        relay.lease.release()

    relay.publisher.publish = publish_slowly  # type: ignore[method-assign]
    with pytest.raises(RetryableError):
        relay.step()
    assert not world.everything_published()


def test_the_recovery_window_is_read_by_pages_whatever_its_size(fake_world: World, monkeypatch: Any) -> None:
    world = fake_world
    monkeypatch.setattr("shared.outbox.staged.PAGE", 3)
    for n in range(8):
        world.submit(title=f"Sample number {n}")
    world.relay("feedback").step()
    [staged] = world.services["feedback"].staged()
    since = world.feedback.clock.now() - dt.timedelta(days=1)
    found = [document["_id"] for document in staged.published_since(since)]
    assert found == [submission["_id"] for submission in world.submissions()]
    assert list(staged.published_since(world.feedback.clock.now() + dt.timedelta(days=1))) == []
