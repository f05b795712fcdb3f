"""Routing and the titles of themes and initiatives: data of this service, loaded by an explicit step."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from pymongo.database import Database

from services.actions.domain.opening import Routing
from shared.storage.client import Document
from shared.storage.reference import Remembered


class Reference:
    def __init__(self, database: Database[Document]) -> None:
        self._routing = database["routing"]
        self._meetings = database["meetings"]
        self._known_routing = Remembered(lambda: self._routing.find_one({"_id": "routing"}))
        self._known_meetings = Remembered(lambda: list(self._meetings.find()))

    def routing(self) -> Routing:
        stored = self._known_routing() or {}
        return Routing(stored.get("by_theme", {}), stored.get("by_initiative", {}))

    def title(self, part: str, code: str | None) -> Any:
        """The title of a theme or initiative by language; the code itself where none is known."""
        for meeting in self._known_meetings():
            for item in meeting[part]:
                if item["code"] == code:
                    return item["title"]
        return code

    def save(self, conference: dict[str, Any]) -> None:
        """Store a meeting's titles, and the routing where there is none yet: an edited one is kept."""
        meeting = conference["meeting"]
        parts = {name: conference[name] for name in ("themes", "initiatives")}
        self._meetings.replace_one({"_id": meeting["code"]}, {"title": meeting["title"], **parts}, upsert=True)
        proposal = json.loads(resources.files("services.actions.data").joinpath("routing.json").read_text())
        self._routing.update_one({"_id": "routing"}, {"$setOnInsert": proposal}, upsert=True)
