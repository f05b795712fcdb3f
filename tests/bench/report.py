"""The result as text for people and as JSON for machines."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tests.bench.cpu import machine
from tests.bench.figures import Figure
from tests.bench.system import System

_TITLES = {
    "a": "a. Accepted submissions: the full path against a bare Flask view",
    "b": "b. Relays and consumers: each alone on a backlog",
    "c": "c. Latency at an even pace, everything running, nothing else to do",
}
_BROKERS = {"tansu": "Tansu (Kafka protocol, in memory)", "kafka": "Apache Kafka"}


def circumstances(system: System, broker: str) -> dict[str, Any]:
    """What the figures depend on."""
    environment = system.stack.child("feedback web").env
    return {
        "date": dt.date.today().isoformat(),
        "broker": _BROKERS[broker],
        "mongodb": system.mongo.server_info()["version"],
        "python": platform.python_version(),
        **machine(),
        "web_workers": int(environment["WEB_WORKERS"]),
        "web_threads": _threads(environment),
    }


def _threads(environment: Mapping[str, str]) -> int:
    from shared.settings import Environment

    return Environment(environment).integer("WEB_THREADS")


def text(about: Mapping[str, Any], figures: Sequence[Figure], counted: str, seconds: float) -> str:
    lines = [
        f"Sankalp benchmark, {about['date']}",
        f"machine: {about['cores']} cores ({about['processor']}), {about['memory_gib']} GiB, shared by servers, "
        f"services and the load client; Python {about['python']}, MongoDB {about['mongodb']}",
        f"broker: {about['broker']}; web: {about['web_workers']} workers of {about['web_threads']} threads",
    ]
    for part, title in _TITLES.items():
        lines += ["", title]
        for figure in (figure for figure in figures if figure.part == part):
            lines += _lines(figure)
    lines += ["", f"counted at the end: {counted}", f"the whole run took {seconds:.0f} s"]
    return "\n".join(lines)


def _lines(figure: Figure) -> list[str]:
    head = f"  {figure.name:46}"
    if figure.unit != "ms":
        head += f"{figure.value:7,.0f} {figure.unit}"
    if figure.latency:
        head += f"  p50 {figure.latency.p50:6.1f} ms  p99 {figure.latency.p99:6.1f} ms"
    if figure.ratio is not None:
        head += f"  {figure.ratio:.2f} of the reference"
    lines = [head.rstrip()]
    if len(figure.rounds) > 1:
        lines.append(f"      rounds: {', '.join(f'{rate:.0f}' for rate in figure.rounds)} (median above)")
    return [*lines, f"      timed: {figure.method}", f"      limit: {figure.limit}", f"      {figure.cpu}"]


def as_json(about: Mapping[str, Any], figures: Sequence[Figure], counted: str, seconds: float) -> dict[str, Any]:
    return {
        "circumstances": dict(about),
        "figures": [asdict(figure) for figure in figures],
        "counted": counted,
        "seconds": round(seconds, 1),
    }
