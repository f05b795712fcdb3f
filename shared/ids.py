"""Identifiers. New ones are UUID version 7 (RFC 9562): they sort by time, so that an index on `_id` is an
index on age. Derived ones are UUID version 5 of a parent's id, so that the same event always makes the same
document."""

from __future__ import annotations

import re
import uuid

import uuid6

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def new_id() -> str:
    return str(uuid6.uuid7())


def derive_id(parent: str, *parts: str) -> str:
    """A stable id: equal arguments give an equal id, on every machine and for ever.

    `parent` is itself a UUID (raises ValueError otherwise); `parts` are joined by a character that none of
    them may contain.
    """
    if any("\x1f" in part for part in parts):
        raise ValueError("a part of an id may not contain U+001F")
    return str(uuid.uuid5(uuid.UUID(parent), "\x1f".join(parts)))


def is_id(text: str) -> bool:
    """Whether `text` is a UUID in its canonical lower-case form."""
    return _UUID.fullmatch(text) is not None
