"""The events that the services have agreed on: every example file is a test."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from importlib import resources

import jsonschema
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.clock import timestamp
from shared.contracts.asyncapi import asyncapi, json_schema
from shared.contracts.document import write_documents
from shared.contracts.events import CONTRACTS, checked_data, current_version
from shared.contracts.topics import TOPICS
from shared.errors import PoisonError, UnknownVersionError
from shared.messaging.envelope import from_record, to_message
from tests.architecture.rules import ROOT
from tests.contract.examples import NAMES, contract_of, event_of, example, record_of

every_example = pytest.mark.parametrize("name", NAMES)


def required_fields(schema: dict, components: dict, path: tuple = ()) -> list[tuple]:
    """Paths to the required fields of a JSON Schema; nested objects too."""
    found = []
    for name, about in schema["properties"].items():
        if name in schema.get("required", []):
            found.append((*path, name))
        if "$ref" in about:
            part = components[about["$ref"].removeprefix("#/components/schemas/")]
            found += required_fields(part, components, (*path, name))
    return found


def without(data: dict, path: tuple) -> dict:
    changed = copy.deepcopy(data)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return changed


def test_there_is_one_example_for_each_contract_and_none_besides():
    folder = resources.files("shared.contracts.examples")
    files = {file.name for file in folder.iterdir() if file.name.endswith(".json")}
    assert files == {f"{name}.json" for name in NAMES}


@every_example
def test_an_example_passes_its_schema_and_the_generated_json_schema(name):
    event, schema = event_of(name), json_schema(contract_of(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(event.data)
    assert json.loads(json.dumps(checked_data(event))) == event.data


@every_example
def test_a_field_that_we_do_not_know_is_ignored(name):
    event = event_of(name)
    wider = replace(event, data={**event.data, "brand_new": {"deep": [1]}})
    assert checked_data(wider) == checked_data(event)


@every_example
def test_a_missing_required_field_is_poison_and_breaks_the_json_schema(name):
    event, schema = event_of(name), json_schema(contract_of(name))
    paths = required_fields(schema, schema["components"]["schemas"])
    assert paths
    for path in paths:
        broken = without(event.data, path)
        with pytest.raises(PoisonError, match=path[0]):
            checked_data(replace(event, data=broken))
        assert not jsonschema.Draft202012Validator(schema).is_valid(broken), path


@every_example
def test_an_event_comes_back_from_its_message_unchanged(name):
    event = event_of(name)
    message = to_message(event, "x." + contract_of(name).topic.name)
    assert from_record(record_of(message)) == event
    assert message.key == event.subject.encode()
    assert to_message(event, message.topic) == message


@every_example
def test_the_cloudevents_package_reads_each_message_with_the_same_attributes(name):
    event = event_of(name)
    message = to_message(event, "t")
    told = from_binary(KafkaMessage(dict(message.headers), message.key, message.value), JSONFormat(), CloudEvent)
    assert told.get_specversion() == "1.0"
    assert told.get_id() == event.id
    assert told.get_source() == f"/sankalp/{event.source}"
    assert told.get_type() == f"sankalp.{event.type}"
    assert told.get_subject() == event.subject
    assert told.get_time() == event.time
    assert told.get_dataschema() == f"urn:sankalp:event:{event.type}:v{event.version}"
    assert told.get_datacontenttype() == "application/json"
    assert told.get_data() == event.data
    extensions = {
        name: told.get_extension(name)
        for name in ("sequence", "correlationid", "causationid", "entryhash", "traceparent", "partitionkey")
    }
    assert extensions == {
        "sequence": str(event.sequence),
        "correlationid": event.correlation_id,
        "causationid": event.causation_id,
        "entryhash": event.entry_hash,
        "traceparent": event.traceparent,
        "partitionkey": event.subject,
    }


def test_the_cloudevents_package_refuses_a_message_without_a_type():
    message = to_message(event_of(NAMES[0]), "t")
    headers = {name: value for name, value in message.headers if name != "ce_type"}
    with pytest.raises(CloudEventValidationError):
        from_binary(KafkaMessage(headers, message.key, message.value), JSONFormat(), CloudEvent)


def test_times_travel_as_utc_with_exactly_three_decimals():
    message = to_message(event_of(NAMES[0]), "t")
    assert dict(message.headers)["ce_time"].decode() == timestamp(event_of(NAMES[0]).time) == "2024-12-19T06:30:00.000Z"


def test_a_newer_version_stops_the_consumer_and_a_strange_type_is_poison():
    event = event_of("action.assigned.v1")
    with pytest.raises(UnknownVersionError, match=r"action\.assigned v2"):
        checked_data(replace(event, version=current_version(event.type) + 1))
    with pytest.raises(PoisonError, match=r"no contract for action\.cancelled v1"):
        checked_data(replace(event, type="action.cancelled"))
    with pytest.raises(PoisonError, match=r"no contract for action\.assigned v0"):
        checked_data(replace(event, version=0))


def test_snapshots_hold_no_text_of_a_submission():
    texts = {"details", "reason", "text", "remark", "contact"}
    for name in NAMES:
        if name.startswith("action."):
            schemas = json_schema(contract_of(name))["components"]["schemas"]
            assert not texts & set(schemas["ActionSnapshot"]["properties"])
            assert not texts & set(example(name)["data"])


def test_the_generated_documents_are_those_in_docs(tmp_path):
    written = {path.relative_to(tmp_path): path.read_text() for path in write_documents(tmp_path)}
    kept = [ROOT / "docs" / "events.md", ROOT / "docs" / "asyncapi.json", *(ROOT / "docs" / "schemas").glob("*")]
    assert {path.relative_to(ROOT / "docs"): path.read_text() for path in kept} == written


def test_the_generated_documents_change_with_an_example(tmp_path, monkeypatch):
    before = {path.name: path.read_text() for path in write_documents(tmp_path)}
    monkeypatch.delitem(CONTRACTS, ("action.noted", 1))
    after = {path.name: path.read_text() for path in write_documents(tmp_path)}
    assert before["events.md"] != after["events.md"]
    assert before["asyncapi.json"] != after["asyncapi.json"]


def test_asyncapi_names_every_topic_and_every_reference_in_it_resolves():
    document = asyncapi()
    assert {channel["address"] for channel in document["channels"].values()} == set(TOPICS)

    def references(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "$ref":
                    yield inner
                else:
                    yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    found = list(references(document))
    assert found
    for reference in found:
        target = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target
