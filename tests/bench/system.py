"""The system under measurement: a local stack of its own, whose roles can be stopped and started one by one, and
what its databases say about the work that is left."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection

from deploy.local.broker import wait_until_listening
from deploy.local.ports import ROLES, Ports
from deploy.local.stack import Options, Stack, readiness
from deploy.local.supervisor import Child
from tests.bench import reference
from tests.bench.bodies import bodies
from tests.bench.client import Client, Load

SUBMIT = "/api/v1/feedback"
WORKERS = tuple(f"{service} {role}" for service, role, _ in ROLES if role != "web")
_REFERENCE_PORT, _REFERENCE_INTERNAL = 8090, 9190
_PATIENCE = 60.0


class Missing(Exception):
    """Something that was accepted did not come about, or came about more than once."""


class System:
    """Started by `running`. `accepted` holds every submission that was answered with 201, by id."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.accepted: dict[str, float] = {}
        self.sent_to_reference = 0
        self._bodies = bodies()
        client: MongoClient[dict[str, Any]] = MongoClient(
            stack.environment["MONGODB_URI"], readConcernLevel="majority", tz_aware=True
        )
        self.mongo = client

    @property
    def children(self) -> list[Child]:
        return self.stack.supervisor.children

    def collection(self, service: str, name: str) -> Collection[dict[str, Any]]:
        return self.mongo[f"sankalp_{service}"][name]

    def submit(self, connections: int, send: Callable[[Client], Load]) -> Load:
        """Send submissions to feedback's own web port; all that are accepted are noted."""
        load = self._send(self.stack.ports.web("feedback"), SUBMIT, connections, send)
        self.accepted.update(load.accepted)
        return load

    def insert(self, connections: int, send: Callable[[Client], Load]) -> Load:
        """Send the same bodies to the reference."""
        load = self._send(self.reference_port, reference.PATH, connections, send)
        self.sent_to_reference += len(load.accepted)
        return load

    def _send(self, port: int, path: str, connections: int, send: Callable[[Client], Load]) -> Load:
        client = Client(port, path, self._bodies, connections)
        try:
            return send(client)
        finally:
            client.close()

    @property
    def reference_port(self) -> int:
        return _REFERENCE_PORT + self.stack.ports.offset

    def start_reference(self) -> None:
        """The reference server, with the settings of feedback's web process."""
        settings = {
            "PORT": str(self.reference_port),
            "INTERNAL_PORT": str(_REFERENCE_INTERNAL + self.stack.ports.offset),
        }
        log = self.stack.options.folder / "log" / "reference.log"
        command = [sys.executable, "-m", "tests.bench.reference"]
        child = Child("reference web", command, {**self.stack.environment, **settings}, log)
        self.stack.supervisor.start(child)
        wait_until_listening(self.reference_port, child, 20)

    def stop_roles(self, names: Iterable[str]) -> None:
        """End these roles as an operator would: SIGTERM, then wait."""
        children = [self.stack.child(name) for name in names]
        for child in children:
            if child.process is not None and child.alive():
                child.process.terminate()
        for child in children:
            if child.process is not None:
                child.process.wait(timeout=20)

    def start_role(self, name: str) -> None:
        """Start a role without waiting for it to be ready."""
        self.stack.child(name).start()

    def not_ready(self) -> list[str]:
        return [f"{s} {r}" for s, r, _ in ROLES if readiness(self.stack.ports.internal(s, r)) is not None]

    # What is left to do, as a function to poll; the totals are read once, when the function is made.

    def unpublished(self, service: str, collection: str) -> Callable[[], int]:
        """Documents with entries beyond `published_seq`; the relay unsets `staged_at` only when none is left."""
        documents = self.collection(service, collection)
        return lambda: documents.count_documents({"staged_at": {"$exists": True}}, hint="staged")

    def without_item(self) -> Callable[[], int]:
        items = self.collection("actions", "items")
        total = len(self.accepted) + items.count_documents({"kind": "resolution"})
        return lambda: total - items.estimated_document_count()

    def unannounced(self) -> Callable[[], int]:
        announcements = self.collection("notifier", "announcements")
        total = entries(self.collection("actions", "items"))
        return lambda: total - announcements.estimated_document_count()

    def undispatched(self) -> Callable[[], int]:
        announcements = self.collection("notifier", "announcements")
        return lambda: announcements.count_documents({"pending_since": {"$exists": True}}, hint="pending")

    def without_follow_up(self) -> Callable[[], int]:
        submissions = self.collection("feedback", "submissions")
        return lambda: submissions.count_documents({"follow_up.shown.status": "submitted"}, hint="by_status")

    def unsent(self) -> Callable[[], int]:
        notifications = self.collection("notifier", "notifications")
        return lambda: notifications.count_documents({"next_attempt_at": {"$exists": True}}, hint="due")

    def settle(self, *, mails: bool) -> None:
        """Wait until the running roles have done everything; the mails as well if asked. Raises Missing."""
        steps: tuple[Callable[[], Callable[[], int]], ...] = (
            lambda: self.unpublished("feedback", "submissions"),
            self.without_item,
            lambda: self.unpublished("actions", "items"),
            self.unannounced,
            self.without_follow_up,
            self.undispatched,
            *([self.unsent] if mails else []),
            lambda: self.unpublished("notifier", "notifications"),
        )
        for step in steps:
            left = step()
            wait_for_none(left)


def entries(collection: Collection[dict[str, Any]]) -> int:
    """The number of history entries of all documents."""
    found = list(collection.aggregate([{"$group": {"_id": None, "entries": {"$sum": "$seq"}}}]))
    return int(found[0]["entries"]) if found else 0


def wait_for(true: Callable[[], bool], otherwise: str, seconds: float = _PATIENCE) -> None:
    """Poll until `true`. Raises Missing with the words of `otherwise`."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise Missing(f"after {seconds:.0f} s: {otherwise}")
        time.sleep(0.05)


def wait_for_none(left: Callable[[], int]) -> None:
    """Poll until nothing is left. Raises Missing."""
    wait_for(lambda: left() == 0, "work is left")


@contextmanager
def running(offset: int, broker: str, say: Callable[[str], None]) -> Iterator[System]:
    """A stack in a folder of its own; both are gone at the end, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="sankalp-bench-"))
    stack = Stack(Options(folder, Ports(offset), broker), say)
    try:
        stack.start()
        system = System(stack)
        system.start_reference()
        yield system
        system.mongo.close()
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
