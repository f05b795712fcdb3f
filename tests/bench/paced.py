"""Part c: how long after its 201 a submission is an action item, and its notifications are stored.

A change stream on each target collection runs in this process; the time of arrival of each insert is compared with the
time at which the client had the 201, both on this process's monotonic clock. A change stream shows a document once a
majority has it, and costs about 1 ms itself, so the figures are about 1 ms too high rather than too low.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from pymongo.collection import Collection

from shared.contracts.identity import item_of_submission
from tests.bench.cpu import OTHERS, Meter
from tests.bench.figures import Figure, latency
from tests.bench.system import System, wait_for

CONNECTIONS = 16
# `action.opened` tells the ministry and the State, each in the inbox and by e-mail (services/notifier/data).
NOTIFICATIONS = 4


class Arrivals:
    """The monotonic times at which inserts became visible, by the value of one field."""

    def __init__(self, collection: Collection[dict[str, Any]], field: str) -> None:
        self.times: dict[str, list[float]] = {}
        self._collection, self._field = collection, field
        self._open, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"watch-{collection.name}", daemon=True)

    def __enter__(self) -> Arrivals:
        self._thread.start()
        if not self._open.wait(10):
            raise RuntimeError(f"no change stream on {self._collection.name}")
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join(5)

    def _watch(self) -> None:
        pipeline: list[dict[str, Any]] = [
            {"$match": {"operationType": "insert"}},
            {"$project": {f"fullDocument.{self._field}": 1}},
        ]
        with self._collection.watch(pipeline, max_await_time_ms=500) as stream:
            self._open.set()
            while not self._closed.is_set():
                change = stream.try_next()
                if change is not None:
                    key = change["fullDocument"][self._field]
                    self.times.setdefault(key, []).append(time.monotonic())


def idle(system: System, seconds: float) -> Figure:
    """What the running system costs while nobody does anything."""
    meter = Meter(system.children)
    meter.start()
    time.sleep(seconds)
    usage = meter.stop()
    own = {name: value for name, value in usage.seconds.items() if name != OTHERS}
    largest = max(own, key=lambda name: own[name])
    return Figure(
        part="c",
        name="idle",
        value=sum(own.values()) / usage.wall * 100,
        unit="% of one core",
        method=f"all roles running, no load, {seconds:g} s",
        limit=f"nothing; most of it is {largest}",
        cpu=usage.described(),
    )


def measure(system: System, per_second: float, seconds: float) -> list[Figure]:
    """Submit at an even pace on an otherwise idle system and wait until all has arrived. Raises Missing."""
    items = Arrivals(system.collection("actions", "items"), "_id")
    notifications = Arrivals(system.collection("notifier", "notifications"), "action_id")
    meter = Meter(system.children)
    with items, notifications:
        meter.start()
        load = system.submit(CONNECTIONS, lambda client: client.paced(per_second, seconds))
        usage = meter.stop()
        sent = {item_of_submission(id): at for id, at in load.accepted.items()}
        wait_for(lambda: sent.keys() <= items.times.keys(), "an item is missing")
        wait_for(lambda: _all_told(sent, notifications.times), "a notification is missing")
    limit, cpu = usage.limit(len(sent)), usage.described()

    def figure(name: str, delays: list[float], method: str, cpu: str = "CPU s: as above") -> Figure:
        found = latency(delays)
        return Figure("c", name, found.p50, "ms", method, limit, cpu, found)

    pace = f"{len(sent)} submissions at {per_second:g}/s"
    return [
        figure("201 itself", load.latencies, f"{pace}; from the moment it was due to the whole answer", cpu),
        figure(
            "201 to the item in actions",
            [items.times[id][0] - at for id, at in sent.items()],
            "arrival of the item's insert by change stream",
        ),
        figure(
            "201 to the stored notifications",
            [notifications.times[id][NOTIFICATIONS - 1] - at for id, at in sent.items()],
            f"arrival of the last of its {NOTIFICATIONS} notifications by change stream",
        ),
    ]


def _all_told(sent: Mapping[str, float], times: Mapping[str, list[float]]) -> bool:
    return all(len(times.get(id, ())) >= NOTIFICATIONS for id in sent)
