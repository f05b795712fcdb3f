"""The running system, every role a process of its own, through outages of its parts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local import demo
from deploy.local.broker import wait_until_listening
from deploy.local.mail_sink import messages
from deploy.local.ports import ROLES
from deploy.local.stack import Stack
from shared.contracts.identity import item_of_submission
from shared.ids import new_id
from shared.outbox.history import verify
from tests.conftest import skip
from tests.support.wait import eventually
from tests.support.world import SUBMISSION


def submit(stack: Stack, key: str, title: str = "Sample: a submission of a test") -> dict[str, Any]:
    url = f"http://127.0.0.1:{stack.ports.web('feedback')}/api/v1/feedback"
    answer, _ = demo.call("POST", url, {**SUBMISSION, "title": title, "sample": True}, **{"Idempotency-Key": key})
    return dict(answer)


class Database:
    """What the three databases hold, for comparison."""

    def __init__(self, stack: Stack) -> None:
        client: MongoClient[dict[str, Any]] = MongoClient(stack.environment["MONGODB_URI"])
        self.client = client
        self.submissions = client["sankalp_feedback"]["submissions"]
        self.items = client["sankalp_actions"]["items"]
        self.announcements = client["sankalp_notifier"]["announcements"]
        self.notifications = client["sankalp_notifier"]["notifications"]

    def complete(self) -> bool:
        """Each submission has its item, shows it, and everything was announced and published."""
        unpublished = {"$expr": {"$ne": ["$seq", "$published_seq"]}}
        entries = sum(len(item["history"]) for item in self.items.find({}, {"history.seq": 1}))
        return bool(
            self.items.count_documents({"origins.0": {"$exists": True}}) == self.submissions.count_documents({})
            and not self.submissions.count_documents({"follow_up.shown.status": "submitted"})
            and self.announcements.count_documents({"pending_since": {"$exists": False}}) == entries
            and not self.notifications.count_documents({"status": "pending"})
            and not any(c.count_documents(unpublished) for c in (self.submissions, self.items, self.notifications))
        )

    def check(self, accepted: set[str]) -> None:
        """Nothing lost, nothing doubled."""
        stored = {submission["_id"] for submission in self.submissions.find({}, {"_id": 1})}
        assert accepted <= stored
        items = list(self.items.find())
        assert {i["_id"] for i in items if i["origins"]} == {item_of_submission(id) for id in stored}
        assert [problem for i in items for problem in verify(i["_id"], i["seq"], i["history"])] == []
        told = Counter(
            (n["announcement"], n["address"] or n["organisation"], n["channel"])
            for n in self.notifications.find({}, {"announcement": 1, "address": 1, "organisation": 1, "channel": 1})
        )
        assert set(told.values()) == {1}
        events = {entry["id"] for item in items for entry in item["history"]}
        assert {announcement for announcement, _, _ in told} == events


@pytest.fixture
def database(stack: Stack) -> Iterator[Database]:
    made = Database(stack)
    yield made
    made.client.close()


def test_the_story_of_the_demo_comes_true(stack: Stack) -> None:
    steps: list[str] = []
    demo.walk(stack.public_url, lambda line, seconds: steps.append(line))
    assert len(steps) == 8
    assert steps[-1].endswith("verifies: True")


def test_twenty_posts_with_one_key_at_once_give_one_submission_and_one_receipt(
    stack: Stack, database: Database
) -> None:
    key = new_id()
    before = database.submissions.count_documents({})
    with ThreadPoolExecutor(20) as pool:
        receipts = list(pool.map(lambda _: submit(stack, key), range(20)))
    assert {json.dumps(receipt, sort_keys=True) for receipt in receipts} == {json.dumps(receipts[0], sort_keys=True)}
    assert database.submissions.count_documents({}) == before + 1


def test_while_the_broker_is_away_200_submissions_are_accepted_and_later_delivered(
    stack: Stack, database: Database
) -> None:
    broker = stack.child("broker")
    assert broker.process is not None
    broker.process.send_signal(19)  # SIGSTOP: it neither answers nor refuses
    try:
        accepted = {submit(stack, new_id(), f"Sample in an outage {n}")["id"] for n in range(200)}
        with urllib.request.urlopen(f"http://127.0.0.1:{stack.ports.web('feedback')}/readyz", timeout=5) as answer:
            assert answer.status == 200
    finally:
        broker.process.send_signal(18)  # SIGCONT
    eventually(database.complete, 120, "everything delivered after the outage")
    database.check(accepted)


def test_a_broker_killed_and_started_empty_under_load_loses_and_doubles_nothing(
    stack: Stack, database: Database
) -> None:
    accepted: set[str] = set()
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            accepted.add(submit(stack, new_id(), "Sample under load")["id"])
            time.sleep(0.01)

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(2):
        time.sleep(3)
        kill_and_empty_broker(stack)
    time.sleep(3)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(accepted) > 200
    eventually(database.complete, 300, "everything delivered by the emptied broker")
    database.check(accepted)


def kill_and_empty_broker(stack: Stack) -> None:
    """End the broker with SIGKILL; the supervisor starts it again, with nothing in it."""
    broker = stack.child("broker")
    assert broker.process is not None
    first = broker.process
    # Emptied before the supervisor starts it anew; Tansu has only memory.
    first.kill()
    first.wait()
    if stack.options.broker_kind == "kafka":
        refill_kafka(stack)
    eventually(lambda: broker.process is not first and broker.alive(), 30, "the broker's restart")
    wait_until_listening(stack.ports.kafka, broker, 60)


def refill_kafka(stack: Stack) -> None:
    """Wipe Apache Kafka's storage and format it anew."""
    from deploy.local import apache_kafka
    from tests.support.servers import ROOT

    data = stack.options.folder / "kafka"
    shutil.rmtree(data, ignore_errors=True)
    jars = ROOT / "var" / "kafka-jars"
    apache_kafka.child(jars, data, stack.ports.kafka, stack.ports.kafka_controller, stack.child("broker").log)


