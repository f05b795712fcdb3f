"""Dead letters: listed without contents, shown by shape, and driven through the handler again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.errors import PoisonError
from shared.inbox.dead_letters import record_of, redacted, shape_of
from tests.unit.consuming import Consuming, keep, message, poison, titles


def broken(event):
    raise RuntimeError("a bug")


@pytest.fixture
def consuming(database):
    return Consuming(database, broken)


def letter_after(consuming, *messages):
    consuming.publish(*messages)
    consuming.loop.step()
    return consuming.dead()[-1]


def test_redriving_says_applied_and_then_already_applied(consuming):
    letter = letter_after(consuming, message(1))
    consuming.restart(keep)
    assert consuming.processor.redrive(record_of(letter)) == "applied"
    assert consuming.processor.redrive(record_of(letter)) == "duplicate"
    assert consuming.kept() == titles(1)


def test_redriving_says_what_is_still_wrong(consuming):
    letter = letter_after(consuming, message(1))
    with pytest.raises(RuntimeError, match="a bug"):
        consuming.processor.redrive(record_of(letter))
    bad = letter_after(consuming, poison(2))
    with pytest.raises(PoisonError, match="cannot be decoded"):
        consuming.processor.redrive(record_of(bad))
    assert consuming.kept() == set()


def test_a_late_redrive_changes_nothing_that_is_newer(consuming):
    letter = letter_after(consuming, message(1))
    consuming.database["kept"].insert_one({"_id": message_id(letter), "title": "newer"})
    consuming.restart(keep)
    assert consuming.processor.redrive(record_of(letter)) == "duplicate"
    assert consuming.kept() == {"newer"}


def message_id(letter):
    return dict(letter["headers"])["ce_id"].decode()


def test_letters_wait_until_they_are_settled_and_are_listed_without_contents(consuming):
    letter = letter_after(consuming, message(1), message(2))
    listed = list(consuming.letters.waiting())
    assert {one["_id"] for one in listed} == {one["_id"] for one in consuming.dead()}
    assert not any({"value", "key", "headers"} & set(one) for one in listed)
    consuming.letters.settle(letter["_id"], "discarded", "a test")
    assert [one["_id"] for one in consuming.letters.waiting()] != [one["_id"] for one in listed]
    assert consuming.letters.get(letter["_id"])["note"] == "a test"


def test_a_letter_delivered_once_more_is_kept_once_and_counted_each_time(consuming):
    letter = letter_after(consuming, message(1))
    consuming.letters.put(record_of(letter), "bug", "again", None)
    assert (len(consuming.dead()), consuming.letters.in_a_row()) == (1, 2)


def test_a_redriven_letter_that_fails_again_waits_again_and_a_discarded_one_does_not(consuming):
    letter = letter_after(consuming, message(1))
    for settled, then in (("redriven", "waiting"), ("discarded", "discarded")):
        consuming.letters.settle(letter["_id"], settled, "a test")
        consuming.letters.put(record_of(letter), "bug", "again", None)
        assert consuming.letters.get(letter["_id"])["state"] == then


def test_another_message_at_the_same_place_is_another_letter(consuming):
    record = record_of(letter_after(consuming, message(1)))
    consuming.letters.put(replace(record, value=b"what a broker that forgot gave this place to"), "poison", "x", None)
    assert len(consuming.dead()) == 2


def test_an_operator_sees_names_and_types_and_no_values(consuming):
    letter = letter_after(consuming, message(1, details="a secret text"))
    shown = shape_of(record_of(letter))
    assert shown["details"] == "<str>"
    assert "secret" not in repr(shown)
    assert redacted({"a": [1, {"b": None}], "c": True}) == {"a": ["<int>", {"b": "<NoneType>"}], "c": "<bool>"}
    assert shape_of(record_of(letter_after(consuming, poison(2)))) == "<7 bytes that are not JSON>"
