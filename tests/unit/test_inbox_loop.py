"""The consumer loop and the processor: what becomes of good, poisoned, failing and held-back messages."""

from __future__ import annotations

import pytest
from pymongo.errors import ConnectionFailure

from shared.errors import StopConsumerError, UnknownVersionError
from shared.inbox.loop import StalledError
from shared.stop import Stop
from tests.unit.consuming import TOPIC, Consuming, keep, message, poison, titles


@pytest.fixture
def consuming(database):
    return Consuming(database)


class Failing:
    """A handler that fails for one title, or for all, until told otherwise."""

    def __init__(self, error: Exception, title: str | None = None) -> None:
        self.error: Exception | None = error
        self.title = title
        self.calls = 0

    def __call__(self, event):
        if self.error is not None and self.title in (None, event.data["title"]):
            self.calls += 1
            raise self.error
        return keep(event)


def test_records_are_applied_and_then_committed(consuming):
    consuming.publish(message(1), message(2), message(3))
    assert consuming.loop.step() == 3
    assert consuming.kept() == titles(1, 2, 3)
    assert consuming.committed() == 3
    assert consuming.loop.ready() is None


def test_a_consumer_that_has_no_partitions_yet_is_not_ready(consuming):
    assert "not a member" in consuming.loop.ready()


def test_redelivery_of_everything_changes_nothing(consuming):
    consuming.publish(message(1), message(2))
    consuming.loop.step()
    consuming.broker.committed.clear()
    consuming.restart()
    assert consuming.loop.step() == 2
    assert consuming.kept() == titles(1, 2)
    assert consuming.dead() == []


def test_poison_is_put_away_at_once_and_the_next_message_is_applied(consuming):
    consuming.publish(poison(1), message(2), message(3, title=None))
    consuming.loop.step()
    assert consuming.kept() == titles(2)
    assert {letter["reason"] for letter in consuming.dead()} == {"poison"}
    assert len(consuming.dead()) == 2
    assert consuming.pauses == []
    assert consuming.committed() == 3


def test_a_dead_letter_keeps_the_raw_message_and_its_place(consuming):
    bad = poison(1)
    consuming.publish(bad)
    consuming.loop.step()
    letter = consuming.dead()[0]
    assert (letter["value"], letter["key"]) == (bad.value, bad.key)
    assert tuple((name, bytes(value)) for name, value in letter["headers"]) == bad.headers
    assert letter["_id"].startswith(f"{TOPIC}:{letter['partition']}:0:")
    assert letter["_id"].endswith(":g")
    assert "broken" not in letter["error"]  # the description never quotes the message


def test_a_bug_is_tried_five_times_then_put_away_and_only_the_guilty_one(consuming):
    failing = Failing(RuntimeError("a bug"), "number 2")
    consuming.handler = failing
    consuming.publish(message(1), message(2), message(3))
    consuming.loop.step()
    assert consuming.kept() == titles(1, 3)
    assert [(letter["reason"], letter["event_type"]) for letter in consuming.dead()] == [("bug", "feedback.submitted")]
    assert failing.calls == 1 + 5  # once with the batch, five times alone
    assert len(consuming.pauses) == 4
    assert consuming.committed() == 3


def test_a_write_that_the_database_refuses_concerns_its_own_record_only(consuming):
    consuming.database["kept"].create_index("title", unique=True)
    consuming.publish(message(1, key="a"), message(2, title="number 1", key="b"), message(3, key="c"))
    consuming.loop.step()
    assert consuming.kept() == titles(1, 3)
    assert [letter["reason"] for letter in consuming.dead()] == ["bug"]


def test_a_type_without_a_handler_is_passed_over(consuming, database):
    consuming.processor._handlers = {}
    consuming.publish(message(1))
    assert consuming.loop.step() == 1
    assert (consuming.dead(), consuming.committed()) == ([], 1)


