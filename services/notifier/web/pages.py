"""The pages of notifier."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError

from services.notifier.adapters.notifications import COUNTED_TO
from services.notifier.bootstrap import Notifier
from services.notifier.web import present
from services.notifier.web.api import mark_read
from services.notifier.web.schemas import InboxQuery, LogQuery
from shared.contracts.organisations import organisations
from shared.web.errors import flatten
from shared.web.i18n import language
from shared.web.problem import FieldProblem

REASONS = {
    "own_action": _l("It is this organisation's own action."),
    "no_mailbox": _l("The directory has no mailbox for this organisation."),
    "too_old": _l("The event was too old for an e-mail."),
    "refused": _l("The mail server refused the address."),
    "given_up": _l("The mail server did not accept it in two days."),
}


def register(app: Flask, notifier: Notifier) -> None:
    @app.get("/")
    def start() -> Any:
        return redirect(url_for("inbox"))

    @app.get("/inbox")
    def inbox() -> str:
        query, given, errors = _query(InboxQuery())
        organisation, unread = query.get("organisation"), query.get("unread")
        page = notifier.notifications.inbox(organisation, unread, query.get("cursor"))
        count = notifier.notifications.count_inbox(organisation, unread)
        return render_template(
            "inbox.html",
            items=present.inbox(notifier, page.items),
            unread_count=notifier.notifications.count_inbox(organisation, True),
            **_list(page.cursor, count, given, errors),
        )

    @app.post("/inbox/<id>/read")
    def read(id: str) -> Any:
        document = mark_read(notifier, id)
        back = {name: request.form[f"_{name}"] for name in ("organisation", "unread") if request.form.get(f"_{name}")}
        query = urlencode(back or {"organisation": document["organisation"]})
        return redirect(f"{url_for('inbox')}?{query}", 303)

    @app.get("/deliveries")
    def deliveries() -> str:
        query, given, errors = _query(LogQuery())
        page = notifier.notifications.log(query, query.get("cursor"))
        count = notifier.notifications.count_log(query)
        return render_template(
            "deliveries.html",
            items=[present.log_line(document) for document in page.items],
            reasons=REASONS,
            **_list(page.cursor, count, given, errors),
        )


def _query(schema: Schema) -> tuple[dict[str, Any], dict[str, str], list[FieldProblem]]:
    """The page's filters: what is valid of them, as given, and what is wrong."""
    given = {name: value for name, value in request.args.items() if value and name != "lang"}
    try:
        return dict(schema.load(given)), given, []
    except ValidationError as error:
        return dict(error.valid_data or {}), given, flatten(error.messages_dict)


def _list(cursor: str | None, count: int, given: dict[str, str], errors: list[FieldProblem]) -> dict[str, Any]:
    return {
        "cursor": cursor,
        "count": count,
        "capped": count >= COUNTED_TO,
        "query": given,
        "errors": errors,
        "organisations": [(o.code, o.label(language())) for o in organisations().values()],
    }
