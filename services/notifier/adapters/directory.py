"""Directory and routing: who has which mailbox, and which event goes to whom. Data, loaded by an explicit step;
edited ones are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources

from pymongo import UpdateOne
from pymongo.database import Database

from services.notifier.domain.recipients import Mailbox, Rule
from shared.contracts.organisations import organisations
from shared.storage.client import Document

_DATA = resources.files("services.notifier.data")


class Directory:
    """Read anew for each batch of announcements, never remembered: what was read is frozen with them."""

    def __init__(self, database: Database[Document]) -> None:
        self._mailboxes = database["directory"]
        self._rules = database["routing"]

    def mailboxes(self) -> Mapping[str, Sequence[Mailbox]]:
        found: dict[str, list[Mailbox]] = {}
        for document in self._mailboxes.find({"active": True}):
            box = Mailbox(document["organisation"], document["address"], tuple(document["languages"]))
            found.setdefault(box.organisation, []).append(box)
        return found

    def rules(self) -> Sequence[Rule]:
        return [Rule(d["event"], d["audiences"], d.get("command")) for d in self._rules.find()]

    def save_defaults(self) -> None:
        """Seed one mailbox for each organisation and the proposed routing, where there are none yet. The
        addresses are under `.example`, which no mail server delivers to."""
        self._mailboxes.bulk_write(
            [
                UpdateOne(
                    {"_id": f"{code.lower()}@sankalp.example"},
                    {
                        "$setOnInsert": {
                            "organisation": code,
                            "address": f"{code.lower()}@sankalp.example",
                            "languages": ["en", "hi"],
                            "active": True,
                        }
                    },
                    upsert=True,
                )
                for code in organisations()
            ],
            ordered=False,
        )
        for rule in json.loads((_DATA / "routing.json").read_text(encoding="utf-8")):
            id = ":".join(filter(None, (rule["event"], rule.get("command"))))
            self._rules.update_one({"_id": id}, {"$setOnInsert": rule}, upsert=True)
