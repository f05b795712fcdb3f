"""The forms: nothing typed is lost, nothing is sent twice, and what is wrong stands beside its field."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.integration.html import Page
from tests.support.world import SUBMISSION

TYPED = {**{name: value for name, value in SUBMISSION.items() if name != "kind"}, "file_number": "12(3)/2024"}


def open_form(client: FlaskClient, kind: str = "request") -> dict[str, str]:
    """The new form's fields, its hidden ones included, as a browser would send them."""
    return Page(client.get(f"/new/{kind}").text).form()


def send(client: FlaskClient, form: dict[str, str], **changes: str) -> TestResponse:
    return client.post("/new/request", data={**form, **TYPED, **changes})


def test_a_form_ends_with_the_receipt_and_the_tracking_number(site):
    client = site.client("feedback")
    answer = send(client, open_form(client))
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    number = site.world.submissions()[0]["tracking_number"]
    assert number in page.text
    assert "Received" in page.text
    assert "Received" not in client.get(answer.headers["Location"].split("?")[0]).text


def test_a_form_without_its_token_is_refused_in_plain_words_and_stores_nothing(site):
    client = site.client("feedback")
    form = open_form(client)
    for token in ("", "forged"):
        answer = send(client, form, csrf_token=token)
        assert answer.status_code == 403
        assert "no longer valid" in answer.text
        assert answer.mimetype == "text/html"
    answer = send(site.client("feedback"), form)  # another session's token
    assert answer.status_code == 403
    again = Page(answer.text).form("csrf_token", "_key", "title", "details")
    assert again["details"].strip() == TYPED["details"]  # nothing of what was typed is lost
    assert again["csrf_token"] != form["csrf_token"]
    assert site.world.submissions() == []


@pytest.mark.parametrize(("service", "path"), [("actions", "/items/x/commands"), ("notifier", "/inbox/x/read")])
def test_every_other_form_asks_for_its_token_too(site, service, path):
    assert site.client(service).post(path, data={"command": "note"}).status_code == 403


def test_each_error_stands_beside_its_field_and_everything_typed_is_kept(site):
    client = site.client("feedback")
    form = open_form(client)
    wrong = {"title": "abc", "target_date": "2001-01-01", "contact.email": "nobody", "state": ""}
    answer = send(client, form, **wrong)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert set(page.errors) == {"title", "contact-email", "state"}
    assert all(len(message.strip()) > 10 for message in page.errors.values())
    expected = {**TYPED, **wrong}
    assert page.form(*expected) == expected
    assert page.form("_key")["_key"] == form["_key"]
    assert "error-summary" in page.ids
    assert site.world.submissions() == []
    past = Page(send(client, form, target_date="2001-01-01").text)
    assert set(past.errors) == {"target_date"}


def test_a_field_with_an_error_says_so_to_a_screen_reader(site):
    client = site.client("feedback")
    page = Page(send(client, open_form(client), title="abc").text)
    title = next(field for field in page.fields if field.get("name") == "title")
    assert title["aria-invalid"] == "true"
    assert "f-title-error" in title["aria-describedby"].split()
    assert set(title["aria-describedby"].split()) <= set(page.ids)


def test_a_form_sent_twice_gives_one_submission_and_the_same_receipt(site):
    client = site.client("feedback")
    form = open_form(client)
    first, second = send(client, form), send(client, form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(site.world.submissions()) == 1


def test_a_changed_text_under_the_same_key_asks_and_can_then_be_sent_as_a_new_one(site):
    client = site.client("feedback")
    form = open_form(client)
    send(client, form)
    number = site.world.submissions()[0]["tracking_number"]
    asked = send(client, form, title="Another text in the same form")
    assert asked.status_code == 409
    assert "already sent" in asked.text
    assert number in asked.text
    assert len(site.world.submissions()) == 1
    again = Page(asked.text).form()
    assert again["title"] == "Another text in the same form"
    assert client.post("/new/request", data=again).status_code == 303
    assert len(site.world.submissions()) == 2


@pytest.mark.parametrize("language", ["hi", "en"])
def test_the_language_switch_keeps_everything_that_was_typed(site, language):
    client = site.client("feedback")
    form = open_form(client)
    answer = send(client, form, _lang=language, title="abc")
    page = Page(answer.text)
    assert (answer.status_code, page.lang) == (200, language)
    assert page.form(*TYPED) == {**TYPED, "title": "abc"}
    assert page.form("_key")["_key"] == form["_key"]
    assert page.errors == {}
    assert site.world.submissions() == []


def test_typed_markup_is_shown_as_text(site):
    client = site.client("feedback")
    evil = "<script>alert(1)</script> \"'><b>x</b>"
    location = send(client, open_form(client), title=evil, details=evil).headers["Location"]
    for text in (client.get(location).text, send(client, open_form(client), title=evil, state="").text):
        assert "<script>alert" not in text
        assert "<b>x</b>" not in text
        assert Page(text).inline == []


def test_a_command_is_given_on_the_items_page(site):
    item = site.an_item()
    client = site.client("actions")
    page = Page(client.get(f"/items/{item['id']}").text)
    hidden = {**page.form("csrf_token"), "_key": "k", "_revision": "1", "as": "MEITY", "command": "assign"}
    wrong = client.post(f"/items/{item['id']}/commands", data={**hidden, "owner": "NIC", "target_date": "2001-01-01"})
    told = Page(wrong.text)
    assert wrong.status_code == 422
    assert set(told.errors) == {"assign-target_date"}
    assert {f["id"]: f["value"] for f in told.fields if f.get("id")}["f-assign-target_date"] == "2001-01-01"
    good = {**hidden, "owner": "NIC", "target_date": "2099-03-31"}
    answer = client.post(f"/items/{item['id']}/commands", data=good)
    assert answer.status_code == 303
    assert "Assigned" in client.get(answer.headers["Location"]).text
    assert client.post(f"/items/{item['id']}/commands", data=good).status_code == 303  # a double click
    assert len(site.world.items()[0]["history"]) == 2
    stale = client.post(f"/items/{item['id']}/commands", data={**hidden, "_key": "k2", "command": "note", "text": "Hm"})
    assert stale.status_code == 409
    assert "changed" in Page(stale.text).text
    assert "Hm" in stale.text


def test_a_notification_is_marked_as_read_on_the_page(site):
    site.an_item()
    site.world.settle(site.world.followed)
    client = site.client("notifier")
    page = client.get("/inbox?organisation=MEITY")
    assert "1 unread notification" in page.text
    id = next(n["_id"] for n in site.world.notifications() if n["organisation"] == "MEITY" and n["channel"] == "inbox")
    form = Page(page.text).form("csrf_token", "_organisation", "_unread")
    answer = client.post(f"/inbox/{id}/read", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox?organisation=MEITY")
    assert "0 unread notifications" in client.get(answer.headers["Location"]).text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_never_leaves_the_site(site, back):
    site.an_item()
    site.world.settle(site.world.followed)
    client = site.client("notifier")
    form = Page(client.get("/inbox").text).form("csrf_token")
    id = next(n["_id"] for n in site.world.notifications() if n["status"] == "sent" and n["channel"] == "inbox")
    answer = client.post(f"/inbox/{id}/read", data={**form, "_organisation": back, "_unread": back})
    assert answer.headers["Location"].startswith("/inbox?organisation=")
