"""Every page in both languages: one heading, labels, valid nesting, headers, and words for an empty list."""

from __future__ import annotations

import pytest

from services.actions.web.app import create_app
from shared.settings import Environment, read_web
from shared.web.i18n import LANGUAGES
from shared.web.pages import FOOTER
from tests.integration.html import Page

# A page of each route, by service; {…} is filled in from a world that has one matter in it.
PAGES = [
    *(("feedback", path) for path in ("/", "/new", "/submissions", "/submissions/{number}", "/submissions?q=nothing")),
    *(("feedback", f"/new/{kind}") for kind in ("suggestion", "commitment", "request", "issue")),
    *(("feedback", f"/{name}") for name, _ in FOOTER),
    *(("actions", path) for path in ("/items", "/items/{item}", "/items/{item}?as=AR", "/items/{parent}")),
    *(("notifier", path) for path in ("/inbox", "/inbox?organisation=MEITY", "/deliveries")),
    *((service, "/api/docs") for service in ("feedback", "actions", "notifier")),
]
REFUSED = [
    ("feedback", "/submissions/nothing", 404),
    ("feedback", "/no/such/page", 404),
    ("actions", "/items/nothing", 404),
    ("feedback", "/submissions?state=XX", 200),
    ("actions", "/items?status=XX", 200),
    ("notifier", "/deliveries?channel=XX", 200),
]
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@pytest.fixture
def filled(site):
    """A site with one submission, its item, the resolutions and their notifications."""
    site.post_feedback(file_number="12(3)/2024")
    site.world.actions.service.load()
    site.world.settle(site.world.followed)
    return site


def fill(site, path: str) -> str:
    items = site.world.items()
    parent = next(item for item in items if item["is_parent"])["_id"]
    item = next(item for item in items if item["origins"])["_id"]
    return path.format(number=site.world.submissions()[0]["tracking_number"], item=item, parent=parent)


def assert_well_made(answer, language: str) -> Page:
    page = Page(answer.text)
    assert page.lang == language == answer.headers["Content-Language"]
    assert page.unclosed_at_end == []
    assert len(page.h1) == 1
    assert page.h1[0].strip()
    assert page.title.strip().endswith("· Sankalp")
    assert page.title.split("·")[0].strip()
    assert page.without_label() == []
    assert page.inline == []
    assert len(page.ids) == len(set(page.ids)), "an id occurs twice"
    assert {"main"} <= set(page.ids)
    assert "#main" in page.links
    assert not any(link.startswith(("http:", "https:")) and "127.0.0.1" not in link for link in page.links)
    return page


def test_every_page_is_well_made_in_both_languages(filled):
    for service, path in PAGES:
        client = filled.client(service)
        for language in LANGUAGES:
            answer = client.get(fill(filled, path), headers={"Accept-Language": language})
            assert answer.status_code == 200, (service, path)
            assert_well_made(answer, language)


def test_every_page_that_the_services_have_is_among_them(filled):
    """A route that nobody added to the list above is found here."""
    known = {(service, path.split("?")[0]) for service, path in PAGES}
    behind = {"/api/openapi.json", "/healthz", "/readyz", "/track"}
    for service, app in filled.apps.items():
        adapter = app.url_map.bind("localhost")
        reached = {adapter.match(fill(filled, path), method="GET")[0] for s, path in known if s == service}
        for rule in app.url_map.iter_rules():
            page = "GET" in (rule.methods or ()) and not rule.rule.startswith(("/api/v1", "/assets", "/bootstrap"))
            # "/" of actions and notifier leads on to their first page.
            if page and rule.rule not in behind and (service, rule.rule) not in {("actions", "/"), ("notifier", "/")}:
                assert rule.endpoint in reached, rule.rule


