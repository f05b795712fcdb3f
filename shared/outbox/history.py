"""History entries: what happened to one document, in order, each linked to the one before by a hash.

`hash = SHA-256(previous hash + RFC 8785 canonical JSON of the entry without its hash)`. Free text enters the
hash as a salted digest that stands beside the text: the text can be erased later (DPDP Act 2023) and the
chain still verifies. The first link starts from the document's id, so that a history cannot be moved to
another document.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from shared.clock import timestamp
from shared.ids import new_id

Entry = dict[str, Any]


@dataclass(frozen=True)
class Context:
    """Where a write comes from: who, and on whose behalf in the chain of cause and effect.

    `by` names an organisation and a principal id, never a person's name. `idempotency` is (principal, key,
    hash of the parsed body) or None.
    """

    by: Mapping[str, str]
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    idempotency: Mapping[str, str] | None = None


def new_entry(
    document_id: str,
    previous: Entry | None,
    *,
    type: str,
    at: dt.datetime,
    context: Context,
    data: Mapping[str, Any],
    id: str | None = None,
    texts: Mapping[str, str] | None = None,
    keep_texts: bool = True,
    snapshot: Mapping[str, Any] | None = None,
) -> Entry:
    """The entry that follows `previous` (None for the first).

    `id` is given where a consumer makes the entry, so that the same event makes the same one. `data` and
    `snapshot` hold JSON values only, and no free text but titles. `texts` is free text by field
    name; with `keep_texts=False` only its digests are kept, for a document that stores the text itself.
    """
    entry: Entry = {
        "seq": 1 if previous is None else previous["seq"] + 1,
        "id": id or new_id(),
        "type": type,
        "at": timestamp(at),
        "by": dict(context.by),
        "correlation_id": context.correlation_id,
        "data": dict(data),
        "texts": {name: _digested(text, keep_texts) for name, text in (texts or {}).items()},
    }
    if context.causation_id is not None:
        entry["causation_id"] = context.causation_id
    if context.traceparent is not None:
        entry["traceparent"] = context.traceparent
    if context.idempotency is not None:
        entry["idempotency"] = dict(context.idempotency)
    if snapshot is not None:
        entry["snapshot"] = dict(snapshot)
    entry["hash"] = link_hash(document_id if previous is None else previous["hash"], entry)
    return entry


def link_hash(previous: str, entry: Entry) -> str:
    """The hash of `entry`; `previous` is the hash before it, or the document's id for the first entry."""
    hashed = {name: value for name, value in entry.items() if name not in ("hash", "texts")}
    hashed["texts"] = {name: {"salt": text["salt"], "digest": text["digest"]} for name, text in entry["texts"].items()}
    return hashlib.sha256(previous.encode() + rfc8785.dumps(hashed)).hexdigest()


def text_digest(salt: str, text: str) -> str:
    return hashlib.sha256((salt + text).encode()).hexdigest()


def verify(document_id: str, seq: int, history: Sequence[Entry]) -> list[str]:
    """What is wrong with a history, in words that name the entry; an empty list if every link holds.

    Checks the count against the document's `seq`, the order, every hash, and every text that is still kept
    against its digest.
    """
    problems = []
    if seq != len(history):
        problems.append(f"the document counts {seq} entries but holds {len(history)}")
    previous = document_id
    for position, entry in enumerate(history, start=1):
        if entry["seq"] != position:
            problems.append(f"entry {position} calls itself number {entry['seq']}")
        if entry["hash"] != link_hash(previous, entry):
            problems.append(f"entry {position} does not follow from the one before: its hash differs")
        for name, text in entry["texts"].items():
            if "text" in text and text_digest(text["salt"], text["text"]) != text["digest"]:
                problems.append(f"entry {position}: the text {name!r} was changed")
        previous = entry["hash"]
    return problems


def _digested(text: str, keep: bool) -> dict[str, str]:
    salt = secrets.token_hex(16)
    digested = {"salt": salt, "digest": text_digest(salt, text)}
    if keep:
        digested["text"] = text
    return digested
