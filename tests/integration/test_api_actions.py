"""The public API of actions: reading, and commands with their preconditions and repeats."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.clock import FixedClock
from shared.ids import new_id
from tests.integration.clients import fields_of, site_at

FAR = "2099-03-31"


def test_an_item_is_read_with_its_etag_and_its_open_moves(site):
    item = site.an_item()
    answer = site.client("actions").get(f"/api/v1/actions/{item['id']}")
    assert answer.headers["ETag"] == f'"{item["revision"]}"' == '"1"'
    told = answer.json
    assert (told["status"], told["owner"], told["pending_with"], told["states"]) == ("open", "NIC", ["MEITY"], ["AR"])
    assert told["open_commands"] == ["assign", "decline", "note"]
    as_state = site.get("actions", f"/api/v1/actions/{item['id']}?as=IN-AR")
    assert as_state["open_commands"] == ["withdraw", "note"]


@pytest.mark.parametrize("id", ["nonsense", new_id(), "$where"])
@pytest.mark.parametrize("path", ["", "/history"])
def test_an_item_that_is_not_there_is_404(site, id, path):
    answer = site.client("actions").get(f"/api/v1/actions/{id}{path}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_command_moves_the_item_and_its_etag(site):
    item = site.an_item()
    answer = site.command(item["id"], "assign", owner="NIC", target_date=FAR)
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["revision"], answer.headers["ETag"]) == ("assigned", 2, '"2"')
    assert "Idempotent-Replayed" not in answer.headers
    assert site.get("actions", f"/api/v1/actions/{item['id']}")["target_date"] == FAR


def test_a_command_without_if_match_is_428(site):
    item = site.an_item()
    answer = site.client("actions").post(
        f"/api/v1/actions/{item['id']}/commands", json={"command": "note", "text": "x"}
    )
    assert answer.status_code == 428
    assert "If-Match" in fields_of(answer.json)


@pytest.mark.parametrize("seen", ['"7"', "7", "nonsense", '"1", "2"'])
def test_a_command_on_another_revision_is_412(site, seen):
    item = site.an_item()
    answer = site.client("actions").post(
        f"/api/v1/actions/{item['id']}/commands", json={"command": "note", "text": "x"}, headers={"If-Match": seen}
    )
    assert answer.status_code == 412
    assert site.get("actions", f"/api/v1/actions/{item['id']}")["revision"] == 1


def test_a_412_tells_the_present_etag(site):
    item = site.an_item()
    assert site.command(item["id"], "note", revision=9, text="x").headers["ETag"] == '"1"'


def test_a_move_that_is_not_open_is_409_and_names_those_that_are(site):
    item = site.an_item()
    answer = site.command(item["id"], "treat", class_="accepted", remark="Well done")
    assert answer.status_code == 409
    assert answer.json["open_commands"] == ["assign", "decline", "note"]
    assert "(assign)" in answer.json["detail"]
    assert site.command(item["id"], "start", as_="NIC").json["open_commands"] == ["note"]


def test_what_a_move_requires_is_asked_for_by_field(site):
    item = site.an_item()
    assert set(fields_of(site.command(item["id"], "assign").json)) == {"owner", "target_date"}
    past = site.command(item["id"], "assign", owner="NIC", target_date="2001-01-01")
    assert (past.status_code, set(fields_of(past.json))) == (422, {"target_date"})
    surplus = site.command(item["id"], "note", text="x", rating=3)
    assert (surplus.status_code, set(fields_of(surplus.json))) == (422, {"rating"})
    assert site.get("actions", f"/api/v1/actions/{item['id']}")["revision"] == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("command", "destroy"),
        ("command", "auto_accept"),
        ("command", {"$gt": ""}),
        ("as", "NOBODY"),
        ("owner", {"$ne": None}),
        ("percent", 101),
        ("percent", 3.7),
        ("percent", True),
        ("rating", 0),
        ("target_date", "soon"),
        ("text", "a\x00b"),
        ("reason", "a\u202eb reason"),
        ("milestones", [{"title": "x", "colour": "red"}]),
        ("supporting", ["NIC"] * 21),
        ("class", "forgotten"),
        ("$set", "x"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(site, field, value):
    item = site.an_item()
    answer = site.client("actions").post(
        f"/api/v1/actions/{item['id']}/commands",
        json={"command": "note", "text": "x", field: value},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 422, answer.text
    assert any(name.startswith(field) for name in fields_of(answer.json))
    assert site.get("actions", f"/api/v1/actions/{item['id']}")["revision"] == 1


def test_a_repeated_command_is_answered_after_others_have_moved_the_item(site):
    id = site.an_item()["id"]
    site.command(id, "assign", owner="NIC", target_date=FAR)
    first = site.command(id, "start", revision=2, key="k", as_="NIC")
    site.command(id, "hold", reason_class="policy", review_on=FAR)
    again = site.command(id, "start", revision=2, key="k", as_="NIC")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.json["status"], again.headers["ETag"]) == ("on_hold", '"4"')
    assert len(site.get("actions", f"/api/v1/actions/{id}/history")["items"]) == 4


def test_the_key_with_another_command_is_422_and_without_a_key_a_repeat_is_412(site):
    id = site.an_item()["id"]
    assert site.command(id, "note", revision=1, key="k", text="One").status_code == 200
    reused = site.command(id, "note", revision=1, key="k", text="Two")
    assert (reused.status_code, reused.json["type"]) == (422, "urn:sankalp:problem:idempotency-key-reused")
    assert site.command(id, "note", revision=1, text="One").status_code == 412


def test_of_two_commands_on_one_revision_exactly_one_wins(site):
    for _ in range(5):
        id = site.an_item()["id"]
        with ThreadPoolExecutor(2) as pool:
            both = [
                pool.submit(site.command, id, "assign", revision=1, owner="NIC", target_date=FAR),
                pool.submit(site.command, id, "decline", revision=1, reason="Not ours"),
            ]
        codes = sorted(future.result().status_code for future in both)
        assert codes == [200, 412]
        told = site.get("actions", f"/api/v1/actions/{id}/history")
        assert (len(told["items"]), told["verified"]) == (2, True)


def test_ten_threads_with_one_key_give_the_command_once(site):
    id = site.an_item()["id"]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: site.command(id, "note", revision=1, key="k", text="One"), range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert len(site.get("actions", f"/api/v1/actions/{id}/history")["items"]) == 2


def test_the_history_tells_who_did_what_and_verifies(site):
    id = site.an_item()["id"]
    site.command(id, "decline", reason="Not within our powers")
    told = site.get("actions", f"/api/v1/actions/{id}/history")
    assert (told["verified"], told["problems"]) == (True, [])
    opened, declined = told["items"]
    assert (opened["command"], opened["by"]["organisation"], opened["status"]) == (None, "AR", "open")
    assert (declined["command"], declined["by"]["organisation"], declined["status"]) == ("decline", "MEITY", "declined")
    assert declined["texts"] == {"reason": "Not within our powers"}


def test_a_history_that_was_tampered_with_says_so(site):
    id = site.an_item()["id"]
    site.world.actions.service.database["items"].update_one({"_id": id}, {"$set": {"history.0.by.organisation": "KL"}})
    told = site.get("actions", f"/api/v1/actions/{id}/history")
    assert told["verified"] is False
    assert "entry 1" in told["problems"][0]


def test_lists_can_be_filtered(site):
    one = site.an_item(state="AR", theme="data-exchange", title="Map layers for districts")
    two = site.an_item(state="AS", kind="commitment", title="गाँव तक ऑप्टिकल फाइबर")
    site.command(one["id"], "assign", owner="CERTIN", target_date=FAR)

    def found(query: str) -> list[str]:
        return [item["id"] for item in site.get("actions", f"/api/v1/actions?{query}")["items"]]

    assert found("") == [two["id"], one["id"]]
    assert found("state=IN-AS") == found("owner=AS") == found("status=open") == found("q=फाइबर") == [two["id"]]
    assert found("status=assigned&owner=CERTIN") == found("q=MAP districts") == [one["id"]]
    assert found(f"origin={one['origins'][0]['submission']}") == [one["id"]]
    assert found("state=KL") == found("q=$where") == []
    listed = site.get("actions", "/api/v1/actions")["items"][0]
    assert "details" not in listed["origins"][0]


@pytest.mark.parametrize("query", ["status=submitted", "overdue=perhaps", "owner=X", "cursor=%00", "state=MEITY"])
def test_a_filter_that_cannot_be_used_is_named(site, query):
    answer = site.client("actions").get(f"/api/v1/actions?{query}")
    assert answer.status_code == 422
    assert query.split("=")[0] in fields_of(answer.json)


def test_overdue_goes_by_the_calendar_of_india(mongo_uri):
    clock = FixedClock(dt.datetime(2025, 3, 31, 12, 0, tzinfo=dt.UTC))
    with site_at(mongo_uri, clock) as site:
        late, later = site.an_item()["id"], site.an_item()["id"]
        site.command(late, "assign", owner="NIC", target_date="2025-03-31")
        site.command(later, "assign", owner="NIC", target_date="2025-04-30")

        def overdue(value: str) -> set[str]:
            return {item["id"] for item in site.get("actions", f"/api/v1/actions?overdue={value}")["items"]}

        assert (overdue("true"), overdue("false")) == (set(), {late, later})
        clock.advance(hours=6, minutes=29)  # 23:59 in India
        assert overdue("true") == set()
        clock.advance(minutes=1)
        assert (overdue("true"), overdue("false")) == ({late}, {later})
        assert site.get("actions", f"/api/v1/actions/{late}")["overdue"] is True
        site.command(late, "start", as_="NIC")
        site.command(late, "hold", reason_class="policy", review_on="2025-05-01")
        assert overdue("true") == set()  # on hold nothing is late


def test_a_resolution_tells_its_parts_and_moves_only_by_them(site):
    site.world.actions.service.load()
    parents = [i for i in site.get("actions", "/api/v1/actions")["items"] if i["is_parent"]]
    assert parents
    with_parts = next(p for p in parents if p["states"])
    told = site.get("actions", f"/api/v1/actions/{with_parts['id']}")
    assert [child["state"] for child in told["children"]] == sorted(with_parts["states"])
    assert site.command(told["id"], "assign", owner="NIC", target_date=FAR).json["open_commands"] == ["note"]
    part = told["children"][0]
    site.command(part["id"], "assign", owner=part["state"], target_date=FAR)
    site.command(part["id"], "progress", as_=part["state"], percent=60)
    rolled = site.get("actions", f"/api/v1/actions/{told['id']}")
    assert rolled["percent"] == 60 // len(rolled["children"])
    count = len(site.world.items())
    site.world.actions.service.load()
    assert len(site.world.items()) == count  # loading again adds nothing
