"""Indexes as data, made by an explicit step (`sankalp indexes`), never by the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo import IndexModel
from pymongo.database import Database

from shared.storage.client import Document


@dataclass(frozen=True)
class Index:
    collection: str
    name: str
    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    partial: dict[str, Any] | None = field(default=None)


def outbox_indexes(collection: str) -> tuple[Index, ...]:
    """What the relay needs on a collection of aggregates: its queue, and the recovery window."""
    return (
        Index(collection, "staged", (("staged_at", 1),), partial={"staged_at": {"$exists": True}}),
        Index(collection, "changed", (("changed_at", 1), ("_id", 1))),
    )


# Every service has these, for its consumer.
INBOX_INDEXES = (Index("dead_letters", "waiting", (("state", 1), ("at", -1))),)


def create_indexes(database: Database[Document], indexes: Sequence[Index]) -> None:
    """Make what is missing. An index of the same name with other keys raises OperationFailure: that is a
    migration, and a person decides on it."""
    by_collection: dict[str, list[IndexModel]] = {}
    for index in indexes:
        options: dict[str, Any] = {"name": index.name, "unique": index.unique}
        if index.partial is not None:
            options["partialFilterExpression"] = index.partial
        by_collection.setdefault(index.collection, []).append(IndexModel(list(index.keys), **options))
    for collection, models in by_collection.items():
        database[collection].create_indexes(models)


def missing_unique_indexes(database: Database[Document], indexes: Sequence[Index]) -> list[str]:
    """The names of unique indexes that do not exist. Without them an insert could be done twice, so a web
    process that misses one is not ready."""
    missing = []
    for index in indexes:
        if index.unique and index.name not in database[index.collection].index_information():
            missing.append(f"{index.collection}.{index.name}")
    return missing
