"""Bad input to the API: every case names the field and the remedy, stores nothing and is nobody's failure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.clients import Site, fields_of
from tests.support.world import SUBMISSION

TEXT_FIELDS = ("meeting", "theme", "initiative", "title", "details", "file_number", "contact.name")
ALL_FIELDS = (
    *("meeting", "kind", "state", "theme", "initiative", "title", "details", "target_date", "file_number"),
    *("contact", "contact.name", "contact.designation", "contact.phone", "contact.email", "sample"),
)
REQUIRED = tuple(SUBMISSION)


def body_with(field: str, value: Any) -> dict[str, Any]:
    outer, _, inner = field.partition(".")
    return {**SUBMISSION, outer: {inner: value} if inner else value}


def post(site: Site, body: Any, **options: Any) -> Any:
    data = body if isinstance(body, (bytes, str)) else json.dumps(body)
    options = {"content_type": "application/json", "headers": {"Idempotency-Key": "k"}, **options}
    return site.client("feedback").post("/api/v1/feedback", data=data, **options)


def assert_refused(site: Site, answer: Any, status: int, *fields: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    told = answer.json
    assert told["type"].startswith("urn:sankalp:problem:")
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told["correlation_id"] == answer.headers["X-Correlation-ID"]
    for field in fields:
        assert field in fields_of(told), told
        assert len(fields_of(told)[field]) > 10  # a sentence that says what to do, not a code
    assert "Traceback" not in answer.text
    assert site.world.submissions() == []


@pytest.mark.parametrize("field", REQUIRED)
def test_a_missing_field_is_named(site, field):
    body = {name: value for name, value in SUBMISSION.items() if name != field}
    assert_refused(site, post(site, body), 422, field)


def test_every_missing_field_is_named_at_once(site):
    assert_refused(site, post(site, {}), 422, *REQUIRED)


@pytest.mark.parametrize("field", ["colour", "_id", "$where", "tracking_number", "contact.pan"])
def test_an_unknown_field_is_refused_by_name(site, field):
    assert_refused(site, post(site, body_with(field, "x")), 422, field)


@pytest.mark.parametrize("field", ALL_FIELDS)
@pytest.mark.parametrize("value", [{"$gt": ""}, {"$ne": None}, ["x"], 7, None], ids=repr)
def test_a_value_of_another_type_is_refused_in_every_field(site, field, value):
    answer = post(site, body_with(field, value))
    named = field if not (field == "contact" and isinstance(value, dict)) else f"contact.{next(iter(value))}"
    assert_refused(site, answer, 422, named)


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize(
    ("character", "name"),
    [("\x00", "U+0000"), ("\x1b", "U+001B"), ("\x85", "U+0085"), ("\u202e", "U+202E"), ("\u2066", "U+2066")],
)
def test_a_character_that_may_not_be_stored_is_named(site, field, character, name):
    answer = post(site, body_with(field, f"Sample {character} text of the tests"))
    assert_refused(site, answer, 422, field)
    assert name in fields_of(answer.json)[field]


def test_a_lone_surrogate_is_refused(site):
    raw = json.dumps({**SUBMISSION, "title": "PLACE"}).replace("PLACE", "Sample \\ud800 title")
    assert_refused(site, post(site, raw), 422, "title")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", "XX"),
        ("state", "MEITY"),
        ("kind", "complaint"),
        ("kind", "resolution"),
        ("meeting", "ITSC1999"),
        ("theme", "astrology"),
        ("initiative", "astrology"),
        ("title", "abc"),
        ("title", "x" * 201),
        ("title", "   "),
        ("details", "too short"),
        ("details", "x" * 10_001),
        ("title", "two\nlines of a title"),
        ("target_date", "2001-01-01"),
        ("target_date", "31-03-2030"),
        ("target_date", "2030-02-30"),
        ("target_date", "20300331"),
        ("contact.email", "no address"),
        ("contact.phone", "call me"),
        ("sample", "perhaps"),
    ],
)
def test_a_value_that_breaks_a_rule_is_named(site, field, value):
    assert_refused(site, post(site, body_with(field, value)), 422, field)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"title": }', b"\xff\xfe", b'{"a": NaN}', b"not json"])
def test_what_is_not_json_is_400_or_names_the_fields(site, raw):
    answer = post(site, raw)
    assert answer.status_code in (400, 422)
    assert_refused(site, answer, answer.status_code)
    assert fields_of(answer.json)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 400, "-0.0"])
@pytest.mark.parametrize("field", ["title", "target_date", "kind", "sample"])
def test_numbers_of_any_size_are_no_text(site, field, number):
    raw = json.dumps({**SUBMISSION, field: "PLACE"}).replace('"PLACE"', number)
    answer = post(site, raw)
    if (field, number) == ("sample", "-0.0"):  # equals 0, which means false
        assert answer.status_code == 201
    else:
        assert answer.status_code in (400, 422)
        assert_refused(site, answer, answer.status_code)


@pytest.mark.parametrize("body", [[], [SUBMISSION], "text", 7, None, True], ids=repr)
def test_json_that_is_no_object_is_refused(site, body):
    answer = post(site, body)
    assert answer.status_code in (400, 422)
    assert_refused(site, answer, answer.status_code)


@pytest.mark.parametrize("depth", [50, 100_000])
def test_deep_nesting_is_refused(site, depth):
    raw = json.dumps({**SUBMISSION, "contact": "PLACE"}).replace('"PLACE"', "[" * depth + "]" * depth)
    answer = post(site, raw)
    assert answer.status_code in (400, 422)
    assert_refused(site, answer, answer.status_code)


def test_a_body_of_five_megabytes_is_413(site):
    answer = post(site, {**SUBMISSION, "details": "x" * 5_000_000})
    assert_refused(site, answer, 413)
    assert "1 MB" in answer.json["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_another_content_type_is_415(site, content_type):
    answer = post(site, SUBMISSION, content_type=content_type)
    assert_refused(site, answer, 415)
    assert "application/json" in answer.json["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "/api/v1/feedback", 405), ("GET", "/api/v2/feedback", 404), ("GET", "/api/", 404)],
)
def test_addresses_and_methods_that_do_not_exist_are_problems_too(site, method, path, status):
    answer = site.client("feedback").open(path, method=method)
    assert_refused(site, answer, status)
    if status == 405:
        assert "POST" in answer.headers["Allow"]


def test_a_host_that_is_not_ours_is_refused(site):
    answer = post(site, SUBMISSION, base_url="http://evil.example/")
    assert_refused(site, answer, 400)


def test_the_words_of_a_problem_come_in_the_language_asked_for(site):
    answer = post(site, {**SUBMISSION, "state": "XX"}, headers={"Idempotency-Key": "k", "Accept-Language": "hi"})
    assert answer.headers["Content-Language"] == "hi"


def test_the_same_body_without_a_fault_is_stored(site):
    """Negative control: what is refused above is refused for its fault alone."""
    whole = {**SUBMISSION, "initiative": "bharatnet", "target_date": "2099-03-31", "file_number": "12(3)/2024"}
    whole["contact"] = {"name": "A", "designation": "B", "phone": "+91 11 2430 1851", "email": "a@ar.gov.in"}
    whole["details"] = "क्षेत्रीय\u200dपाठ with\r\nlines,\tand \u200c joiners kept.\ufeff"
    answer = post(site, {**whole, "sample": True})
    assert answer.status_code == 201
    assert answer.json["details"] == "क्षेत्रीय\u200dपाठ with\nlines,\tand \u200c joiners kept."
    assert len(site.world.submissions()) == 1
