"""Meetings with their themes and initiatives: data, loaded by an explicit step and read often."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from services.feedback.domain.submission import Meeting
from shared.storage.client import Document
from shared.storage.reference import Remembered


class Meetings:
    def __init__(self, database: Database[Document]) -> None:
        self._collection = database["meetings"]
        self._known = Remembered(lambda: list(self._collection.find().sort("date", -1)))

    def all(self) -> list[Document]:
        """Newest meeting first, each with `title`, `date`, `themes` and `initiatives`."""
        return self._known()

    def get(self, code: str) -> Meeting | None:
        for meeting in self.all():
            if meeting["_id"] == code:
                themes, initiatives = (
                    frozenset(item["code"] for item in meeting[part]) for part in ("themes", "initiatives")
                )
                return Meeting(code, themes, initiatives)
        return None

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
