"""JSON Schema and AsyncAPI 3, generated from the event contracts."""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared.contracts.events import CONTRACTS, Contract
from shared.contracts.topics import TOPICS

_ATTRIBUTES = {
    "ce_specversion": "1.0",
    "ce_id": "id of the event; equal on every republication",
    "ce_source": "/sankalp/<service>",
    "ce_type": "sankalp.<noun>.<past participle>",
    "ce_subject": "id of the aggregate; also the message key",
    "ce_time": "time of the event, RFC 3339 UTC, milliseconds",
    "ce_dataschema": "urn:sankalp:event:<type>:v<version>",
    "ce_sequence": "number of the entry in the aggregate's history",
    "ce_correlationid": "one value from the person's request to the last effect",
    "ce_causationid": "id of the event that caused this one, if one did",
    "ce_entryhash": "hash of the history entry",
    "ce_traceparent": "W3C trace context, if the request had one",
}


def schemas() -> dict[str, Any]:
    """JSON Schema (2020-12) of every event's data and their parts, by component name."""
    spec = APISpec("Sankalp events", "1", "3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=_name)])
    for contract in CONTRACTS.values():
        spec.components.schema(_name(contract.schema), schema=contract.schema)
    components: dict[str, Any] = spec.to_dict()["components"]["schemas"]
    return components


def json_schema(contract: Contract) -> dict[str, Any]:
    """A self-contained JSON Schema of one event's data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:sankalp:event:{contract.type}:v{contract.version}",
        "description": contract.summary,
        **schemas()[_name(contract.schema)],
        "components": {"schemas": schemas()},
    }


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document of all topics."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for topic in TOPICS.values():
        of_topic = [contract for contract in CONTRACTS.values() if contract.topic == topic]
        keys = {f"{contract.type}.v{contract.version}": contract for contract in of_topic}
        channel = topic.name.replace(".", "_")
        channels[channel] = {
            "address": topic.name,
            "description": topic.purpose,
            "messages": {key.replace(".", "_"): {"$ref": f"#/components/messages/{key}"} for key in keys},
        }
        operations[f"send_{channel}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{channel}"},
            "summary": f"Published by {topic.producer}.",
        }
        for key, contract in keys.items():
            messages[key] = {
                "name": f"sankalp.{contract.type}",
                "summary": contract.summary,
                "contentType": "application/json",
                "headers": {
                    "type": "object",
                    "properties": {name: {"type": "string", "description": text} for name, text in _ATTRIBUTES.items()},
                },
                "payload": {"$ref": f"#/components/schemas/{_name(contract.schema)}"},
            }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Sankalp events", "version": "1.0.0", "license": {"name": "Apache-2.0"}},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas()},
    }


def _name(schema: Any) -> str:
    cls = schema if isinstance(schema, type) else type(schema)
    return cls.__name__