def test_a_message_that_cannot_be_read_is_put_away_and_the_next_one_applied(stack: Stack, database: Database) -> None:
    from kafka import KafkaProducer

    producer = KafkaProducer(bootstrap_servers=stack.environment["KAFKA_BOOTSTRAP_SERVERS"])
    producer.send("feedback.events", key=b"x", value=b"no event at all").get(timeout=20)
    producer.close()
    accepted = submit(stack, new_id(), "Sample after a poisoned message")
    eventually(lambda: database.items.find_one({"origins.submission": accepted["id"]}), 30, "the next message")
    letters = database.client["sankalp_actions"]["dead_letters"]
    letter = eventually(lambda: letters.find_one({"value": b"no event at all"}), 30, "the dead letter")
    assert letter["reason"] == "poison"
    metric = f"http://127.0.0.1:{stack.ports.internal('actions', 'consumer')}/metrics"
    with urllib.request.urlopen(metric, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    assert any(line.startswith("sankalp_dead_letters_total") and 'reason="poison"' in line for line in lines)
    listed = run_cli(stack, "dead-letters", "list", "--service", "actions")
    assert letter["_id"] in listed
    assert "no event at all" not in listed + run_cli(stack, "dead-letters", "show", letter["_id"])
    run_cli(stack, "dead-letters", "discard", letter["_id"], "--reason", "a test put it there")
    assert "0 waiting" in run_cli(stack, "dead-letters", "list", "--service", "actions")


def run_cli(stack: Stack, *arguments: str) -> str:
    command = [sys.executable, "-m", "shared.cli", *arguments]
    env = {**os.environ, **stack.environment}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60).stdout


def test_web_counters_add_up_over_workers(stack: Stack) -> None:
    def accepted() -> float:
        url = f"http://127.0.0.1:{stack.ports.internal('feedback', 'web')}/metrics"
        with urllib.request.urlopen(url, timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        wanted = 'sankalp_commands_total{command="submit",outcome="done",service="feedback"}'
        return sum(float(line.split()[-1]) for line in lines if line.startswith(wanted))

    before = accepted()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: submit(stack, new_id(), f"Sample to be counted {n}"), range(40)))
    assert accepted() - before == 40


@pytest.mark.promtool
def test_the_metrics_of_every_role_are_in_prometheus_format(stack: Stack) -> None:
    if shutil.which("promtool") is None:
        skip("no promtool on this machine (on Debian: apt-get install prometheus)")
    for service, role, _ in ROLES:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{stack.ports.internal(service, role)}/metrics", timeout=5
        ) as answer:
            metrics = answer.read()
        checked = subprocess.run(["promtool", "check", "metrics"], input=metrics, capture_output=True, timeout=30)
        assert checked.returncode == 0, (service, role, checked.stderr.decode())
        assert b"sankalp_" in metrics, (service, role)


def test_mails_carry_both_languages_and_a_stable_id(stack: Stack, database: Database) -> None:
    eventually(database.complete, 120, "all mails handed over")
    [(_, message), *_] = messages(stack.options.folder / "mail")
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Open the item" in text
    assert "कार्य बिंदु खोलें" in text
    assert message.get_body(("html",)) is not None
    assert message["Message-ID"].endswith("@meity.example>")


def test_what_lies_on_the_topics_is_read_by_an_independent_reader(stack: Stack) -> None:
    from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
    from kafka import KafkaConsumer

    consumer = KafkaConsumer(
        *("feedback.events", "actions.events", "notifications.events"),
        bootstrap_servers=stack.environment["KAFKA_BOOTSTRAP_SERVERS"],
        group_id=f"reader-{new_id()}",
        auto_offset_reset="earliest",
        session_timeout_ms=6000,
        heartbeat_interval_ms=2000,
    )
    wanted = {"sankalp.feedback.submitted", "sankalp.action.opened", "sankalp.notification.delivered"}
    seen: Counter[str] = Counter()
    deadline = time.monotonic() + 30
    while not wanted <= set(seen) and time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                if record.value == b"no event at all":
                    continue
                message = KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)
                event = from_binary_event(message)
                assert event.get_specversion() == "1.0"
                assert event.get_source().startswith("/sankalp/")
                assert event.get_subject() == record.key.decode()
                assert event.get_extension("sequence").isdigit()
                assert isinstance(event.get_data(), dict)
                seen[event.get_type()] += 1
    consumer.close()
    assert wanted <= set(seen)
