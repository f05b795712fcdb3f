"""Meetings with their themes and initiatives: data, loaded by an explicit step and read often."""

from __future__ import annotations

import time
from typing import Any

from pymongo.database import Database

from services.feedback.domain.submission import Meeting
from shared.storage.client import Document

_FRESH_SECONDS = 30.0


class Meetings:
    """Reads are answered from memory for up to 30 seconds: every submission asks, and they change rarely."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database["meetings"]
        self._known: dict[str, Document] = {}
        self._read_at = float("-inf")

    def all(self) -> list[Document]:
        """Newest meeting first, each with `title`, `date`, `themes` and `initiatives`."""
        if time.monotonic() - self._read_at > _FRESH_SECONDS or not self._known:
            documents = self._collection.find().sort("date", -1)
            self._known = {document["_id"]: document for document in documents}
            self._read_at = time.monotonic()
        return list(self._known.values())

    def get(self, code: str) -> Meeting | None:
        document = {meeting["_id"]: meeting for meeting in self.all()}.get(code)
        if document is None:
            return None
        return Meeting(
            code=code,
            themes=frozenset(theme["code"] for theme in document["themes"]),
            initiatives=frozenset(initiative["code"] for initiative in document["initiatives"]),
        )

    def titles(self, part: str) -> dict[str, Any]:
        """The titles by code of all `themes` or `initiatives`, each by language."""
        return {item["code"]: item["title"] for meeting in self.all() for item in meeting[part]}

    def save(self, conference: dict[str, Any]) -> None:
        """Store a meeting from the form of `shared.contracts.reference`; the same again changes nothing."""
        meeting = conference["meeting"]
        document = {
            **{name: meeting[name] for name in ("title", "date", "venue", "organiser", "chair")},
            "themes": conference["themes"],
            "initiatives": conference["initiatives"],
            "source": conference["source"],
        }
        self._collection.replace_one({"_id": meeting["code"]}, document, upsert=True)
