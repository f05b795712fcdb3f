"""The pages of feedback."""

from __future__ import annotations

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from werkzeug import Response

from services.feedback.adapters.submissions import COUNTED_TO
from services.feedback.adapters.tracking import parse_tracking_number
from services.feedback.bootstrap import Feedback
from services.feedback.domain.errors import AlreadySent, InvalidSubmission
from services.feedback.domain.submission import KINDS
from services.feedback.web import present
from services.feedback.web.api import find
from services.feedback.web.intake import submit
from services.feedback.web.problems import flaws
from services.feedback.web.schemas import SubmissionIn, SubmissionQuery
from shared import metrics
from shared.contracts.organisations import states
from shared.contracts.vocabulary import STATUSES
from shared.web.app import form_key
from shared.web.conditional import asked_form_key
from shared.web.errors import flatten, form_expired, respond
from shared.web.i18n import language
from shared.web.pages import FOOTER, localised
from shared.web.problem import FieldProblem

LABELS = {
    "state": _l("State or Union Territory"),
    "meeting": _l("Meeting"),
    "theme": _l("Agenda theme"),
    "initiative": _l("Initiative"),
    "title": _l("Title"),
    "details": _l("Details"),
    "target_date": _l("Proposed target date"),
    "file_number": _l("e-Office file number"),
    "contact.name": _l("Name"),
    "contact.designation": _l("Designation"),
    "contact.phone": _l("Telephone"),
    "contact.email": _l("E-mail"),
}
KIND_HINTS = {
    "suggestion": _l("An idea for a policy, a programme or a way of working."),
    "commitment": _l("Something that your State undertakes to do. The ministry agrees when it is done."),
    "request": _l("Something that your State asks of the ministry: approval, funds, support, data."),
    "issue": _l("A difficulty that your State faces and that the ministry should know of and help to solve."),
}
DETAIL_HINTS = {
    "suggestion": _l("What should change, why, and what it would bring."),
    "commitment": _l("What your State will do, where, and how one will see that it is done."),
    "request": _l("What is needed, by when, for what, and what was tried so far."),
    "issue": _l("What happens, since when, whom it affects, and what was tried so far."),
}


def register(app: Flask, feedback: Feedback) -> None:
    @app.get("/")
    def start() -> str:
        page = feedback.submissions.newest({}, None)
        return render_template("start.html", kinds=KIND_HINTS, recent=[present.summary(d) for d in page.items[:5]])

    @app.get("/track")
    def track() -> Response | str:
        number = parse_tracking_number(request.args.get("number", ""))
        if number is None:
            flash(
                gettext("This is not a tracking number. It has nine letters and digits, such as 7K3M-9QXD-4."),
                "warning",
            )
            return redirect(url_for("start"))
        return redirect(url_for("submission", reference=number))

    @app.get("/new")
    def choose_kind() -> str:
        return render_template("choose_kind.html", kinds=KIND_HINTS)

    @app.route("/new/<any(suggestion, commitment, request, issue):kind>", methods=["GET", "POST"])
    def new(kind: str) -> Any:
        if request.method == "GET" or "_lang" in request.form:
            return form(kind, request.form.to_dict(), ())
        return send(kind)

    @app.get("/submissions")
    def register_of_submissions() -> str:
        return register_page()

    @app.get("/submissions/<reference>")
    def submission(reference: str) -> str:
        document = find(feedback, reference)
        return render_template(
            "submission.html",
            it=present.whole(document),
            history=document["history"],
            theme=title_of("themes", document["theme"]),
            initiative=title_of("initiatives", document.get("initiative")),
            just_sent="sent" in request.args,
        )

    @app.get("/<any(about, contact, help, accessibility, privacy, terms, sitemap):name>")
    def about(name: str) -> str:
        return render_template(f"about/{name}.html", name=name, title=dict(FOOTER)[name])

    def title_of(part: str, code: str | None) -> str:
        return localised(feedback.meetings.titles(part).get(code, code)) if code else ""

    def form(kind: str, values: dict[str, str], errors: tuple[FieldProblem, ...], status: int = 200) -> Any:
        meetings = feedback.meetings.all()
        page = render_template(
            "new.html",
            kind=kind,
            hint=DETAIL_HINTS[kind],
            labels=LABELS,
            values={"_key": form_key(), **values},
            errors=errors,
            states=[(state.code, state.label(language())) for state in states().values()],
            meetings=[(m["_id"], localised(m["title"])) for m in meetings],
            themes=_titles(meetings, "themes"),
            initiatives=_titles(meetings, "initiatives"),
        )
        return page, status

    def send(kind: str) -> Any:
        values = request.form.to_dict()
        try:
            parsed = SubmissionIn().load({**_as_body(values), "kind": kind})
            document, replayed = submit(feedback, parsed, asked_form_key(values) or form_key())
        except ValidationError as error:
            return form(kind, values, tuple(flatten(error.messages_dict)), 422)
        except InvalidSubmission as error:
            return form(kind, values, flaws(error), 422)
        except AlreadySent as error:
            text = gettext(
                "You have already sent this form; it has the tracking number %(number)s. "
                "To send the changed text as a new submission, send again.",
                number=error.tracking_number,
            )
            return form(kind, {**values, "_key": form_key()}, (FieldProblem("body", text),), 409)
        metrics.COMMANDS.labels("feedback", "submit", "replayed" if replayed else "done").inc()
        return redirect(url_for("submission", reference=document["tracking_number"], sent=1), 303)

    @app.errorhandler(CSRFError)
    def expired(error: CSRFError) -> Any:
        """The session has ended while somebody typed: the same form, with a token of the new session."""
        problem = form_expired()
        if request.endpoint != "new":
            return respond(problem)
        values = request.form.to_dict()
        return form((request.view_args or {})["kind"], values, (FieldProblem("body", problem.detail),), problem.status)

    def register_page() -> str:
        given = {name: value for name, value in request.args.items() if value and name != "lang"}
        try:
            query, errors = SubmissionQuery().load(given), []
        except ValidationError as error:
            query, errors = dict(error.valid_data or {}), flatten(error.messages_dict)
        page = feedback.submissions.newest(query, query.get("cursor"))
        count = feedback.submissions.count(query)
        titles = feedback.meetings.titles("themes")
        return render_template(
            "submissions.html",
            items=[present.summary(document) for document in page.items],
            cursor=page.cursor,
            count=count,
            capped=count >= COUNTED_TO,
            query=given,
            errors=errors,
            states=[(state.code, state.label(language())) for state in states().values()],
            themes=[(code, localised(title)) for code, title in titles.items()],
            statuses=list(STATUSES.items()),
            kinds=KINDS,
        )


def _titles(meetings: list[dict[str, Any]], part: str) -> list[tuple[str, str]]:
    return [(item["code"], localised(item["title"])) for meeting in meetings for item in meeting[part]]


def _as_body(values: dict[str, str]) -> dict[str, Any]:
    """The form's fields as a body: empty ones left out, `contact.x` nested, the form's own fields dropped."""
    body: dict[str, Any] = {}
    contact: dict[str, str] = {}
    for name, value in values.items():
        if name.startswith("_") or name == "csrf_token" or not value.strip():
            continue
        if name.startswith("contact."):
            contact[name.removeprefix("contact.")] = value
        else:
            body[name] = value
    return {**body, "contact": contact} if contact else body
