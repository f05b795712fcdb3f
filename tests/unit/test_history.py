"""The hash chain: what was changed is found, and what was erased by right is not held against it."""

from __future__ import annotations

import copy
import datetime as dt

import pytest

from shared.clock import FixedClock, milliseconds, parse_timestamp, timestamp, today_in_india
from shared.outbox.history import Context, new_entry, verify
from tests.unit.items import NOW

BY = Context(by={"organisation": "MEITY", "principal": "p1"}, correlation_id="c1")
ID = "5b0e7a4e-5f0a-5b7c-8f6e-1d2c3b4a5e6f"


def a_history(length: int = 4, document: str = ID) -> list[dict]:
    history: list[dict] = []
    for number in range(length):
        history.append(
            new_entry(
                document,
                history[-1] if history else None,
                type="action.noted",
                at=NOW + dt.timedelta(minutes=number),
                context=BY,
                data={"number": number},
                texts={"text": f"The text of entry {number}."},
                snapshot={"status": "open"},
            )
        )
    return history


@pytest.fixture
def history():
    return a_history()


def problems(history, seq=None, document=ID):
    return verify(document, len(history) if seq is None else seq, history)


def test_a_history_verifies(history):
    assert problems(history) == []
    assert [entry["seq"] for entry in history] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at", "2025-01-15T06:31:00.001Z"),
        ("by", {"organisation": "KL", "principal": "p1"}),
        ("data", {"number": 99}),
        ("snapshot", {"status": "closed"}),
        ("type", "action.opened"),
        ("id", "another"),
        ("correlation_id", "c2"),
    ],
)
def test_any_edit_of_an_entry_is_found_at_that_entry(history, name, value):
    history[1][name] = value
    assert [p for p in problems(history) if "entry 2" in p]


def test_an_edited_text_is_found(history):
    history[2]["texts"]["text"]["text"] = "Another text."
    assert problems(history) == ["entry 3: the text 'text' was changed"]
    history[2]["texts"]["text"]["digest"] = "0" * 64
    assert any("hash differs" in p for p in problems(history))


def test_an_erased_text_still_verifies(history):
    del history[2]["texts"]["text"]["text"]
    assert problems(history) == []


def test_a_cut_tail_is_found_by_the_documents_count(history):
    assert problems(history[:-1], seq=4) == ["the document counts 4 entries but holds 3"]


def test_a_removed_an_added_and_a_swapped_entry_are_found(history):
    assert problems(history[1:])
    assert problems([history[0], history[2], history[3]])
    assert problems([history[0], history[2], history[1], history[3]])
    assert problems([*history, copy.deepcopy(history[3])])


def test_a_history_moved_to_another_document_is_found(history):
    assert problems(history, document="01938a3c-5a10-7c1e-9a52-2f6d2c0b7a11")


def test_equal_texts_have_different_digests():
    one, two = (a_history(1)[0]["texts"]["text"] for _ in range(2))
    assert one["text"] == two["text"]
    assert one["digest"] != two["digest"]


def test_a_text_that_the_document_keeps_itself_is_only_digested_here():
    entry = new_entry(ID, None, type="t", at=NOW, context=BY, data={}, texts={"details": "a secret"}, keep_texts=False)
    assert "secret" not in repr(entry)
    assert verify(ID, 1, [entry]) == []


def test_times_are_cut_to_milliseconds_and_survive_the_round_trip():
    moment = dt.datetime(2025, 1, 15, 6, 30, 0, 123_999, dt.UTC)
    assert timestamp(moment) == "2025-01-15T06:30:00.123Z"
    assert parse_timestamp(timestamp(moment)) == milliseconds(moment)
    assert parse_timestamp("2025-01-15T12:00:00.123+05:30") == milliseconds(moment)
    for broken in (lambda: milliseconds(dt.datetime(2025, 1, 15)), lambda: parse_timestamp("2025-01-15T06:30:00")):
        with pytest.raises(ValueError):
            broken()


def test_the_day_in_india_begins_at_half_past_six_in_the_evening_of_utc():
    clock = FixedClock(dt.datetime(2025, 1, 14, 18, 29, 59, tzinfo=dt.UTC))
    assert today_in_india(clock.now()) == dt.date(2025, 1, 14)
    clock.advance(seconds=1)
    assert today_in_india(clock.now()) == dt.date(2025, 1, 15)
