"""The three OpenAPI documents: valid, and true of every answer seen in a walk through the APIs."""

from __future__ import annotations

import copy
import re
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.integration.clients import site_of
from tests.support.world import SUBMISSION

SERVICES = ("feedback", "actions", "notifier")


@pytest.fixture
def site(fake_world):
    return site_of(fake_world)


def documented(document: dict[str, Any], method: str, path: str, status: int) -> dict[str, Any]:
    """The JSON Schema of an answer, its references resolved within the document."""
    for pattern, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), path):
            responses = operations[method.lower()]["responses"]
            answer = responses.get(str(status)) or responses["default"]
            if "$ref" in answer:
                answer = document["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
            schema = next(iter(answer["content"].values()))["schema"]
            return {**schema, "components": document["components"]}
    raise AssertionError(f"{path} is not documented")


def closed(schema: Any) -> Any:
    """The schema with no room for fields that it does not name: an answer holds no undocumented one."""
    if isinstance(schema, dict):
        inner = {name: closed(value) for name, value in schema.items()}
        if "properties" in schema:
            inner.setdefault("additionalProperties", False)
        return inner
    return [closed(value) for value in schema] if isinstance(schema, list) else schema


def check(document: dict[str, Any], answer: Any) -> None:
    request = answer.request
    schema = documented(document, request.method, request.path, answer.status_code)
    jsonschema.Draft202012Validator(closed(schema)).validate(answer.json)


@pytest.mark.parametrize("service", SERVICES)
def test_a_document_is_valid_openapi(site, service):
    document = site.get(service, "/api/openapi.json")
    assert document["openapi"] == "3.1.0"
    assert document["info"]["license"] == {"name": "Apache-2.0"}
    OpenAPIV31SpecValidator(document).validate()
    broken = copy.deepcopy(document)
    del broken["info"]["title"]
    assert not OpenAPIV31SpecValidator(broken).is_valid()


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_a_summary_and_every_route_is_documented(site, service):
    document = site.get(service, "/api/openapi.json")
    methods = ("get", "post")
    operations = [path[method] for path in document["paths"].values() for method in methods if method in path]
    assert operations
    assert all(operation["summary"] for operation in operations)
    routes = {rule.rule for rule in site.apps[service].url_map.iter_rules() if rule.rule.startswith("/api/v1")}
    assert {re.sub(r"<[^>]+>", "{}", route) for route in routes} == {
        re.sub(r"\{[^}]+\}", "{}", path) for path in document["paths"]
    }


def test_every_answer_of_a_walk_is_as_documented(site):
    documents = {service: site.get(service, "/api/openapi.json") for service in SERVICES}
    feedback, actions, notifier = (site.client(service) for service in SERVICES)
    contact = {"name": "Asha Rao", "phone": "+91 98765 43210", "email": "asha@ar.gov.in"}
    sent = site.post_feedback("k", contact=contact)
    site.world.settle(site.world.followed)
    id = site.item_of(sent.json["id"])["id"]
    walk = {
        "feedback": [
            sent,
            site.post_feedback("k", contact=contact),
            site.post_feedback("k", title="Another title"),
            site.post_feedback(title="x"),
            feedback.post("/api/v1/feedback", json=SUBMISSION),
            feedback.get(sent.headers["Location"]),
            feedback.get("/api/v1/feedback/nothing"),
            feedback.get("/api/v1/feedback"),
            feedback.get("/api/v1/feedback?state=XX"),
            feedback.get("/api/v1/meetings"),
        ],
        "actions": [
            actions.get("/api/v1/actions"),
            actions.get(f"/api/v1/actions/{id}"),
            site.command(id, "treat", class_="accepted", remark="Good"),
            site.command(id, "assign"),
            site.command(id, "note", revision=99, text="x"),
            site.command(id, "assign", owner="NIC", target_date="2099-03-31"),
            site.command(id, "progress", as_="NIC", percent=5, milestones=[{"title": "Tender", "due": "2099-01-01"}]),
            site.command(id, "hold", reason_class="policy", review_on="2099-01-01"),
            actions.get(f"/api/v1/actions/{id}/history"),
            actions.get("/api/v1/actions/nothing"),
        ],
    }
    site.world.settle(site.world.followed)
    told = notifier.get("/api/v1/notifications")
    walk["notifier"] = [
        told,
        notifier.post(f"/api/v1/notifications/{told.json['items'][0]['id']}/read"),
        notifier.post("/api/v1/notifications/nothing/read"),
    ]
    for service, answers in walk.items():
        for answer in answers:
            check(documents[service], answer)
    assert {a.status_code for answers in walk.values() for a in answers} == {200, 201, 400, 404, 409, 412, 422}


def test_an_answer_with_an_undocumented_or_missing_field_is_found(site):
    """Negative control of the walk."""
    document = site.get("feedback", "/api/openapi.json")
    schema = closed(documented(document, "GET", "/api/v1/feedback/x", 200))
    whole = site.post_feedback().json
    jsonschema.validate(whole, schema, jsonschema.Draft202012Validator)
    for wrong in ({**whole, "principal": "local"}, {n: v for n, v in whole.items() if n != "tracking_number"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema, jsonschema.Draft202012Validator)
