"""CPU time by group of processes, from /proc, and what it says about the limit of a figure. Linux only."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.supervisor import Child

_TICKS = os.sysconf("SC_CLK_TCK")
CORES = len(os.sched_getaffinity(0))
CLIENT, OTHERS = "bench client", "others"
# Fields of /proc/<pid>/stat after the name in brackets (proc(5)): session, utime, stime.
_SESSION, _UTIME, _STIME = 3, 11, 12
_BUSY, _ONE_CORE = 0.85, 0.80


@dataclass
class Usage:
    """CPU seconds by group over `wall` seconds; `threads` holds the busiest single process of each group.
    `others` is what the rest of the machine used meanwhile."""

    wall: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    busiest: dict[str, float] = field(default_factory=dict)

    def add(self, more: Usage) -> None:
        self.wall += more.wall
        for name, value in more.seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + value
        for name, value in more.busiest.items():
            self.busiest[name] = self.busiest.get(name, 0.0) + value

    @property
    def idle(self) -> float:
        """The part of the machine that nobody used, 0 to 1."""
        return max(1 - sum(self.seconds.values()) / (self.wall * CORES), 0.0)

    def described(self) -> str:
        """CPU seconds of every group that used any, the largest first."""
        used = sorted(self.seconds.items(), key=lambda pair: -pair[1])
        parts = [f"{name} {value:.1f}" for name, value in used if value >= 0.05]
        return f"CPU s of {self.wall * CORES:.1f}: {', '.join(parts)}, idle {self.idle:.0%}"

    def limit(self, done: int) -> str:
        """One sentence on the limit, from these numbers alone; `done` is the number of things done meanwhile."""
        own = {name: value for name, value in self.seconds.items() if name != OTHERS}
        largest = sorted(own, key=lambda name: -own[name])[:2]
        each = ", ".join(f"{own[name] / max(done, 1) * 1000:.2f} ms {name}" for name in largest)
        cost = f"CPU for each: {each}"
        if 1 - self.idle >= _BUSY:
            share = own[largest[0]] / sum(self.seconds.values())
            return f"CPU: the {CORES} cores are used up, {share:.0%} of it by {largest[0]}{self._disturbed()}. {cost}"
        busiest = max(self.busiest, key=lambda name: self.busiest[name])
        part = self.busiest[busiest] / self.wall
        if part >= _ONE_CORE:
            return f"one core: a process of {busiest} uses {part:.0%} of one. {cost}"
        together = sum(own.values()) / self.wall
        if together >= _ONE_CORE:
            return (
                f"one thing at a time: {' and '.join(largest)} wait for each other, {together:.1f} cores used. {cost}"
            )
        return f"waiting, not CPU: {self.idle:.0%} of the machine is idle. {cost}"

    def _disturbed(self) -> str:
        """A warning where the rest of the machine took a tenth or more: then the figure is too low."""
        part = self.seconds.get(OTHERS, 0.0) / (self.wall * CORES)
        return f", but {part:.0%} of the machine went to other work: the machine can do better" if part >= 0.1 else ""


class Meter:
    """Counts for the children of a stack, each with all the processes of its session, and this process."""

    def __init__(self, children: list[Child]) -> None:
        self._children = children

    def start(self) -> None:
        self._before = self._read()

    def stop(self) -> Usage:
        """What was used since `start`."""
        wall, machine, groups = self._read()
        wall_before, machine_before, before = self._before
        usage = Usage(wall - wall_before)
        for name, processes in groups.items():
            old = before.get(name, {})
            used = [value - old.get(pid, 0.0) for pid, value in processes.items()]
            usage.seconds[name] = sum(used)
            usage.busiest[name] = max(used, default=0.0)
        usage.seconds[OTHERS] = max(machine - machine_before - sum(usage.seconds.values()), 0.0)
        return usage

    def _read(self) -> tuple[float, float, dict[str, dict[int, float]]]:
        names = {child.process.pid: child.name for child in self._children if child.process and child.alive()}
        groups: dict[str, dict[int, float]] = {CLIENT: {os.getpid(): time.process_time()}}
        for pid, session, seconds in _processes():
            if session in names:
                groups.setdefault(names[session], {})[pid] = seconds
        return time.monotonic(), _machine(), groups


def _processes() -> list[tuple[int, int, float]]:
    """(pid, session, CPU seconds) of every process."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            seconds = (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS
            found.append((int(folder.name), int(fields[_SESSION]), seconds))
    return found


def _machine() -> float:
    """Busy CPU seconds of the whole machine: user, nice, system, irq, softirq and stolen time."""
    numbers = [int(number) for number in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = numbers[:8]
    return (user + nice + system + irq + softirq + steal) / _TICKS


def machine() -> Mapping[str, str | int]:
    """Cores and memory (GiB) of this machine, and its kind of processor where Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    kib = int(Path("/proc/meminfo").read_text().split()[1])
    return {"cores": CORES, "memory_gib": round(kib / 1024 / 1024), "processor": model}