@pytest.mark.parametrize(("service", "path", "status"), REFUSED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_of_an_error_is_well_made_too(site, service, path, status, language):
    answer = site.client(service).get(path, headers={"Accept-Language": language})
    assert answer.status_code == status
    assert_well_made(answer, language)


@pytest.mark.parametrize(("service", "path"), [("feedback", "/submissions?state=XX"), ("actions", "/items?status=XX")])
def test_a_filter_that_cannot_be_used_is_named_on_the_page(site, service, path):
    assert "error-summary" in Page(site.client(service).get(path).text).ids


@pytest.mark.parametrize(
    ("service", "path", "words"),
    [
        ("feedback", "/", "Nothing has been sent yet."),
        ("feedback", "/submissions", "Send the first submission"),
        ("feedback", "/submissions?state=AR", "Remove all filters"),
        ("actions", "/items", "Every submission becomes one by itself."),
        ("actions", "/items?q=nothing", "Remove all filters"),
        ("notifier", "/inbox", "No notifications yet."),
        ("notifier", "/deliveries", "Nothing has been announced yet."),
    ],
)
def test_an_empty_list_says_what_to_do(site, service, path, words):
    answer = site.client(service).get(path)
    assert answer.status_code == 200
    assert words in answer.text


def test_the_language_is_remembered_and_the_switch_keeps_the_page(site):
    client = site.client("feedback")
    page = Page(client.get("/submissions?state=AR").text)
    assert "?state=AR&lang=hi" in page.links
    assert Page(client.get("/submissions?state=AR&lang=hi").text).lang == "hi"
    assert Page(client.get("/new").text).lang == "hi"
    assert Page(client.get("/new?lang=en").text).lang == "en"
    assert Page(client.get("/new?lang=xx").text).lang == "en"


def test_security_headers_are_on_every_answer(site):
    for service, path in [("feedback", "/"), ("actions", "/items"), ("notifier", "/nothing"), ("feedback", "/healthz")]:
        headers = site.client(service).get(path).headers
        assert {name: headers.get(name) for name in SECURITY} == SECURITY
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "Strict-Transport-Security" not in headers  # local pages are plain HTTP


def test_the_session_cookie_is_out_of_reach_of_scripts(site):
    cookie = site.client("feedback").get("/new/request").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_under_https_cookies_are_secure_and_the_address_is_pinned(site):
    environ = {**site.world.environ, "PUBLIC_URL": "https://sankalp.example", "ACCESS": "sign-in"}
    client = create_app(site.world.actions, read_web(Environment(environ))).test_client()
    assert "max-age" in client.get("/healthz").headers["Strict-Transport-Security"]
    assert client.application.config["SESSION_COOKIE_NAME"] == "__Host-sankalp"
    assert client.application.config["SESSION_COOKIE_SECURE"] is True
    assert client.get("/items").status_code == 401  # without sign-in nobody comes in


def test_without_sign_in_another_machine_is_refused(site):
    answer = site.client("actions").get("/items", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == 403
    assert "Only from this machine" in answer.text
    forwarded = site.client("actions").get("/items", headers={"X-Forwarded-For": "192.0.2.7"})
    assert forwarded.status_code == 403


def test_a_tracking_number_is_found_however_it_is_typed(filled):
    number = filled.world.submissions()[0]["tracking_number"]
    client = filled.client("feedback")
    answer = client.get("/track", query_string={"number": f" {number.lower()} "})
    assert answer.headers["Location"] == f"/submissions/{number}"
    wrong = client.get("/track", query_string={"number": "hello"}, follow_redirects=True)
    assert "This is not a tracking number" in wrong.text


def test_the_checker_finds_what_it_looks_for():
    """Negative control: a page with every fault that is looked for above."""
    body = '<h1>a</h1><h1>b</h1><input id="x" name="x"><p style="color:red">t</p><script>1</script>'
    page = Page(f"<html>{body}</html>")
    assert (page.lang, len(page.h1)) == (None, 2)
    assert page.without_label() == ["x"]
    assert page.inline == ["p", "script"]
    assert Page("<div><p>").unclosed_at_end == ["div", "p"]
    with pytest.raises(AssertionError):
        Page("<div><p></div>")
