"""The only place that builds notifier's real things."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from services.notifier.adapters.announcements import INDEXES as ANNOUNCEMENT_INDEXES
from services.notifier.adapters.announcements import Announcements
from services.notifier.adapters.directory import Directory
from services.notifier.adapters.mail import Mailer, SmtpMailer
from services.notifier.adapters.notifications import COLLECTION, EVENT_FIELDS, EventEncoder, Notifications
from services.notifier.adapters.notifications import INDEXES as NOTIFICATION_INDEXES
from services.notifier.application.dispatch import Dispatch
from services.notifier.application.handlers import HANDLERS
from services.notifier.application.send import Send
from services.notifier.config import Config
from shared.clock import Clock, SystemClock
from shared.contracts.topics import ACTIONS_EVENTS, NOTIFICATIONS_EVENTS
from shared.service import Service
from shared.storage.client import open_database


@dataclass(frozen=True)
class Notifier:
    """The service with its use cases, as the web and the processes need it."""

    service: Service
    announcements: Announcements
    notifications: Notifications
    directory: Directory
    dispatch: Dispatch
    send: Send
    mailer: Mailer
    clock: Clock


def build(config: Config, clock: Clock | None = None, mailer: Mailer | None = None) -> Notifier:
    clock = clock or SystemClock()
    mailer = mailer or SmtpMailer(config.mail)
    database = open_database(config.mongo, "sankalp.notifier")
    announcements, notifications, directory = Announcements(database), Notifications(database), Directory(database)
    service = Service(
        name="notifier",
        database=database,
        clock=clock,
        kafka=config.kafka,
        publishes=NOTIFICATIONS_EVENTS,
        subscribes=(ACTIONS_EVENTS,),
        aggregates={COLLECTION: EVENT_FIELDS},
        indexes=(*NOTIFICATION_INDEXES, *ANNOUNCEMENT_INDEXES),
        encode=EventEncoder(config.kafka.topic_prefix),
        handlers=HANDLERS,
        load=directory.save_defaults,
    )
    too_old = dt.timedelta(hours=config.mail.too_old_hours)
    return Notifier(
        service,
        announcements,
        notifications,
        directory,
        Dispatch(announcements, notifications, directory, clock, too_old),
        Send(notifications, mailer, config.mail, config.public_url, clock),
        mailer,
        clock,
    )


def service(environ: Mapping[str, str]) -> Service:
    """The service as the command line finds it (entry point group `sankalp.services`)."""
    return build(Config.read(environ)).service
