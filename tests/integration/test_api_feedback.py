"""The public API of feedback."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from pymongo import MongoClient

from services.feedback.application import submit as submit_module
from services.feedback.bootstrap import build
from services.feedback.config import Config
from services.feedback.web.app import create_app
from shared.settings import Environment, read_web
from shared.storage import client as client_module
from tests.integration.clients import fields_of, site_of
from tests.support.servers import free_port
from tests.support.world import SUBMISSION, settings_of


def test_a_submission_is_created_with_its_tracking_number_and_place(site):
    answer = site.post_feedback(contact={"name": "Asha Rao", "phone": "+91 98765 43210", "email": "asha@ar.gov.in"})
    assert answer.status_code == 201
    told = answer.json
    assert answer.headers["Location"] == f"/api/v1/feedback/{told['id']}"
    assert "Idempotent-Replayed" not in answer.headers
    assert told["status"] == "submitted"
    assert told["follow_up"]["status"] == "submitted"
    assert {name: told[name] for name in SUBMISSION} == SUBMISSION
    assert told["contact"] == {"name": "A… R…", "phone": "…210", "email": "a…@ar.gov.in"}
    assert site.get("feedback", answer.headers["Location"]) == told
    assert site.get("feedback", f"/api/v1/feedback/{told['tracking_number']}") == told
    assert site.get("feedback", f"/api/v1/feedback/{told['tracking_number'].lower().replace('-', '')}") == told


def test_a_contact_leaves_neither_in_a_list_nor_on_the_broker(site):
    site.post_feedback(contact={"name": "Asha Rao", "phone": "+91 98765 43210"})
    site.world.step("feedback")
    assert "contact" not in site.get("feedback", "/api/v1/feedback")["items"][0]
    sent = [m for p in site.world.bus.broker.logs.values() for m in p]
    assert sent
    assert not any(b"Asha" in m.value or b"98765" in m.value for m in sent)


def test_the_same_key_and_body_get_the_same_answer_even_after_it_has_moved_on(site):
    first = site.post_feedback("one-key")
    site.world.settle(site.world.followed)
    again = site.post_feedback("one-key")
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert len(site.world.submissions()) == 1


def test_another_spelling_of_the_same_body_is_a_repeat(site):
    first = site.post_feedback("one-key", state="AR", title="Shared layers")
    again = site.post_feedback("one-key", state=" in-ar ", title="  Shared layers ")
    assert again.json == first.json


def test_another_body_under_the_key_is_refused(site):
    site.post_feedback("one-key")
    answer = site.post_feedback("one-key", title="Quite another matter")
    assert answer.status_code == 422
    assert answer.json["type"] == "urn:sankalp:problem:idempotency-key-reused"
    assert "Idempotency-Key" in fields_of(answer.json)
    assert len(site.world.submissions()) == 1


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 256, "ключ"])
def test_without_a_usable_key_the_header_is_named(site, key):
    headers = {} if key is None else {"Idempotency-Key": key.encode("utf-8").decode("latin-1")}
    answer = site.client("feedback").post("/api/v1/feedback", json=SUBMISSION, headers=headers)
    assert answer.status_code == 400
    assert "Idempotency-Key" in fields_of(answer.json)
    assert site.world.submissions() == []


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("AP", "AP"),
        ("IN-AP", "AP"),
        ("in-ap", "AP"),
        ("CT", "CG"),
        ("CG", "CG"),
        ("OR", "OD"),
        ("IN-OR", "OD"),
        ("TG", "TS"),
        ("UT", "UK"),
        ("DN", "DH"),
        ("DD", "DH"),
    ],
)
def test_every_spelling_of_a_state_is_read_and_one_is_stored(site, typed, stored):
    answer = site.post_feedback(state=typed)
    assert (answer.status_code, answer.json["state"]) == (201, stored)
    if typed == "AP":  # a filter reads the same spellings
        assert len(site.get("feedback", "/api/v1/feedback?state=IN-AP")["items"]) == 1
        assert site.get("feedback", "/api/v1/feedback?state=AR")["items"] == []


@pytest.mark.parametrize("reference", ["01938a3c-5a10-7c1e-9a52-2f6d2c0b7a11", "7K3M-9QXD-4", "nonsense", "$where"])
def test_what_is_not_there_is_404_in_plain_words(site, reference):
    answer = site.client("feedback").get(f"/api/v1/feedback/{reference}")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert "no submission with this number" in answer.json["detail"]


def test_lists_can_be_filtered_by_state_theme_status_and_words(site):
    one = site.post_feedback(state="AR", theme="data-exchange", title="Map layers for districts").json
    two = site.post_feedback(state="AS", theme="ne-hilly", title="गाँव तक ऑप्टिकल फाइबर").json

    def found(query: str) -> list[str]:
        return [item["id"] for item in site.get("feedback", f"/api/v1/feedback?{query}")["items"]]

    assert found("") == [two["id"], one["id"]]
    assert found("state=AR") == found("theme=data-exchange") == found("q=districts MAP") == [one["id"]]
    assert found("q=फाइबर") == found(f"q={two['tracking_number'][:4]}") == [two["id"]]
    assert found("q=districts फाइबर") == []
    assert found("status=submitted") == [two["id"], one["id"]]
    site.world.settle(site.world.followed)
    assert found("status=submitted") == []
    assert found("status=open&state=AS") == [two["id"]]


def test_pages_neither_repeat_nor_lose_a_submission_while_new_ones_arrive(site):
    sent = [site.world.submit()["_id"] for _ in range(105)]
    seen, cursor = [], ""
    while cursor is not None:
        page = site.get("feedback", "/api/v1/feedback" + (f"?cursor={cursor}" if cursor else ""))
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        site.world.submit()  # newer than everything seen: on no later page
    assert seen == sent[::-1]


@pytest.mark.parametrize("query", ["state=XX", "status=done", "cursor=!!", "q=" + "x" * 201])
def test_a_filter_that_cannot_be_used_is_named(site, query):
    answer = site.client("feedback").get(f"/api/v1/feedback?{query}")
    assert answer.status_code == 422
    assert query.split("=")[0] in fields_of(answer.json)


def test_the_meetings_tell_their_themes_and_initiatives_in_both_languages(site):
    meeting = site.get("feedback", "/api/v1/meetings")["items"][0]
    assert meeting["code"] == "ITSC2024"
    assert {theme["code"] for theme in meeting["themes"]} >= {"data-exchange", "ne-hilly"}
    assert all({"en", "hi"} <= set(theme["title"]) for theme in meeting["themes"])


def test_twenty_threads_with_one_key_give_one_submission_and_one_receipt(site):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: site.post_feedback("one-key"), range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["tracking_number"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert len(site.world.submissions()) == 1


def test_twenty_threads_with_keys_of_their_own_give_twenty(site):
    """Negative control of the test above."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: site.post_feedback(), range(20)))
    assert len({answer.json["tracking_number"] for answer in answers}) == len(site.world.submissions()) == 20


