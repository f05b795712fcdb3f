"""The pages of actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError

from services.actions.adapters.items import COUNTED_TO, to_item
from services.actions.application.command import ChangedMeanwhile, HistoryFull, KeyReused
from services.actions.bootstrap import Actions
from services.actions.domain.errors import IllegalMove, Unmet
from services.actions.domain.item import MINISTRY, STATUSES
from services.actions.domain.lifecycle import MOVES
from services.actions.web import present
from services.actions.web.api import find
from services.actions.web.commands import give
from services.actions.web.problems import flaws, history_full, illegal
from services.actions.web.schemas import ActionQuery, CommandIn
from shared.clock import today_in_india
from shared.contracts import vocabulary
from shared.contracts.organisations import organisations, states
from shared.ids import is_id
from shared.storage.client import Document
from shared.web.app import form_key
from shared.web.conditional import asked_form_key, stale
from shared.web.errors import flatten, form_expired, respond
from shared.web.i18n import language
from shared.web.pages import localised
from shared.web.problem import FieldProblem

LABELS = {
    "owner": _l("Owner"),
    "target_date": _l("Target date"),
    "reason": _l("Reason"),
    "percent": _l("Progress in percent"),
    "text": _l("Text"),
    "class": _l("How the ministry treats the report"),
    "remark": _l("Remark"),
    "rating": _l("Rating, 1 to 5 (5 is best)"),
    "reason_class": _l("Why it rests"),
    "review_on": _l("Look again on"),
}
# What a move means, said where it is made: what happens, and who is told.
EXPLANATIONS = {
    "assign": _l("The owner gets the item with a target date. Owner and beneficiaries are told."),
    "return": _l("The item goes back to the ministry, which names another owner."),
    "start": _l("Shows everybody that work has begun."),
    "progress": _l("Records how far the work is. The ministry and the beneficiaries are told."),
    "report": _l("The Action Taken Report: the ministry treats it next. Nothing is asked of the owner until then."),
    "treat": _l("Accepted or not pursued: the beneficiary decides whether it is done. Otherwise work goes on."),
    "accept": _l("You agree that it is done. When every beneficiary has agreed, the item is closed."),
    "contest": _l("You do not agree. The item goes back to the ministry, one level up."),
    "decline": _l("The ministry will not act on this. The State is told, and may contest."),
    "hold": _l("The clock stands still until it is resumed."),
    "resume": _l("Work and clock go on where they were."),
    "revise_date": _l("Sets another target date. The first one stays visible."),
    "withdraw": _l("Your State takes its submission back. This ends the item."),
    "reopen": _l("Work begins again, one level up."),
    "note": _l("A remark that all parties see. It changes nothing else."),
}
# Fields that the page offers; the others belong to the API.
ON_PAGE = tuple(LABELS)


def register(app: Flask, actions: Actions) -> None:
    @app.get("/")
    def start() -> Any:
        return redirect(url_for("items"))

    @app.get("/items")
    def items() -> str:
        given = {name: value for name, value in request.args.items() if value and name != "lang"}
        try:
            query, errors = ActionQuery().load(given), []
        except ValidationError as error:
            query, errors = dict(error.valid_data or {}), flatten(error.messages_dict)
        today = today_in_india(actions.clock.now())
        page = actions.items.newest(query, today, query.get("cursor"))
        count = actions.items.count(query, today)
        return render_template(
            "items.html",
            items=[present.summary(document, today) for document in page.items],
            cursor=page.cursor,
            count=count,
            capped=count >= COUNTED_TO,
            query=given,
            errors=errors,
            states=_choices(states().values()),
            owners=_choices(organisations().values()),
            statuses=[(status, vocabulary.STATUSES[status]) for status in STATUSES],
        )

    @app.get("/items/<id>")
    def item(id: str) -> str:
        return page_of(find(actions, id), _acting(request.args.get("as")))

    @app.post("/items/<id>/commands")
    def command(id: str) -> Any:
        acting, name = _acting(request.form.get("as")), request.form.get("command", "")
        try:
            parsed = CommandIn().load(_as_body(request.form))
            give(actions, id, parsed, _seen_revision(request.form), asked_form_key(request.form) or form_key())
        except ValidationError as error:
            return again(id, acting, name, flatten(error.messages_dict), 422)
        except Unmet as error:
            return again(id, acting, name, flaws(error), 422)
        except IllegalMove as error:
            return again(id, acting, name, [FieldProblem("", illegal(error).detail)], 409)
        except HistoryFull:
            return again(id, acting, name, [FieldProblem("", history_full().detail)], 409)
        except (ChangedMeanwhile, KeyReused):
            return again(id, acting, name, [FieldProblem("", stale().detail)], 409)
        flash(gettext("Done: %(command)s.", command=vocabulary.COMMANDS[name]), "done")
        return redirect(f"{url_for('item', id=id)}?{urlencode({'as': acting})}", 303)

    @app.errorhandler(CSRFError)
    def expired(error: CSRFError) -> Any:
        """The session has ended while somebody typed: the same page, with a token of the new session."""
        problem, id = form_expired(), (request.view_args or {}).get("id", "")
        if request.endpoint != "command" or not is_id(id) or actions.items.get(id) is None:
            return respond(problem)
        name, acting = request.form.get("command", ""), _acting(request.form.get("as"))
        return again(id, acting, name, [FieldProblem("", problem.detail)], problem.status)

    def again(id: str, acting: str, name: str, errors: Sequence[FieldProblem], status: int) -> Any:
        """The page once more, with what was typed and what is wrong with it."""
        values = {**request.form.to_dict(), "_command": name}
        return page_of(find(actions, id), acting, values, errors), status

    def page_of(
        document: Document, acting: str, values: dict[str, str] | None = None, errors: Sequence[FieldProblem] = ()
    ) -> str:
        it = present.whole(actions, document, acting)
        return render_template(
            "item.html",
            it=it,
            history=present.history(document),
            acting=acting,
            actors=_actors(document),
            moves=[MOVES[name] for name in it["open_commands"]],
            values=values or {},
            refused=_refused(it, values or {}),
            errors=errors,
            key=form_key(),
            labels=LABELS,
            explanations=EXPLANATIONS,
            on_page=ON_PAGE,
            organisations=_choices(organisations().values()),
            choices={
                "class": list(vocabulary.TREATMENTS.items()),
                "reason_class": list(vocabulary.HOLD_REASONS.items()),
            },
            theme=localised(actions.reference.title("themes", it["theme"])),
            initiative=localised(actions.reference.title("initiatives", it["initiative"]) or ""),
            proposed=it["target_date"],
        )


def _acting(code: str | None) -> str:
    """The organisation that acts, until sign-in tells it."""
    return code if code in organisations() else MINISTRY


def _actors(document: Document) -> list[str]:
    """The organisations that have a part in an item: those that somebody might act for."""
    item = to_item(document)
    codes = [MINISTRY, item.owner, *(b.organisation for b in item.beneficiaries), *(o.state for o in item.origins)]
    return list(dict.fromkeys(code for code in codes if code))


def _seen_revision(form: Any) -> int:
    """The revision that the form was drawn for; 0, which no item has, where the field was tampered with."""
    text = form.get("_revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _choices(found: Any) -> list[tuple[str, str]]:
    return [(organisation.code, organisation.label(language())) for organisation in found]


def _refused(it: dict[str, Any], values: dict[str, str]) -> dict[str, Any] | None:
    """What was typed for a move that is no longer open: told back, so that it is not lost."""
    command = values.get("_command", "")
    if command not in MOVES or command in it["open_commands"]:
        return None
    typed = {LABELS[name]: values[name] for name in LABELS if values.get(name)}
    return {"command": vocabulary.COMMANDS.get(command, command), "typed": typed} if typed else None


def _as_body(form: Any) -> dict[str, Any]:
    """The form's fields as a body: empty ones left out, the form's own fields dropped."""
    return {
        name: value
        for name, value in form.items()
        if not name.startswith("_") and name != "csrf_token" and value.strip()
    }
