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
    query = typed.format(number, number.replace("-", ""), number.lower(), number[:7])
    found = site.get("feedback", f"/api/v1/feedback?q={query}")["items"]
    assert [item["id"] for item in found] == [sent["id"]]


def test_a_number_within_a_text_is_found_whole_and_by_its_parts(site: Site) -> None:
    sent = site.post_feedback(details="A sample that names the G-20 digital group of 2023.").json
    assert sent
    for query in ("G-20", "g20", "20", "digital G-20"):
        assert [item["id"] for item in site.get("feedback", f"/api/v1/feedback?q={query}")["items"]] == [sent["id"]]
