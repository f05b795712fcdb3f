"""The JSON API of notifier."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from services.notifier.bootstrap import Notifier
from services.notifier.web import present
from services.notifier.web.schemas import InboxQuery, NotificationOut
from shared.clock import timestamp
from shared.ids import is_id
from shared.storage.client import Document
from shared.web.api import ApiBlueprint, create_api
from shared.web.app import csrf
from shared.web.pagination import page_schema
from shared.web.problem import Problem, ProblemError

DESCRIPTION = "Who was told of what, on which channel, and what became of it."


def register(app: Flask, notifier: Notifier) -> None:
    api = create_api(app, "Sankalp notifier", DESCRIPTION)
    blueprint = ApiBlueprint("api", __name__, url_prefix="/api/v1")
    csrf.exempt(blueprint)

    @blueprint.get("/notifications")
    @blueprint.arguments(InboxQuery(), location="query")
    @blueprint.response(200, page_schema(NotificationOut)())
    @blueprint.doc(summary="List an inbox, newest first")
    def index(query: dict[str, Any]) -> dict[str, Any]:
        page = notifier.notifications.inbox(query.get("organisation"), query.get("unread"), query.get("cursor"))
        return {"items": present.inbox(notifier, page.items), "next_cursor": page.cursor}

    @blueprint.post("/notifications/<id>/read")
    @blueprint.response(200, NotificationOut())
    @blueprint.doc(summary="Mark a notification as read; again changes nothing")
    def read(id: str) -> dict[str, Any]:
        return present.inbox(notifier, [mark_read(notifier, id)])[0]

    api.register_blueprint(blueprint)


def mark_read(notifier: Notifier, id: str) -> Document:
    """The notification, now read; 404 as a problem."""
    document = notifier.notifications.mark_read(id, timestamp(notifier.clock.now())) if is_id(id) else None
    if document is None:
        raise ProblemError(
            Problem(404, "not-found", _l("Not found"), _l("There is no notification with this id. Check the address."))
        )
    return document
