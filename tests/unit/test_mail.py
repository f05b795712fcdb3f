"""Wording and mails: every event, audience and language says something whole."""

from __future__ import annotations

import email
import email.policy
from itertools import product

import pytest

from services.notifier.adapters.mail import compose
from services.notifier.adapters.wording import wording, words_of
from shared.contracts import vocabulary
from shared.contracts.events import CONTRACTS
from shared.contracts.topics import ACTIONS_EVENTS
from shared.web.i18n import LANGUAGES
from tests.unit.items import NOW
from tests.unit.notifications import ID, a_notification, mail_settings

EVENTS = [contract.type for contract in CONTRACTS.values() if contract.topic == ACTIONS_EVENTS]
AUDIENCES = ("owner", "supporting", "beneficiaries", "states", "ministry")
COMMANDS = (None, *vocabulary.COMMANDS)


@pytest.mark.parametrize(("event", "language"), list(product(EVENTS, LANGUAGES)))
def test_every_event_says_something_to_every_audience_in_every_language(event, language):
    for audience, command, status in product(AUDIENCES, COMMANDS, list(vocabulary.STATUSES)[1:]):
        notification = a_notification(event, audience, command=command, snapshot={"status": status})
        words = words_of(notification, language)
        assert words.text.strip()
        assert "Shared GIS layers" in words.title
        assert "{" not in words.title + words.text
        assert "None" not in words.title + words.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_absent_is_said_in_words(language):
    absent = {"owner": None, "target_date": None, "pending_with": [], "states": []}
    for event in EVENTS:
        words = words_of(a_notification(event, "ministry", snapshot=absent), language)
        assert "None" not in words.title + words.text
    assert wording(language)["nobody"] in words_of(a_notification("action.escalated", snapshot=absent), language).text


def test_both_languages_have_the_same_keys_and_all_words_of_the_vocabulary():
    english, hindi = wording("en"), wording("hi")
    assert set(english) == set(hindi)
    assert set(english["events"]) == set(hindi["events"])
    for words in (english, hindi):
        assert set(words["statuses"]) == set(vocabulary.STATUSES) - {"submitted"}
        assert set(words["kinds"]) == set(vocabulary.ITEM_KINDS)


def test_the_most_specific_wording_is_taken_and_an_unknown_language_is_english():
    owner, others = a_notification(audience="owner"), a_notification(audience="states")
    assert words_of(owner, "en").title.startswith("Assigned to you")
    assert not words_of(others, "en").title.startswith("Assigned to you")
    assert words_of(owner, "ta") == words_of(owner, "en")
    started = a_notification("action.status_changed", "states", command="start")
    assert words_of(started, "en").title.startswith("Work has begun")


def parsed(**changes):
    message = compose(a_notification(**changes), mail_settings(), "https://s.example", NOW)
    return email.message_from_bytes(message.as_bytes(), policy=email.policy.default)


def test_a_mail_says_it_as_text_and_as_html_in_both_languages():
    message = parsed()
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for part in (text, html):
        assert "Assigned to you: Shared GIS layers" in part
        assert "आपको सौंपा गया" in part
        assert "https://s.example/actions/items/01938a3c-5a10-7c1e-9a52-2f6d2c0b7a11" in part
    assert message["Subject"] == "Assigned to you: Shared GIS layers for district planning"
    assert message["To"] == "nic@sankalp.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en, hi"


def test_a_repeat_carries_the_same_message_id_and_another_notification_another_one():
    one, again = parsed(), parsed()
    assert one["Message-ID"] == again["Message-ID"] == f"<{ID}@meity.example>"
    assert parsed(_id="01938a3c-5a10-7c1e-9a52-2f6d2c0b7a11")["Message-ID"] != one["Message-ID"]


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"])
def test_a_title_with_a_line_break_adds_no_header(break_):
    message = parsed(title=f"Layers{break_}Bcc: everybody@x.example{break_}{break_}A body of its own")
    assert message["Bcc"] is None
    assert message["Subject"].endswith("Layers Bcc: everybody@x.example A body of its own")
    assert message.get_content_type() == "multipart/alternative"


def test_markup_in_a_title_is_text_in_the_mail():
    html = parsed(title="<script>alert(1)</script> & <b>x</b>").get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;b&gt;" in html


def test_a_title_in_hindi_survives_the_header():
    assert parsed(title="गाँव तक फाइबर " * 12)["Subject"].startswith("Assigned to you: गाँव तक फाइबर")
