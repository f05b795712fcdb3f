"""The guard against calls into the broker's client that never return."""

from __future__ import annotations

import threading

import pytest

from shared.messaging import stall


def test_a_call_that_returns_in_time_is_not_overdue() -> None:
    with stall.watched("poll", 60):
        assert stall.overdue() is None
    assert stall.overdue() is None


def test_a_call_that_does_not_return_is_named_and_forgotten_when_it_ends() -> None:
    with stall.watched("poll", -1):
        assert stall.overdue() == "poll"
    assert stall.overdue() is None


def test_a_call_that_raises_is_forgotten_too() -> None:
    with pytest.raises(RuntimeError), stall.watched("publish", -1):
        raise RuntimeError
    assert stall.overdue() is None


def test_the_guard_ends_the_process_when_another_thread_is_stuck() -> None:
    release, ended = threading.Event(), threading.Event()

    def hang() -> None:
        with stall.watched("commit", -1):
            release.wait(30)

    stuck = threading.Thread(target=hang)
    stuck.start()
    guard = stall.end_when_stuck(ended.set)
    assert ended.wait(20)
    release.set()
    stuck.join()
    guard.join(5)
