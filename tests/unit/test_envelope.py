"""Every way in which a message can be no event of ours."""

from __future__ import annotations

import pytest

from shared.errors import PoisonError
from shared.messaging.envelope import from_record, to_message
from shared.messaging.message import Message
from tests.contract.examples import event_of, record_of

GOOD = to_message(event_of("action.assigned.v1"), "actions.events")


def read(value: bytes | None = GOOD.value, **headers: bytes | None):
    """Read the good message with some headers replaced, or left out where None."""
    kept = {**dict(GOOD.headers), **headers}
    pairs = tuple((name, value) for name, value in kept.items() if value is not None)
    return from_record(record_of(Message(GOOD.topic, GOOD.key, value, pairs)))  # type: ignore[arg-type]


def test_the_unchanged_message_is_read():
    """Negative control of everything below."""
    assert read() == event_of("action.assigned.v1")


@pytest.mark.parametrize(
    "name", ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_dataschema", "ce_sequence"]
)
@pytest.mark.parametrize("value", [None, b""])
def test_a_missing_or_empty_attribute_is_poison_by_name(name, value):
    with pytest.raises(PoisonError, match=name):
        read(**{name: value})


@pytest.mark.parametrize(
    "headers",
    [
        {"ce_specversion": b"0.3"},
        {"ce_id": b"\xff\xfe"},
        {"ce_type": b"sankalp.action.noted"},
        {"ce_type": b"com.example.other"},
        {"ce_dataschema": b"urn:sankalp:event:action.assigned"},
        {"ce_dataschema": b"urn:sankalp:event:action.assigned:v99999"},
        {"ce_time": b"yesterday"},
        {"ce_time": b"2025-01-15T06:30:00"},
        {"ce_sequence": b"first"},
    ],
    ids=repr,
)
def test_a_header_that_cannot_be_read_is_poison(headers):
    with pytest.raises(PoisonError):
        read(**headers)


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b'"text"', b"null", b"7", b"\xff"])
def test_a_value_that_is_no_json_object_is_poison(value):
    with pytest.raises(PoisonError):
        read(value)


def test_the_description_of_poison_never_quotes_the_message():
    for broken in (b'{"secret": ', b'["secret"]'):
        with pytest.raises(PoisonError) as poison:
            read(broken)
        assert "secret" not in str(poison.value)


def test_optional_attributes_may_be_absent():
    event = read(ce_causationid=None, ce_entryhash=None, ce_traceparent=None, ce_correlationid=None)
    assert (event.causation_id, event.entry_hash, event.traceparent) == (None, None, None)
    assert event.correlation_id == event.id
