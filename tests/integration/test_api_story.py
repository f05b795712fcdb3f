"""The API of notifier, and one matter from its submission to its closing through all three services."""

from __future__ import annotations

import pytest

from shared.ids import new_id

FAR = "2099-03-31"


def inbox(site, organisation: str, query: str = "") -> list[dict]:
    return site.get("notifier", f"/api/v1/notifications?organisation={organisation}{query}")["items"]


def settle(site) -> None:
    site.world.settle(site.world.followed)


def test_a_new_item_is_announced_to_the_ministry_and_not_to_whoever_caused_it(site):
    site.an_item(title="Map layers for districts")
    settle(site)
    told = inbox(site, "MEITY")[0]
    assert told["title"] == "To be examined: Map layers for districts"
    assert told["event_type"] == "action.opened"
    assert told["delivery"]["inbox"]["status"] == told["delivery"]["email"]["status"] == "sent"
    assert inbox(site, "AR") == []  # its own action is in the delivery log alone
    reasons = {(n["organisation"], n["channel"]): n["reason"] for n in site.world.notifications()}
    assert reasons["AR", "email"] == reasons["AR", "inbox"] == "own_action"
    assert [mail["To"] for mail in site.world.mailer.sent] == ["meity@sankalp.example"]


def test_a_notification_is_told_in_the_language_asked_for(site):
    site.an_item(title="Map layers")
    settle(site)
    answer = site.client("notifier").get("/api/v1/notifications", headers={"Accept-Language": "hi"})
    assert answer.json["items"][0]["title"] == "जाँच हेतु: Map layers"


def test_reading_a_notification_marks_it_once(site):
    site.an_item()
    settle(site)
    client, id = site.client("notifier"), inbox(site, "MEITY")[0]["id"]
    first = client.post(f"/api/v1/notifications/{id}/read")
    again = client.post(f"/api/v1/notifications/{id}/read")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json["read_at"] == again.json["read_at"] is not None
    assert inbox(site, "MEITY", "&unread=true") == []
    assert [n["id"] for n in inbox(site, "MEITY", "&unread=false")] == [id]


@pytest.mark.parametrize("id", [new_id(), "nonsense"])
def test_a_notification_that_is_not_there_is_404(site, id):
    answer = site.client("notifier").post(f"/api/v1/notifications/{id}/read")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_an_email_is_no_inbox_notification_and_cannot_be_read(site):
    site.an_item()
    settle(site)
    mail = next(n for n in site.world.notifications() if n["channel"] == "email")
    assert site.client("notifier").post(f"/api/v1/notifications/{mail['_id']}/read").status_code == 404


@pytest.mark.parametrize("query", ["organisation=NOBODY", "unread=perhaps", "cursor=!"])
def test_a_filter_that_cannot_be_used_is_named(site, query):
    assert site.client("notifier").get(f"/api/v1/notifications?{query}").status_code == 422


def test_pages_of_an_inbox_neither_repeat_nor_lose_anything(site):
    for number in range(60):
        site.world.submit(title=f"Sample matter {number}")
    settle(site)
    seen, cursor = [], ""
    while cursor is not None:
        page = site.get(
            "notifier", "/api/v1/notifications?organisation=MEITY" + (f"&cursor={cursor}" if cursor else "")
        )
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 60


def test_a_whole_story_through_all_three_services(site):
    sent = site.post_feedback(state="AR", title="Map layers for districts").json
    settle(site)
    id = site.item_of(sent["id"])["id"]

    def follow_up() -> dict:
        settle(site)
        return site.get("feedback", f"/api/v1/feedback/{sent['tracking_number']}")["follow_up"]

    assert (follow_up()["status"], follow_up()["action_id"], follow_up()["pending_with"]) == ("open", id, ["MEITY"])
    site.command(id, "assign", owner="NIC", target_date=FAR)
    assert (follow_up()["status"], follow_up()["owner"], follow_up()["target_date"]) == ("assigned", "NIC", FAR)
    assert inbox(site, "NIC")[0]["title"] == "Assigned to you: Map layers for districts"
    site.command(id, "start", as_="NIC")
    site.command(id, "progress", as_="NIC", percent=50)
    assert (follow_up()["status"], follow_up()["percent"]) == ("in_progress", 50)
    site.command(id, "report", as_="NIC", percent=100, text="Published.")
    assert follow_up()["pending_with"] == ["MEITY"]
    site.command(id, "treat", class_="accepted", remark="Good")
    assert (follow_up()["status"], follow_up()["pending_with"]) == ("disposed", ["AR"])
    site.command(id, "contest", as_="AR", reason="Two layers are missing")
    assert follow_up()["status"] == "contested"
    site.command(id, "start")
    site.command(id, "report", as_="NIC", percent=100, text="All published now.")
    site.command(id, "treat", class_="accepted", remark="Good")
    closed = site.command(id, "accept", as_="AR", rating=4).json
    assert (closed["status"], closed["escalation_level"]) == ("closed", 1)
    assert (follow_up()["status"], follow_up()["pending_with"]) == ("closed", [])
    site.command(id, "reopen", as_="AR", reason="It broke again")
    assert follow_up()["status"] == "in_progress"
    history = site.get("actions", f"/api/v1/actions/{id}/history")
    assert (len(history["items"]), history["verified"]) == (12, True)
    assert site.world.everything_published()
    announced = site.world.notifier.service.database["announcements"]
    assert announced.count_documents({}) == 12
    for name, service in site.world.services.items():
        assert service.database["dead_letters"].count_documents({}) == 0, name


def test_a_commitment_closes_by_the_ministrys_acceptance(site):
    id = site.an_item(kind="commitment", state="AS")["id"]
    site.command(id, "assign", owner="AS", target_date=FAR)
    site.command(id, "report", as_="AS", percent=100, text="Done.")
    assert site.command(id, "treat", class_="accepted", remark="Good").json["status"] == "closed"


def test_a_state_may_withdraw_until_it_is_assigned(site):
    first, second = site.an_item()["id"], site.an_item()["id"]
    assert site.command(first, "withdraw", as_="AR", reason="Solved").json["status"] == "withdrawn"
    site.command(second, "assign", owner="NIC", target_date=FAR)
    refused = site.command(second, "withdraw", as_="AR", reason="Solved")
    assert refused.status_code == 409
    assert "Ask the ministry" in refused.json["detail"]
