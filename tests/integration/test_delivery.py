"""From a submission to its item, its notifications and its follow-up: exactly once, in any order, through outages.
The tests that take `world` run on the fake broker and on the real one."""

from __future__ import annotations

import random
from typing import Any

import pytest

from services.actions.application.command import Request
from services.actions.domain.commands import Command
from shared.contracts.identity import item_of_submission
from shared.errors import RetryableError
from shared.ids import new_id
from shared.inbox.shapes import apply
from shared.messaging.envelope import from_record
from shared.messaging.message import Partition, Record
from shared.outbox.history import Context, verify
from tests.support.world import FakeBus, World


def command(world: World, item_id: str, name: str, organisation: str = "MEITY", **fields: Any) -> None:
    document = world.actions.items.get(item_id)
    assert document is not None
    context = Context(by={"organisation": organisation, "principal": "local"}, correlation_id=new_id())
    world.actions.give_command(Request(item_id, Command(name, organisation, fields), document["revision"], context))


def one_item_each(world: World) -> None:
    """Exactly one item for each submission, each verified; one notification for each event, addressee, channel."""
    assert {item["_id"] for item in world.items()} == {item_of_submission(s["_id"]) for s in world.submissions()}
    for item in world.items():
        assert verify(item["_id"], item["seq"], item["history"]) == []
    seen = [(n["announcement"], n["address"] or n["organisation"], n["channel"]) for n in world.notifications()]
    assert len(seen) == len(set(seen))
    events = {entry["id"] for item in world.items() for entry in item["history"]}
    assert {n["announcement"] for n in world.notifications()} == events


def test_a_submission_becomes_one_item_is_announced_and_shows_where_it_stands(world: World) -> None:
    submission = world.submit()
    world.settle(world.followed)
    [item] = world.items()
    assert (item["status"], item["owner"], item["pending_with"]) == ("open", "NIC", ["MEITY"])

    command(world, item["_id"], "assign", owner="NIC", target_date="2099-01-31")
    command(world, item["_id"], "start", "NIC")
    world.settle(lambda: world.followed() and world.everything_published())

    [submission] = world.submissions()
    shown = submission["follow_up"]["shown"]
    assert (shown["status"], shown["owner"], shown["target_date"]) == ("in_progress", "NIC", "2099-01-31")
    assert [step["status"] for step in shown["trail"]] == ["open", "assigned", "in_progress"]
    one_item_each(world)
    by_org = {(n["organisation"], n["channel"], n["event_type"]): n for n in world.notifications()}
    assert by_org["NIC", "email", "action.assigned"]["status"] == "sent"
    assert by_org["MEITY", "inbox", "action.assigned"]["reason"] == "own_action"
    message = next(m for m in world.mailer.sent if m["To"] == "nic@sankalp.example")
    assert message["Subject"] == "Assigned to you: Sample: shared map layers"


def test_a_commitment_is_owned_by_its_state_and_agreed_by_the_ministry(fake_world: World) -> None:
    fake_world.submit(kind="commitment", state="AP")
    fake_world.settle(fake_world.followed)
    [item] = fake_world.items()
    assert (item["owner"], [b["organisation"] for b in item["beneficiaries"]]) == ("AP", ["MEITY"])


def test_replaying_every_topic_from_the_beginning_makes_no_new_document(world: World) -> None:
    for n in range(5):
        world.submit(title=f"Sample number {n}")
    world.settle(world.followed)
    command(world, world.items()[0]["_id"], "assign", owner="NIC", target_date="2099-01-31")
    world.settle(lambda: world.followed() and world.everything_published())
    before, submissions = world.documents(), world.submissions()

    for name, service in world.services.items():
        topics = [service.topic_name(topic) for topic in service.subscribes]
        again = world.bus.subscription(f"{service.group}.replay", topics)
        total = sum(len(s["history"]) for s in (submissions if name == "actions" else world.items()))
        records: list[Record] = []
        while len(records) < total:
            records += again.poll(0.2)
        service.processor(20).process(records)
        again.close()
    world.settle(lambda: True)
    assert world.documents() == before
    assert world.submissions() == submissions


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_and_doubled_events_lead_to_the_same_state(fake_world: World, seed: int) -> None:
    world, broker = fake_world, _fake(fake_world)
    for n in range(4):
        world.submit(title=f"Sample number {n}")
    world.step("feedback")
    world.step("actions")
    for item in world.items():
        command(world, item["_id"], "assign", owner="NIC", target_date="2099-01-31")
        command(world, item["_id"], "start", "NIC")
        command(world, item["_id"], "progress", "NIC", percent=50)
    world.settle(lambda: world.followed() and world.everything_published())
    want = [s["follow_up"] for s in world.submissions()], sorted(n["_id"] for n in world.notifications())

    chaos = random.Random(seed)
    world.feedback.service.database["submissions"].update_many(
        {}, {"$set": {"follow_up": {"items": {}, "shown": {"status": "submitted"}}}}
    )
    for collection in ("announcements", "notifications"):
        world.notifier.service.database[collection].delete_many({})
    messages = broker.messages(world.services["actions"].topic_name(world.services["actions"].publishes)) * 2
    chaos.shuffle(messages)
    records = [Record(Partition(m.topic, 0), n, m.key, m.value, m.headers) for n, m in enumerate(messages)]
    for name in ("feedback", "notifier"):
        start = 0
        while start < len(records):
            size = chaos.randint(1, 7)
            world.services[name].processor(20).process(records[start : start + size])
            start += size
    while world.notifier.dispatch():
        pass
    assert ([s["follow_up"] for s in world.submissions()], sorted(n["_id"] for n in world.notifications())) == want


