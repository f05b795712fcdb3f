"""A filter that is not known is refused, not ignored."""

from __future__ import annotations

import pytest

from tests.integration.clients import Site


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("feedback", "/api/v1/feedback?staet=AR"),
        ("actions", "/api/v1/actions?owner[$gt]=A"),
        ("notifier", "/api/v1/notifications?organization=AR"),
    ],
)
def test_a_misspelt_filter_is_refused_and_named(site: Site, service: str, path: str) -> None:
    answer = site.client(service).get(path)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [path.split("?")[1].rpartition("=")[0]]


def test_the_language_may_be_asked_for_at_any_address(site: Site) -> None:
    assert site.get("feedback", "/api/v1/feedback?lang=hi&state=AR")["items"] == []


@pytest.mark.parametrize("typed", ["{0}", "{1}", "{2}", "{3}", "{0} layers"])
def test_a_tracking_number_is_found_however_it_is_typed(site: Site, typed: str) -> None:
    sent = site.post_feedback().json
    assert sent
    number = sent["tracking_number"]
    query = typed.format(number, number.replace("-", ""), number.lower(), number[:4])
    found = site.get("feedback", f"/api/v1/feedback?q={query}")["items"]
    assert [item["id"] for item in found] == [sent["id"]]


def test_a_number_within_a_text_is_found_whole_and_by_its_parts(site: Site) -> None:
    sent = site.post_feedback(details="A sample that names the G-20 digital group of 2023.").json
    assert sent
    for query in ("G-20", "g20", "20", "digital G-20"):
        assert [item["id"] for item in site.get("feedback", f"/api/v1/feedback?q={query}")["items"]] == [sent["id"]]


def test_any_revision_will_do_for_a_star(site: Site) -> None:
    item = site.an_item()
    path = f"/api/v1/actions/{item['id']}/commands"
    body = {"command": "note", "text": "whatever it is by now"}
    assert site.client("actions").post(path, json=body, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize(
    "raw",
    ['{"\\ud800": 1}', '{"percent": 9' + "9" * 5000 + "}", '{"command": "note", "percent": "' + "9" * 5000 + '"}'],
    ids=["a lone surrogate as a name", "a number of 5,000 digits", "a text of 5,000 digits"],
)
def test_what_cannot_be_told_back_or_read_is_the_clients_fault(site: Site, raw: str) -> None:
    item = site.an_item()
    headers = {"If-Match": '"1"', "Content-Type": "application/json"}
    answer = site.client("actions").post(f"/api/v1/actions/{item['id']}/commands", data=raw, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.json["errors"]


def test_a_date_revised_where_there_was_none_is_an_event_that_consumers_can_read(site: Site) -> None:
    item = site.an_item()
    for command, fields in (
        ("decline", {"reason": "not a matter of ours"}),
        ("contest", {"as_": "AR", "reason": "it is"}),
        ("start", {}),
        ("revise_date", {"target_date": "2099-12-31", "reason": "the first date of all"}),
    ):
        answer = site.command(item["id"], command, **fields)
        assert answer.status_code == 200, answer.text
    site.world.settle(lambda: site.world.followed() and site.world.everything_published())
    assert site.world.submissions()[0]["follow_up"]["shown"]["target_date"] == "2099-12-31"
    assert site.world.feedback.service.database["dead_letters"].count_documents({}) == 0
