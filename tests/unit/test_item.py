"""The action item as a value, and how items come into being."""

from __future__ import annotations

import datetime as dt

import pytest

from services.actions.domain.item import (
    STATUSES,
    TRAIL_LENGTH,
    Beneficiary,
    Hold,
    is_overdue,
    pending_with,
    public_snapshot,
)
from services.actions.domain.opening import Routing, from_resolution, from_submission, part_of_resolution
from tests.unit.items import AT, DESK, OWNER, STATE, TODAY, an_item

PENDING = {
    "open": (DESK,),
    "assigned": (OWNER,),
    "in_progress": (OWNER,),
    "reported": (DESK,),
    "disposed": (STATE,),
    "closed": (),
    "contested": (DESK,),
    "declined": (),
    "on_hold": (DESK,),
    "merged": (),
    "withdrawn": (),
}


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_says_who_must_make_the_next_move(status):
    assert pending_with(an_item(status)) == PENDING[status]


def test_a_disposed_item_waits_for_those_who_have_not_said_anything_yet():
    verdicts = (Beneficiary("AS", "accepted", 5), Beneficiary(STATE), Beneficiary("MZ"))
    assert pending_with(an_item("disposed", beneficiaries=verdicts)) == (STATE, "MZ")


def test_a_held_item_waits_for_the_state_where_the_state_is_awaited():
    assert pending_with(an_item("on_hold", hold=Hold("awaiting_state", "2025-02-01", "assigned"))) == (STATE,)
    assert pending_with(an_item("on_hold", hold=Hold("sub_judice", "2025-02-01", "assigned"))) == (DESK,)


@pytest.mark.parametrize("status", STATUSES)
def test_only_work_of_the_owner_can_be_overdue(status):
    late = an_item(status, target_date="2025-01-14")
    assert is_overdue(late, TODAY) is (status in ("assigned", "in_progress", "contested"))


def test_an_item_is_not_overdue_on_its_target_date_nor_without_one():
    assert not is_overdue(an_item("assigned", target_date="2025-01-15"), TODAY)
    assert is_overdue(an_item("assigned", target_date="2025-01-15"), TODAY + dt.timedelta(days=1))
    assert not is_overdue(an_item("assigned", target_date=None), TODAY)


def test_the_trail_keeps_the_newest_steps_and_no_step_that_moves_nothing():
    item = an_item()
    assert item.moved("open", AT, DESK) is item
    for number in range(30):
        item = item.moved("assigned" if number % 2 else "in_progress", f"t{number}", DESK)
    assert len(item.trail) == TRAIL_LENGTH == 20
    assert item.trail[-1] == {"status": "assigned", "at": "t29", "by": DESK}


def test_the_public_snapshot_holds_no_text_of_a_submission():
    told = repr(public_snapshot(an_item()))
    assert "districts ask" not in told
    assert "7K3M" not in told
    assert public_snapshot(an_item())["pending_with"] == [DESK]


ROUTING = Routing({"data-exchange": "NIC", "ne-hilly": "DOT"}, {"aadhaar": "UIDAI"})
SUBMITTED = {
    "tracking_number": "7K3M-9QXD-4",
    "meeting": "ITSC2024",
    "kind": "request",
    "state": "AR",
    "theme": "data-exchange",
    "title": "Shared map layers",
    "details": "The districts ask for one set of map layers.",
    "target_date": "2025-09-30",
}


@pytest.mark.parametrize(
    ("theme", "initiative", "owner"),
    [
        ("data-exchange", None, "NIC"),
        ("data-exchange", "aadhaar", "UIDAI"),
        ("ne-hilly", "unknown", "DOT"),
        ("unknown", None, DESK),
        ("unknown", "unknown", DESK),
    ],
)
def test_routing_goes_by_initiative_then_by_theme_then_to_the_desk(theme, initiative, owner):
    assert ROUTING.owner(theme, initiative) == owner


@pytest.mark.parametrize("kind", ["suggestion", "request", "issue"])
def test_what_a_state_asks_is_owned_by_a_division_and_agreed_by_the_state(kind):
    item = from_submission("i", "s", {**SUBMITTED, "kind": kind}, ROUTING, AT)
    assert (item.owner, item.beneficiaries, item.states) == ("NIC", (Beneficiary("AR"),), ("AR",))
    assert (item.status, item.assigned_at, item.target_date) == ("open", None, None)
    assert item.origins[0].submission == "s"


def test_what_a_state_undertakes_is_owned_by_the_state_and_agreed_by_the_ministry():
    item = from_submission("i", "s", {**SUBMITTED, "kind": "commitment", "initiative": "aadhaar"}, ROUTING, AT)
    assert (item.owner, item.beneficiaries, item.states) == ("AR", (Beneficiary(DESK),), ("AR",))


def test_a_resolution_has_a_parent_and_one_part_for_each_state():
    resolution = {"code": "R1", "title": {"en": "Family registries"}, "theme": "state-digitalization"}
    parent = from_resolution("p", "ITSC2024", resolution, ("AR", "AS"), AT)
    part = part_of_resolution("c", parent, "AS", AT)
    assert (parent.is_parent, parent.owner, parent.states) == (True, None, ("AR", "AS"))
    assert (part.is_parent, part.children_of, part.owner, part.states) == (False, "p", "AS", ("AS",))
    assert (part.resolution, part.title, part.beneficiaries) == ("R1", "Family registries", (Beneficiary(DESK),))
