"""The JSON API: flask-smorest for schemas and OpenAPI 3.1, our problem details for errors, and a page that
people can read without a script."""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template, request
from flask_smorest import Api, Blueprint
from marshmallow import RAISE, Schema, fields
from webargs import flaskparser
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from shared.version import VERSION
from shared.web.errors import http_problem, respond


class FieldErrorSchema(Schema):
    field = fields.String(required=True, metadata={"description": "the field, nested ones as contact.email"})
    message = fields.String(required=True, metadata={"description": "what is wrong and what to do"})


class ProblemSchema(Schema):
    """RFC 9457 problem details."""

    type = fields.String(required=True, metadata={"description": "urn:sankalp:problem:…, stable"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldErrorSchema))
    correlation_id = fields.String(metadata={"description": "quote it when you ask for help"})
    open_commands = fields.List(fields.String(), metadata={"description": "with 409: the moves that are open"})


class _Parser(FlaskParser):
    """Refuses unknown query arguments as it does unknown fields of a body: a misspelt filter that is ignored would
    answer with everything. The language may be asked for at any address."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def _raw_load_json(self, req: Any) -> Any:
        try:
            return super()._raw_load_json(req)
        except ValueError:  # such as a number of thousands of digits
            flaskparser.abort(400, messages={"json": ["invalid"]})

    def load_querystring(self, req: Any, schema: Any) -> Any:
        arguments = MultiDict(req.args)
        arguments.pop("lang", None)
        return self._makeproxy(arguments, schema)


class ApiBlueprint(Blueprint):
    """The blueprint of an API: `/api/v1/…`."""

    ARGUMENTS_PARSER = _Parser()


class ProblemApi(Api):
    """Errors as everywhere else, not in flask-smorest's own form."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Any:
        return respond(http_problem(error))


def create_api(app: Flask, title: str, description: str) -> ProblemApi:
    """The API of a service: `/api/v1/…`, `/api/openapi.json`, `/api/docs`."""
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": description, "version": VERSION, "license": {"name": "Apache-2.0"}},
        },
    )
    api = ProblemApi(app)

    @app.before_request
    def only_json() -> None:
        if request.path.startswith("/api/") and request.method in ("POST", "PUT", "PATCH"):
            check_content_type()

    @app.get("/api/docs")
    def api_docs() -> str:
        return render_template("api_docs.html", spec=api.spec.to_dict())

    return api


def check_content_type() -> None:
    """415 for a body that does not call itself JSON, whatever it holds."""
    if request.content_length and request.mimetype != "application/json":
        flaskparser.abort(415)
