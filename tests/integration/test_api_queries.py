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
