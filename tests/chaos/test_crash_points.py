"""`kill -9` after each durable step of a real process, then a restart: exactly one item, one logical notification.

The role that crashes is a process of its own; the others run in this one. MongoDB, the broker and the mail server
are real.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.mail_sink import messages
from services.notifier.adapters.mail import SmtpMailer
from services.notifier.config import Config as NotifierConfig
from shared import crash
from tests.conftest import real_world
from tests.integration.test_delivery import one_item_each
from tests.support.mail import running_mail_sink
from tests.support.processes import Role
from tests.support.servers import BrokerServer
from tests.support.wait import eventually
from tests.support.world import SUBMISSION, World

CASES = [
    ("relay.acknowledged", "feedback", "relay"),
    ("relay.marked", "feedback", "relay"),
    ("inbox.written", "actions", "consumer"),
    ("inbox.committed", "actions", "consumer"),
    ("inbox.written", "notifier", "consumer"),
    ("inbox.written", "feedback", "consumer"),
    ("dispatch.frozen", "notifier", "dispatcher"),
    ("dispatch.inserted", "notifier", "dispatcher"),
    ("send.accepted", "notifier", "sender"),
    ("send.marked", "notifier", "sender"),
]
RECOVERY = ["recovery.suspected", "recovery.topics_ready", "recovery.republished", "recovery.stored"]


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    with running_mail_sink(tmp_path / "mail") as port:
        yield tmp_path / "mail", port


def world_with_mail(mongo_uri: str, server: BrokerServer, port: int) -> World:
    world = real_world(mongo_uri, server, SMTP_PORT=str(port)).set_up()
    world.mailer = SmtpMailer(NotifierConfig.read(world.environ).mail)  # type: ignore[assignment]
    world.notifier.send._mailer = world.mailer
    return world


class Story:
    """Submits, and moves every role but the one under test."""

    def __init__(self, world: World, service: str, role: str) -> None:
        self._world = world
        self._skipped = (service, role)

    def step(self) -> None:
        for name in self._world.services:
            if self._skipped != (name, "relay"):
                self._world.relay(name).attempt()
            if self._skipped != (name, "consumer"):
                self._world.consume(name)
        if self._skipped != ("notifier", "dispatcher"):
            self._world.notifier.dispatch()
        if self._skipped != ("notifier", "sender"):
            while self._world.notifier.send():
                pass

    def until(self, condition: Any, what: str) -> None:
        eventually(lambda: (self.step(), condition())[1], 60, what)

    def complete(self) -> bool:
        """Everything that follows from the submissions has happened, mails included."""
        world = self._world
        notifications = world.notifications()
        opened = {entry["id"] for item in world.items() for entry in item["history"]}
        return bool(
            len(world.items()) == len(world.submissions())
            and world.followed()
            and {n["announcement"] for n in notifications} == opened
            and all(n["status"] != "pending" for n in notifications)
            and world.notifier.announcements.waiting() == 0
            and world.everything_published()
        )


@pytest.mark.parametrize(("point", "service", "role"), CASES)
def test_a_process_killed_at_a_point_loses_and_doubles_nothing(
    point: str, service: str, role: str, mongo_uri: str, broker: BrokerServer, mail: tuple[Path, int], tmp_path: Path
) -> None:
    folder, port = mail
    world = world_with_mail(mongo_uri, broker, port)
    story = Story(world, service, role)
    world.submit()
    doomed = Role(world.environ, service, role, tmp_path / "doomed.log", crash_at=point)
    try:
        story.until(lambda: doomed.process.poll() is not None, f"the crash at {point}")
        doomed.wait_killed()
        world.submit(title="Sample that came after the crash")
        again = Role(world.environ, service, role, tmp_path / "again.log")
        try:
            # A claim of a dead sender is released by time; the test does not wait for it.
            if role == "sender":
                release_claims(world)
            story.until(story.complete, f"recovery from {point}; see {tmp_path / 'again.log'}")
        finally:
            again.stop()
        one_item_each(world)
        check_mails(world, folder, doubled=point == "send.accepted")
    finally:
        doomed.stop()
        world.close()


def release_claims(world: World) -> None:
    world.notifier.service.database["notifications"].update_many(
        {"status": "pending"}, {"$set": {"next_attempt_at": world.notifier.clock.now()}}
    )


def check_mails(world: World, folder: Path, *, doubled: bool) -> None:
    """One mail for each notification; only a crash between 250 and the mark sends one twice, with its own id."""
    sent = {
        f"<{n['_id']}@meity.example>" for n in world.notifications() if (n["channel"], n["status"]) == ("email", "sent")
    }
    counts = Counter(message["Message-ID"] for _, message in messages(folder))
    assert set(counts) == sent
    assert sum(counts.values()) - len(counts) == (1 if doubled else 0)


@pytest.mark.parametrize("point", RECOVERY)
def test_a_relay_killed_during_a_recovery_starts_it_over(
    point: str, mongo_uri: str, own_broker: BrokerServer, tmp_path: Path
) -> None:
    world = real_world(mongo_uri, own_broker).set_up()
    for n in range(3):
        world.submit(title=f"Sample number {n}")
    world.relay("feedback").attempt()  # on the broker, consumed by nobody yet
    assert world.everything_published()
    world.restart()
    own_broker.kill()
    own_broker.forget()
    own_broker.start()
    doomed = Role(world.environ, "feedback", "relay", tmp_path / "doomed.log", crash_at=point)
    again = None
    try:
        doomed.wait_killed()
        again = Role(world.environ, "feedback", "relay", tmp_path / "again.log")
        story = Story(world, "feedback", "relay")
        story.until(lambda: len(world.items()) == 3 and world.followed(), f"recovery from {point}")
        story.until(lambda: world.notifier.announcements.waiting() == 0 and len(world.notifications()) > 0, "notices")
        one_item_each(world)
    finally:
        doomed.stop()
        if again is not None:
            again.stop()
        world.close()


def test_a_web_process_killed_after_its_write_gives_the_repeat_the_same_receipt(
    mongo_uri: str, broker: BrokerServer, tmp_path: Path
) -> None:
    world = real_world(mongo_uri, broker).set_up()
    doomed = Role(world.environ, "feedback", "web", tmp_path / "doomed.log", crash_at="write.committed")
    again = Role(world.environ, "feedback", "web", tmp_path / "again.log")
    try:
        doomed.wait_ready()
        again.wait_ready()
        with pytest.raises((urllib.error.URLError, ConnectionError)):  # the worker dies before it answers
            post(doomed.port)
        [stored] = world.submissions()
        status, receipt = post(again.port)
        assert (status, receipt["tracking_number"]) == (201, stored["tracking_number"])
        assert len(world.submissions()) == 1
    finally:
        doomed.stop()
        again.stop()
        world.close()


def post(port: int) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/feedback",
        json.dumps(SUBMISSION).encode(),
        {"Content-Type": "application/json", "Idempotency-Key": "the-same-key"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.status, json.load(answer)


def test_every_crash_point_is_tried() -> None:
    tried = {point for point, _, _ in CASES} | set(RECOVERY) | {"write.committed"}
    assert tried == set(crash.POINTS)
