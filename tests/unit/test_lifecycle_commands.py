"""What each command does to an item."""

from __future__ import annotations

import datetime as dt

import pytest

from services.actions.domain.commands import TREATMENTS
from services.actions.domain.errors import IllegalMove, Unmet
from services.actions.domain.item import Beneficiary, Hold
from services.actions.domain.lifecycle import REOPEN_WITHIN
from tests.unit.items import AT, DESK, HELPER, NOW, OWNER, STATE, a_commitment, an_item, give


def flaws(item, command, by, *without, **fields):
    with pytest.raises(Unmet) as unmet:
        give(item, command, by, *without, **fields)
    return dict(unmet.value.flaws)


def test_each_required_field_that_is_missing_is_named():
    assert flaws(an_item(), "assign", DESK, "owner", "target_date") == {"owner": "required", "target_date": "required"}
    assert flaws(an_item("reported"), "treat", DESK, "remark") == {"remark": "required"}


def test_a_field_of_another_move_is_refused_by_name():
    assert flaws(an_item("assigned"), "start", OWNER, rating=5, into="x") == {"rating": "not_here", "into": "not_here"}


def test_the_first_assignment_sets_owner_dates_and_time():
    first = an_item(target_date=None, first_target_date=None)
    told = give(first, "assign", DESK, owner=HELPER, target_date="2025-04-30", supporting=[OWNER, HELPER])
    assert (told.item.owner, told.item.target_date, told.item.first_target_date) == (HELPER, "2025-04-30", "2025-04-30")
    assert told.item.assigned_at == AT
    assert told.item.supporting == (OWNER,)  # the owner does not also support itself
    assert (told.event, told.data) == (
        "action.assigned",
        {"owner": HELPER, "previous_owner": None, "target_date": "2025-04-30"},
    )


def test_an_assignment_needs_a_reason_when_it_changes_hands_and_only_then():
    item = an_item("in_progress")
    assert give(item, "assign", DESK, owner=OWNER).item.status == "assigned"
    assert flaws(item, "assign", DESK, owner=HELPER) == {"reason": "changes_hands"}
    told = give(item, "assign", DESK, owner=HELPER, reason="Their subject.")
    assert told.data["previous_owner"] == OWNER
    assert told.item.first_target_date == item.first_target_date
    assert told.item.assigned_at == item.assigned_at


def test_the_owner_that_routing_proposed_may_be_replaced_without_a_reason():
    assert give(an_item("open"), "assign", DESK, owner=HELPER).item.owner == HELPER


@pytest.mark.parametrize(
    ("command", "status", "field"),
    [("assign", "open", "target_date"), ("revise_date", "assigned", "target_date"), ("hold", "assigned", "review_on")],
)
def test_a_date_may_be_today_and_not_earlier(command, status, field):
    assert give(an_item(status), command, DESK, **{field: "2025-01-15"})
    assert flaws(an_item(status), command, DESK, **{field: "2025-01-14"}) == {field: "date_past"}


def test_progress_needs_a_percentage_or_a_text():
    item = an_item("assigned", percent=30)
    assert flaws(item, "progress", OWNER, "percent") == {"percent": "percent_or_text"}
    assert give(item, "progress", OWNER, "percent", text="The tender is out.").item.percent == 30
    assert give(item, "progress", OWNER, percent=0).item.percent == 0
    steps = [{"title": "Tender", "done": True}]
    assert give(item, "progress", OWNER, milestones=steps).item.milestones == tuple(steps)


def test_a_report_after_the_target_date_needs_the_reason_for_the_delay():
    on_the_day, late = an_item("in_progress", target_date="2025-01-15"), an_item("assigned", target_date="2025-01-14")
    assert give(on_the_day, "report", OWNER).item.status == "reported"
    assert flaws(late, "report", OWNER) == {"reason": "late"}
    assert give(late, "report", OWNER, reason="Rain.").event == "action.progress_reported"


@pytest.mark.parametrize(
    ("treatment", "status"),
    [
        ("accepted", "disposed"),
        ("not_pursued", "disposed"),
        ("reiterated", "in_progress"),
        ("final_awaited", "in_progress"),
        ("interim", "in_progress"),
    ],
)
def test_each_treatment_disposes_or_sends_back_to_work(treatment, status):
    told = give(an_item("reported"), "treat", DESK, **{"class": treatment})
    assert (told.item.status, told.item.treatment) == (status, treatment)
    assert (told.event, told.data) == ("action.status_changed", {"previous": "reported", "outcome": treatment})


def test_the_treatments_are_those_five():
    assert set(TREATMENTS) == {"accepted", "not_pursued", "reiterated", "final_awaited", "interim"}


