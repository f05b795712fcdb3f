"""The count at the end: whatever the speed, everything that was accepted is there, exactly once, in each service."""

from __future__ import annotations

from collections.abc import Collection as Ids

from shared.contracts.identity import item_of_submission
from tests.bench.paced import NOTIFICATIONS
from tests.bench.reference import COLLECTION, DATABASE
from tests.bench.system import Missing, System


def check(system: System) -> str:
    """One line that says what was counted. Raises Missing naming everything that does not agree."""
    accepted = set(system.accepted)
    items = {item_of_submission(id) for id in accepted}
    flaws = [
        *_differ("submissions", accepted, _ids(system, "feedback", "submissions", {})),
        *_differ("items", items, _ids(system, "actions", "items", {"kind": {"$ne": "resolution"}})),
        *_differ("announcements", items, _told(system, "announcements", 1)),
        *_differ("notifications, each item's", items, _told(system, "notifications", NOTIFICATIONS)),
    ]
    for service in ("feedback", "actions", "notifier"):
        dead = system.collection(service, "dead_letters").count_documents({})
        if dead:
            flaws.append(f"{service} has {dead} dead letters")
    inserted = system.mongo[DATABASE][COLLECTION].count_documents({})
    if inserted != system.sent_to_reference:
        flaws.append(f"the reference accepted {system.sent_to_reference} and holds {inserted}")
    if flaws:
        raise Missing("; ".join(flaws))
    return (
        f"{len(accepted)} submissions accepted, {len(accepted)} stored, {len(items)} items, "
        f"{len(items)} announcements, {len(items) * NOTIFICATIONS} notifications, "
        f"0 dead letters; reference {inserted} of {inserted}"
    )


def _ids(system: System, service: str, collection: str, query: dict[str, object]) -> set[str]:
    return {document["_id"] for document in system.collection(service, collection).find(query, {"_id": 1})}


def _told(system: System, collection: str, each: int) -> set[str]:
    """The items that have exactly `each` documents here; items of resolutions are left out."""
    resolutions = _ids(system, "actions", "items", {"kind": "resolution"})
    grouped = system.collection("notifier", collection).aggregate([{"$sortByCount": "$action_id"}])
    return {
        group["_id"] if group["count"] == each else f"{group['_id']} ({group['count']} times)"
        for group in grouped
        if group["_id"] not in resolutions
    }


def _differ(what: str, expected: Ids[str], found: Ids[str]) -> list[str]:
    missing, extra = set(expected) - set(found), set(found) - set(expected)
    if not missing and not extra:
        return []
    some = sorted(missing | extra)[:3]
    return [f"{what}: {len(missing)} missing, {len(extra)} too many, such as {', '.join(some)}"]