def test_a_passing_failure_commits_nothing_and_everything_is_applied_afterwards(consuming):
    failing = Failing(ConnectionFailure("away"))
    consuming.handler = failing
    consuming.publish(message(1), message(2))
    assert consuming.loop.step() == 0
    assert (consuming.kept(), consuming.committed(), consuming.dead()) == (set(), 0, [])
    consuming.publish(message(3))
    assert consuming.loop.step() == 0  # not due yet, and its partitions are paused
    failing.error = None
    assert consuming.loop.step() == 0
    consuming.seconds += 120
    assert consuming.loop.step() == 2
    consuming.loop.step()
    assert consuming.kept() == titles(1, 2, 3)
    assert (consuming.committed(), consuming.dead()) == (3, [])


def test_there_is_no_limit_to_the_attempts_of_a_passing_failure(consuming):
    failing = Failing(ConnectionFailure("away"))
    consuming.handler = failing
    consuming.publish(message(1))
    for number in range(1, 50):
        assert consuming.loop.step() == 0
        assert failing.calls >= number
        consuming.seconds += 120
    assert consuming.dead() == []


def test_held_records_of_an_older_assignment_are_dropped_and_come_again(consuming):
    failing = Failing(ConnectionFailure("away"))
    consuming.handler = failing
    consuming.publish(message(1))
    consuming.loop.step()
    consuming.broker.forget()  # the group is gone, and with it the assignment
    consuming.broker.create(TOPIC)
    failing.error = None
    consuming.seconds += 120
    consuming.loop.step()
    assert consuming.kept() == set()  # the held record belongs to nobody now
    consuming.publish(message(2))
    consuming.loop.step()
    assert consuming.kept() == titles(2)


def test_a_lost_commit_means_redelivery_and_no_harm(consuming):
    consuming.publish(message(1))
    consuming.broker.fail_commits = True
    assert consuming.loop.step() == 1
    assert consuming.committed() == 0
    consuming.broker.fail_commits = False
    consuming.restart()
    consuming.loop.step()
    assert (consuming.kept(), consuming.committed()) == (titles(1), 1)


def test_twenty_in_a_row_stop_the_consumer_and_a_restart_without_the_cause_goes_on(consuming):
    consuming.handler = Failing(RuntimeError("a bad release"))
    consuming.publish(*(message(number) for number in range(30)))
    with pytest.raises(StopConsumerError, match="20 messages in a row"):
        consuming.loop.step()
    assert (len(consuming.dead()), consuming.kept(), consuming.committed()) == (20, set(), 0)
    consuming.restart(keep)
    assert consuming.loop.step() == 30
    assert consuming.kept() == titles(*range(30))


def test_the_count_survives_a_restart_with_the_cause_still_there(consuming):
    consuming.handler = Failing(RuntimeError("a bad release"))
    consuming.publish(*(message(number) for number in range(25)))
    for _ in range(3):
        with pytest.raises(StopConsumerError):
            consuming.loop.step()
        consuming.restart()
    assert len(consuming.dead()) == 20


def test_a_success_in_between_breaks_the_row(consuming):
    consuming.stop_after = 3
    consuming.restart()
    for number in range(8):
        consuming.publish(poison(number), message(100 + number))
        consuming.loop.step()
    assert len(consuming.dead()) == 8
    assert consuming.letters.in_a_row() <= 3


def test_an_unknown_version_stops_the_consumer_without_a_dead_letter(consuming):
    consuming.publish(message(1, version=2))
    with pytest.raises(UnknownVersionError):
        consuming.loop.step()
    assert (consuming.dead(), consuming.committed()) == ([], 0)


def test_a_consumer_that_stopped_itself_is_alive_and_not_ready(consuming):
    consuming.publish(message(1, version=2))
    stop = Stop()
    closed = []
    consuming.subscription.close = lambda: (closed.append(True), stop.set())
    consuming.loop.run(stop)
    assert "newer than this release" in consuming.loop.ready()
    assert closed == [True]


def test_a_lag_that_does_not_move_ends_the_process(consuming):
    consuming.loop.step()
    consuming.publish(message(1))
    consuming.subscription.poll = lambda seconds: []
    consuming.seconds += 61
    with pytest.raises(StalledError, match="a lag of 1 records"):
        consuming.loop.step()


def test_held_back_work_is_no_stall(consuming):
    consuming.handler = Failing(ConnectionFailure("away"))
    consuming.publish(message(1))
    consuming.loop.step()
    consuming.publish(message(2))
    consuming.seconds += 1000
    assert consuming.loop.step() == 0
