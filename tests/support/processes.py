"""One role of the system as a child process, as it runs in production."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from deploy.local.stack import readiness
from tests.support.servers import ROOT, free_port
from tests.support.wait import eventually

_MODULES = {"web": "wsgi"}


class Role:
    """Started on construction. `crash_at` ends it with SIGKILL at that point."""

    def __init__(self, environ: dict[str, str], service: str, role: str, log: Path, crash_at: str = "") -> None:
        self.internal_port = free_port()
        self.port = free_port()
        self._log = log
        env = {
            **os.environ,
            **environ,
            "INTERNAL_PORT": str(self.internal_port),
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
            "CRASH_AT": crash_at,
        }
        module = f"services.{service}.entrypoints.{_MODULES.get(role, role)}"
        with log.open("ab") as out:
            self.process = subprocess.Popen([sys.executable, "-m", module], env=env, stdout=out, stderr=out, cwd=ROOT)

    def wait_ready(self, seconds: float = 40.0) -> None:
        eventually(lambda: readiness(self.internal_port) is None, seconds, f"readiness; see {self._log}")

    def wait_killed(self, seconds: float = 40.0) -> None:
        """Wait until the process has died of SIGKILL."""
        code = self.process.wait(seconds)
        assert code == -signal.SIGKILL, f"ended with {code}: {self._log.read_text()[-2000:]}"

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
