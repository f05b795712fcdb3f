"""`make bench`: what the system does per second, and how fast, measured in one run on a stack of its own.

It never fails on speed. It fails when a submission was not accepted, or when an item or a notification is missing, too
many or a dead letter at the end. The load comes from this machine and goes to loopback only, bounded in time.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.local.programs import Unusable
from tests.bench import accept, check, drain, paced, report
from tests.bench.client import NotAccepted
from tests.bench.figures import Figure
from tests.bench.system import WORKERS, Missing, System, running, wait_for


@dataclass(frozen=True)
class Plan:
    """Seconds and counts. `rounds` of `round_seconds` for each path and number of connections."""

    rounds: int = 3
    round_seconds: float = 5.0
    warm_up: float = 1.5
    idle_seconds: float = 5.0
    pace: float = 50.0
    paced_seconds: float = 20.0
    sender_seconds: float = 5.0


QUICK = Plan(rounds=1, round_seconds=2.0, warm_up=0.5, idle_seconds=2.0, paced_seconds=5.0, sender_seconds=1.5)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def measure(system: System, plan: Plan) -> list[Figure]:
    """Part c first, while the databases are small; then the roles are stopped for a, whose work is b's backlog."""
    say("warming up …")
    wait_for(lambda: not system.not_ready(), "not every role is ready")
    accept.warm_up(system, plan.warm_up)
    system.settle(mails=True)
    say("c. latency at an even pace …")
    idle = paced.idle(system, plan.idle_seconds)
    latencies = paced.measure(system, plan.pace, plan.paced_seconds)
    say("a. accepted submissions, all roles running …")
    busy = accept.while_all_runs(system, 16, plan.round_seconds)
    system.settle(mails=False)
    system.stop_roles(WORKERS)
    accepted: list[Figure] = []
    for connections in (16, 64):
        say(f"a. accepted submissions, {connections} connections …")
        accepted += accept.compare(system, connections, plan.rounds, plan.round_seconds)
    drained = []
    for stage in drain.stages(system, plan.sender_seconds):
        say(f"b. {stage.role} …")
        drained.append(drain.drain(system, stage))
    return [*accepted, busy, *drained, idle, *latencies]


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--broker", choices=("tansu", "kafka"), default="tansu")
    parser.add_argument("--port-offset", type=int, default=3000)
    parser.add_argument("--quick", action="store_true", help="about a minute; rougher figures")
    parser.add_argument("--json", type=Path, help="write the result to this file as well")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    try:
        with running(arguments.port_offset, arguments.broker, say) as system:
            about = report.circumstances(system, arguments.broker)
            figures = measure(system, QUICK if arguments.quick else Plan())
            say("counting …")
            counted = check.check(system)
    except (Unusable, NotAccepted, Missing) as error:
        say(f"\nThe benchmark failed: {error}")
        return 1
    seconds = time.monotonic() - started
    print(report.text(about, figures, counted, seconds))
    if arguments.json:
        result = report.as_json(about, figures, counted, seconds)
        arguments.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