def test_while_mongodb_is_away_the_answer_is_503_with_retry_after(monkeypatch):
    impatient = {"serverSelectionTimeoutMS": 100, "timeoutMS": 200}
    monkeypatch.setattr(client_module, "MongoClient", lambda uri, **o: MongoClient(uri, **{**o, **impatient}))
    environ = settings_of(f"mongodb://127.0.0.1:{free_port()}/?directConnection=true")
    made = build(Config.read(environ))
    client = create_app(made, read_web(Environment(environ))).test_client()
    answers = {
        "post": client.post("/api/v1/feedback", json=SUBMISSION, headers={"Idempotency-Key": "k"}),
        "page": client.get("/submissions"),
    }
    for answer in answers.values():
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert answers["post"].json["type"] == "urn:sankalp:problem:unavailable"
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    made.service.database.client.close()


def test_it_is_ready_when_mongodb_answers_and_the_unique_indexes_exist(fake_world):
    site = site_of(fake_world)
    assert site.client("feedback").get("/readyz").status_code == 200
    fake_world.feedback.service.database["submissions"].drop_index("idempotency")
    answer = site.client("feedback").get("/readyz")
    assert answer.status_code == 503
    assert "submissions.idempotency" in answer.json["reason"]


def test_a_tracking_number_that_is_taken_is_drawn_again_and_is_no_repeat(site, monkeypatch):
    taken = site.post_feedback().json["tracking_number"]
    drawn = iter([taken, taken, "0000-0000-1"])
    monkeypatch.setattr(submit_module, "new_tracking_number", lambda choose: next(drawn))
    answer = site.post_feedback()
    assert (answer.status_code, answer.json["tracking_number"]) == (201, "0000-0000-1")
    assert "Idempotent-Replayed" not in answer.headers
    monkeypatch.setattr(submit_module, "new_tracking_number", lambda choose: taken)
    refused = site.post_feedback()
    assert refused.status_code == 503
    assert len(site.world.submissions()) == 2
