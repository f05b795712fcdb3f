"""The two shapes of a handler's writes, on the real MongoDB."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.errors import BulkWriteError

from shared.inbox.shapes import Create, Project, apply

PATH = "follow_up.items.i1"


def project(seq: int, target: str = "s1", path: str = PATH, **snapshot) -> Project:
    return Project("submissions", target, path, seq, snapshot or {"status": f"s{seq}"})


def submission(database, id: str = "s1", **fields):
    database["submissions"].insert_one({"_id": id, "follow_up": {"items": {}}, **fields})


def stored(database, id: str = "s1"):
    return database["submissions"].find_one({"_id": id})["follow_up"]["items"].get("i1")


def test_a_create_is_applied_once_and_a_duplicate_afterwards(database):
    one, other = Create("items", {"_id": "a", "n": 1}), Create("items", {"_id": "b", "n": 2})
    assert apply(database, [one]) == ["applied"]
    assert apply(database, [one, other, one]) == ["duplicate", "applied", "duplicate"]
    assert list(database["items"].find()) == [{"_id": "a", "n": 1}, {"_id": "b", "n": 2}]


def test_a_create_never_changes_what_is_there(database):
    apply(database, [Create("items", {"_id": "a", "n": 1})])
    assert apply(database, [Create("items", {"_id": "a", "n": 99})]) == ["duplicate"]
    assert database["items"].find_one() == {"_id": "a", "n": 1}


def test_a_duplicate_on_another_unique_index_is_no_success(database):
    database["items"].create_index("order", unique=True)
    apply(database, [Create("items", {"_id": "a", "order": 7})])
    with pytest.raises(BulkWriteError):
        apply(database, [Create("items", {"_id": "b", "order": 7})])
    with pytest.raises(BulkWriteError):
        apply(database, [Create("items", {"_id": "a", "order": 7}), Create("items", {"_id": "b", "order": 7})])
    assert database["items"].count_documents({}) == 1


def test_what_follows_a_failed_write_in_a_batch_is_still_written(database):
    database["items"].create_index("order", unique=True)
    writes = [Create("items", {"_id": id, "order": order}) for id, order in (("a", 1), ("b", 1), ("c", 2))]
    with pytest.raises(BulkWriteError):
        apply(database, writes)
    assert {item["_id"] for item in database["items"].find()} == {"a", "c"}


def test_a_projection_matches_where_nothing_was_projected_before(database):
    submission(database)
    assert apply(database, [project(3, status="assigned")]) == ["applied"]
    assert stored(database) == {"seq": 3, "snapshot": {"status": "assigned"}}


def test_the_usual_guard_would_have_missed_a_field_that_is_not_there(database):
    """Negative control of `$not $gte`: `$lt` matches no absent field."""
    submission(database)
    collection = database["submissions"]
    assert collection.count_documents({"_id": "s1", f"{PATH}.seq": {"$lt": 3}}) == 0
    assert collection.count_documents({"_id": "s1", f"{PATH}.seq": {"$not": {"$gte": 3}}}) == 1


def test_an_older_snapshot_is_superseded_and_an_equal_one_changes_nothing(database):
    submission(database)
    apply(database, [project(5, status="closed")])
    assert apply(database, [project(4, status="reported")]) == ["superseded"]
    assert apply(database, [project(5, status="forged")]) == ["applied"]
    assert stored(database) == {"seq": 5, "snapshot": {"status": "closed"}}


def test_of_a_batch_only_the_newest_per_target_and_path_is_written(database):
    submission(database)
    submission(database, "s2")
    writes = [project(1), project(3), project(2), project(1, "s2"), project(9, path="follow_up.items.i2")]
    assert apply(database, writes) == ["superseded", "applied", "superseded", "applied", "applied"]
    assert stored(database)["seq"] == 3
    assert stored(database, "s2")["seq"] == 1


def test_a_projection_without_its_document_is_reported_as_missing_and_creates_none(database):
    submission(database)
    assert apply(database, [project(1, "nobody"), project(1)]) == ["missing", "applied"]
    assert database["submissions"].count_documents({}) == 1


def test_texts_that_begin_with_a_dollar_survive(database):
    submission(database, secret="not to be copied")
    snapshot = {"title": "$secret", "deep": {"text": "$$ROOT", "list": ["$follow_up", {"$x": "$y"}]}}
    apply(database, [Project("submissions", "s1", PATH, 1, snapshot)])
    assert stored(database)["snapshot"] == snapshot


def test_a_field_that_the_newer_snapshot_lacks_disappears(database):
    submission(database)
    apply(database, [project(1, status="on_hold", hold={"why": "policy", "until": "x"})])
    apply(database, [project(2, status="assigned", hold={"why": "other"})])
    assert stored(database)["snapshot"] == {"status": "assigned", "hold": {"why": "other"}}


def test_further_stages_see_the_new_state_and_run_only_with_the_projection(database):
    submission(database)
    then = ({"$set": {"shown": f"${PATH}.snapshot.status", "count": {"$add": [{"$ifNull": ["$count", 0]}, 1]}}},)
    for seq in (2, 1, 2, 3):
        apply(database, [Project("submissions", "s1", PATH, seq, {"status": f"s{seq}"}, then)])
    found = database["submissions"].find_one()
    assert (found["shown"], found["count"]) == ("s3", 2)


def test_creates_and_projections_of_several_collections_go_in_one_batch(database):
    submission(database)
    writes = [
        Create("items", {"_id": "a"}),
        project(1),
        Create("announcements", {"_id": "e"}),
        Create("items", {"_id": "a"}),
    ]
    assert apply(database, writes) == ["applied", "applied", "applied", "duplicate"]
    assert apply(database, []) == []


@st.composite
def deliveries(draw):
    """The sequence numbers of some events, in any order, each at least once, cut into batches."""
    count = draw(st.integers(1, 5))
    repeated = draw(st.lists(st.integers(1, count), max_size=4))
    order = draw(st.permutations([*range(1, count + 1), *repeated]))
    cuts = draw(st.sets(st.integers(1, len(order)), max_size=3))
    edges = [0, *sorted(cuts), len(order)]
    return [order[a:b] for a, b in pairwise(edges) if a < b]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=deliveries())
def test_in_any_order_and_repetition_the_newest_snapshot_remains(database, batches):
    database["submissions"].delete_many({})
    submission(database)
    highest = 0
    for batch in batches:
        outcomes = apply(database, [project(seq) for seq in batch])
        assert set(outcomes) <= {"applied", "superseded"}
        highest = max(highest, *batch)
        assert stored(database) == {"seq": highest, "snapshot": {"status": f"s{highest}"}}
