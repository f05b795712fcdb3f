"""One mapping from errors to answers. No exception's text and no stack reaches a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask.globals import request_ctx
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException

from shared.errors import RetryableError
from shared.logs import correlation_id, get_logger
from shared.storage.client import is_transient
from shared.web.problem import FieldProblem, Problem, ProblemError

log = get_logger(__name__)

# Tells one of a service's own errors as a problem.
Teller = Callable[[Any], Problem]

RETRY_AFTER_SECONDS = "5"

_HTTP: dict[int, tuple[str, Any, Any]] = {
    400: ("bad-request", _l("The request cannot be read"), _l("Send a well-formed request.")),
    404: ("not-found", _l("Not found"), _l("There is nothing at this address, or nothing that you may see.")),
    405: ("method-not-allowed", _l("Not possible here"), _l("This address does not take this method.")),
    413: ("too-large", _l("Too large"), _l("Send at most 1 MB.")),
    415: (
        "unsupported-media-type",
        _l("The content type is not supported"),
        _l("Send Content-Type: application/json, in UTF-8."),
    ),
    422: ("invalid", _l("Something must be corrected"), _l("Correct the fields that are named and send again.")),
    429: ("too-many", _l("Too many requests"), _l("Wait a moment and try again.")),
}
_OTHER = (_l("This cannot be done"), _l("The request cannot be answered as it is."))
_FAILED = (
    "failed",
    _l("Something went wrong on our side"),
    _l("What was already stored is safe. Please try again; if it stays, quote the number below."),
)
_AWAY = (
    "unavailable",
    _l("Not available at the moment"),
    _l("Please send the same again in a few seconds; it will be done only once."),
)


def register(app: Flask, tellers: Mapping[type[Exception], Teller]) -> None:
    """Install the handlers: the service's own errors, ours, HTTP's, and everything else."""
    app.register_error_handler(ProblemError, lambda error: respond(error.problem))
    app.register_error_handler(CSRFError, lambda error: respond(form_expired()))
    app.register_error_handler(HTTPException, lambda error: respond(http_problem(error)))
    # Only a body nested deeper than the parser can follow leads to this one.
    app.register_error_handler(RecursionError, lambda error: respond(_not_json()))
    app.register_error_handler(RetryableError, lambda error: respond(unavailable(error)))
    app.register_error_handler(PyMongoError, _database)
    app.register_error_handler(Exception, _unexpected)
    for kind, tell in tellers.items():
        app.register_error_handler(kind, lambda error, tell=tell: respond(tell(error)))


def respond(problem: Problem) -> Response:
    """The problem as JSON for the API, as a page for everybody else."""
    if request.path.startswith("/api/"):
        response = jsonify(problem.body(correlation_id()))
        response.mimetype = "application/problem+json"
    elif request_ctx.url_adapter is None:  # an untrusted Host: no page of ours has an address here
        response = Response(f"{problem.title}. {problem.detail}\n", mimetype="text/plain")
    else:
        page = render_template("error.html", problem=problem, correlation_id=correlation_id())
        response = Response(page, mimetype="text/html")
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response


def http_problem(error: HTTPException) -> Problem:
    status = error.code or 500
    slug, title, detail = _HTTP.get(status, (str(status), *_OTHER))
    fields = tuple(field_problems(getattr(error, "data", None) or {}))
    if status == 400 and any(problem.field == "body" for problem in fields):
        return _not_json()
    headers = {}
    if status == 405 and getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return Problem(status, slug, title, detail, fields, headers)


def _not_json() -> Problem:
    message = _l("This is not valid JSON. Send one JSON object in UTF-8.")
    return Problem(400, *_HTTP[400], (FieldProblem("body", message),))


def field_problems(data: Mapping[str, Any]) -> list[FieldProblem]:
    """The messages of a failed schema as a flat list, nested fields as `contact.email`."""
    messages = data.get("messages") or {}
    if not isinstance(messages, Mapping):
        return []
    places = {"json": "body", "query": "query", "headers": "headers", "path": "path", "form": "form"}
    found: list[FieldProblem] = []
    for place, content in messages.items():
        found.extend(flatten(content, "" if isinstance(content, Mapping) else places.get(str(place), str(place))))
    return found


def flatten(messages: Any, name: str = "") -> list[FieldProblem]:
    """Marshmallow's nested error messages as field problems, in the order of the fields."""
    if isinstance(messages, Mapping):
        found = []
        for key, value in messages.items():
            # A name that the client made up is told back; what cannot be encoded is escaped.
            part = "" if key == "_schema" else str(key).encode("utf-8", "backslashreplace").decode()
            found.extend(flatten(value, ".".join(filter(None, (name, part)))))
        return found
    if isinstance(messages, (list, tuple)):
        return [FieldProblem(name or "body", message) for message in messages]
    return [FieldProblem(name or "body", messages)]


def unavailable(error: Exception) -> Problem:
    log.warning("answered 503", error=type(error).__name__)
    return Problem(503, *_AWAY, headers={"Retry-After": RETRY_AFTER_SECONDS})


def form_expired() -> Problem:
    """A form of another session. A page that has a form to draw draws it again with what was typed."""
    return Problem(
        403,
        "form-expired",
        _l("This form is no longer valid"),
        _l("This form is no longer valid: your session had ended. Nothing was stored; check it and send again."),
    )


def _database(error: PyMongoError) -> Response:
    if is_transient(error):
        return respond(unavailable(error))
    return _unexpected(error)


def _unexpected(error: Exception) -> Response:
    log.error("answered 500", exc_info=error)
    return respond(Problem(500, *_FAILED))
