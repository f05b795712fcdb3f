"""Cursor pages: stable while records are added, and as cheap on page 1,000 as on page 1."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields
from pymongo import DESCENDING
from pymongo.collection import Collection

from shared.storage.client import Document

PAGE = 50


@dataclass(frozen=True)
class Page:
    """`cursor` leads to the next page; None on the last one."""

    items: list[Document]
    cursor: str | None


def page_of(
    collection: Collection[Document],
    filter: Mapping[str, Any],
    order: str,
    cursor: str | None,
    *,
    projection: Mapping[str, Any],
    size: int = PAGE,
) -> Page:
    """The documents that match, newest first by the unique field `order`, after `cursor`."""
    query = dict(filter)
    if cursor is not None:
        query[order] = {"$lt": cursor}
    found = list(collection.find(query, projection, limit=size + 1).sort(order, DESCENDING))
    more = len(found) > size
    return Page(found[:size], encode_cursor(found[size - 1][order]) if more else None)


def encode_cursor(position: str) -> str:
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """Raises ValueError for a text that is no cursor of ours."""
    try:
        position = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("no cursor") from error
    if not position or not position.isprintable() or len(position) > 200:
        raise ValueError("no cursor")
    return position


class CursorField(fields.String):
    """An opaque cursor in a query string."""

    default_error_messages = {"cursor": _l("This is no cursor of ours. Use next_cursor of the page before.")}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        try:
            return decode_cursor(text or "")
        except ValueError:
            raise self.make_error("cursor") from None


def page_schema(item: type[Schema]) -> type[Schema]:
    """The schema of a page of `item`: `{items, next_cursor}`."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(allow_none=True, metadata={"description": "null on the last page"}),
        },
        name=f"{item.__name__}Page",
    )
