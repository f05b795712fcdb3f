"""A lease on the server's time: one holder, and another takes over."""

from __future__ import annotations

import datetime as dt

import pytest

from shared.outbox import lease as lease_module
from shared.outbox.lease import Lease

# Long enough for any machine; the tests end a lease by moving its end, and never wait for it.
SECONDS = 600.0


@pytest.fixture
def collection(database):
    return database["leases"]


def a_lease(collection, seconds: float = SECONDS, name: str = "relay") -> Lease:
    return Lease(collection, name, seconds)


def run_out(collection, name: str = "relay") -> None:
    collection.update_one({"_id": name}, {"$set": {"until": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)}})


def test_of_two_processes_one_holds_it(collection):
    first, second = a_lease(collection), a_lease(collection)
    assert (first.acquire(), second.acquire()) == (True, False)
    assert (first.held(), second.held()) == (True, False)
    assert (first.other_holds, second.other_holds) == (False, True)


def test_the_holder_may_renew_it(collection):
    first = a_lease(collection)
    assert first.acquire()
    before = collection.find_one()["until"]
    assert first.acquire()
    assert collection.find_one()["until"] >= before
    assert collection.count_documents({}) == 1


def test_after_a_release_another_takes_over_at_once(collection):
    first, second = a_lease(collection), a_lease(collection)
    first.acquire()
    first.release()
    assert not first.held()
    assert second.acquire()
    assert not first.acquire()


def test_after_it_has_run_out_another_takes_over_and_the_first_may_not_come_back(collection):
    first, second = a_lease(collection), a_lease(collection)
    first.acquire()
    assert not second.acquire()
    run_out(collection)
    assert second.acquire()
    assert not first.acquire()
    assert first.other_holds


def test_a_release_by_somebody_else_changes_nothing(collection):
    first, second = a_lease(collection), a_lease(collection)
    first.acquire()
    second.release()
    assert not a_lease(collection).acquire()


def test_leases_of_other_names_do_not_meet(collection):
    assert a_lease(collection, name="relay").acquire()
    assert a_lease(collection, name="dispatcher").acquire()


def test_a_holder_past_two_thirds_of_the_length_does_not_act_any_more(collection, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(lease_module.time, "monotonic", lambda: now)
    lease = a_lease(collection, 9.0)
    assert lease.acquire()
    now = 1005.9
    assert lease.held()
    now = 1006.0
    assert not lease.held()


def test_the_time_is_counted_from_before_the_question(collection, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(lease_module.time, "monotonic", lambda: now)
    lease = a_lease(collection, 9.0)
    taken = lease._take

    def slowly() -> bool:
        nonlocal now
        done = taken()
        now = 1007.0  # suspended while the answer was on its way
        return done

    monkeypatch.setattr(lease, "_take", slowly)
    assert lease.acquire()
    assert not lease.held()