def test_an_older_event_after_a_newer_one_changes_nothing(fake_world: World) -> None:
    world = fake_world
    submission = world.submit()
    world.settle(world.followed)
    item = world.items()[0]
    command(world, item["_id"], "assign", owner="NIC", target_date="2099-01-31")
    world.settle(lambda: world.followed() and world.everything_published())
    topic = world.services["actions"].topic_name(world.services["actions"].publishes)
    oldest = next(m for m in _fake(world).messages(topic) if dict(m.headers)["ce_sequence"] == b"1")
    event = from_record(Record(Partition(topic, 0), 0, oldest.key, oldest.value, oldest.headers))
    writes = world.feedback.service.handlers[event.type](event)
    assert apply(world.feedback.service.database, writes) == ["superseded"]
    stored = world.feedback.submissions.by_id(submission["_id"])
    assert stored is not None
    assert stored["follow_up"]["shown"]["status"] == "assigned"


def test_while_the_broker_is_down_submissions_are_accepted_and_later_delivered(fake_world: World) -> None:
    world, broker = fake_world, _fake(fake_world)
    world.submit()
    world.settle(world.followed)
    broker.down = True
    for n in range(200):
        world.submit(title=f"Sample in an outage {n}")
    with pytest.raises(RetryableError):
        world.relay("feedback").step()
    assert world.consumer("actions").step() == 0
    broker.down = False
    world.settle(lambda: len(world.items()) == 201 and world.followed())
    one_item_each(world)


@pytest.mark.parametrize("noticed", ["when idle", "by a produce error"])
def test_a_broker_that_forgot_everything_loses_nothing_and_doubles_nothing(fake_world: World, noticed: str) -> None:
    world, broker = fake_world, _fake(fake_world)
    for n in range(10):
        world.submit(title=f"Sample number {n}")
    world.settle(lambda: world.followed() and world.everything_published())
    lost = world.submit(title="Sample that only the broker knew")
    world.relay("feedback").step()
    assert world.everything_published()
    broker.forget()
    if noticed == "by a produce error":
        world.submit(title="Sample after the loss")
        with pytest.raises(RetryableError):
            world.relay("feedback").step()
    expected = len(world.submissions())
    world.settle(lambda: len(world.items()) == expected and world.followed(), 30)
    assert item_of_submission(lost["_id"]) in {item["_id"] for item in world.items()}
    one_item_each(world)


def test_an_offset_that_goes_back_is_taken_as_a_broker_that_forgot(fake_world: World) -> None:
    world, broker = fake_world, _fake(fake_world)
    world.submit()
    world.settle(world.followed)
    lost = world.submit(title="Sample that will be cut off")
    world.relay("feedback").step()
    ids = dict(broker.ids)
    broker.lose_logs()  # the same topic ids: only the offsets tell
    for n in range(20):  # enough to meet every partition: one that was empty before tells nothing
        world.submit(title=f"Sample that meets the gap {n}")
    world.settle(lambda: len(world.items()) == len(world.submissions()), 30)
    assert broker.ids == ids
    assert item_of_submission(lost["_id"]) in {item["_id"] for item in world.items()}


def _fake(world: World) -> Any:
    assert isinstance(world.bus, FakeBus)
    return world.bus.broker
