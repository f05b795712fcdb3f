"""The two shapes of a handler's writes, and how a batch of them is applied.

`Create` inserts a document with a deterministic `_id`; that it is there already is success. `Project` sets the
snapshot of another aggregate at a path of a target document, unless a snapshot with the same or a higher
sequence is there. Neither ever appends, so redelivery, replay from offset 0, gaps and late redrives change
nothing that is newer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pymongo import InsertOne, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, WriteConcernError

from shared.storage.client import Document

Outcome = Literal["applied", "duplicate", "superseded", "missing"]


@dataclass(frozen=True)
class Create:
    """Insert `document` into `collection`; its `_id` is derived from the event."""

    collection: str
    document: Document = field(hash=False)


@dataclass(frozen=True)
class Project:
    """Set `{seq, snapshot}` at `path` of document `target`, if what is there is older.

    `then` is a list of further aggregation stages that derive fields from the new state of the document, run
    in the same update.
    """

    collection: str
    target: str
    path: str
    seq: int
    snapshot: Mapping[str, Any] = field(hash=False)
    then: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)

    @property
    def slot(self) -> tuple[str, str, str]:
        return self.collection, self.target, self.path


Write = Create | Project


def apply(database: Database[Document], writes: Sequence[Write]) -> list[Outcome]:
    """Apply all writes, durable on a majority, and say what became of each, in order.

    Raises the pymongo error when a write failed for any reason but its own repetition; some of the others may
    then have been applied, and applying all of them again is harmless.
    """
    outcomes: list[Outcome] = ["superseded"] * len(writes)
    newest: dict[tuple[str, str, str], int] = {}
    for position, write in enumerate(writes):
        if isinstance(write, Project):
            rival = newest.get(write.slot)
            if rival is None or _seq(writes[rival]) < write.seq:
                newest[write.slot] = position
    kept = set(newest.values())
    by_collection: dict[str, list[int]] = {}
    for position, write in enumerate(writes):
        if isinstance(write, Create) or position in kept:
            by_collection.setdefault(write.collection, []).append(position)
    for collection, positions in by_collection.items():
        chosen = [writes[position] for position in positions]
        for position, outcome in zip(positions, _apply_to(database[collection], chosen), strict=True):
            outcomes[position] = outcome
    return outcomes


def _seq(write: Write) -> int:
    return write.seq if isinstance(write, Project) else 0


def _apply_to(collection: Collection[Document], writes: Sequence[Write]) -> list[Outcome]:
    outcomes: list[Outcome] = ["applied"] * len(writes)
    matched = -1
    try:
        matched = collection.bulk_write([_operation(write) for write in writes], ordered=False).matched_count
    except BulkWriteError as error:
        details = error.details or {}
        for failure in details.get("writeErrors", []):
            position = failure["index"]
            itself = isinstance(writes[position], Create) and dict(failure.get("keyPattern", {})) == {"_id": 1}
            if failure.get("code") != 11000 or not itself:
                raise
            outcomes[position] = "duplicate"
        if details.get("writeConcernErrors"):
            concern = details["writeConcernErrors"][0]
            raise WriteConcernError(concern.get("errmsg"), concern.get("code"), concern) from error
        matched = details.get("nMatched", 0)
    projects = [position for position, write in enumerate(writes) if isinstance(write, Project)]
    if matched < len(projects):
        _explain(collection, writes, projects, outcomes)
    return outcomes


def _explain(
    collection: Collection[Document], writes: Sequence[Write], projects: Sequence[int], outcomes: list[Outcome]
) -> None:
    """Say why a projection may not have matched: one read tells the newer from the absent. A target that came
    into being between the write and this read is written again."""
    wanted = [write for position in projects if isinstance(write := writes[position], Project)]
    shown = {f"{write.path}.seq": 1 for write in wanted}
    targets = {write.target for write in wanted}
    stored = {doc["_id"]: doc for doc in collection.find({"_id": {"$in": list(targets)}}, {"_id": 1, **shown})}
    again: list[int] = []
    for position, write in zip(projects, wanted, strict=True):
        document = stored.get(write.target)
        seq = None if document is None else _at(document, f"{write.path}.seq")
        if document is None:
            outcomes[position] = "missing"
        elif seq is None or seq < write.seq:
            again.append(position)
        elif seq > write.seq:
            outcomes[position] = "superseded"
        else:
            outcomes[position] = "applied"  # by this batch, or by an earlier delivery of the same event
    if again:
        for position, outcome in zip(again, _apply_to(collection, [writes[p] for p in again]), strict=True):
            outcomes[position] = outcome


def _at(document: Document, path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _operation(write: Write) -> InsertOne[Document] | UpdateOne:
    if isinstance(write, Create):
        return InsertOne(write.document)
    # `$not $gte`, never `$lt`: `$lt` does not match a field that is not there yet.
    guard = {"_id": write.target, f"{write.path}.seq": {"$not": {"$gte": write.seq}}}
    # `$literal`: a snapshot's texts may begin with `$`; it also replaces the old snapshot as a whole.
    value = {"seq": write.seq, "snapshot": {"$literal": dict(write.snapshot)}}
    stages: list[Mapping[str, Any]] = [{"$set": {write.path: value}}, *write.then]
    return UpdateOne(guard, stages)