@pytest.mark.parametrize(("treatment", "percent"), [("accepted", 100), ("not_pursued", 60)])
def test_a_commitment_is_closed_by_the_ministrys_own_disposal(treatment, percent):
    closed = give(a_commitment("reported", percent=60), "treat", DESK, **{"class": treatment}).item
    assert (closed.status, closed.closed_at, closed.percent) == ("closed", AT, percent)
    assert closed.beneficiaries == (Beneficiary(DESK, "accepted"),)
    assert [step["status"] for step in closed.trail] == ["reported", "disposed", "closed"]


def test_a_disposal_begins_a_new_round_in_which_every_verdict_is_pending():
    earlier = (Beneficiary(STATE, "contested"), Beneficiary("AS", "accepted", 4))
    disposed = give(an_item("reported", beneficiaries=earlier), "treat", DESK).item
    assert disposed.beneficiaries == (Beneficiary(STATE), Beneficiary("AS"))
    assert disposed.pending_verdicts == (STATE, "AS")


def test_an_item_is_closed_when_every_beneficiary_has_accepted():
    item = an_item("disposed", treatment="accepted", beneficiaries=(Beneficiary(STATE), Beneficiary("AS")))
    first = give(item, "accept", STATE, rating=5).item
    assert (first.status, first.pending_verdicts, first.closed_at) == ("disposed", ("AS",), None)
    with pytest.raises(IllegalMove):
        give(first, "accept", STATE)
    last = give(first, "accept", "AS", rating=2).item
    assert (last.status, last.closed_at, last.percent) == ("closed", AT, 100)
    assert [b.rating for b in last.beneficiaries] == [5, 2]


def test_the_first_contest_ends_the_round_one_level_up():
    item = an_item("disposed", escalation_level=1, beneficiaries=(Beneficiary(STATE), Beneficiary("AS")))
    contested = give(item, "contest", STATE).item
    assert (contested.status, contested.escalation_level) == ("contested", 2)
    assert contested.beneficiaries[0].verdict == "contested"
    with pytest.raises(IllegalMove):
        give(contested, "accept", "AS")


def test_a_declined_item_may_be_contested():
    assert give(an_item("declined"), "contest", STATE).item.escalation_level == 1


@pytest.mark.parametrize("before", ["assigned", "in_progress"])
def test_a_hold_remembers_where_it_came_from_and_resuming_returns_there(before):
    held = give(an_item(before), "hold", DESK, reason_class="sub_judice", review_on="2025-02-01")
    assert held.item.hold == Hold("sub_judice", "2025-02-01", before)
    assert held.data["outcome"] == "sub_judice"
    resumed = give(held.item, "resume", DESK).item
    assert (resumed.status, resumed.hold) == (before, None)


def test_a_revised_date_counts_up_and_keeps_the_first_one():
    told = give(an_item("on_hold", target_revision=1), "revise_date", DESK)
    assert (told.item.status, told.item.target_date, told.item.target_revision) == ("on_hold", "2025-06-30", 2)
    assert told.item.first_target_date == "2025-03-31"
    assert (told.event, told.data["previous"], told.data["revision"]) == ("action.target_revised", "2025-03-31", 2)
    assert flaws(an_item("assigned"), "revise_date", DESK, target_date="2025-03-31") == {"target_date": "unchanged"}


def test_reopening_begins_again_one_level_up():
    item = an_item("closed", treatment="accepted", reopen_count=1, escalation_level=2)
    again = give(item, "reopen", DESK).item
    assert (again.status, again.reopen_count, again.escalation_level) == ("in_progress", 2, 3)
    assert (again.closed_at, again.treatment) == (None, None)


@pytest.mark.parametrize(("days", "by", "allowed"), [(30, STATE, True), (31, STATE, False), (400, DESK, True)])
def test_a_beneficiary_may_reopen_for_thirty_days_and_the_coordinator_always(days, by, allowed):
    item = an_item("closed")
    now = NOW - dt.timedelta(days=1) + dt.timedelta(days=days)
    assert dt.timedelta(days=30) == REOPEN_WITHIN
    if allowed:
        assert give(item, "reopen", by, now=now).item.status == "in_progress"
    else:
        with pytest.raises(IllegalMove) as refused:
            give(item, "reopen", by, now=now)
        assert refused.value.reason == "too_late"


def test_a_note_changes_nothing():
    told = give(an_item("reported"), "note", HELPER)
    assert (told.item, told.event, told.data) == (an_item("reported"), "action.noted", {})


def test_no_event_carries_free_text():
    for item, command, by in [
        (an_item(), "decline", DESK),
        (an_item("assigned"), "return", OWNER),
        (an_item("reported"), "treat", DESK),
        (an_item("in_progress"), "report", OWNER),
        (an_item("disposed"), "contest", STATE),
    ]:
        assert not {"reason", "text", "remark"} & set(give(item, command, by).data)
