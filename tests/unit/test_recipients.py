"""Who is told, on which channel, and who is left out and why."""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources

import pytest

from services.notifier.domain.recipients import Mailbox, Rule, resolve, retry_after
from shared.contracts.events import CONTRACTS
from shared.contracts.topics import ACTIONS_EVENTS
from tests.unit.items import NOW

BOTH = ("inbox", "email")
SNAPSHOT = {"owner": "NIC", "supporting": ["CERTIN"], "beneficiaries": ["AR", "AS"], "states": ["AR", "AS"]}
BOXES = {code: [Mailbox(code, f"{code.lower()}@x.example")] for code in ("MEITY", "NIC", "CERTIN", "AR", "AS")}


def told(audiences, *, by="MEITY", snapshot=SNAPSHOT, boxes=BOXES, hours=0.0, rules=None, command=None):
    rules = rules or [Rule("action.assigned", audiences)]
    data = {"snapshot": snapshot, "by": by, "command": command}
    found = resolve("action.assigned", data, NOW, NOW + dt.timedelta(hours=hours), rules, boxes, dt.timedelta(hours=48))
    return {(r.organisation, r.channel): (r.audience, r.skip) for r in found}


def test_each_audience_is_made_of_its_members():
    assert set(told({"owner": ["inbox"]})) == {("NIC", "inbox")}
    assert set(told({"supporting": ["inbox"]})) == {("CERTIN", "inbox")}
    assert set(told({"beneficiaries": ["inbox"]})) == {("AR", "inbox"), ("AS", "inbox")}
    assert set(told({"states": ["inbox"]})) == {("AR", "inbox"), ("AS", "inbox")}
    assert set(told({"ministry": ["inbox"]})) == {("MEITY", "inbox")}
    assert told({"owner": ["inbox"]}, snapshot={**SNAPSHOT, "owner": None}) == {}


def test_nobody_is_told_what_it_did_itself():
    found = told({"owner": BOTH, "ministry": BOTH}, by="NIC")
    assert found["NIC", "inbox"] == found["NIC", "email"] == ("owner", "own_action")
    assert found["MEITY", "email"] == ("ministry", None)


def test_an_organisation_without_a_mailbox_has_its_inbox_and_the_reason_is_kept():
    found = told({"owner": BOTH}, boxes={})
    assert found == {("NIC", "inbox"): ("owner", None), ("NIC", "email"): ("owner", "no_mailbox")}


def test_what_is_too_old_goes_to_the_inbox_only():
    assert told({"owner": BOTH}, hours=48)["NIC", "email"] == ("owner", None)
    late = told({"owner": BOTH}, hours=48.01)
    assert late == {("NIC", "inbox"): ("owner", None), ("NIC", "email"): ("owner", "too_old")}


def test_its_own_action_is_the_first_reason():
    assert told({"owner": ["email"]}, by="NIC", hours=99, boxes={})["NIC", "email"][1] == "own_action"


def test_who_belongs_to_several_audiences_is_addressed_once_as_the_first_of_them():
    found = told({"beneficiaries": BOTH, "states": BOTH})
    assert len(found) == 4
    assert {audience for audience, _ in found.values()} == {"beneficiaries"}
    assert {a for a, _ in told({"states": ["inbox"], "beneficiaries": BOTH}).values()} == {"states", "beneficiaries"}


def test_every_mailbox_of_an_organisation_gets_its_mail_and_a_shared_one_gets_one():
    boxes = {
        "AR": [Mailbox("AR", "one@x.example"), Mailbox("AR", "both@x.example")],
        "AS": [Mailbox("AS", "both@x.example")],
    }
    data = {"snapshot": SNAPSHOT, "by": "MEITY", "command": None}
    rules = [Rule("e", {"states": ["email"]})]
    found = resolve("e", data, NOW, NOW, rules, boxes, dt.timedelta(hours=48))
    assert [r.address for r in found] == ["one@x.example", "both@x.example"]


def test_a_rule_for_the_command_goes_before_the_rule_for_the_event():
    rules = [
        Rule("action.assigned", {"owner": ["inbox"]}, "start"),
        Rule("action.assigned", {"ministry": ["inbox"]}),
        Rule("action.noted", {"states": ["inbox"]}),
    ]
    assert set(told(None, rules=rules, command="start")) == {("NIC", "inbox")}
    assert set(told(None, rules=rules, command="hold")) == {("MEITY", "inbox")}
    assert told(None, rules=rules[2:]) == {}


def test_the_proposed_routing_names_every_event_known_audiences_and_known_channels():
    rules = json.loads(resources.files("services.notifier.data").joinpath("routing.json").read_text())
    assert {rule["event"] for rule in rules} == {c.type for c in CONTRACTS.values() if c.topic == ACTIONS_EVENTS}
    for rule in rules:
        assert set(rule["audiences"]) <= {"owner", "supporting", "beneficiaries", "states", "ministry"}
        assert {channel for channels in rule["audiences"].values() for channel in channels} <= set(BOTH)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 10), (3, 20), (8, 640), (9, 900), (60, 900)])
def test_the_pause_doubles_up_to_a_quarter_of_an_hour(attempts, seconds):
    assert retry_after(attempts) == dt.timedelta(seconds=seconds)
