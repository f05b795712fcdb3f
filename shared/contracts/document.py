"""The contracts as files for people and for other systems: generated, never written by hand."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from shared.contracts.asyncapi import asyncapi, json_schema, schemas
from shared.contracts.events import CONTRACTS, Contract
from shared.contracts.topics import TOPICS

_INTRODUCTION = """# Events

Generated from the schemas by `make docs`; do not edit.

Every event is a CloudEvents 1.0 message in Kafka's binary mode: attributes in `ce_*` headers, data as JSON in the
value, the aggregate's id as the key. Within a version only optional fields are added; readers ignore what they do
not know. The description for programs is `asyncapi.json` beside this file, with a JSON Schema per event in `schemas/`.
"""


def example_path(contract: Contract) -> Any:
    """The example file of a contract; each is a test."""
    return resources.files("shared.contracts.examples").joinpath(f"{contract.type}.v{contract.version}.json")


def events_markdown() -> str:
    """The page about all topics and events."""
    lines = [_INTRODUCTION]
    for topic in TOPICS.values():
        lines.append(f"## {topic.name}\n\n{topic.purpose} Published by `{topic.producer}`.\n")
        for contract in CONTRACTS.values():
            if contract.topic == topic:
                lines.append(_event_markdown(contract))
    lines.append("## The snapshot of an action item\n\n" + _table(schemas()["ActionSnapshot"]))
    return "\n".join(lines)


def write_documents(folder: Path) -> list[Path]:
    """Write all documents into `folder`; the files written."""
    files = {folder / "events.md": events_markdown(), folder / "asyncapi.json": _json(asyncapi())}
    for contract in CONTRACTS.values():
        files[folder / "schemas" / f"{contract.type}.v{contract.version}.json"] = _json(json_schema(contract))
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def _event_markdown(contract: Contract) -> str:
    example = json.loads(example_path(contract).read_text(encoding="utf-8"))
    schema = schemas()[contract.schema.__name__]
    return (
        f"### sankalp.{contract.type}, version {contract.version}\n\n{contract.summary}\n\n{_table(schema)}\n"
        f"Example of the data:\n\n```json\n{json.dumps(example['data'], ensure_ascii=False, indent=2)}\n```\n"
    )


def _table(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = ["| field | type | required | meaning |", "|---|---|---|---|"]
    for name, about in schema["properties"].items():
        kind = about.get("type", about.get("$ref", "").rsplit("/", 1)[-1])
        kind = " or ".join(kind) if isinstance(kind, list) else kind
        rows.append(f"| `{name}` | {kind} | {'yes' if name in required else 'no'} | {about.get('description', '')} |")
    return "\n".join(rows) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
