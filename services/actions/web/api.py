"""The JSON API of actions."""

from __future__ import annotations

from typing import Any

from flask import Flask

from services.actions.application.command import NoSuchItem
from services.actions.bootstrap import Actions
from services.actions.web import present
from services.actions.web.commands import give
from services.actions.web.schemas import ActingQuery, ActionOut, ActionQuery, ActionSummaryOut, CommandIn, HistoryOut
from shared.clock import today_in_india
from shared.ids import is_id
from shared.storage.client import Document
from shared.web.api import ApiBlueprint, create_api
from shared.web.app import csrf
from shared.web.conditional import asked_revision, etag, idempotency_key
from shared.web.pagination import page_schema

DESCRIPTION = "Action items: what must be done, by whom, by when, and every step taken."

_HEADERS = [
    {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "schema": {"type": "string"},
        "description": "the ETag that you have seen",
    },
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": "makes the command safe to repeat",
    },
]


def register(app: Flask, actions: Actions) -> None:
    api = create_api(app, "Sankalp actions", DESCRIPTION)
    blueprint = ApiBlueprint("api", __name__, url_prefix="/api/v1")
    csrf.exempt(blueprint)

    @blueprint.get("/actions")
    @blueprint.arguments(ActionQuery(), location="query")
    @blueprint.response(200, page_schema(ActionSummaryOut)())
    @blueprint.doc(summary="List action items, newest first")
    def index(query: dict[str, Any]) -> dict[str, Any]:
        today = today_in_india(actions.clock.now())
        page = actions.items.newest(query, today, query.get("cursor"))
        return {"items": [present.summary(document, today) for document in page.items], "next_cursor": page.cursor}

    @blueprint.get("/actions/<id>")
    @blueprint.arguments(ActingQuery(), location="query")
    @blueprint.response(200, ActionOut())
    @blueprint.doc(summary="Read an action item")
    def read(query: dict[str, Any], id: str) -> Any:
        document = find(actions, id)
        return present.whole(actions, document, query.get("acting")), 200, {"ETag": etag(document["revision"])}

    @blueprint.post("/actions/<id>/commands")
    @blueprint.arguments(CommandIn())
    @blueprint.response(200, ActionOut(), description="The item after the command.")
    @blueprint.doc(summary="Give a command", parameters=_HEADERS)
    def command(parsed: dict[str, Any], id: str) -> Any:
        key = idempotency_key(required=False)
        document, replayed = give(actions, id, parsed, asked_revision(), key)
        headers = {"ETag": etag(document["revision"])}
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        return present.whole(actions, document, parsed.get("as")), 200, headers

    @blueprint.get("/actions/<id>/history")
    @blueprint.response(200, HistoryOut())
    @blueprint.doc(summary="The history of an action item, verified link by link")
    def history(id: str) -> dict[str, Any]:
        return present.history(find(actions, id))

    api.register_blueprint(blueprint)


def find(actions: Actions, id: str) -> Document:
    """The item; raises NoSuchItem."""
    document = actions.items.get(id) if is_id(id) else None
    if document is None:
        raise NoSuchItem
    return document
