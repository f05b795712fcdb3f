"""The story in a real browser, through the front door; and every page as a picture, in both languages, at two widths.

Pictures are kept where `SCREENSHOTS` names a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.mail_sink import messages
from deploy.local.stack import Stack
from tests.support.wait import eventually

pytestmark = pytest.mark.browser

WIDTHS = (1280, 375)


@pytest.fixture
def page(browser: Any, stack: Stack) -> Iterator[Any]:
    """A page in a fresh context; a console error or a blocked resource fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-IN")
    made = context.new_page()
    made.set_default_timeout(15_000)
    faults: list[str] = []
    made.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.faults = faults
    yield made
    context.close()


def submit_form(page: Any, base: str, title: str) -> str:
    """Fill in and send the form; the tracking number of the receipt."""
    page.goto(f"{base}/feedback/new")
    page.get_by_role("link", name=re.compile("Request")).click()
    page.get_by_label("State or Union Territory").select_option("AR")
    page.get_by_label("Agenda theme").select_option("ne-hilly")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Details").fill("A sample typed in a browser.\n\nIt has two paragraphs.")
    page.get_by_label("Name").fill("Asha Rao")
    page.get_by_role("button", name="Send to the ministry").click()
    return str(page.locator(".tracking").inner_text()).split()[0]


def test_a_submission_typed_in_a_browser_is_assigned_started_announced_and_followed(page: Any, stack: Stack) -> None:
    base, title = stack.public_url, "Sample: a road map for block offices"
    tracking = submit_form(page, base, title)

    def open_item() -> bool:
        page.goto(f"{base}/actions/items?status=open")
        return bool(page.get_by_role("link", name=title).count())

    eventually(open_item, 20, "the item in the register")
    page.get_by_role("link", name=title).click()
    page.locator("summary", has_text="Assign").click()
    page.locator("#f-assign-owner").select_option("DOT")
    page.locator("#f-assign-target_date").fill("2099-03-31")
    page.locator("details[open] button").click()
    assert "Assigned" in page.locator(".facts").first.inner_text()

    page.locator("summary", has_text="Start work").click()
    page.locator("details[open] button").click()
    assert "In progress" in page.locator(".facts").first.inner_text()
    assert "Verified" in page.locator("main").inner_text()

    def announced() -> bool:
        page.goto(f"{base}/notifier/inbox?organisation=DOT")
        return bool(page.get_by_role("link", name=f"Assigned to you: {title}").count())

    eventually(announced, 20, "the notification in the inbox")
    eventually(
        lambda: any(m["Subject"] == f"Assigned to you: {title}" for _, m in messages(stack.options.folder / "mail")),
        20,
        "the mail in the sink",
    )

    def followed() -> bool:
        page.goto(f"{base}/feedback/submissions/{tracking}")
        return "In progress" in page.locator(".facts").first.inner_text()

    eventually(followed, 20, "the submission's page to show it")
    assert page.locator(".timeline li").count() == 4  # submitted, open, assigned, in progress
    assert page.faults == []


def test_what_was_typed_survives_an_error_and_a_change_of_language(page: Any, stack: Stack) -> None:
    page.goto(f"{stack.public_url}/feedback/new/issue")
    page.get_by_label("Title").fill("Sample: typed before the error")
    page.get_by_label("Details").fill("short")
    page.get_by_role("button", name="Send to the ministry").click()
    assert page.locator("#error-summary").is_visible()
    assert page.locator("#error-summary").evaluate("e => e === document.activeElement")
    page.locator("#error-summary a").first.click()
    assert page.get_by_label("Title").input_value() == "Sample: typed before the error"
    page.get_by_role("button", name="हिन्दी").click()
    assert page.locator("html").get_attribute("lang") == "hi"
    assert page.locator("#f-title").input_value() == "Sample: typed before the error"
    assert page.locator("#f-details").input_value() == "short"


def test_without_scripts_everything_works(browser: Any, stack: Stack) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-IN")
    page = context.new_page()
    tracking = submit_form(page, stack.public_url, "Sample: sent without scripts")
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", tracking)
    context.close()


def pages_of(stack: Stack, page: Any) -> dict[str, str]:
    """Every page by name, with something on it."""
    base = stack.public_url
    tracking = submit_form(page, base, "Sample: for the pictures")
    eventually(lambda: _item_link(page, base) is not None, 20, "the item")
    item = _item_link(page, base)
    resolution = page.evaluate(
        "async (u) => (await (await fetch(u)).json()).items.find(i => i.is_parent && i.states.length).id",
        f"{base}/actions/api/v1/actions?status=open&q=R1",
    )
    return {
        "start": f"{base}/feedback/",
        "kinds": f"{base}/feedback/new",
        "form": f"{base}/feedback/new/request",
        "receipt": f"{base}/feedback/submissions/{tracking}?sent=1",
        "submissions": f"{base}/feedback/submissions",
        "submissions-empty": f"{base}/feedback/submissions?q=nothingmatchesthis",
        "items": f"{base}/actions/items",
        "item": item or "",
        "resolution": f"{base}/actions/items/{resolution}",
        "inbox": f"{base}/notifier/inbox?organisation=AR",
        "deliveries": f"{base}/notifier/deliveries",
        "help": f"{base}/feedback/help",
        "sitemap": f"{base}/feedback/sitemap",
        "not-found": f"{base}/feedback/submissions/nothing",
        "api": f"{base}/feedback/api/docs",
    }


def _item_link(page: Any, base: str) -> str | None:
    page.goto(f"{base}/actions/items?status=open")
    link = page.get_by_role("link", name="Sample: for the pictures").first
    return base + link.get_attribute("href") if link.count() else None


def test_every_page_is_whole_in_both_languages_and_at_both_widths(page: Any, stack: Stack) -> None:
    wrong = []
    for name, url in pages_of(stack, page).items():
        for language in ("en", "hi"):
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(f"{url}{'&' if '?' in url else '?'}lang={language}")
                if page.locator("h1").count() != 1:
                    wrong.append((name, language, width, "not one h1"))
                if page.locator("html").get_attribute("lang") != language:
                    wrong.append((name, language, width, "another language"))
                if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                    wrong.append((name, language, width, "scrolls sideways"))
                keep_picture(page, f"{name}-{language}-{width}")
    assert wrong == []
    assert [fault for fault in page.faults if "404" not in fault] == []


def keep_picture(page: Any, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
