"""The lifecycle as the product describes it, written here by hand, against the table and against every move."""

from __future__ import annotations

import itertools

import pytest

from services.actions.domain.errors import IllegalMove
from services.actions.domain.item import FINAL, STATUSES
from services.actions.domain.lifecycle import LATER, MOVES, TABLE, open_commands, permitted, roles
from tests.unit.items import DESK, HELPER, NOW, OWNER, STATE, STRANGER, an_item, give

ALL = "open assigned in_progress reported disposed closed contested declined on_hold merged withdrawn"
NOT_FINAL = "open assigned in_progress reported disposed contested declined on_hold"

# command: (from, to, who, requires, clock). `to` is None where a rule decides, "same" where nothing moves.
EXPECTED = {
    "assign": ("open assigned in_progress contested", "assigned", "coordinator", "owner target_date", "runs"),
    "return": ("assigned", "open", "owner", "reason", "stands"),
    "start": ("assigned contested", "in_progress", "owner coordinator", "", "runs"),
    "progress": ("assigned in_progress", "in_progress", "owner", "", "runs"),
    "report": ("assigned in_progress contested", "reported", "owner", "text percent", "runs"),
    "treat": ("reported", None, "coordinator", "class remark", "as before"),
    "accept": ("disposed", None, "beneficiary", "rating", "stops"),
    "contest": ("disposed declined", "contested", "beneficiary", "reason", "runs"),
    "auto_accept": ("disposed", None, "system", "", "stops"),
    "decline": ("open", "declined", "coordinator", "reason", "stops"),
    "hold": ("assigned in_progress", "on_hold", "coordinator", "reason_class review_on", "stands"),
    "resume": ("on_hold", None, "coordinator", "", "runs"),
    "revise_date": ("assigned in_progress on_hold", "same", "coordinator", "target_date reason", "recomputed"),
    "merge": ("open assigned", "merged", "coordinator", "into title", "stands"),
    "unmerge": ("merged", "open", "coordinator", "", "stands"),
    "withdraw": ("open", "withdrawn", "origin", "reason", "stops"),
    "reopen": ("closed", "in_progress", "coordinator beneficiary", "reason", "runs"),
    "correct": (ALL, None, "coordinator", "reason", "as before"),
    "note": (NOT_FINAL, "same", "party", "text", "as before"),
}
# Where a rule decides: what it decides for the items and fields of the builders.
BY_RULE = {"treat": "disposed", "accept": "closed", "resume": "in_progress"}
NOT_YET = {"auto_accept", "merge", "unmerge", "correct"}

ROLES = {
    DESK: {"coordinator", "party"},
    OWNER: {"owner", "party"},
    STATE: {"beneficiary", "origin", "party"},
    HELPER: {"party"},
    STRANGER: set(),
}


def expected_open(status: str, organisation: str) -> list[str]:
    return [
        command
        for command, (sources, _, who, _, _) in EXPECTED.items()
        if command not in NOT_YET and status in sources.split() and ROLES[organisation] & set(who.split())
    ]


def test_the_statuses_are_those_of_the_product_and_three_are_final():
    assert tuple(ALL.split()) == STATUSES
    assert set(FINAL) == {"closed", "merged", "withdrawn"} == set(ALL.split()) - set(NOT_FINAL.split())


def test_the_table_has_exactly_the_rows_of_the_product_in_their_order():
    assert [move.command for move in TABLE] == list(EXPECTED)
    assert set(LATER) == NOT_YET


@pytest.mark.parametrize("command", EXPECTED)
def test_a_row_of_the_table_is_as_the_product_says(command):
    sources, target, who, requires, clock = EXPECTED[command]
    move = MOVES[command]
    assert set(move.sources) == set(sources.split())
    assert move.target == target
    assert set(move.who) == set(who.split())
    assert set(move.required) == set(requires.split())
    assert move.clock == clock
    assert not set(move.required) & set(move.optional)


@pytest.mark.parametrize("organisation", ROLES)
def test_an_organisation_has_its_roles_towards_an_item(organisation):
    assert roles(an_item(), organisation) == ROLES[organisation]


@pytest.mark.parametrize(("status", "organisation"), list(itertools.product(ALL.split(), ROLES)))
def test_every_move_is_allowed_or_refused_as_the_table_says(status, organisation):
    item, open_now = an_item(status), expected_open(status, organisation)
    assert list(open_commands(item, organisation, NOW)) == open_now
    for command in EXPECTED:
        if command in open_now:
            target = EXPECTED[command][1] or BY_RULE[command]
            after = give(item, command, organisation).item
            assert after.status == (status if target == "same" else target), command
        else:
            with pytest.raises(IllegalMove) as refused:
                give(item, command, organisation)
            assert refused.value.command == command
            assert refused.value.status == status
            assert list(refused.value.open_commands) == open_now


@pytest.mark.parametrize(
    ("command", "status", "organisation", "reason"),
    [
        ("start", "open", OWNER, "status"),
        ("assign", "open", OWNER, "role"),
        ("merge", "open", DESK, "later"),
        ("withdraw", "assigned", STATE, "too_late"),
        ("withdraw", "assigned", OWNER, "status"),
    ],
)
def test_a_refusal_says_why_in_a_stable_word(command, status, organisation, reason):
    with pytest.raises(IllegalMove) as refused:
        permitted(command, an_item(status), organisation, NOW)
    assert refused.value.reason == reason


def test_something_can_be_done_by_somebody_in_every_status_that_is_not_final():
    for status in NOT_FINAL.split():
        assert any(set(expected_open(status, organisation)) - {"note"} for organisation in ROLES), status
    for status in ("merged", "withdrawn"):
        assert [c for organisation in ROLES for c in expected_open(status, organisation)] == []


def test_a_resolution_moves_only_by_its_parts_and_takes_notes():
    parent = an_item(is_parent=True, origins=(), owner=None, supporting=())
    assert open_commands(parent, DESK, NOW) == ("note",)
    with pytest.raises(IllegalMove) as refused:
        give(parent, "assign", DESK)
    assert refused.value.reason == "children"
    part = an_item(children_of=parent.id, origins=())
    assert "assign" in open_commands(part, DESK, NOW)
