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


def run_worker(
    service: Service,
    name: str,
    role: RoleSettings,
    collection: str,
    step: Callable[[], int | bool],
    measure: Callable[[], None],
) -> None:
    """Repeat `step` until stopped: at once while it finds work, else when `collection` gains a document or
    after the poll time. A passing failure is logged and tried again; anything else ends the process."""

    def main(stop: Stop) -> None:
        wake_on_change(service.database[collection], INSERTS, stop)
        run_steps(stop, role.poll_seconds, step, measure)

    run_role(service.name, name, role, lambda: None, main)


def run_steps(stop: Stop, poll_seconds: float, step: Callable[[], int | bool], measure: Callable[[], None]) -> None:
    failures, measure_due = 0, 0.0
    while not stop:
        try:
            if time.monotonic() >= measure_due:
                measure()
                measure_due = time.monotonic() + _MEASURE_SECONDS
            worked = bool(step())
            failures = 0
        except (RetryableError, PyMongoError) as error:
            if isinstance(error, PyMongoError) and not is_transient(error):
                raise
            failures += 1
            worked = False
            log.warning("cannot go on, will try again", error=type(error).__name__, failures=failures)
        if not worked:
            stop.wait(min(poll_seconds * max(failures, 1), 5.0))
