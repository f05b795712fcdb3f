"""The shapes of what is measured, and the little statistics that they need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.cpu import Usage


@dataclass(frozen=True)
class Latency:
    """Milliseconds."""

    p50: float
    p99: float
    count: int


def latency(seconds: Sequence[float]) -> Latency:
    """By nearest rank: p99 is a value that was really seen."""
    ordered = sorted(seconds)
    if not ordered:
        raise ValueError("nothing was measured")

    def at(part: float) -> float:
        return round(ordered[max(math.ceil(part * len(ordered)) - 1, 0)] * 1000, 1)

    return Latency(at(0.50), at(0.99), len(ordered))


@dataclass
class Rounds:
    """Several rounds of one path: `rates` are answers per second, `latencies` seconds of all rounds together."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    accepted: int = 0


@dataclass(frozen=True)
class Figure:
    """One line of the result. `value` is in `unit`, `method` says exactly what was timed, `limit` what held it back
    and `cpu` the numbers behind that."""

    part: str
    name: str
    value: float
    unit: str
    method: str
    limit: str
    cpu: str
    latency: Latency | None = None
    rounds: tuple[float, ...] = ()
    ratio: float | None = None
