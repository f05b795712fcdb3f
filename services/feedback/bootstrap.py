"""The only place that builds feedback's real things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.feedback.adapters.meetings import Meetings
from services.feedback.adapters.submissions import COLLECTION, EVENT_FIELDS, INDEXES, EventEncoder, Submissions
from services.feedback.application.handlers import HANDLERS
from services.feedback.application.submit import Submit
from services.feedback.config import Config
from shared.clock import Clock, SystemClock
from shared.contracts.organisations import first_conference
from shared.contracts.topics import ACTIONS_EVENTS, FEEDBACK_EVENTS
from shared.service import Service
from shared.storage.client import open_database


@dataclass(frozen=True)
class Feedback:
    """The service with its use cases, as the web needs it."""

    service: Service
    submissions: Submissions
    meetings: Meetings
    submit: Submit
    clock: Clock


def build(config: Config, clock: Clock | None = None) -> Feedback:
    clock = clock or SystemClock()
    database = open_database(config.mongo, "sankalp.feedback")
    submissions, meetings = Submissions(database), Meetings(database)
    service = Service(
        name="feedback",
        database=database,
        clock=clock,
        kafka=config.kafka,
        publishes=FEEDBACK_EVENTS,
        subscribes=(ACTIONS_EVENTS,),
        aggregates={COLLECTION: EVENT_FIELDS},
        indexes=INDEXES,
        encode=EventEncoder(config.kafka.topic_prefix),
        handlers=HANDLERS,
        load=lambda: meetings.save(first_conference()),
    )
    return Feedback(service, submissions, meetings, Submit(submissions, meetings, clock), clock)


def service(environ: Mapping[str, str]) -> Service:
    """The service as the command line finds it (entry point group `sankalp.services`)."""
    return build(Config.read(environ)).service
