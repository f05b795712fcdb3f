"""The only place that builds actions' real things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.actions.adapters.items import COLLECTION, INDEXES, EventEncoder, Items
from services.actions.adapters.reference import Reference
from services.actions.application.command import GiveCommand
from services.actions.application.handlers import handlers
from services.actions.application.load import load_resolutions
from services.actions.config import Config
from shared.clock import Clock, SystemClock
from shared.contracts.organisations import first_conference
from shared.contracts.topics import ACTIONS_EVENTS, FEEDBACK_EVENTS
from shared.service import Service
from shared.storage.client import open_database


@dataclass(frozen=True)
class Actions:
    """The service with its use cases, as the web needs it."""

    service: Service
    items: Items
    reference: Reference
    give_command: GiveCommand
    clock: Clock


def build(config: Config, clock: Clock | None = None) -> Actions:
    clock = clock or SystemClock()
    database = open_database(config.mongo, "sankalp.actions")
    items, reference = Items(database), Reference(database)

    def load() -> None:
        reference.save(first_conference())
        load_resolutions(items, first_conference(), clock)

    service = Service(
        name="actions",
        database=database,
        clock=clock,
        kafka=config.kafka,
        publishes=ACTIONS_EVENTS,
        subscribes=(FEEDBACK_EVENTS,),
        aggregates={COLLECTION: ()},
        indexes=INDEXES,
        encode=EventEncoder(config.kafka.topic_prefix),
        handlers=handlers(reference.routing),
        load=load,
    )
    return Actions(service, items, reference, GiveCommand(items, clock), clock)


def service(environ: Mapping[str, str]) -> Service:
    """The service as the command line finds it (entry point group `sankalp.services`)."""
    return build(Config.read(environ)).service
