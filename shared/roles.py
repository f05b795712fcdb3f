"""The processes that run beside the web: relay, consumer, and workers that poll a collection."""

from __future__ import annotations

import time
from collections.abc import Callable

from pymongo.errors import PyMongoError

from shared.errors import RetryableError
from shared.logs import get_logger
from shared.process import run_role
from shared.service import Service, build_consumer, build_relay
from shared.settings import RoleSettings
from shared.stop import Stop
from shared.storage.client import is_transient
from shared.storage.wakeup import INSERTS, NEW_ENTRIES, wake_on_change

log = get_logger(__name__)

_MEASURE_SECONDS = 5.0


def run_relay(service: Service, role: RoleSettings) -> None:
    """Publish the service's outboxes until stopped."""
    relay = build_relay(service, role)

    def main(stop: Stop) -> None:
        for collection in service.aggregates:
            wake_on_change(service.database[collection], NEW_ENTRIES, stop)
        relay.run(stop)

    run_role(service.name, "relay", role, relay.ready, main)


def run_consumer(service: Service, role: RoleSettings) -> None:
    """Consume the service's topics until stopped."""
    consumer = build_consumer(service, role)
    run_role(service.name, "consumer", role, consumer.ready, consumer.run)


class Worker:
    """Repeats `step`: at once while it finds work, else when woken or after the poll time. A passing failure is
    logged and tried again; anything else is raised and ends the process."""

    def __init__(self, step: Callable[[], int | bool], measure: Callable[[], None], poll_seconds: float) -> None:
        self._step = step
        self._measure = measure
        self._poll_seconds = poll_seconds
        self._measure_due = 0.0
        self._failures = 0
        self._trouble: str | None = "no step was done yet"

    def ready(self) -> str | None:
        """None while steps succeed; else why not."""
        return self._trouble

    def run(self, stop: Stop) -> None:
        while not stop:
            if not self.attempt():
                stop.wait(min(self._poll_seconds * max(self._failures, 1), 5.0))

    def attempt(self) -> bool:
        """One step; whether it found work."""
        try:
            if time.monotonic() >= self._measure_due:
                self._measure()
                self._measure_due = time.monotonic() + _MEASURE_SECONDS
            worked = bool(self._step())
        except (RetryableError, PyMongoError) as error:
            if isinstance(error, PyMongoError) and not is_transient(error):
                raise
            self._failures += 1
            self._trouble = "MongoDB does not answer"
            log.warning("cannot go on, will try again", error=type(error).__name__, failures=self._failures)
            return False
        self._failures, self._trouble = 0, None
        return worked


def run_worker(
    service: Service,
    name: str,
    role: RoleSettings,
    collection: str,
    step: Callable[[], int | bool],
    measure: Callable[[], None],
) -> None:
    """Repeat `step` until stopped, woken when `collection` gains a document."""
    worker = Worker(step, measure, role.poll_seconds)

    def main(stop: Stop) -> None:
        wake_on_change(service.database[collection], INSERTS, stop)
        worker.run(stop)

    run_role(service.name, name, role, worker.ready, main)
