"""The processes that every service runs beside its web: relay and consumer."""

from __future__ import annotations

from shared.process import run_role
from shared.service import Service, build_consumer, build_relay
from shared.settings import RoleSettings
from shared.stop import Stop
from shared.storage.wakeup import NEW_ENTRIES, wake_on_change


def run_relay(service: Service, role: RoleSettings) -> None:
    """Publish the service's outboxes until stopped."""
    relay = build_relay(service, role)

    def main(stop: Stop) -> None:
        for collection in service.aggregates:
            wake_on_change(service.database[collection], NEW_ENTRIES, stop)
        relay.run(stop)

    run_role(service.name, "relay", role, lambda: None, main)


def run_consumer(service: Service, role: RoleSettings) -> None:
    """Consume the service's topics until stopped."""
    consumer = build_consumer(service, role)
    run_role(service.name, "consumer", role, consumer.ready, consumer.run)
