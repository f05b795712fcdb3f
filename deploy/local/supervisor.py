"""Keeps child processes running: restarts with back-off, gives up on one that keeps dying, stops all cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.programs import Unusable

# A child that ends this often within a minute is given up, and the stack with it.
DEATHS, WINDOW = 5, 60.0
_LAST_LINES = 12


@dataclass
class Child:
    """One process. It writes to `log`; `command` is run in a session of its own, so that Ctrl-C reaches only the
    supervisor, which stops the children in order."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=deque)
    restart_at: float | None = None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                list(self.command),
                env={**os.environ, **self.env},
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.restart_at = None

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def last_lines(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(f"    {line}" for line in lines[-_LAST_LINES:])


class Supervisor:
    def __init__(self) -> None:
        self.children: list[Child] = []

    def start(self, child: Child) -> None:
        child.start()
        self.children.append(child)

    def check(self) -> list[str]:
        """Restart what has ended and is due; returns a line per child that was found dead. Raises Unusable for
        one that keeps dying."""
        news = []
        now = time.monotonic()
        for child in self.children:
            if child.restart_at is not None:
                if now >= child.restart_at:
                    child.start()
                continue
            if child.alive():
                continue
            child.deaths.append(now)
            while child.deaths and child.deaths[0] < now - WINDOW:
                child.deaths.popleft()
            if len(child.deaths) >= DEATHS:
                raise Unusable(
                    f"{child.name} has ended {DEATHS} times within a minute. Its last lines ({child.log}):\n"
                    + child.last_lines()
                )
            pause = 0.5 * 2 ** (len(child.deaths) - 1)
            child.restart_at = now + pause
            code = child.process.returncode if child.process else None
            news.append(f"{child.name} has ended ({code}), restarting in {pause:.1f} s")
        return news

    def stop(self, patience: float = 15.0) -> None:
        """Stop all, last started first: SIGTERM, then SIGKILL for one that does not end in time."""
        for group in self._stop_order():
            for child in group:
                if child.alive() and child.process:
                    child.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + patience
            for child in group:
                if child.process is None:
                    continue
                try:
                    child.process.wait(max(deadline - time.monotonic(), 0.1))
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()

    def _stop_order(self) -> list[list[Child]]:
        """Our own processes first and together, then the servers that they use, one after the other."""
        ours = [child for child in self.children if " " in child.name]
        servers = [child for child in self.children if " " not in child.name]
        return [ours, *([server] for server in reversed(servers))]
