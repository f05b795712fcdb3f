"""Part a: accepted submissions per second against a bare Flask view, side by side."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from tests.bench.client import Client, Load
from tests.bench.cpu import Meter
from tests.bench.figures import Figure, Rounds, latency
from tests.bench.system import System

Send = Callable[[int, Callable[[Client], Load]], Load]

_REFERENCE = (
    "bare Flask view, same gunicorn settings, same JSON body, one insert (majority, journal) into the same mongod"
)
_FULL = "POST /api/v1/feedback on feedback's own port; relays, consumers, dispatcher and sender stopped"
_BUSY = "the same with all roles running and sharing the cores; what they still had to do afterwards is not timed"


def compare(system: System, connections: int, rounds: int, seconds: float) -> list[Figure]:
    """Reference and full path in turns (ref, full, ref, full, …); the median of each, and full by reference."""
    reference, full = Rounds(), Rounds()
    for _ in range(rounds):
        _round(system, system.insert, reference, connections, seconds)
        _round(system, system.submit, full, connections, seconds)
    ratio = statistics.median(full.rates) / statistics.median(reference.rates)
    name = f"{connections} connections"
    return [
        _figure(f"reference, {name}", reference, _REFERENCE, None),
        _figure(f"full path, {name}", full, _FULL, ratio),
    ]


def while_all_runs(system: System, connections: int, seconds: float) -> Figure:
    """The full path with everything else at work on the same machine."""
    rounds = Rounds()
    _round(system, system.submit, rounds, connections, seconds)
    return _figure(f"full path, all roles running, {connections} connections", rounds, _BUSY, None)


def warm_up(system: System, seconds: float) -> None:
    """Imports, connections and caches, so that the first round is like the others; not counted."""
    for send in (system.insert, system.submit):
        send(16, lambda client: client.flat_out(seconds))


def _round(system: System, send: Send, rounds: Rounds, connections: int, seconds: float) -> None:
    meter = Meter(system.children)
    meter.start()
    load = send(connections, lambda client: client.flat_out(seconds))
    rounds.usage.add(meter.stop())
    rounds.rates.append(load.rate)
    rounds.latencies.extend(load.latencies)
    rounds.accepted += len(load.accepted)


def _figure(name: str, rounds: Rounds, method: str, ratio: float | None) -> Figure:
    return Figure(
        part="a",
        name=name,
        value=statistics.median(rounds.rates),
        unit="accepted/s",
        method=method,
        limit=rounds.usage.limit(rounds.accepted),
        cpu=rounds.usage.described(),
        latency=latency(rounds.latencies),
        rounds=tuple(rounds.rates),
        ratio=ratio,
    )
